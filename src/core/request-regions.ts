// The request block: words and bytes in linear memory that say what to encode (layout in core-rs/src/outbound.rs).
// Bound values are written straight into it, so that no value crosses the boundary by itself.

import type { CoreExports } from '../../bindings/load.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { RequestBlock } from '../core.ts';
import type { CoreMemory } from './memory.ts';

/** The protocol's limit for a body; more would not fit into linear memory either. */
const MAX_REQUEST_BYTES = 256 * 1024 * 1024;
const INITIAL_WORDS = 256;
const INITIAL_BYTES = 16 * 1024;
/** What one odd request needed beyond this is given back. */
const KEPT_BYTES = 1024 * 1024;

/**
 * The regions of an instance that requests are written into. `words` and `bytes` are replaced when memory grows, which
 * any call into the core may cause: read them anew after each.
 */
export class RequestRegions implements RequestBlock {
  words: Int32Array<ArrayBuffer>;
  bytes: Uint8Array<ArrayBuffer>;
  readonly #core: CoreExports;
  readonly #memory: CoreMemory;
  #wordsAddress = 0;
  #bytesAddress = 0;
  #wordCapacity = 0;
  #byteCapacity = 0;
  #generation = -1;

  constructor(core: CoreExports, memory: CoreMemory) {
    this.#core = core;
    this.#memory = memory;
    this.words = memory.i32;
    this.bytes = memory.u8;
    this.#reserve(INITIAL_WORDS, INITIAL_BYTES);
  }

  /** Makes room for `count` words in all; what is there stays. */
  reserveWords(count: number): void {
    if (count > this.#wordCapacity) this.#reserve(Math.max(count, this.#wordCapacity * 2), this.#byteCapacity);
  }

  /**
   * Makes room for `length` bytes in all; what is there stays.
   *
   * Throws `InvalidArgumentError` beyond what the protocol allows in a body.
   */
  reserveBytes(length: number): void {
    if (length <= this.#byteCapacity) return;
    if (length > MAX_REQUEST_BYTES) {
      throw new InvalidArgumentError(`expected a request of at most ${MAX_REQUEST_BYTES} bytes, got more`, {
        field: 'params',
      });
    }
    this.#reserve(this.#wordCapacity, Math.min(MAX_REQUEST_BYTES, Math.max(length, this.#byteCapacity * 2)));
  }

  /** Gives memory back that one large request needed. To be called between requests only. */
  trim(): void {
    if (this.#byteCapacity <= KEPT_BYTES) return;
    this.#core.release_regions();
    this.#wordCapacity = 0;
    this.#byteCapacity = 0;
    this.#reserve(INITIAL_WORDS, INITIAL_BYTES);
  }

  /** Makes the views anew if memory has grown. */
  refresh(): void {
    this.#memory.refresh();
    if (this.#generation === this.#memory.generation) return;
    this.#generation = this.#memory.generation;
    const memory = this.#memory.u8.buffer;
    this.words = new Int32Array(memory, this.#wordsAddress, this.#wordCapacity);
    this.bytes = new Uint8Array(memory, this.#bytesAddress, this.#byteCapacity);
  }

  #reserve(words: number, bytes: number): void {
    this.#wordsAddress = this.#core.reserve_words(words);
    this.#bytesAddress = this.#core.reserve_bytes(bytes);
    this.#wordCapacity = words;
    this.#byteCapacity = bytes;
    this.#generation = -1;
    this.refresh();
  }
}
