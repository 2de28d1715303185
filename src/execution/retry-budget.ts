// How many retries a session may make: retries help against a few failures, and turn many into an avalanche. One bucket of
// tokens for all requests of a session.

import type { Clock } from '../connection/clock.ts';

const TOKENS_PER_REQUEST = 0.1;
/** What a healthy time saves up for a bad moment: the retries of 10 s at 1,000 requests a second. */
const MOST_TOKENS = 1_000;
const ALWAYS_PER_SECOND = 10;
const SECOND_MS = 1_000;

/**
 * A tenth of the requests may be retried, and 10 retries a second always.
 *
 * Every request puts a tenth of a token in, up to 1,000 tokens; a retry takes a whole one.
 */
export class RetryBudget {
  readonly #clock: Clock;
  #tokens = 0;
  #secondStartedMs: number;
  #inSecond = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#secondStartedMs = clock.now();
  }

  /** Counts a request. */
  onRequest(): void {
    if (this.#tokens < MOST_TOKENS) this.#tokens += TOKENS_PER_REQUEST;
  }

  /** Takes a retry out; false if there is none left. */
  take(): boolean {
    const now = this.#clock.now();
    if (now - this.#secondStartedMs >= SECOND_MS) {
      this.#secondStartedMs = now;
      this.#inSecond = 0;
    }
    if (this.#tokens < 1 && this.#inSecond >= ALWAYS_PER_SECOND) return false;
    // What is granted without a token is owed, or a busy session would get its tenth and ten a second on top.
    this.#tokens = Math.max(this.#tokens - 1, -ALWAYS_PER_SECOND);
    this.#inSecond++;
    return true;
  }
}
