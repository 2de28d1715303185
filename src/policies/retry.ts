// Retry: what to do when an attempt failed. A request whose effect could double is never sent again unless the failure
// says for certain that nothing was applied.

import type { DriverError } from '../errors.ts';
import type { WriteType } from '../errors/server-errors.ts';
import type { Consistency, ConsistencyName } from '../types/consistency.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** What a retry policy sees of the request. `retryNum` is 0 at the first failure. */
export interface RetryContext {
  readonly query: QueryInfo;
  readonly consistency: ConsistencyName;
  readonly retryNum: number;
  readonly isIdempotent: boolean;
}

/** The verdict. `delayMs` waits before the next attempt; `consistency` is not supported yet and fails the request. */
export type RetryDecision =
  | { readonly kind: 'retry' | 'retryNextHost'; readonly consistency?: Consistency; readonly delayMs?: number }
  | { readonly kind: 'rethrow' }
  | { readonly kind: 'ignore' };

export interface ReadTimeoutInfo {
  readonly requiredResponses: number;
  readonly receivedResponses: number;
  readonly dataRetrieved: boolean;
}

export interface WriteTimeoutInfo {
  readonly writeType: WriteType;
  readonly requiredResponses: number;
  readonly receivedResponses: number;
}

export interface UnavailableInfo {
  readonly requiredReplicas: number;
  readonly aliveReplicas: number;
}

const RETHROW: RetryDecision = { kind: 'rethrow' };
const RETRY_NEXT_HOST: RetryDecision = { kind: 'retryNextHost' };
const MAX_OTHER_HOSTS = 2;

/**
 * The default: an idempotent request goes to at most two other hosts; any other only if nothing can have been applied.
 *
 * A request counts as idempotent if it is marked so, or if it is a plain SELECT (as async-cassandra's retry policy is
 * strict about writes).
 */
export class RetryPolicy {
  static readonly RETRY = 'retry';
  static readonly RETRY_NEXT_HOST = 'retryNextHost';
  static readonly RETHROW = 'rethrow';
  static readonly IGNORE = 'ignore';

  onReadTimeout(context: RetryContext, _info: ReadTimeoutInfo): RetryDecision {
    return nextHostIf(context, context.isIdempotent);
  }

  onWriteTimeout(context: RetryContext, _info: WriteTimeoutInfo): RetryDecision {
    return nextHostIf(context, context.isIdempotent);
  }

  /** The coordinator refused before it asked any replica: another one may see more of them alive. */
  onUnavailable(context: RetryContext, _info: UnavailableInfo): RetryDecision {
    return nextHostIf(context, context.retryNum === 0);
  }

  /** Every other failure: connection lost, host overloaded or bootstrapping, server error. */
  onRequestError(context: RetryContext, error: DriverError): RetryDecision {
    return nextHostIf(context, context.isIdempotent || !error.maybeApplied);
  }
}

function nextHostIf(context: RetryContext, safe: boolean): RetryDecision {
  return safe && context.retryNum < MAX_OTHER_HOSTS ? RETRY_NEXT_HOST : RETHROW;
}

/** Never retries: every failure reaches the caller. */
export class FallthroughRetryPolicy extends RetryPolicy {
  override onReadTimeout(): RetryDecision {
    return RETHROW;
  }

  override onWriteTimeout(): RetryDecision {
    return RETHROW;
  }

  override onUnavailable(): RetryDecision {
    return RETHROW;
  }

  override onRequestError(): RetryDecision {
    return RETHROW;
  }
}
