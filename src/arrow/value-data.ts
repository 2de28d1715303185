// Arrow's arrays from single values: of nested types, whose values the core does not lay down in Arrow's way, and of what becomes text.
import { makeData, type Data, type DataType } from 'apache-arrow';
import type { CqlType } from '../types/data-type.ts';
import type { Decimal } from '../types/decimal.ts';
import { Duration } from '../types/duration.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { Uuid } from '../types/uuid.ts';
import { arrowType, entryType } from './arrow-types.ts';

type Values = readonly unknown[];

/** Lays down values of a CQL type, read as they are by default; null where there is none. */
export function valueData(values: Values, type: CqlType): Data {
  const parts = { type: arrowType(type), length: values.length, ...validityOf(values) };
  return makeDataOf({ ...parts, ...contentOf(values, type) });
}

/** The overloads of `makeData` are one for each type; which it is, is only known when it runs. */
const makeDataOf = makeData as unknown as (parts: { readonly type: DataType } & Record<string, unknown>) => Data;

function contentOf(values: Values, type: CqlType): Record<string, unknown> {
  const [first, second] = type.args as [CqlType, CqlType];
  switch (type.kind) {
    case 'list':
    case 'set':
      return listContent(values, first);
    case 'map':
      return mapContent(values, first, second);
    case 'vector':
      return {
        child: valueData(
          values.flatMap((value) => itemsOf(value, type.dimensions ?? 0)),
          first,
        ),
      };
    case 'tuple':
      return {
        children: type.args.map((arg, i) =>
          valueData(
            values.map((value) => partOf(value, i)),
            arg,
          ),
        ),
      };
    case 'udt': {
      const names = type.fieldNames ?? [];
      return {
        children: type.args.map((arg, i) =>
          valueData(
            values.map((value) => partOf(value, names[i] ?? '')),
            arg,
          ),
        ),
      };
    }
    default:
      return scalarContent(values, type);
  }
}

function listContent(values: Values, element: CqlType): Record<string, unknown> {
  const lists = values.map((value) => (value === null ? [] : [...(value as Iterable<unknown>)]));
  return { valueOffsets: offsetsOf(lists.map(({ length }) => length)), child: valueData(lists.flat(), element) };
}

function mapContent(values: Values, key: CqlType, element: CqlType): Record<string, unknown> {
  const maps = values.map((value) => (value === null ? [] : [...(value as Map<unknown, unknown>)]));
  const entries = maps.flat();
  const child = makeDataOf({
    type: entryType(key, element),
    length: entries.length,
    nullCount: 0,
    children: [
      valueData(
        entries.map(([k]) => k),
        key,
      ),
      valueData(
        entries.map(([, v]) => v),
        element,
      ),
    ],
  });
  return { valueOffsets: offsetsOf(maps.map(({ length }) => length)), child };
}

/** In place of a vector that is null stand as many nulls as it has elements. */
function itemsOf(value: unknown, dimensions: number): Values {
  return value === null ? new Array<null>(dimensions).fill(null) : [...(value as Iterable<unknown>)];
}

function partOf(value: unknown, part: number | string): unknown {
  return value === null ? null : ((value as Readonly<Record<number | string, unknown>>)[part] ?? null);
}

function scalarContent(values: Values, type: CqlType): Record<string, unknown> {
  switch (type.kind) {
    case 'tinyint':
      return { data: Int8Array.from(values, Number) };
    case 'smallint':
      return { data: Int16Array.from(values, Number) };
    case 'int':
      return { data: Int32Array.from(values, Number) };
    case 'float':
      return { data: Float32Array.from(values, Number) };
    case 'double':
      return { data: Float64Array.from(values, Number) };
    case 'date':
      return { data: Int32Array.from(values, (value) => (value instanceof LocalDate ? value.daysFromEpoch : 0)) };
    case 'bigint':
    case 'counter':
      return { data: BigInt64Array.from(values, (value) => (typeof value === 'bigint' ? value : 0n)) };
    case 'timestamp':
      return { data: BigInt64Array.from(values, (value) => (value instanceof Date ? BigInt(value.getTime()) : 0n)) };
    case 'time':
      return { data: BigInt64Array.from(values, (value) => (value instanceof LocalTime ? value.nanoseconds : 0n)) };
    case 'boolean':
      return { data: bitsOf(values.length, (i) => values[i] === true) };
    case 'uuid':
    case 'timeuuid':
      return { data: uuidBytes(values) };
    case 'duration':
      return { data: durationWords(values) };
    case 'blob':
    case 'custom':
      return variableContent(values.map((value) => (value === null ? empty : (value as Uint8Array))));
    default: {
      const encoder = new TextEncoder();
      return variableContent(
        values.map((value) => (value === null ? empty : encoder.encode(String(value as string | bigint | Decimal)))),
      );
    }
  }
}

const empty = new Uint8Array(0);

function variableContent(parts: readonly Uint8Array[]): Record<string, unknown> {
  const valueOffsets = offsetsOf(parts.map(({ length }) => length));
  const data = new Uint8Array(valueOffsets.at(-1) ?? 0);
  for (const [i, part] of parts.entries()) data.set(part, valueOffsets[i]);
  return { valueOffsets, data };
}

function uuidBytes(values: Values): Uint8Array {
  const data = new Uint8Array(16 * values.length);
  for (const [i, value] of values.entries()) if (value instanceof Uuid) value.copyTo(data, 16 * i);
  return data;
}

// i32 months, i32 days, i64 nanoseconds, little-endian as all runtimes are
function durationWords(values: Values): Int32Array {
  const data = new Int32Array(4 * values.length);
  for (const [i, value] of values.entries()) {
    if (!(value instanceof Duration)) continue;
    data.set([value.months, value.days], 4 * i);
    data.set([Number(BigInt.asIntN(32, value.nanoseconds)), Number(value.nanoseconds >> 32n)], 4 * i + 2);
  }
  return data;
}

function offsetsOf(lengths: readonly number[]): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  for (const [i, length] of lengths.entries()) offsets[i + 1] = (offsets[i] as number) + length;
  return offsets;
}

function validityOf(values: Values): { readonly nullCount: number; readonly nullBitmap?: Uint8Array } {
  let nullCount = 0;
  for (const value of values) if (value === null) nullCount++;
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap: bitsOf(values.length, (i) => values[i] !== null) };
}

/** One bit a value, lowest first. */
export function bitsOf(length: number, isSet: (i: number) => boolean): Uint8Array {
  const bits = new Uint8Array((length + 7) >>> 3);
  for (let i = 0; i < length; i++) if (isSet(i)) bits[i >>> 3] = (bits[i >>> 3] as number) | (1 << (i & 7));
  return bits;
}
