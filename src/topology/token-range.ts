// Ranges of the ring, for who reads it in parts: each from behind one token up to and with another.

import { InvalidArgumentError } from '../errors.ts';
import { describeNumber } from '../types/check.ts';
import { BytesToken, leastToken, tokenOf, type Token } from './token.ts';

/**
 * The tokens behind `start` up to and with `end`, around the ring where `end` does not come after `start`. From the least token to
 * itself it is the whole ring, from any other token to itself it is empty. Immutable.
 */
export class TokenRange {
  readonly start: Token;
  readonly end: Token;

  /** @throws {InvalidArgumentError} for tokens of two partitioners. */
  constructor(start: Token, end: Token) {
    start.compare(end);
    this.start = start;
    this.end = end;
    Object.freeze(this);
  }

  /** Whether the range goes on over the end of the ring: it then has two parts. */
  get wraps(): boolean {
    return this.start.compare(this.end) > 0 && !this.end.equals(this.#least);
  }

  get isEmpty(): boolean {
    return this.start.equals(this.end) && !this.isWholeRing;
  }

  get isWholeRing(): boolean {
    return this.start.equals(this.end) && this.start.equals(this.#least);
  }

  contains(token: Token): boolean {
    const isBehindStart = token.compare(this.start) > 0;
    const isBeforeEnd = token.compare(this.end) <= 0;
    const order = this.start.compare(this.end);
    if (order === 0) return this.isWholeRing;
    return order < 0 ? isBehindStart && isBeforeEnd : isBehindStart || isBeforeEnd;
  }

  /** The range in parts that do not wrap, as CQL wants them: `token(k) > start AND token(k) <= end`. */
  unwrap(): TokenRange[] {
    if (!this.wraps) return [this];
    return [new TokenRange(this.start, this.#least), new TokenRange(this.#least, this.end)];
  }

  /**
   * Splits into `count` ranges, one behind the other, of sizes that differ by one at most.
   *
   * With ByteOrdered, whose tokens have no greatest length, sizes are those of numbers with so many bytes as are needed.
   *
   * @throws {InvalidArgumentError} for a count that is no positive integer, or more than the range has tokens.
   */
  splitEvenly(count: number): TokenRange[] {
    if (!Number.isInteger(count) || count < 1) {
      throw new InvalidArgumentError(`expected count as an integer from 1, got ${describeNumber(count)}`, {
        field: 'count',
      });
    }
    const space = spaceOf(this.start, this.end, count);
    const from = space.numberOf(this.start);
    const size = this.isWholeRing ? space.size : (space.numberOf(this.end) - from + space.size) % space.size;
    if (size < BigInt(count)) {
      throw new InvalidArgumentError(`expected count of at most ${size}, the tokens of the range, got ${count}`, {
        field: 'count',
      });
    }
    const cut = (i: number): Token => {
      if (i === 0) return this.start;
      return i === count ? this.end : space.tokenOf((from + (size * BigInt(i)) / BigInt(count)) % space.size);
    };
    return Array.from({ length: count }, (_, i) => new TokenRange(cut(i), cut(i + 1)));
  }

  equals(other: unknown): boolean {
    return other instanceof TokenRange && this.start.equals(other.start) && this.end.equals(other.end);
  }

  toString(): string {
    return `]${this.start.toString()}, ${this.end.toString()}]`;
  }

  get #least(): Token {
    return leastToken(this.start.partitioner);
  }
}

/** The tokens of a ring as numbers from 0, which is the least token. */
interface Space {
  readonly size: bigint;
  numberOf(token: Token): bigint;
  tokenOf(number: bigint): Token;
}

function spaceOf(start: Token, end: Token, count: number): Space {
  const { partitioner } = start;
  if (partitioner === 'byteOrdered') return byteSpace(start, end, count);
  const least = leastToken(partitioner).value as bigint;
  return {
    size: partitioner === 'murmur3' ? 1n << 64n : (1n << 127n) + 2n,
    numberOf: ({ value }) => (value as bigint) - least,
    tokenOf: (number) => tokenOf(partitioner, number + least),
  };
}

function byteSpace(start: Token, end: Token, count: number): Space {
  const longest = Math.max(...[start, end].map(({ value }) => (value as Uint8Array).length));
  const length = longest + Math.ceil(Math.log2(count) / 8) + 1;
  return {
    size: 1n << BigInt(8 * length),
    numberOf: ({ value }) => BigInt(`0x${new BytesToken(value as Uint8Array).toString().padEnd(2 * length, '0')}`),
    tokenOf: (number) => new BytesToken(number.toString(16).padStart(2 * length, '0')),
  };
}
