// Copies encoded frames out of linear memory into slabs of JavaScript memory.

import type { EncodedFrame } from '../core.ts';
import { ByteSlab } from './byte-slab.ts';

/** Where frames live until nobody sends them any more. */
export class FrameSlab {
  readonly #slab = new ByteSlab();

  copy(memory: Uint8Array, status: Int32Array): EncodedFrame {
    const address = status[0] ?? 0;
    const length = status[1] ?? 0;
    const offset = this.#slab.copy(memory, address, address + length);
    const hasToken = status[4] === 1;
    return {
      bytes: this.#slab.bytes,
      offset,
      length,
      hasToken,
      tokenLow: hasToken ? (status[2] ?? 0) : 0,
      tokenHigh: hasToken ? (status[3] ?? 0) : 0,
      ringIndex: hasToken ? (status[5] ?? -1) : -1,
      wideToken: status[4] === 2 ? wideToken(status) : undefined,
    };
  }
}

/** The 128-bit token in words 8 to 11 of the status block, lowest first. */
export function wideToken(status: Int32Array): bigint {
  let token = 0n;
  for (let word = 11; word >= 8; word--) token = (token << 32n) | BigInt((status[word] ?? 0) >>> 0);
  return token;
}
