// Retry: what to do when an attempt failed. A request whose effect could double is never sent again unless the failure
// says for certain that nothing was applied.

import type { DriverError } from '../errors.ts';
import type { WriteType } from '../errors/server-errors.ts';
import type { Consistency, ConsistencyName } from '../types/consistency.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** What a retry policy sees of the request. `retryNum` is 0 at the first failure. */
export interface RetryContext {
  readonly query: QueryInfo;
  /** The level that failed: the serial one in the Paxos phase of a conditional statement. */
  readonly consistency: ConsistencyName;
  readonly retryNum: number;
  readonly isIdempotent: boolean;
  /** Whether the attempt may have been applied, as far as its failure tells. */
  readonly maybeApplied: boolean;
}

/** The verdict. `delayMs` waits before the next attempt; `consistency` is the level of that and of all further ones. */
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

const RETHROW: RetryDecision = Object.freeze({ kind: 'rethrow' });
const RETRY_NEXT_HOST: RetryDecision = Object.freeze({ kind: 'retryNextHost' });
const MAX_OTHER_HOSTS = 2;

/**
 * The default: an idempotent request goes to at most two other hosts; any other only if nothing can have been applied.
 *
 * A request counts as idempotent if it is marked so, or if it is a plain SELECT (async-cassandra's retry policy is as strict
 * about writes, and retries failed connections always, which this one does not). Whatever a policy says, a session retries no
 * more than a tenth of its requests, or 10 a second where that is more; beyond that failures are rethrown.
 */
export class RetryPolicy {
  static readonly RETRY = 'retry';
  static readonly RETRY_NEXT_HOST = 'retryNextHost';
  static readonly RETHROW = 'rethrow';
  static readonly IGNORE = 'ignore';

  /** Too few replicas answered a read in time. */
  onReadTimeout(context: RetryContext, _info: ReadTimeoutInfo): RetryDecision {
    return nextHostIf(isSafe(context), context);
  }

  /** Too few replicas acknowledged a write in time, of whatever type: others may have written. */
  onWriteTimeout(context: RetryContext, _info: WriteTimeoutInfo): RetryDecision {
    return nextHostIf(isSafe(context), context);
  }

  /** The coordinator saw too few replicas alive: another one may see more of them. */
  onUnavailable(context: RetryContext, _info: UnavailableInfo): RetryDecision {
    return nextHostIf(isSafe(context) && context.retryNum === 0, context);
  }

  /** Every other failure: connection lost, host overloaded or bootstrapping, server error. */
  onRequestError(context: RetryContext, _error: DriverError): RetryDecision {
    return nextHostIf(isSafe(context), context);
  }
}

/** Whether a request can be sent again without being applied twice. */
export function isSafe({ isIdempotent, maybeApplied }: RetryContext): boolean {
  return isIdempotent || !maybeApplied;
}

function nextHostIf(condition: boolean, { retryNum }: RetryContext): RetryDecision {
  return condition && retryNum < MAX_OTHER_HOSTS ? RETRY_NEXT_HOST : RETHROW;
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

export { FallthroughRetryPolicy as NeverRetryPolicy };

const AT_SAME_CONSISTENCY: ReadonlySet<unknown> = new Set([RetryPolicy, FallthroughRetryPolicy]);

/** Whether a policy may retry at another consistency: then what a request is encoded from must be kept. */
export function mayChangeConsistency(policy: RetryPolicy): boolean {
  return !AT_SAME_CONSISTENCY.has(policy.constructor);
}
