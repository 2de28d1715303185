// Retrying for less: a weaker answer, or a write on fewer replicas, where that is better than none.

import type { Consistency } from '../types/consistency.ts';
import {
  isSafe,
  RetryPolicy,
  type ReadTimeoutInfo,
  type RetryContext,
  type RetryDecision,
  type UnavailableInfo,
  type WriteTimeoutInfo,
} from './retry.ts';

const RETHROW: RetryDecision = Object.freeze({ kind: 'rethrow' });
const IGNORE: RetryDecision = Object.freeze({ kind: 'ignore' });
const RETRY: RetryDecision = Object.freeze({ kind: 'retry' });
const RETRY_NEXT_HOST: RetryDecision = Object.freeze({ kind: 'retryNextHost' });

/**
 * Retries once at a lower consistency: at what as many replicas as answered, or live, can give.
 *
 * **This gives up what the level promised**: a read may miss what was written at QUORUM before, a write may be on one replica
 * only, and one that is on some replicas is called successful. Use it where any answer is better than none; the level that an
 * answer has is `info.achievedConsistency`.
 *
 * - Read timeout: fewer replicas than asked for have answered: at THREE, TWO or ONE, as many as did. Enough, but not the one with
 *   the data: again at the same level.
 * - Write timeout: SIMPLE, BATCH and COUNTER are ignored if one replica has written. UNLOGGED_BATCH at the level of those that
 *   have, BATCH_LOG again, both only if idempotent.
 * - Unavailable: at the level of the replicas that are alive; in the Paxos phase of a conditional statement on the next host.
 * - Other failures as {@link RetryPolicy}.
 *
 * Source: the Python driver's policy of this name, which retries writes without asking whether they are idempotent.
 */
export class DowngradingConsistencyRetryPolicy extends RetryPolicy {
  override onReadTimeout(context: RetryContext, info: ReadTimeoutInfo): RetryDecision {
    if (context.retryNum > 0 || isSerial(context) || !isSafe(context)) return RETHROW;
    if (info.receivedResponses < info.requiredResponses) return retryWith(info.receivedResponses);
    return info.dataRetrieved ? RETHROW : RETRY;
  }

  override onWriteTimeout(context: RetryContext, info: WriteTimeoutInfo): RetryDecision {
    if (context.retryNum > 0) return RETHROW;
    switch (info.writeType) {
      case 'SIMPLE':
      case 'BATCH':
      case 'COUNTER':
        return info.receivedResponses > 0 ? IGNORE : RETHROW;
      case 'UNLOGGED_BATCH':
        return isSafe(context) ? retryWith(info.receivedResponses) : RETHROW;
      case 'BATCH_LOG':
        return isSafe(context) ? RETRY : RETHROW;
      default:
        return RETHROW;
    }
  }

  override onUnavailable(context: RetryContext, info: UnavailableInfo): RetryDecision {
    if (context.retryNum > 0 || !isSafe(context)) return RETHROW;
    return isSerial(context) ? RETRY_NEXT_HOST : retryWith(info.aliveReplicas);
  }
}

function isSerial({ consistency }: RetryContext): boolean {
  return consistency === 'SERIAL' || consistency === 'LOCAL_SERIAL';
}

/** At the highest level that so many replicas can give. */
function retryWith(replicas: number): RetryDecision {
  if (replicas < 1) return RETHROW;
  const consistency: Consistency = replicas >= 3 ? 'THREE' : replicas === 2 ? 'TWO' : 'ONE';
  return { kind: 'retry', consistency };
}
