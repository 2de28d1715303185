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
}
