// Reconnection: how long to wait before the next try to reach a host that is down. A schedule is made anew each time a
// host goes down; when it ends, the host is not tried again until something else says that it is up.

import { InvalidArgumentError } from '../errors.ts';

/** Makes schedules of delays in milliseconds. */
export interface ReconnectionPolicy {
  newSchedule(): Iterable<number>;
}

/**
 * The delays of one outage. The policy may be a user's: what it throws is reported, and the schedule ends there.
 */
export class ReconnectionSchedule {
  readonly #policy: ReconnectionPolicy;
  readonly #report: (error: unknown) => void;
  #delays: Iterator<number> | null = null;

  constructor(policy: ReconnectionPolicy, report: (error: unknown) => void) {
    this.#policy = policy;
    this.#report = report;
  }

  /** Milliseconds until the next try; `null` at the end of the schedule. */
  next(): number | null {
    try {
      const delay = (this.#delays ??= this.#policy.newSchedule()[Symbol.iterator]()).next();
      return delay.done === true ? null : delay.value;
    } catch (error) {
      this.#report(error);
      return null;
    }
  }
}

/** The same delay every time, at most `maxAttempts` times (default: without end). */
export class ConstantReconnectionPolicy implements ReconnectionPolicy {
  readonly delay: number;
  readonly maxAttempts: number | null;

  /** @throws {InvalidArgumentError} for a negative delay or count. */
  constructor(delay: number, maxAttempts: number | null = null) {
    requireDuration('delay', delay);
    requireAttempts(maxAttempts);
    this.delay = delay;
    this.maxAttempts = maxAttempts;
  }

  *newSchedule(): Generator<number> {
    for (let attempt = 0; this.maxAttempts === null || attempt < this.maxAttempts; attempt++) yield this.delay;
  }
}

/** Doubles from `baseDelay` to `maxDelay`, each between 85 % and 115 % of that so that clients do not come together. */
export class ExponentialReconnectionPolicy implements ReconnectionPolicy {
  readonly baseDelay: number;
  readonly maxDelay: number;
  readonly maxAttempts: number | null;

  /** @throws {InvalidArgumentError} for negative numbers, or a base over the maximum. */
  constructor(baseDelay = 1_000, maxDelay = 600_000, maxAttempts: number | null = null) {
    requireDuration('baseDelay', baseDelay);
    requireDuration('maxDelay', maxDelay);
    requireAttempts(maxAttempts);
    if (baseDelay > maxDelay) {
      throw new InvalidArgumentError(`expected baseDelay of at most maxDelay (${maxDelay}), got ${baseDelay}`, {
        field: 'baseDelay',
      });
    }
    this.baseDelay = baseDelay;
    this.maxDelay = maxDelay;
    this.maxAttempts = maxAttempts;
  }

  *newSchedule(): Generator<number> {
    for (let attempt = 0; this.maxAttempts === null || attempt < this.maxAttempts; attempt++) {
      const delay = Math.min(this.maxDelay, this.baseDelay * 2 ** Math.min(attempt, 62));
      yield Math.min(this.maxDelay, Math.max(this.baseDelay, delay * (0.85 + 0.3 * Math.random())));
    }
  }
}

const SHORTEST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * The default: a tenth of the time that the host has been down, between 100 ms and 5 s, times a random half to one.
 * A short outage ends soon after it ended, a long one costs at most a try every five seconds.
 */
export class DefaultReconnectionPolicy implements ReconnectionPolicy {
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  *newSchedule(): Generator<number> {
    const downSince = this.#now();
    for (;;) {
      const tenth = (this.#now() - downSince) / 10;
      yield Math.min(LONGEST_MS, Math.max(SHORTEST_MS, tenth)) * (0.5 + Math.random() / 2);
    }
  }
}

function requireDuration(field: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw new InvalidArgumentError(`expected ${field} in milliseconds, finite and at least 0, got ${value}`, { field });
}

function requireAttempts(value: number | null): void {
  if (value === null || (Number.isInteger(value) && value >= 0)) return;
  throw new InvalidArgumentError(`expected maxAttempts as an integer of at least 0 or null, got ${value}`, {
    field: 'maxAttempts',
  });
}
