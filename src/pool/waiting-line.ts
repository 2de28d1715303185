// How many requests of a session wait for a stream id, over all its pools. Beyond the limit a request is refused at once:
// a queue without end only turns overload into timeouts.

import { RequestThrottledError } from '../errors.ts';

export class WaitingLine {
  readonly #limit: number;
  #length = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get length(): number {
    return this.#length;
  }

  /** @throws {RequestThrottledError} if the limit is reached. */
  enter(): void {
    if (this.#length >= this.#limit) {
      throw new RequestThrottledError(
        `expected at most ${this.#limit} requests waiting for a connection; try again later`,
        {
          maybeApplied: false,
        },
      );
    }
    this.#length++;
  }

  leave(): void {
    this.#length--;
  }
}
