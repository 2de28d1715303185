// What one call into the core delivered, copied out of linear memory once. Pages, messages and their strings are read
// from it lazily; no part of it ever points into linear memory.

import type { Delivery } from '../core.ts';

/**
 * One delivery: frame records, cold words, slots, nulls, raw bytes and text of a chunk (layout in
 * core-rs/src/delivery.rs). All offsets inside it count from its start.
 */
export class DeliveryCopy implements Delivery {
  readonly i32: Int32Array<ArrayBuffer>;
  /** Text that pages of this delivery decoded together; theirs alone. */
  textWindow: { readonly start: number; readonly end: number; readonly text: string } | undefined = undefined;
  readonly #buffer: ArrayBuffer;
  readonly #start: number;
  readonly #length: number;
  #u8: Uint8Array<ArrayBuffer> | undefined;
  #f64: Float64Array<ArrayBuffer> | undefined;
  #i64: BigInt64Array<ArrayBuffer> | undefined;

  /** `start` and `length` in bytes, both multiples of 8. */
  constructor(buffer: ArrayBuffer, start: number, length: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.#length = length;
    this.i32 = new Int32Array(buffer, start, length >>> 2);
  }

  get u8(): Uint8Array<ArrayBuffer> {
    return (this.#u8 ??= new Uint8Array(this.#buffer, this.#start, this.#length));
  }

  get f64(): Float64Array<ArrayBuffer> {
    return (this.#f64 ??= new Float64Array(this.#buffer, this.#start, this.#length >>> 3));
  }

  get i64(): BigInt64Array<ArrayBuffer> {
    return (this.#i64 ??= new BigInt64Array(this.#buffer, this.#start, this.#length >>> 3));
  }
}

const SLAB_BYTES = 64 * 1024;
const LARGE_BYTES = 8 * 1024;

/** Copies deliveries out of linear memory: small ones share a slab, large ones get a buffer of their own. */
export class DeliverySlab {
  #slab = new ArrayBuffer(0);
  #used = 0;

  copy(memory: Uint8Array, address: number, length: number): DeliveryCopy {
    const padded = (length + 7) & ~7;
    if (padded > LARGE_BYTES) return new DeliveryCopy(copyOut(memory, address, length, padded), 0, padded);
    if (this.#used + padded > this.#slab.byteLength) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const start = this.#used;
    this.#used += padded;
    new Uint8Array(this.#slab, start, length).set(memory.subarray(address, address + length));
    return new DeliveryCopy(this.#slab, start, padded);
  }
}

function copyOut(memory: Uint8Array, address: number, length: number, padded: number): ArrayBuffer {
  const buffer = new ArrayBuffer(padded);
  new Uint8Array(buffer).set(memory.subarray(address, address + length));
  return buffer;
}
