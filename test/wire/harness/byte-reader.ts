// Reads the notations of the protocol (native_protocol_v5.spec 3) strictly: what the spec does not allow is a WireError.
import { WireError } from './wire-error.ts';

/** Marks a `[value]` of length -2: the statement leaves that column as it is. */
export const UNSET: unique symbol = Symbol('unset');

/** What a `[value]` carries. */
export type BoundValue = Uint8Array | null | typeof UNSET;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Walks over one body; each read checks what is left first. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  byte(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  short(): number {
    return this.#view.getUint16(this.#advance(2));
  }

  int(): number {
    return this.#view.getInt32(this.#advance(4));
  }

  long(): bigint {
    return this.#view.getBigInt64(this.#advance(8));
  }

  /** A view on the next bytes, not a copy. */
  raw(length: number): Uint8Array {
    const start = this.#advance(length);
    return this.#bytes.subarray(start, start + length);
  }

  string(): string {
    return this.#text(this.short());
  }

  longString(): string {
    return this.#text(this.int());
  }

  shortBytes(): Uint8Array {
    return this.raw(this.short());
  }

  bytes(): Uint8Array | null {
    const length = this.int();
    return length < 0 ? null : this.raw(length);
  }

  value(version: number): BoundValue {
    const length = this.int();
    if (length >= 0) {
      return this.raw(length);
    }
    if (length === -1) {
      return null;
    }
    if (length === -2 && version >= 4) {
      return UNSET;
    }
    throw new WireError(`expected the length of a value, got ${length} in version ${version}`);
  }

  uuid(): string {
    const digits = Array.from(this.raw(16), (byte) => byte.toString(16).padStart(2, '0')).join('');
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  stringList(): string[] {
    return this.list(() => this.string());
  }

  stringMap(): Record<string, string> {
    return Object.fromEntries(this.list(() => [this.string(), this.string()] as const));
  }

  stringMultimap(): Record<string, string[]> {
    return Object.fromEntries(this.list(() => [this.string(), this.stringList()] as const));
  }

  bytesMap(): Record<string, Uint8Array | null> {
    return Object.fromEntries(this.list(() => [this.string(), this.bytes()] as const));
  }

  /** A short n, then what `read` reads, n times. */
  list<T>(read: () => T): T[] {
    return Array.from({ length: this.short() }, read);
  }

  /** Throws where bytes are left: a request has no room for extensions. */
  expectEnd(what: string): void {
    if (this.remaining > 0) {
      throw new WireError(`expected the end of ${what}, got ${this.remaining} bytes more`);
    }
  }

  #text(length: number): string {
    const start = this.#position;
    try {
      return utf8.decode(this.raw(length));
    } catch (cause) {
      throw new WireError(`expected ${length} bytes of UTF-8 at byte ${start}`, { cause });
    }
  }

  #advance(count: number): number {
    if (count < 0 || count > this.remaining) {
      throw new WireError(`expected ${count} bytes at byte ${this.#position}, got ${this.remaining}`);
    }
    const start = this.#position;
    this.#position += count;
    return start;
  }
}
