// Client timestamps: microseconds since 1970 that only ever increase, so that two writes of one process keep their order
// even when the clock stands still or goes back.

/** Makes the timestamp of a request: microseconds since 1970, as a bigint or as a safe integer. */
export type TimestampGenerator = () => bigint | number;

/** Never the same timestamp twice, never one below the last; ahead of the clock where the clock lags. */
export class MonotonicTimestampGenerator {
  readonly #now: () => number;
  #last = 0;

  /** `now` gives milliseconds since 1970. */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  next(): bigint {
    return BigInt(this.nextMicros());
  }

  /** The next timestamp as a number: microseconds stay safe integers until the year 2255. */
  nextMicros(): number {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#now() * 1_000));
    return this.#last;
  }
}
