// How many requests of a bulk run may be in flight: a number that was given, or one that is found while they run.

import { OperationTimedOutError, RequestThrottledError } from '../errors.ts';
import { OverloadedError, ReadTimeoutError, WriteTimeoutError } from '../errors/server-errors.ts';

export interface Limit {
  readonly current: number;
  /** Whether it goes by how long requests take. */
  readonly isTimed: boolean;
  /** A request ended, after so many milliseconds. */
  onEnd(durationMs: number, error: unknown): void;
}

/** The number that was given. */
export class FixedLimit implements Limit {
  readonly current: number;
  readonly isTimed = false;

  constructor(concurrency: number) {
    this.current = concurrency;
  }

  onEnd(): void {
    // Nothing changes it.
  }
}

const FIRST = 32;
const MOST = 1_024;
/** So much slower than the fastest round means that requests wait for each other. */
const SLOW_FACTOR = 2;
/** Differences below are noise. */
const SLOW_MS = 5;
/** What the fastest round is forgotten by, each round: the load of others changes. */
const FORGET = 1.02;

/**
 * Finds the number: doubles in each round as long as answers stay fast, later adds one; takes a tenth back when they get
 * slow or requests queue, and half when hosts are overloaded or do not answer. A round is as many ends as were allowed.
 */
export class AdaptiveLimit implements Limit {
  readonly isTimed = true;
  readonly #isQueueing: () => boolean;
  #limit = FIRST;
  #isStarting = true;
  #ended = 0;
  #totalMs = 0;
  #failed = false;
  #fastestMs = Infinity;

  /** `isQueueing` tells whether requests wait for a connection; it is asked once a round. */
  constructor(isQueueing: () => boolean) {
    this.#isQueueing = isQueueing;
  }

  get current(): number {
    return this.#limit;
  }

  onEnd(durationMs: number, error: unknown): void {
    this.#ended++;
    this.#totalMs += durationMs;
    if (isOverload(error)) this.#failed = true;
    if (this.#ended >= this.#limit) this.#endRound(this.#totalMs / this.#ended);
  }

  #endRound(meanMs: number): void {
    const isSlow = meanMs > this.#fastestMs * SLOW_FACTOR + SLOW_MS || this.#isQueueing();
    if (this.#failed) this.#decrease(0.5);
    else if (isSlow) this.#decrease(0.9);
    else this.#limit = Math.min(MOST, this.#isStarting ? this.#limit * 2 : this.#limit + 1);
    this.#fastestMs = Math.min(this.#fastestMs * FORGET, meanMs);
    this.#ended = 0;
    this.#totalMs = 0;
    this.#failed = false;
  }

  #decrease(factor: number): void {
    this.#isStarting = false;
    this.#limit = Math.max(1, Math.floor(this.#limit * factor));
  }
}

function isOverload(error: unknown): boolean {
  return (
    error instanceof OverloadedError ||
    error instanceof RequestThrottledError ||
    error instanceof OperationTimedOutError ||
    error instanceof ReadTimeoutError ||
    error instanceof WriteTimeoutError
  );
}
