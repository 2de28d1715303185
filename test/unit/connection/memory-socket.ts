// A DuplexBytes that ends in the test: what is written is kept, and the test says what comes in.

import type { DuplexBytes } from '../../../src/connection/duplex-bytes.ts';

export class MemorySocket implements DuplexBytes {
  readonly writes: Uint8Array[] = [];
  isDestroyed = false;
  /** What `write` returns. */
  accepts = true;
  /** Is called after each write. */
  onWrite: (chunk: Uint8Array) => void = () => undefined;
  #onData: (chunk: Uint8Array) => void = () => undefined;
  #onDrain: () => void = () => undefined;
  #onClose: (error?: Error) => void = () => undefined;

  write(chunk: Uint8Array): boolean {
    this.writes.push(chunk.slice());
    this.onWrite(chunk);
    return this.accepts;
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    this.#onData = listener;
  }

  onDrain(listener: () => void): void {
    this.#onDrain = listener;
  }

  onClose(listener: (error?: Error) => void): void {
    this.#onClose = listener;
  }

  destroy(): void {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    queueMicrotask(() => this.#onClose());
  }

  receive(...bytes: number[]): void {
    this.#onData(Uint8Array.from(bytes));
  }

  drain(): void {
    this.accepts = true;
    this.#onDrain();
  }

  end(error?: Error): void {
    this.isDestroyed = true;
    this.#onClose(error);
  }
}
