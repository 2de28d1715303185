// IP addresses: strict reading, and the one spelling of RFC 5952 for writing.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass, isBytes } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';

/** Longest text of an address: eight groups, the last two written as IPv4. */
const maxTextLength = 45;

/**
 * Holds an `inet` value, an IPv4 or IPv6 address. Immutable.
 *
 * @example Inet.parse('2001:DB8:0:0::1').toString() // 2001:db8::1
 */
export class Inet {
  private readonly octets: Uint8Array;

  /** Copies 4 or 16 bytes. Throws `InvalidArgumentError` for any other length. */
  constructor(bytes: Uint8Array) {
    if (!isBytes(bytes) || (bytes.length !== 4 && bytes.length !== 16)) {
      throw new InvalidArgumentError(`expected 4 or 16 bytes of an address, got ${describe(bytes)}`, {
        field: 'bytes',
      });
    }
    this.octets = Uint8Array.from(bytes);
    Object.freeze(this);
  }

  /**
   * Reads `192.0.2.1`, `2001:db8::1` and `::ffff:192.0.2.1`. Strict: four decimal numbers up to 255 without leading zeros; groups of
   * 1 to 4 hexadecimal digits, `::` at most once and for at least one group; no zone, port, prefix length or brackets.
   *
   * Throws `InvalidArgumentError` for any other text.
   */
  static parse(text: string): Inet {
    const bytes = parseInetBytes(text);
    if (bytes !== undefined) return new Inet(bytes);
    throw new InvalidArgumentError(`expected an IP address such as 192.0.2.1 or 2001:db8::1, got ${describe(text)}`, {
      field: 'text',
    });
  }

  /** A copy of the 4 or 16 bytes, in network order. */
  get bytes(): Uint8Array {
    return Uint8Array.from(this.octets);
  }

  /** 4 or 6. */
  get version(): 4 | 6 {
    return this.octets.length === 4 ? 4 : 6;
  }

  /** Says whether `other` is an `Inet` with the same bytes: 192.0.2.1 does not equal ::ffff:192.0.2.1. */
  equals(other: unknown): boolean {
    return other instanceof Inet && this.octets.length === other.octets.length && this.compare(other) === 0;
  }

  /** Compares byte by byte, as the server orders `inet` columns: negative if this comes first. */
  compare(other: Inet): number {
    checkClass(other, Inet, 'Inet');
    for (let i = 0; i < Math.min(this.octets.length, other.octets.length); i++) {
      const difference = byteAt(this.octets, i) - byteAt(other.octets, i);
      if (difference !== 0) return difference;
    }
    return this.octets.length - other.octets.length;
  }

  /** Writes the address as RFC 5952 wants it: lower case, the longest run of zeros as `::`, IPv4 inside `::ffff:` with dots. */
  toString(): string {
    return formatInet(this.octets);
  }

  /** Returns the text. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `Inet(${this.toString()})`;
  }
}

/** Reads an address into its 4 or 16 bytes; undefined if the text is none. The rules are those of `Inet.parse`. */
export function parseInetBytes(text: string): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length > maxTextLength) return undefined;
  if (!text.includes(':')) return parseV4(text);
  const halves = text.split('::');
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = parseGroups(halves[1] ?? '', true);
  if (head === undefined || tail === undefined || halves.length > 2) return undefined;
  const length = head.length + tail.length;
  if (halves.length === 1 ? length !== 16 : length > 14) return undefined;
  const bytes = new Uint8Array(16);
  bytes.set(head, 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** Writes the text of 4 or 16 bytes; the rules are those of `Inet.toString`. */
export function formatInet(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (byteAt(bytes, i * 2) << 8) | byteAt(bytes, i * 2 + 1));
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `::ffff:${bytes.subarray(12).join('.')}`;
  }
  const [start, length] = longestZeroRun(groups);
  const text = groups.map((group) => group.toString(16));
  if (length < 2) return text.join(':');
  return `${text.slice(0, start).join(':')}::${text.slice(start + length).join(':')}`;
}

function parseV4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return Uint8Array.from(parts, Number);
}

/** Reads groups between colons, none in empty text; only at the end of an address may the last be written as IPv4. */
function parseGroups(text: string, isEnd: boolean): number[] | undefined {
  if (text === '') return [];
  const bytes: number[] = [];
  const groups = text.split(':');
  for (const [i, group] of groups.entries()) {
    if (/^[0-9a-f]{1,4}$/i.test(group)) {
      const value = Number.parseInt(group, 16);
      bytes.push(value >> 8, value & 0xff);
    } else {
      const v4 = isEnd && i === groups.length - 1 ? parseV4(group) : undefined;
      if (v4 === undefined) return undefined;
      bytes.push(...v4);
    }
  }
  return bytes;
}

/** Where the first of the longest runs of zeros begins, and how many groups it has. */
function longestZeroRun(groups: readonly number[]): readonly [start: number, length: number] {
  let best: readonly [number, number] = [0, 0];
  let length = 0;
  for (const [i, group] of groups.entries()) {
    length = group === 0 ? length + 1 : 0;
    if (length > best[1]) best = [i - length + 1, length];
  }
  return best;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}
