// CQL types as plain data, and their two forms on the wire: `[option]` and the class name of a custom type.

/** The types that stand alone, with their option ids (native_protocol_v5.spec 4.2.5.2). */
export const SIMPLE_TYPE_IDS = {
  ascii: 0x01,
  bigint: 0x02,
  blob: 0x03,
  boolean: 0x04,
  counter: 0x05,
  decimal: 0x06,
  double: 0x07,
  float: 0x08,
  int: 0x09,
  timestamp: 0x0b,
  uuid: 0x0c,
  text: 0x0d,
  varint: 0x0e,
  timeuuid: 0x0f,
  inet: 0x10,
  date: 0x11,
  time: 0x12,
  smallint: 0x13,
  tinyint: 0x14,
  duration: 0x15,
} as const;

export type SimpleType = keyof typeof SIMPLE_TYPE_IDS;

export interface UdtDefinition {
  readonly keyspace: string;
  readonly name: string;
  readonly fields: readonly (readonly [name: string, type: CqlType])[];
}

/** `'int'`, `{ list: 'int' }`, `{ map: ['text', { set: 'uuid' }] }`, `{ vector: ['float', 3] }` … */
export type CqlType =
  | SimpleType
  | { readonly list: CqlType }
  | { readonly set: CqlType }
  | { readonly map: readonly [key: CqlType, value: CqlType] }
  | { readonly tuple: readonly CqlType[] }
  | { readonly udt: UdtDefinition }
  | { readonly vector: readonly [element: CqlType, dimensions: number] }
  | { readonly custom: string };

const MARSHAL = 'org.apache.cassandra.db.marshal.';

const CLASS_NAMES: Readonly<Record<SimpleType, string>> = {
  ascii: 'AsciiType',
  bigint: 'LongType',
  blob: 'BytesType',
  boolean: 'BooleanType',
  counter: 'CounterColumnType',
  decimal: 'DecimalType',
  double: 'DoubleType',
  float: 'FloatType',
  int: 'Int32Type',
  timestamp: 'TimestampType',
  uuid: 'UUIDType',
  text: 'UTF8Type',
  varint: 'IntegerType',
  timeuuid: 'TimeUUIDType',
  inet: 'InetAddressType',
  date: 'SimpleDateType',
  time: 'TimeType',
  smallint: 'ShortType',
  tinyint: 'ByteType',
  duration: 'DurationType',
};

/** The first version that has an option id for the type; older ones name its class. */
const SINCE: Readonly<Partial<Record<SimpleType, number>>> = { date: 4, time: 4, smallint: 4, tinyint: 4, duration: 5 };

/** Writes the class name of a type as Cassandra does, the blank before a vector's comma included. */
export function className(type: CqlType): string {
  if (typeof type === 'string') {
    return MARSHAL + CLASS_NAMES[type];
  }
  if ('list' in type) {
    return `${MARSHAL}ListType(${className(type.list)})`;
  }
  if ('set' in type) {
    return `${MARSHAL}SetType(${className(type.set)})`;
  }
  if ('map' in type) {
    return `${MARSHAL}MapType(${type.map.map(className).join(',')})`;
  }
  if ('tuple' in type) {
    return `${MARSHAL}TupleType(${type.tuple.map(className).join(',')})`;
  }
  if ('vector' in type) {
    return `${MARSHAL}VectorType(${className(type.vector[0])} , ${type.vector[1]})`;
  }
  return 'udt' in type ? udtClassName(type.udt) : type.custom;
}

/** The option id of a simple type, or undefined where the version only knows its class name. */
export function simpleTypeId(type: SimpleType, version: number): number | undefined {
  return version >= (SINCE[type] ?? 3) ? SIMPLE_TYPE_IDS[type] : undefined;
}

function udtClassName(udt: UdtDefinition): string {
  const fields = udt.fields.map(([name, type]) => `${hexOfText(name)}:${className(type)}`);
  return `${MARSHAL}UserType(${[udt.keyspace, hexOfText(udt.name), ...fields].join(',')})`;
}

function hexOfText(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
