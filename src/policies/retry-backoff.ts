// Retrying after a while: for a cluster that needs time more than another coordinator.

import { InvalidArgumentError, type DriverError } from '../errors.ts';
import {
  isSafe,
  RetryPolicy,
  type ReadTimeoutInfo,
  type RetryContext,
  type RetryDecision,
  type UnavailableInfo,
  type WriteTimeoutInfo,
} from './retry.ts';

/** Options of an {@link ExponentialBackoffRetryPolicy}. */
export interface ExponentialBackoffOptions {
  /** Retries of one request. */
  maxNumRetries: number;
  /** Milliseconds before the first retry, about. Default: 100. */
  minInterval?: number;
  /** Milliseconds that the delay never exceeds. Default: 10,000. */
  maxInterval?: number;
}

const RETHROW: RetryDecision = Object.freeze({ kind: 'rethrow' });

/**
 * Waits before each retry: `minInterval`, doubled with each further retry up to `maxInterval`, times a random half to one, so
 * that clients do not come together.
 *
 * Retries what is idempotent, or cannot have been applied: after a timeout on the same host, after other failures on the next
 * one, beginning anew with the plan where all were asked. The deadline of the request, and the budget of the session, hold.
 */
export class ExponentialBackoffRetryPolicy extends RetryPolicy {
  readonly maxNumRetries: number;
  readonly minInterval: number;
  readonly maxInterval: number;

  /** @throws {InvalidArgumentError} for a count that is no integer from 0 on, a negative interval, or a minimum over the maximum. */
  constructor({ maxNumRetries, minInterval = 100, maxInterval = 10_000 }: ExponentialBackoffOptions) {
    super();
    if (!(Number.isInteger(maxNumRetries) && maxNumRetries >= 0)) {
      throw invalid('maxNumRetries', `expected maxNumRetries as an integer of at least 0, got ${maxNumRetries}`);
    }
    requireInterval('minInterval', minInterval);
    requireInterval('maxInterval', maxInterval);
    if (minInterval > maxInterval) {
      throw invalid('minInterval', `expected minInterval of at most maxInterval (${maxInterval}), got ${minInterval}`);
    }
    this.maxNumRetries = maxNumRetries;
    this.minInterval = minInterval;
    this.maxInterval = maxInterval;
  }

  override onReadTimeout(context: RetryContext, _info: ReadTimeoutInfo): RetryDecision {
    return this.#after(context, 'retry');
  }

  override onWriteTimeout(context: RetryContext, _info: WriteTimeoutInfo): RetryDecision {
    return this.#after(context, 'retry');
  }

  override onUnavailable(context: RetryContext, _info: UnavailableInfo): RetryDecision {
    return this.#after(context, 'retryNextHost');
  }

  override onRequestError(context: RetryContext, _error: DriverError): RetryDecision {
    return this.#after(context, 'retryNextHost');
  }

  #after(context: RetryContext, kind: 'retry' | 'retryNextHost'): RetryDecision {
    const { retryNum } = context;
    if (retryNum >= this.maxNumRetries || !isSafe(context)) return RETHROW;
    const delay = Math.min(this.maxInterval, this.minInterval * 2 ** Math.min(retryNum, 62));
    return { kind, delayMs: delay * (0.5 + Math.random() / 2) };
  }
}

function requireInterval(field: string, value: number): void {
  if (Number.isFinite(value) && value >= 0) return;
  throw invalid(field, `expected ${field} in milliseconds, finite and at least 0, got ${value}`);
}

function invalid(field: string, message: string): InvalidArgumentError {
  return new InvalidArgumentError(message, { field });
}
