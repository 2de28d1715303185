// Arrow's arrays from the columns of a page: the same memory where the core laid it down as Arrow wants it, which is most of it.
import { makeData, type Data, type DataType } from 'apache-arrow';
import type { Column } from '../result/columns.ts';
import { DEFAULT_TYPE_MAPPING } from '../result/type-mapping.ts';
import { arrowType } from './arrow-types.ts';
import { bitsOf, valueData } from './value-data.ts';

/** Returns the data of a column. */
export function columnData(column: Column): Data {
  const data = arrowArray(column);
  if (data === undefined) return valueData([...column.withTypes(DEFAULT_TYPE_MAPPING)], column.type);
  return makeDataOf({
    type: arrowType(column.type),
    length: column.length,
    nullCount: column.nullCount,
    ...(column.validity === undefined ? {} : { nullBitmap: column.validity }),
    ...(column.offsets === undefined ? {} : { valueOffsets: column.offsets }),
    data,
  });
}

const makeDataOf = makeData as unknown as (parts: { readonly type: DataType } & Record<string, unknown>) => Data;

/** The values as Arrow has them; undefined for those that have to be read one by one. */
function arrowArray(column: Column): ArrayBufferView | undefined {
  const { data } = column;
  switch (column.type.kind) {
    case 'int':
    case 'date':
    case 'double':
    case 'bigint':
    case 'counter':
    case 'time':
    case 'text':
    case 'ascii':
    case 'inet':
    case 'blob':
    case 'custom':
    case 'uuid':
    case 'timeuuid':
      return data;
    case 'duration':
      return data instanceof Uint8Array ? new Int32Array(data.buffer, data.byteOffset, data.length >>> 2) : undefined;
    case 'tinyint':
      return Int8Array.from(data as Int32Array);
    case 'smallint':
      return Int16Array.from(data as Int32Array);
    case 'float':
      return Float32Array.from(data as Float64Array);
    case 'timestamp':
      return BigInt64Array.from(data as Float64Array, (milliseconds) => BigInt(milliseconds));
    case 'boolean':
      return bitsOf(column.length, (i) => data?.[i] === 1);
    default:
      return undefined;
  }
}
