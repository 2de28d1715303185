// Reads cold words: what the core says of every message that is not rows, as numbers and as ranges of the delivery.

import type { Delivery } from '../core.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads a message's words one after another. The core has checked every range, so nothing here is checked again. */
export class ColdReader {
  readonly #i32: Int32Array;
  readonly #u8: Uint8Array;
  #word: number;

  /** `word` is the index in `delivery.i32` at which the message begins. */
  constructor(delivery: Delivery, word: number) {
    this.#i32 = delivery.i32;
    this.#u8 = delivery.u8;
    this.#word = word;
  }

  /** One signed 32-bit number. */
  int(): number {
    return this.#i32[this.#word++] ?? 0;
  }

  /** One signed 64-bit number: its lower word comes first. */
  long(): bigint {
    const low = this.int() >>> 0;
    return (BigInt(this.int()) << 32n) | BigInt(low);
  }

  /** A copy of a range of bytes, or null. */
  bytes(): Uint8Array | null {
    const offset = this.int();
    const length = this.int();
    return length < 0 ? null : this.#u8.slice(offset, offset + length);
  }

  /** A text; null reads as ''. */
  text(): string {
    const offset = this.int();
    const length = this.int();
    return length <= 0 ? '' : decoder.decode(this.#u8.subarray(offset, offset + length));
  }

  /** A text, as its index among some of ASCII letters; -1 for any other. Decodes nothing. */
  oneOf(texts: readonly string[]): number {
    const offset = this.int();
    const length = this.int();
    return texts.findIndex((text) => text.length === length && this.#isAt(offset, text));
  }

  /** Four bytes as an unsigned number; -1 for more or fewer. */
  quad(): number {
    const offset = this.int();
    if (this.int() !== 4) return -1;
    const u8 = this.#u8;
    return (
      (((u8[offset] ?? 0) << 24) |
        ((u8[offset + 1] ?? 0) << 16) |
        ((u8[offset + 2] ?? 0) << 8) |
        (u8[offset + 3] ?? 0)) >>>
      0
    );
  }

  /** A count, then as many texts. */
  texts(): string[] {
    return this.list(() => this.text());
  }

  /** A count, then as many numbers. */
  ints(): number[] {
    return this.list(() => this.int());
  }

  /** A count, then what `read` reads, as many times. */
  list<T>(read: () => T): T[] {
    const count = this.int();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(read());
    return items;
  }

  #isAt(offset: number, text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#u8[offset + i] !== text.charCodeAt(i)) return false;
    return true;
  }
}
