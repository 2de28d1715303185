// Client timestamps: microseconds since 1970 that only ever increase, so that two writes of one process keep their order
// even when the clock stands still or goes back.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';

/** Makes the timestamp of a request: microseconds since 1970, as a bigint or as a safe integer. */
export type TimestampGenerator = () => bigint | number;

/** Options of {@link MonotonicTimestampGenerator}. */
export interface MonotonicTimestampOptions {
  /** Whether to warn when timestamps run ahead of the clock. Default: `true`. */
  warnOnDrift?: boolean;
  /** Milliseconds that they may be ahead of the clock. Default: 1,000. */
  warningThreshold?: number;
  /** Milliseconds between two warnings, at least. Default: 1,000. */
  warningInterval?: number;
  /** Takes the warnings. Default: `console.warn`. */
  warn?: (message: string) => void;
  /** Gives milliseconds since 1970. Default: `Date.now`. */
  now?: () => number;
}

/**
 * Never the same timestamp twice, never one below the last; ahead of the clock where the clock lags.
 *
 * @throws {InvalidArgumentError} for an option of the wrong type.
 * @example const generator = new MonotonicTimestampGenerator({ warningThreshold: 500 });
 *   new Cluster({ timestampGenerator: () => generator.next() });
 */
export class MonotonicTimestampGenerator {
  readonly #options: Required<MonotonicTimestampOptions>;
  #last = 0;
  /** In microseconds, as the timestamps are. */
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: MonotonicTimestampOptions = {}) {
    this.#options = {
      warnOnDrift: options.warnOnDrift ?? true,
      warningThreshold: options.warningThreshold ?? 1_000,
      warningInterval: options.warningInterval ?? 1_000,
      warn: options.warn ?? ((message) => console.warn(message)),
      now: options.now ?? Date.now,
    };
    checkOptions(this.#options);
  }

  /** The next timestamp, in microseconds since 1970. */
  next(): bigint {
    return BigInt(this.nextMicros());
  }

  /** The next timestamp as a number: microseconds stay safe integers until the year 2255. */
  nextMicros(): number {
    const clock = Math.floor(this.#options.now() * 1_000);
    if (clock > this.#last) {
      this.#last = clock;
    } else {
      this.#last++;
      if (this.#last - clock > this.#options.warningThreshold * 1_000) this.#warn(clock);
    }
    return this.#last;
  }

  #warn(clock: number): void {
    const { warnOnDrift, warningInterval, warn } = this.#options;
    // A clock that was set back must not silence the warnings until it has caught up.
    const passed = Math.abs(clock - this.#warnedAt);
    if (!warnOnDrift || passed < warningInterval * 1_000) return;
    this.#warnedAt = clock;
    const ahead = Math.round((this.#last - clock) / 1_000);
    warn(`timestamps are ${ahead} ms ahead of the clock: it was set back, or more than a million are made in a second`);
  }
}

function checkOptions(options: Required<MonotonicTimestampOptions>): void {
  const wrong = (field: keyof MonotonicTimestampOptions, expected: string): InvalidArgumentError =>
    new InvalidArgumentError(`expected ${field} ${expected}, got ${describe(options[field])}`, { field });
  if (typeof (options.warnOnDrift as unknown) !== 'boolean') throw wrong('warnOnDrift', 'to be true or false');
  for (const field of ['warningThreshold', 'warningInterval'] as const) {
    if (!(Number.isFinite(options[field]) && options[field] >= 0)) throw wrong(field, 'in milliseconds');
  }
  for (const field of ['warn', 'now'] as const) {
    if (typeof (options[field] as unknown) !== 'function') throw wrong(field, 'as a function');
  }
}
