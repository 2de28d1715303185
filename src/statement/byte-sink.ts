// Where encoded bytes go: the shape that the core's request block has, and a buffer in JavaScript's heap for what is kept.

/**
 * Takes bytes at `position`. `buffer` and `view` show the same bytes and may be replaced by `ensure`, and whenever a user's
 * code has run: read them anew after both.
 */
export interface ByteSink {
  readonly buffer: Uint8Array;
  readonly view: DataView;
  /** Offset of the next byte. */
  position: number;
  /** Makes room for `length` bytes at `position`. */
  ensure(length: number): void;
}

/** A sink that grows in JavaScript's heap. */
export class HeapSink implements ByteSink {
  buffer: Uint8Array<ArrayBuffer>;
  view: DataView<ArrayBuffer>;
  position = 0;

  constructor(capacity = 256) {
    this.buffer = new Uint8Array(capacity);
    this.view = new DataView(this.buffer.buffer);
  }

  ensure(length: number): void {
    const needed = this.position + length;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.position));
    this.buffer = grown;
    this.view = new DataView(grown.buffer);
  }

  /** Returns a copy of the bytes up to `position`. */
  take(): Uint8Array<ArrayBuffer> {
    return this.buffer.slice(0, this.position);
  }
}
