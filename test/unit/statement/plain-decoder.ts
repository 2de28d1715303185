// A slow, plain reading of the CQL binary format into plain data, made for tests alone: integers as bigint, other native values as
// hex, collections as arrays. native_protocol_v5.spec 6
import type { CqlType } from '../../../src/types/data-type.ts';

export type Plain = null | bigint | string | readonly Plain[];

const integers = new Set(['tinyint', 'smallint', 'int', 'bigint', 'counter', 'timestamp', 'time', 'varint']);
const fixed: Readonly<Record<string, number>> = {
  boolean: 1,
  int: 4,
  float: 4,
  bigint: 8,
  double: 8,
  timestamp: 8,
  uuid: 16,
  timeuuid: 16,
};

class Reader {
  readonly bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  take(length: number): Buffer {
    if (length < 0 || this.at + length > this.bytes.length) throw new Error(`no ${length} bytes at ${this.at}`);
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  int(): number {
    return this.take(4).readInt32BE();
  }

  vint(): number {
    const first = this.take(1).readUInt8();
    const extra = Math.clz32(~(first << 24));
    let value = BigInt(first & (0xff >> extra));
    for (const byte of this.take(extra)) value = (value << 8n) | BigInt(byte);
    return Number(value);
  }

  value(type: CqlType): Plain {
    const length = this.int();
    return length === -1 ? null : decode(type, this.take(length));
  }
}

/** Decodes a content; throws if bytes are missing or left over. */
export function decode(type: CqlType, bytes: Buffer): Plain {
  const reader = new Reader(bytes);
  const plain = content(type, reader);
  if (reader.at !== bytes.length) throw new Error(`${bytes.length - reader.at} bytes left over`);
  return plain;
}

function content(type: CqlType, reader: Reader): Plain {
  const [first, second] = type.args as [CqlType, CqlType];
  switch (type.kind) {
    case 'list':
    case 'set':
      return Array.from({ length: reader.int() }, () => reader.value(first));
    case 'map':
      return Array.from({ length: reader.int() }, () => [reader.value(first), reader.value(second)]);
    case 'tuple':
    case 'udt':
      return type.args.map((arg) => reader.value(arg));
    case 'vector': {
      const size = sizeOf(first);
      const next = (): Plain => decode(first, reader.take(size ?? reader.vint()));
      return Array.from({ length: type.dimensions ?? 0 }, next);
    }
    default: {
      const hex = reader.take(reader.bytes.length - reader.at).toString('hex');
      return integers.has(type.kind) ? BigInt.asIntN(hex.length * 4, BigInt(`0x${hex}`)) : hex;
    }
  }
}

function sizeOf(type: CqlType): number | undefined {
  const element = type.args[0];
  if (type.kind !== 'vector' || element === undefined) return fixed[type.kind];
  const size = sizeOf(element);
  return size === undefined ? undefined : size * (type.dimensions ?? 0);
}
