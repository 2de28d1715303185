// Writes values of CQL types (native_protocol_v5.spec 6) from the plainest JavaScript: numbers, bigints, texts, arrays.
// A Uint8Array stands for itself whatever the type, so that a test can put any bytes into any cell.
import { ByteWriter, inetBytes, uuidBytes } from './byte-writer.ts';
import type { CqlType, SimpleType } from './cql-type.ts';
import { WireError } from './wire-error.ts';

const DATE_EPOCH = 2 ** 31;
const NOT_FIXED = new Set<CqlType>([
  'ascii',
  'blob',
  'counter',
  'date',
  'decimal',
  'duration',
  'inet',
  'smallint',
  'text',
  'time',
  'tinyint',
  'varint',
]);

export interface DecimalInput {
  readonly unscaled: bigint;
  readonly scale: number;
}

export interface DurationInput {
  readonly months: number;
  readonly days: number;
  readonly nanoseconds: bigint;
}

/**
 * Encodes one value, without a length before it.
 *
 * Integers, time (nanoseconds), timestamp (milliseconds) and date (days since 1970-01-01) take a number or a bigint; uuid and
 * inet a text; decimal and duration an object of their parts; list, set, tuple and vector an iterable; map an iterable of pairs
 * or a Map; udt an array in field order or an object by field name.
 */
export function encodeValue(type: CqlType, value: unknown): Uint8Array | null {
  if (value === null || value === undefined) {
    return null;
  }
  if (value instanceof Uint8Array) {
    return value;
  }
  const writer = new ByteWriter();
  if (typeof type === 'string') {
    writeSimple(writer, type, value);
  } else if ('list' in type) {
    writeElements(writer, type.list, items(value));
  } else if ('set' in type) {
    writeElements(writer, type.set, items(value));
  } else if ('map' in type) {
    writeMap(writer, type.map, items(value));
  } else if ('tuple' in type) {
    writeComponents(writer, type.tuple, items(value));
  } else if ('udt' in type) {
    const fields = type.udt.fields;
    const inOrder = Array.isArray(value)
      ? items(value)
      : fields.map(([name]) => (value as Readonly<Record<string, unknown>>)[name]);
    writeComponents(
      writer,
      fields.map(([, field]) => field),
      inOrder,
    );
  } else if ('vector' in type) {
    writeVector(writer, type.vector[0], items(value));
  } else {
    throw new WireError('expected bytes for a custom type');
  }
  return writer.finish();
}

function writeSimple(writer: ByteWriter, type: SimpleType, value: unknown): void {
  switch (type) {
    case 'ascii':
    case 'text':
      writer.raw(new TextEncoder().encode(String(value)));
      return;
    case 'tinyint':
      writer.byte(Number(value));
      return;
    case 'smallint':
      writer.short(Number(value));
      return;
    case 'int':
      writer.int(Number(value));
      return;
    case 'date':
      writer.int(Number(value) + DATE_EPOCH);
      return;
    case 'bigint':
    case 'counter':
    case 'time':
    case 'timestamp':
      writer.long(toBigInt(value));
      return;
    case 'boolean':
      writer.byte(value === true ? 1 : 0);
      return;
    case 'float':
      writer.float(Number(value));
      return;
    case 'double':
      writer.double(Number(value));
      return;
    case 'varint':
      writeVarint(writer, toBigInt(value));
      return;
    case 'decimal': {
      const { unscaled, scale } = value as DecimalInput;
      writeVarint(writer.int(scale), unscaled);
      return;
    }
    case 'duration': {
      const { months, days, nanoseconds } = value as DurationInput;
      writer.vint(BigInt(months)).vint(BigInt(days)).vint(nanoseconds);
      return;
    }
    case 'uuid':
    case 'timeuuid':
      writer.raw(uuidBytes(String(value)));
      return;
    case 'inet':
      writer.raw(inetBytes(String(value)));
      return;
    case 'blob':
      throw new WireError('expected bytes for a blob');
  }
}

/** The shortest two's complement, at least one byte. */
function writeVarint(writer: ByteWriter, value: bigint): void {
  let length = 1;
  while (BigInt.asIntN(8 * length, value) !== value) {
    length += 1;
  }
  for (let index = length - 1; index >= 0; index -= 1) {
    writer.byte(Number((value >> BigInt(8 * index)) & 0xffn));
  }
}

/** `int n`, then n × `[bytes]`. */
function writeElements(writer: ByteWriter, type: CqlType, values: readonly unknown[]): void {
  writer.int(values.length);
  for (const value of values) {
    writer.bytes(encodeValue(type, value));
  }
}

/** `int n`, then n × (`[bytes]` key, `[bytes]` value). */
function writeMap(writer: ByteWriter, [keyType, valueType]: readonly [CqlType, CqlType], pairs: unknown[]): void {
  writer.int(pairs.length);
  for (const pair of pairs) {
    const [key, value] = items(pair);
    writer.bytes(encodeValue(keyType, key)).bytes(encodeValue(valueType, value));
  }
}

/** `[bytes]` for each component that is given: fewer than the type has are legal. */
function writeComponents(writer: ByteWriter, types: readonly CqlType[], values: readonly unknown[]): void {
  types.slice(0, values.length).forEach((type, index) => {
    writer.bytes(encodeValue(type, values[index]));
  });
}

/** Elements back to back; where their type has no fixed length each has an `[unsigned vint]` length before it. */
function writeVector(writer: ByteWriter, type: CqlType, values: readonly unknown[]): void {
  const fixed = hasFixedLength(type);
  for (const value of values) {
    const element = encodeValue(type, value) ?? new Uint8Array(0);
    if (!fixed) {
      writer.unsignedVint(BigInt(element.length));
    }
    writer.raw(element);
  }
}

/** Cassandra counts tinyint, smallint, date and time as variable although they never vary. */
function hasFixedLength(type: CqlType): boolean {
  return typeof type === 'string' ? !NOT_FIXED.has(type) : 'vector' in type && hasFixedLength(type.vector[0]);
}

function toBigInt(value: unknown): bigint {
  if (typeof value === 'bigint' || typeof value === 'number' || typeof value === 'string') {
    return BigInt(value);
  }
  throw new WireError(`expected an integer, got ${typeof value}`);
}

function items(value: unknown): unknown[] {
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    return [...(value as Iterable<unknown>)];
  }
  throw new WireError(`expected an iterable, got ${typeof value}`);
}
