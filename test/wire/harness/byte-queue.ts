// Bytes that came and are not yet understood: chunks go in at the back, whole units are taken from the front.

/** A growing buffer whose cost stays linear however small the chunks are. */
export class ByteQueue {
  #bytes = new Uint8Array(4096);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#bytes.length) {
      this.#makeRoom(chunk.length);
    }
    this.#bytes.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** A view on the first bytes; it is valid until the next push. */
  peek(count: number): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#start + Math.min(count, this.length));
  }

  /** A copy of the first bytes, which leave the queue. */
  take(count: number): Uint8Array {
    const taken = this.peek(count).slice();
    this.#start += taken.length;
    return taken;
  }

  #makeRoom(count: number): void {
    const held = this.peek(this.length);
    const needed = held.length + count;
    const target = needed * 2 > this.#bytes.length ? new Uint8Array(needed * 2) : this.#bytes;
    target.set(held);
    this.#bytes = target;
    this.#end = held.length;
    this.#start = 0;
  }
}
