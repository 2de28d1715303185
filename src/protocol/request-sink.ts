// Where the payload of a request is written: the `bytes` region of the request block, which moves when it grows.

import type { RequestBlock } from '../core.ts';

/** What of the request block is written to. */
export type RequestMemory = Pick<RequestBlock, 'words' | 'bytes' | 'reserveWords' | 'reserveBytes'>;

const encoder = new TextEncoder();
/** Up to this length a loop is quicker than `set`. */
const LOOP_BYTES = 32;

/** A half of a surrogate pair without the other one: text that has no UTF-8. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Appends to the request block. `buffer` and `view` are replaced by {@link ensure} and by anything that runs user code;
 * a writer reads them again afterwards.
 */
export class RequestSink {
  buffer: Uint8Array;
  view: DataView;
  /** Where the next byte goes. */
  position = 0;
  readonly #block: RequestMemory;

  constructor(block: RequestMemory) {
    this.#block = block;
    this.buffer = block.bytes;
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  }

  /** Makes room for `length` bytes behind `position`. */
  ensure(length: number): void {
    // Other calls into the core, such as sealing, move the region too, whether linear memory grew or not.
    const end = this.position + length;
    if (end > this.buffer.length || this.buffer !== this.#block.bytes) this.#grow(end);
  }

  /** Appends bytes; their offset is `position` before the call. */
  bytes(bytes: Uint8Array): void {
    const { length } = bytes;
    this.ensure(length);
    const { buffer, position } = this;
    if (length > LOOP_BYTES) buffer.set(bytes, position);
    else for (let i = 0; i < length; i++) buffer[position + i] = bytes[i] ?? 0;
    this.position = position + length;
  }

  /** Appends text as UTF-8; returns false, with nothing appended, for text that has a lone surrogate. */
  text(text: string): boolean {
    this.ensure(text.length * 3);
    const { written } = encoder.encodeInto(text, this.buffer.subarray(this.position));
    if (written !== text.length && LONE_SURROGATE.test(text)) return false;
    this.position += written;
    return true;
  }

  /** Takes out what was written so far, so that another request can be written in between. */
  takeOut(): Uint8Array {
    this.ensure(0);
    const written = this.buffer.slice(0, this.position);
    this.position = 0;
    return written;
  }

  /** Puts back what {@link takeOut} gave, over whatever was written since. */
  putBack(written: Uint8Array): void {
    this.position = 0;
    this.bytes(written);
  }

  #grow(end: number): void {
    this.#block.reserveBytes(end);
    this.buffer = this.#block.bytes;
    this.view = new DataView(this.buffer.buffer, this.buffer.byteOffset, this.buffer.byteLength);
  }
}
