// Speculative execution: when to ask a further host beside those that have not answered yet, so that one slow host is not the
// slowness of the request. Only idempotent requests are asked for; of several answers the first one counts.

import { InvalidArgumentError } from '../errors.ts';
import type { Host } from '../topology/host.ts';
import { LatencyHistogram } from '../types/histogram.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** The plan of one request. */
export interface SpeculativeExecutionPlan {
  /**
   * Milliseconds to wait for an answer of `host`, which was just asked, before a further host is asked; 0 asks at once, a
   * negative number asks no further host.
   */
  nextExecution(host: Host): number;
}

/** Decides whether and when further hosts are asked while the first ones have not answered. */
export interface SpeculativeExecutionPolicy {
  newPlan(query: QueryInfo): SpeculativeExecutionPlan;
  /** Told how long each attempt took that was sent, also one that was given up, so that a policy can learn from it. */
  onLatency?(host: Host, durationMs: number): void;
}

const NO_PLAN: SpeculativeExecutionPlan = Object.freeze({ nextExecution: () => -1 });

/** Never asks a second host. */
export class NoSpeculativeExecutionPolicy implements SpeculativeExecutionPolicy {
  newPlan(_query?: QueryInfo): SpeculativeExecutionPlan {
    return NO_PLAN;
  }
}

/**
 * Asks a further host every `delay` milliseconds, `maxAttempts` times at most, the first attempt not counted. The delay is rounded
 * up to the next 8 ms; 0 asks all at once.
 *
 * @example new Cluster({ speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy(100, 1) })
 */
export class ConstantSpeculativeExecutionPolicy implements SpeculativeExecutionPolicy {
  readonly delay: number;
  readonly maxAttempts: number;

  /** @throws {InvalidArgumentError} for a negative delay, or a count that is no integer from 0 on. */
  constructor(delay: number, maxAttempts: number) {
    if (!(Number.isFinite(delay) && delay >= 0)) {
      throw new InvalidArgumentError(`expected delay in milliseconds, finite and at least 0, got ${delay}`, {
        field: 'delay',
      });
    }
    requireAttempts(maxAttempts);
    this.delay = delay;
    this.maxAttempts = maxAttempts;
  }

  newPlan(_query?: QueryInfo): SpeculativeExecutionPlan {
    return new CountedPlan(this.delay, this.maxAttempts);
  }
}

/** How many latencies make a percentile: enough for a p99.9 of two. */
const WINDOW = 2_000;

/**
 * Asks a further host when an answer takes longer than this percentile of those before, `maxAttempts` times at most.
 *
 * It learns from the latencies of all hosts, 2,000 at a time, and asks no further host before the first 2,000. An attempt that is
 * given up counts with the time that it had, or the percentile would sink with each window.
 *
 * @example new PercentileSpeculativeExecutionPolicy(99, 1)
 */
export class PercentileSpeculativeExecutionPolicy implements SpeculativeExecutionPolicy {
  readonly percentile: number;
  readonly maxAttempts: number;
  #latencies = new LatencyHistogram();
  #delayMs = -1;

  /** @throws {InvalidArgumentError} for a percentile outside of 0 to 100, or a count that is no integer from 0 on. */
  constructor(percentile: number, maxAttempts: number) {
    if (!(percentile > 0 && percentile < 100)) {
      throw new InvalidArgumentError(`expected percentile above 0 and below 100, got ${percentile}`, {
        field: 'percentile',
      });
    }
    requireAttempts(maxAttempts);
    this.percentile = percentile;
    this.maxAttempts = maxAttempts;
  }

  newPlan(_query?: QueryInfo): SpeculativeExecutionPlan {
    return this.#delayMs < 0 ? NO_PLAN : new CountedPlan(this.#delayMs, this.maxAttempts);
  }

  onLatency(_host: Host, durationMs: number): void {
    this.#latencies.record(durationMs);
    if (this.#latencies.count < WINDOW) return;
    this.#delayMs = this.#latencies.percentile(this.percentile);
    this.#latencies = new LatencyHistogram();
  }
}

class CountedPlan implements SpeculativeExecutionPlan {
  readonly #delay: number;
  #remaining: number;

  constructor(delay: number, maxAttempts: number) {
    this.#delay = delay;
    this.#remaining = maxAttempts;
  }

  nextExecution(_host?: Host): number {
    return this.#remaining-- > 0 ? this.#delay : -1;
  }
}

function requireAttempts(maxAttempts: number): void {
  if (Number.isInteger(maxAttempts) && maxAttempts >= 0) return;
  throw new InvalidArgumentError(`expected maxAttempts as an integer of at least 0, got ${maxAttempts}`, {
    field: 'maxAttempts',
  });
}
