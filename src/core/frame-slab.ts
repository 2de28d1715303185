// Copies encoded frames out of linear memory into slabs of JavaScript memory.

import type { EncodedFrame } from '../core.ts';

const SLAB_BYTES = 64 * 1024;
const LARGE_BYTES = 16 * 1024;
const LOOP_BYTES = 96;

/** Where frames live until nobody sends them any more: the garbage collector frees a slab when its last frame is gone. */
export class FrameSlab {
  #slab = new Uint8Array(0);
  #used = 0;

  copy(memory: Uint8Array, status: Int32Array): EncodedFrame {
    const address = status[0] ?? 0;
    const length = status[1] ?? 0;
    const offset = this.#allocate(length);
    const bytes = this.#slab;
    if (length <= LOOP_BYTES) {
      for (let i = 0; i < length; i++) bytes[offset + i] = memory[address + i] ?? 0;
    } else {
      bytes.set(memory.subarray(address, address + length), offset);
    }
    const hasToken = status[4] === 1;
    return {
      bytes,
      offset,
      length,
      hasToken,
      tokenLow: hasToken ? (status[2] ?? 0) : 0,
      tokenHigh: hasToken ? (status[3] ?? 0) : 0,
      ringIndex: hasToken ? (status[5] ?? -1) : -1,
      wideToken: status[4] === 2 ? wideToken(status) : undefined,
    };
  }

  #allocate(length: number): number {
    if (length > LARGE_BYTES) {
      this.#slab = new Uint8Array(length);
      this.#used = length;
      return 0;
    }
    if (this.#used + length > this.#slab.length) {
      this.#slab = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += length;
    return offset;
  }
}

/** The 128-bit token in words 8 to 11 of the status block, lowest first. */
export function wideToken(status: Int32Array): bigint {
  let token = 0n;
  for (let word = 11; word >= 8; word--) token = (token << 32n) | BigInt((status[word] ?? 0) >>> 0);
  return token;
}
