// Memory for many small byte strings that live about as long: a part of one array each, instead of an array each.

const SLAB_BYTES = 64 * 1024;
const LARGE_BYTES = 16 * 1024;
/** Up to this length a loop is quicker than `set`. */
const LOOP_BYTES = 96;

/** Bytes are never moved or used again: the garbage collector frees an array when its last user is gone. */
export class ByteSlab {
  /** Where the last copy lies. */
  bytes = new Uint8Array(0);
  #used = 0;

  /** Copies `source[start..end)`; returns its offset in `bytes`, which is another array after the next call. */
  copy(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    const offset = this.#allocate(length);
    const { bytes } = this;
    if (length > LOOP_BYTES) bytes.set(source.subarray(start, end), offset);
    else for (let i = 0; i < length; i++) bytes[offset + i] = source[start + i] ?? 0;
    return offset;
  }

  #allocate(length: number): number {
    if (length > LARGE_BYTES) {
      this.bytes = new Uint8Array(length);
      this.#used = length;
      return 0;
    }
    if (this.#used + length > this.bytes.length) {
      this.bytes = new Uint8Array(SLAB_BYTES);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += length;
    return offset;
  }
}
