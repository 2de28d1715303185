// How many requests of a session wait for a stream id, over all its pools, and how many bytes they hold meanwhile. Beyond
// the limits a request is refused at once: a queue without end only turns overload into timeouts.

import { RequestThrottledError } from '../errors.ts';

/** Encoded requests that may wait; a single one may be larger. */
const MAX_BYTES = 64 * 1024 * 1024;

export class WaitingLine {
  readonly #limit: number;
  readonly #maxBytes: number;
  #length = 0;
  #bytes = 0;

  constructor(limit: number, maxBytes = MAX_BYTES) {
    this.#limit = limit;
    this.#maxBytes = maxBytes;
  }

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @throws {RequestThrottledError} if a limit is reached. */
  enter(byteLength: number): void {
    if (this.#length >= this.#limit) throw full(`${this.#limit} requests`);
    if (this.#length > 0 && this.#bytes + byteLength > this.#maxBytes)
      throw full(`${this.#maxBytes} bytes of requests`);
    this.#length++;
    this.#bytes += byteLength;
  }

  leave(byteLength: number): void {
    this.#length--;
    this.#bytes -= byteLength;
  }
}

function full(what: string): RequestThrottledError {
  return new RequestThrottledError(`expected at most ${what} waiting for a connection; try again later`, {
    maybeApplied: false,
  });
}
