// Writes the notations of the protocol (native_protocol_v5.spec 3) into a buffer that grows.
// Every method returns the writer, so that hostile bodies read like the drawing of a layout.
import { WireError } from './wire-error.ts';

const MAX_SHORT = 0xffff;
const utf8 = new TextEncoder();

/** Appends big-endian numbers, texts and byte strings; `finish` gives the bytes. */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#view.setUint8(this.#length, value & 0xff);
    this.#length += 1;
    return this;
  }

  short(value: number): this {
    this.#reserve(2);
    this.#view.setUint16(this.#length, value & 0xffff);
    this.#length += 2;
    return this;
  }

  int(value: number): this {
    this.#reserve(4);
    this.#view.setInt32(this.#length, value | 0);
    this.#length += 4;
    return this;
  }

  long(value: bigint): this {
    this.#reserve(8);
    this.#view.setBigInt64(this.#length, BigInt.asIntN(64, value));
    this.#length += 8;
    return this;
  }

  float(value: number): this {
    this.#reserve(4);
    this.#view.setFloat32(this.#length, value);
    this.#length += 4;
    return this;
  }

  double(value: number): this {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** `[string]`: short n, then n bytes of UTF-8. */
  string(text: string): this {
    return this.shortBytes(utf8.encode(text));
  }

  /** `[long string]`: int n, then n bytes of UTF-8. */
  longString(text: string): this {
    return this.bytes(utf8.encode(text));
  }

  /** `[short bytes]`: short n, then n bytes. */
  shortBytes(bytes: Uint8Array): this {
    if (bytes.length > MAX_SHORT) {
      throw new WireError(`expected at most ${MAX_SHORT} bytes under a short length, got ${bytes.length}`);
    }
    return this.short(bytes.length).raw(bytes);
  }

  /** `[bytes]`: int n, then n bytes; null is n = -1. */
  bytes(bytes: Uint8Array | null): this {
    return bytes === null ? this.int(-1) : this.int(bytes.length).raw(bytes);
  }

  /** `[uuid]`: 16 bytes in the order of the text. */
  uuid(text: string): this {
    return this.raw(uuidBytes(text));
  }

  /** `[string list]`: short n, then n strings. */
  stringList(texts: readonly string[]): this {
    this.short(texts.length);
    for (const text of texts) {
      this.string(text);
    }
    return this;
  }

  /** `[string map]`: short n, then n pairs of strings. */
  stringMap(entries: Readonly<Record<string, string>>): this {
    const pairs = Object.entries(entries);
    this.short(pairs.length);
    for (const [key, value] of pairs) {
      this.string(key).string(value);
    }
    return this;
  }

  /** `[string multimap]`: short n, then n pairs of a string and a string list. */
  stringMultimap(entries: Readonly<Record<string, readonly string[]>>): this {
    const pairs = Object.entries(entries);
    this.short(pairs.length);
    for (const [key, values] of pairs) {
      this.string(key).stringList(values);
    }
    return this;
  }

  /** `[bytes map]`: short n, then n pairs of a string and bytes. */
  bytesMap(entries: Readonly<Record<string, Uint8Array | null>>): this {
    const pairs = Object.entries(entries);
    this.short(pairs.length);
    for (const [key, value] of pairs) {
      this.string(key).bytes(value);
    }
    return this;
  }

  /** `[inetaddr]`: byte n (4 or 16), then the address. */
  inetAddress(address: string): this {
    const bytes = inetBytes(address);
    return this.byte(bytes.length).raw(bytes);
  }

  /** `[inet]`: `[inetaddr]`, then int port. */
  inet(address: string, port: number): this {
    return this.inetAddress(address).int(port);
  }

  /** `[unsigned vint]`: as many leading one bits in the first byte as bytes follow it. */
  unsignedVint(value: bigint): this {
    const unsigned = BigInt.asUintN(64, value);
    const bits = unsigned.toString(2).length;
    const extra = bits > 56 ? 8 : Math.max(0, Math.ceil((bits - 7) / 7));
    const marker = (0xff00 >> extra) & 0xff;
    const first = extra === 8 ? 0 : Number(unsigned >> BigInt(8 * extra));
    this.byte(marker | first);
    for (let index = extra - 1; index >= 0; index -= 1) {
      this.byte(Number((unsigned >> BigInt(8 * index)) & 0xffn));
    }
    return this;
  }

  /** `[vint]`: the sign folded into the lowest bit, then `[unsigned vint]`. */
  vint(value: bigint): this {
    return this.unsignedVint((value << 1n) ^ (value >> 63n));
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) {
      return;
    }
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads hex digits, blanks between them ignored. */
export function hex(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (digits.length % 2 !== 0 || !/^[0-9a-fA-F]*$/.test(digits)) {
    throw new WireError('expected an even number of hex digits');
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}

export function uuidBytes(text: string): Uint8Array {
  const bytes = hex(text.replaceAll('-', ''));
  if (bytes.length !== 16) {
    throw new WireError(`expected a uuid, got ${bytes.length} bytes`);
  }
  return bytes;
}

/** Reads a dotted IPv4 or a colon-separated IPv6 address (`::` allowed, no embedded IPv4). */
export function inetBytes(address: string): Uint8Array {
  if (!address.includes(':')) {
    const parts = address.split('.').map(Number);
    if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
      throw new WireError(`expected an IP address, got ${address}`);
    }
    return Uint8Array.from(parts);
  }
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array<string>(Math.max(0, gap)).fill('0'), ...after];
  if (groups.length !== 8) {
    throw new WireError(`expected an IP address, got ${address}`);
  }
  return hex(groups.map((group) => group.padStart(4, '0')).join(''));
}
