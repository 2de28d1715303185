// A UUID of any version, as four 32-bit words; its text is made when somebody asks for it. Times in it: time-uuid.ts.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass, isBytes } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { fillRandom } from './random-bytes.ts';

const TEXT_LENGTH = 36;
const HYPHEN = 0x2d;
/** Of each ASCII character its value as a hexadecimal digit, 0xfff for those that are none. */
const digitValues = Uint16Array.from({ length: 128 }, (_, code) => {
  const value = Number.parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0xfff : value;
});
const hexOfByte: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const scratch = new Uint8Array(16);

let lastMilliseconds = 0;
let counter = 0;

/**
 * Holds a `uuid` value. Immutable.
 *
 * @example Uuid.parse('550e8400-e29b-41d4-a716-446655440000').equals(row.id)
 */
export class Uuid {
  // Signed, because V8 keeps signed 32-bit integers in the object itself.
  private readonly word0: number;
  private readonly word1: number;
  private readonly word2: number;
  private readonly word3: number;

  /**
   * Copies 16 bytes.
   *
   * With `offset`, the 16 bytes from there on; without it, `bytes` is exactly 16 long. Throws `InvalidArgumentError` otherwise.
   */
  constructor(bytes: Uint8Array, offset?: number) {
    const start = offset ?? 0;
    if (!isBytes(bytes) || !(offset === undefined ? bytes.length === 16 : isRoom(bytes, offset))) {
      throw new InvalidArgumentError(`expected 16 bytes of a UUID, got ${describe(bytes)}`, { field: 'bytes' });
    }
    this.word0 = readWord(bytes, start);
    this.word1 = readWord(bytes, start + 4);
    this.word2 = readWord(bytes, start + 8);
    this.word3 = readWord(bytes, start + 12);
    // Not frozen: that would be a third of the cost of reading one.
  }

  /** Makes a random UUID (version 4). */
  static random(): Uuid {
    fillRandom(scratch);
    return new Uuid(stamp(scratch, 4));
  }

  /**
   * Makes a UUID that begins with the current time in milliseconds (version 7). Those made by one process, in one millisecond
   * too, are in ascending order. Source: RFC 9562, 5.7 and 6.2 method 1.
   */
  static v7(): Uuid {
    fillRandom(scratch);
    const now = Date.now();
    if (now > lastMilliseconds) {
      lastMilliseconds = now;
      counter = ((byteAt(scratch, 6) & 0x07) << 8) | byteAt(scratch, 7);
    } else if (++counter > 0xfff) {
      lastMilliseconds += 1;
      counter = 0;
    }
    writeUint(scratch, 0, Math.floor(lastMilliseconds / 0x10000), 4);
    writeUint(scratch, 4, lastMilliseconds % 0x10000, 2);
    writeUint(scratch, 6, counter, 2);
    return new Uuid(stamp(scratch, 7));
  }

  /** Reads the usual text, in either case: `550e8400-e29b-41d4-a716-446655440000`. Throws `InvalidArgumentError` for any other. */
  static parse(text: string): Uuid {
    return new Uuid(parseUuidBytes(text));
  }

  /** A copy of the 16 bytes, in the order in which they are written. */
  get bytes(): Uint8Array {
    const bytes = new Uint8Array(16);
    this.copyTo(bytes, 0);
    return bytes;
  }

  /** The version number: 1 is a time UUID, 4 a random one. */
  get version(): number {
    return (this.word1 >>> 12) & 0xf;
  }

  /** Writes the 16 bytes to `target` at `offset`; the caller sees to it that there is room. */
  copyTo(target: Uint8Array, offset: number): void {
    writeWord(target, offset, this.word0);
    writeWord(target, offset + 4, this.word1);
    writeWord(target, offset + 8, this.word2);
    writeWord(target, offset + 12, this.word3);
  }

  /** Says whether `other` is a UUID with the same bytes; a `TimeUuid` can equal a `Uuid`. */
  equals(other: unknown): boolean {
    return (
      other instanceof Uuid &&
      this.word0 === other.word0 &&
      this.word1 === other.word1 &&
      this.word2 === other.word2 &&
      this.word3 === other.word3
    );
  }

  /**
   * Compares as the server orders `uuid` columns: by version, of version 1 by time, then by unsigned bytes.
   *
   * Negative if this comes first, 0 if both are equal, positive if `other` comes first.
   */
  compare(other: Uuid): number {
    checkClass(other, Uuid, 'Uuid');
    if (this.version !== other.version) return this.version - other.version;
    const order = this.version === 1 ? this.compareTime(other) : 0;
    if (order !== 0) return order;
    return (
      compareUnsigned(this.word0, other.word0) ||
      compareUnsigned(this.word1, other.word1) ||
      compareUnsigned(this.word2, other.word2) ||
      compareUnsigned(this.word3, other.word3)
    );
  }

