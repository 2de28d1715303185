// Bodies too big for the core's working buffers: they arrive in parts, are kept here as they come, and are decoded as a
// whole elsewhere.

import { RecordWord } from '../protocol/record.ts';
import type { Delivery } from '../core.ts';

/** A whole frame whose body never was in the core. */
export interface BigFrame {
  readonly version: 3 | 4 | 5;
  readonly compression: 0 | 1 | 2;
  readonly flags: number;
  readonly stream: number;
  readonly opcode: number;
  /** What the request registered for its answer. */
  readonly programWord: number;
  readonly bodyLength: number;
  /** The body, cut into pieces. */
  readonly blocks: readonly Uint8Array[];
}

/** Decodes a big frame; gives a delivery whose one record stands at word 0. Throws a DriverError if it cannot. */
export type DecodeBigFrame = (frame: BigFrame) => Delivery;

const BLOCK_BYTES = 262_144;

/** A body that is still arriving. Memory grows with what has come, never with what was announced. */
export class BigBody {
  /** The stream id it belongs to. */
  readonly stream: number;
  readonly #blocks: Uint8Array[] = [];
  #filled = BLOCK_BYTES;

  constructor(stream: number) {
    this.stream = stream;
  }

  /** Full blocks, and the last one as far as it is filled. */
  get blocks(): Uint8Array[] {
    return this.#blocks.map((block, i) => (i === this.#blocks.length - 1 ? block.subarray(0, this.#filled) : block));
  }

  /** Keeps a copy of the bytes of a PART record. */
  add(delivery: Delivery, record: number): void {
    const offset = delivery.i32[record + RecordWord.RAW_OFFSET] ?? 0;
    const length = delivery.i32[record + RecordWord.RAW_LENGTH] ?? 0;
    for (let done = 0; done < length;) {
      if (this.#filled === BLOCK_BYTES) {
        this.#blocks.push(new Uint8Array(BLOCK_BYTES));
        this.#filled = 0;
      }
      const count = Math.min(length - done, BLOCK_BYTES - this.#filled);
      const from = offset + done;
      this.#blocks.at(-1)?.set(delivery.u8.subarray(from, from + count), this.#filled);
      this.#filled += count;
      done += count;
    }
  }
}

/** Whether a PART record has the end of its body. */
export function isLastPart(delivery: Delivery, record: number): boolean {
  const words = delivery.i32;
  const end = (words[record + RecordWord.PART_OFFSET] ?? 0) + (words[record + RecordWord.RAW_LENGTH] ?? 0);
  return end >= (words[record + RecordWord.TOTAL_LENGTH] ?? 0);
}
