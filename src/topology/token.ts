// Tokens as users see them: places in the ring, of the cluster's partitioner.

import { hashKey } from '../core/hash-key.ts';
import { InvalidArgumentError } from '../errors.ts';
import { isBytes } from '../types/check.ts';
import { describe } from '../types/describe.ts';
import { compareTokens, parseToken, PARTITIONER_NUMBER, type PartitionerName, type TokenValue } from './partitioner.ts';

/** A place in the ring. Immutable. */
export abstract class Token {
  abstract readonly value: TokenValue;
  abstract readonly partitioner: PartitionerName;

  /** Negative if this comes first in the ring. Throws `InvalidArgumentError` for a token of another partitioner. */
  compare(other: Token): number {
    if (!(other instanceof Token) || other.partitioner !== this.partitioner) {
      throw new InvalidArgumentError(`expected a ${this.constructor.name}, got ${describe(other)}`, { field: 'other' });
    }
    return compareTokens(this.value, other.value);
  }

  equals(other: unknown): boolean {
    return other instanceof Token && other.partitioner === this.partitioner && this.compare(other) === 0;
  }

  /** As servers print it, and take it in CQL. */
  toString(): string {
    return String(this.value);
  }

  toJSON(): string {
    return this.toString();
  }
}

/** A token of `Murmur3Partitioner`: a 64-bit integer. The least one stands for the start of the ring; no key has it. */
export class Murmur3Token extends Token {
  static readonly MIN: Murmur3Token = new Murmur3Token(-(2n ** 63n));
  override readonly value: bigint;
  override readonly partitioner = 'murmur3';

  /** @throws {InvalidArgumentError} for what is no 64-bit integer. */
  constructor(value: bigint | string) {
    super();
    this.value = integerOf(value, 'murmur3');
  }

  /** The token of a partition key: of its only column's encoding, or of several as `[short length] bytes 00` each. */
  static fromKey(key: Uint8Array): Murmur3Token {
    return new Murmur3Token(hashKey(PARTITIONER_NUMBER.murmur3, requireKey(key)));
  }
}

/** A token of `RandomPartitioner`: 0 to 2^127; -1 stands for the start of the ring. */
export class MD5Token extends Token {
  static readonly MIN: MD5Token = new MD5Token(-1n);
  override readonly value: bigint;
  override readonly partitioner = 'random';

  /** @throws {InvalidArgumentError} for what is no integer from -1 to 2^127. */
  constructor(value: bigint | string) {
    super();
    this.value = integerOf(value, 'random');
  }

  /** The token of a partition key. */
  static fromKey(key: Uint8Array): MD5Token {
    return new MD5Token(hashKey(PARTITIONER_NUMBER.random, requireKey(key)));
  }
}

/** A token of `ByteOrderedPartitioner`: the key itself; no bytes stand for the start of the ring. */
export class BytesToken extends Token {
  static readonly MIN: BytesToken = new BytesToken(new Uint8Array());
  override readonly value: Uint8Array;
  override readonly partitioner = 'byteOrdered';

  /** Takes bytes, or their hexadecimal form. Throws `InvalidArgumentError` for anything else. */
  constructor(value: Uint8Array | string) {
    super();
    const bytes = typeof value === 'string' ? parseToken('byteOrdered', value) : value;
    if (!isBytes(bytes)) throw refusal('bytes or their hexadecimal form', value);
    this.value = Uint8Array.from(bytes);
  }

  /** The token of a partition key: the key. */
  static fromKey(key: Uint8Array): BytesToken {
    return new BytesToken(requireKey(key));
  }

  override toString(): string {
    return Array.from(this.value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  }
}

/** A token of a partitioner, from its value. */
export function tokenOf(partitioner: PartitionerName, value: TokenValue): Token {
  if (partitioner === 'byteOrdered') return new BytesToken(value as Uint8Array);
  return partitioner === 'murmur3' ? new Murmur3Token(value as bigint) : new MD5Token(value as bigint);
}

/** The token that stands for the start of the ring. */
export function leastToken(partitioner: PartitionerName): Token {
  if (partitioner === 'byteOrdered') return BytesToken.MIN;
  return partitioner === 'murmur3' ? Murmur3Token.MIN : MD5Token.MIN;
}

/** The token of a key. */
export function tokenOfKey(partitioner: PartitionerName, key: Uint8Array): Token {
  if (partitioner === 'byteOrdered') return BytesToken.fromKey(key);
  return partitioner === 'murmur3' ? Murmur3Token.fromKey(key) : MD5Token.fromKey(key);
}

function integerOf(value: unknown, partitioner: PartitionerName): bigint {
  const text = typeof value === 'bigint' || typeof value === 'string' ? String(value) : '';
  const token = parseToken(partitioner, text);
  if (typeof token === 'bigint') return token;
  throw refusal('an integer within the ring', value);
}

function requireKey(key: unknown): Uint8Array {
  if (isBytes(key)) return key;
  throw new InvalidArgumentError(`expected the bytes of a partition key, got ${describe(key)}`, { field: 'key' });
}

function refusal(expected: string, value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${expected} as token, got ${describe(value)}`, { field: 'value' });
}
