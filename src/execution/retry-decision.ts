// Which hook of the retry policy a failure belongs to. Failures that no retry can cure never reach the policy.

import { AuthenticationFailedError, CodecError, RequestThrottledError, type DriverError } from '../errors.ts';
import {
  FunctionFailureError,
  RateLimitReachedError,
  ReadTimeoutError,
  RequestValidationError,
  UnavailableError,
  WriteTimeoutError,
  type ServerConsistency,
} from '../errors/server-errors.ts';
import type { RetryContext, RetryDecision, RetryPolicy } from '../policies/retry.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** Asks the policy what to do about a failed attempt. */
export function decide(policy: RetryPolicy, query: QueryInfo, retryNum: number, error: DriverError): RetryDecision {
  if (isFinal(error)) return { kind: 'rethrow' };
  const { isIdempotent } = query;
  const context: RetryContext = {
    query,
    consistency: 'consistency' in error ? (error.consistency as ServerConsistency) : query.consistency,
    retryNum,
    isIdempotent,
    maybeApplied: error.maybeApplied,
  };
  if (error instanceof ReadTimeoutError) return policy.onReadTimeout(context, error);
  if (error instanceof WriteTimeoutError) return policy.onWriteTimeout(context, error);
  if (error instanceof UnavailableError) return policy.onUnavailable(context, error);
  return policy.onRequestError(context, error);
}

/** Refusals that every host would repeat; a full line, and the rate limit, which a retry would only strain further. */
function isFinal(error: DriverError): boolean {
  return (
    error instanceof RequestValidationError ||
    error instanceof RateLimitReachedError ||
    error instanceof RequestThrottledError ||
    error instanceof FunctionFailureError ||
    error instanceof AuthenticationFailedError ||
    error instanceof CodecError
  );
}
