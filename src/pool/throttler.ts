// Limits what a session asks of its cluster, where a user wants that: so many requests at once, so many a second. Those
// above the limits wait in the order of their coming, within a limit of its own.

import type { Clock } from '../connection/clock.ts';
import { ConnectionShutdownError, RequestThrottledError, type DriverError } from '../errors.ts';
import { WaiterQueue } from './waiter-queue.ts';

/** Limits of {@link ClusterOptions.throttler}; those that are absent do not limit. */
export interface ThrottlerOptions {
  /** Requests of a session that are executed at once. */
  maxConcurrentRequests?: number;
  /** Requests of a session that begin in a second; at most a tenth of them in one moment. */
  maxRequestsPerSecond?: number;
  /** Requests that wait for these limits; the next is refused with `RequestThrottledError`. Default: 16,384. */
  maxQueueSize?: number;
}

/** A request that waits. Exactly one of the two is called, once, unless it leaves before. */
export interface ThrottledRequest {
  onAdmitted(): void;
  onRefused(error: DriverError): void;
}

const MAX_QUEUE_SIZE = 16_384;
/** How much of a second's requests may begin at once, after a pause. */
const BURST_SECONDS = 0.1;

export class Throttler {
  readonly #maxConcurrent: number;
  readonly #perMs: number;
  readonly #burst: number;
  readonly #maxQueueSize: number;
  readonly #clock: Clock;
  readonly #queue = new WaiterQueue<ThrottledRequest>();
  #active = 0;
  /** How many may begin now. */
  #permits: number;
  #filledAt: number;
  #timer: unknown;
  #isClosed = false;

  constructor(options: ThrottlerOptions, clock: Clock) {
    const perSecond = options.maxRequestsPerSecond ?? Infinity;
    this.#maxConcurrent = options.maxConcurrentRequests ?? Infinity;
    this.#perMs = perSecond / 1_000;
    this.#burst = Math.max(1, perSecond * BURST_SECONDS);
    this.#maxQueueSize = options.maxQueueSize ?? MAX_QUEUE_SIZE;
    this.#clock = clock;
    this.#permits = this.#burst;
    this.#filledAt = clock.now();
  }

  /** How many requests wait. */
  get queued(): number {
    return this.#queue.size;
  }

  /** How many requests are admitted and have not left. */
  get active(): number {
    return this.#active;
  }

  /**
   * Lets a request in, or has it wait; returns whether it is in. Who entered has to leave.
   *
   * @throws {RequestThrottledError} if too many wait already.
   * @throws {ConnectionShutdownError} if the session is shut down.
   */
  enter(request: ThrottledRequest): boolean {
    if (this.#isClosed) throw closedError();
    if (this.#queue.size === 0 && this.#takePermit()) return true;
    if (this.#queue.size >= this.#maxQueueSize) {
      const message = `expected at most ${this.#maxQueueSize} requests waiting for the throttler; try again later`;
      throw new RequestThrottledError(message, { maybeApplied: false });
    }
    this.#queue.push(request);
    this.#arm();
    return false;
  }

  /** A request has ended, or waits no longer. */
  leave(request: ThrottledRequest): void {
    if (this.#queue.delete(request)) {
      if (this.#queue.size === 0) this.#disarm();
      return;
    }
    this.#active--;
    this.#admit();
  }

  /** Refuses who waits and who comes. */
  close(): void {
    this.#isClosed = true;
    this.#disarm();
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next.onRefused(closedError());
  }

  #admit(): void {
    while (this.#queue.size > 0 && this.#takePermit()) this.#queue.shift()?.onAdmitted();
    this.#arm();
  }

  #takePermit(): boolean {
    if (this.#active >= this.#maxConcurrent) return false;
    this.#fill();
    if (this.#permits < 1) return false;
    this.#permits--;
    this.#active++;
    return true;
  }

  #fill(): void {
    if (this.#perMs === Infinity) return;
    const now = this.#clock.now();
    this.#permits = Math.min(this.#burst, this.#permits + (now - this.#filledAt) * this.#perMs);
    this.#filledAt = now;
  }

  /** Where the rate alone holds those who wait, time lets them go on; else who leaves does. */
  #arm(): void {
    if (this.#timer !== undefined || this.#queue.size === 0 || this.#active >= this.#maxConcurrent) return;
    const delayMs = Math.max(1, Math.ceil((1 - this.#permits) / this.#perMs));
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#admit();
    }, delayMs);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function closedError(): DriverError {
  return new ConnectionShutdownError('the session is shut down', { maybeApplied: false });
}