  /** The text: 32 lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12. */
  toString(): string {
    const { word1, word2 } = this;
    return `${hex32(this.word0)}-${hex16(word1 >>> 16)}-${hex16(word1)}-${hex16(word2 >>> 16)}-${hex16(word2)}${hex32(this.word3)}`;
  }

  /** Returns the text. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `Uuid(${this.toString()})`;
  }

  /** Compares the 60 bits of time of two version 1 UUIDs. */
  protected compareTime(other: Uuid): number {
    return (
      (this.word1 & 0xfff) - (other.word1 & 0xfff) ||
      (this.word1 >>> 16) - (other.word1 >>> 16) ||
      compareUnsigned(this.word0, other.word0)
    );
  }

  /** The 60 bits of time of a version 1 UUID, in 100 ns since 1582-10-15, as high 28 and low 32 bits. */
  protected get timeParts(): readonly [high: number, low: number] {
    return [((this.word1 & 0xfff) << 16) | (this.word1 >>> 16), this.word0 >>> 0];
  }

  /** Clock sequence, variant and node as the server compares them in `timeuuid` columns: byte by byte, signed. */
  protected compareRestSigned(other: Uuid): number {
    const flip = 0x80808080;
    return (
      compareUnsigned(this.word2 ^ flip, other.word2 ^ flip) || compareUnsigned(this.word3 ^ flip, other.word3 ^ flip)
    );
  }
}

/** Reads the text of a UUID into bytes that are good until the next call. */
export function parseUuidBytes(text: string): Uint8Array {
  if (!writeUuidText(text, scratch, 0)) {
    throw new InvalidArgumentError(
      `expected a UUID such as 550e8400-e29b-41d4-a716-446655440000, got ${describe(text)}`,
      { field: 'text' },
    );
  }
  return scratch;
}

/**
 * Writes the 16 bytes of a UUID that is given as text, at `offset` where there is room for them; false for what is no UUID, with
 * some of them written perhaps. No pattern and no slices: keys are often UUIDs as text.
 */
export function writeUuidText(text: string, target: Uint8Array, offset: number): boolean {
  if (typeof text !== 'string' || text.length !== TEXT_LENGTH) return false;
  let at = 0;
  let seen = 0;
  for (let byte = 0; byte < 16; byte++) {
    if (byte === 4 || byte === 6 || byte === 8 || byte === 10) {
      if (text.charCodeAt(at++) !== HYPHEN) return false;
    }
    const high = text.charCodeAt(at++);
    const low = text.charCodeAt(at++);
    seen |= high | low;
    const value = ((digitValues[high & 0x7f] as number) << 4) | (digitValues[low & 0x7f] as number);
    if (value > 0xff) return false;
    target[offset + byte] = value;
  }
  return seen < 0x80;
}

/** Sets version and variant of random bytes. Source: RFC 9562, 4. */
export function stamp(bytes: Uint8Array, version: number): Uint8Array {
  bytes[6] = (byteAt(bytes, 6) & 0x0f) | (version << 4);
  bytes[8] = (byteAt(bytes, 8) & 0x3f) | 0x80;
  return bytes;
}

/** Writes the low `length` bytes of an unsigned integer, highest first. */
export function writeUint(bytes: Uint8Array, offset: number, value: number, length: number): void {
  let rest = value;
  for (let i = offset + length - 1; i >= offset; i--) {
    bytes[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}

/** Says whether there are 16 bytes from an offset on. */
function isRoom(bytes: Uint8Array, offset: number): boolean {
  return Number.isInteger(offset) && offset >= 0 && offset + 16 <= bytes.length;
}

function readWord(bytes: Uint8Array, offset: number): number {
  return (
    (byteAt(bytes, offset) << 24) |
    (byteAt(bytes, offset + 1) << 16) |
    (byteAt(bytes, offset + 2) << 8) |
    byteAt(bytes, offset + 3)
  );
}

function writeWord(bytes: Uint8Array, offset: number, word: number): void {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] as number;
}

function compareUnsigned(a: number, b: number): number {
  return (a >>> 0) - (b >>> 0);
}

function hex16(word: number): string {
  return `${hexOfByte[(word >>> 8) & 0xff] ?? ''}${hexOfByte[word & 0xff] ?? ''}`;
}

function hex32(word: number): string {
  return hex16(word >>> 16) + hex16(word);
}
