// Which type of Arrow stands for a CQL type. What Arrow has no type for, integers and decimals of any size, becomes text.
import {
  Binary,
  Bool,
  DateDay,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Float64,
  Int16,
  Int32,
  Int64,
  Int8,
  IntervalMonthDayNano,
  List,
  Map_,
  Struct,
  TimeNanosecond,
  TimestampMillisecond,
  Utf8,
  type DataType,
} from 'apache-arrow';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { CqlType } from '../types/data-type.ts';

/** Returns the field of a column; any column may be null. */
export function arrowField({ name, type }: Pick<ColumnSpec, 'name' | 'type'>): Field {
  return new Field(name, arrowType(type), true);
}

/** Returns the type of Arrow for a CQL type. */
export function arrowType(type: CqlType): DataType {
  const [first, second] = type.args as [CqlType, CqlType];
  switch (type.kind) {
    case 'tinyint':
      return new Int8();
    case 'smallint':
      return new Int16();
    case 'int':
      return new Int32();
    case 'bigint':
    case 'counter':
      return new Int64();
    case 'float':
      return new Float32();
    case 'double':
      return new Float64();
    case 'boolean':
      return new Bool();
    case 'timestamp':
      return new TimestampMillisecond('UTC');
    case 'date':
      return new DateDay();
    case 'time':
      return new TimeNanosecond();
    case 'duration':
      return new IntervalMonthDayNano();
    case 'uuid':
    case 'timeuuid':
      return new FixedSizeBinary(16);
    case 'blob':
    case 'custom':
      return new Binary();
    case 'list':
    case 'set':
      return new List(itemField(first));
    case 'vector':
      return new FixedSizeList(type.dimensions ?? 0, itemField(first));
    case 'map':
      return new Map_(new Field('entries', entryType(first, second), false));
    case 'tuple':
      return new Struct(type.args.map((arg, i) => arrowField({ name: String(i), type: arg })));
    case 'udt':
      return new Struct(type.args.map((arg, i) => arrowField({ name: type.fieldNames?.[i] ?? '', type: arg })));
    default:
      return new Utf8();
  }
}

function itemField(type: CqlType): Field {
  return arrowField({ name: 'item', type });
}

/** The entries of a map: keys are never null. */
export function entryType(key: CqlType, value: CqlType): Struct<{ key: DataType; value: DataType }> {
  return new Struct([new Field('key', arrowType(key), false), new Field('value', arrowType(value), true)]);
}
