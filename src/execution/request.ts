// One request on its way from a statement to an answer: what is to be executed, and what came of it. Plain data, so that those
// who execute and those who watch need not know each other.

import type { Delivery } from '../core.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { Host } from '../topology/host.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { HostAttempt, Outgoing } from './attempt.ts';
import type { EncodedQuery } from './routed-query.ts';

/** One request, encoded. */
export interface ExecutionRequest extends Outgoing {
  readonly query: EncodedQuery;
  /** The statement, for errors. */
  readonly queryText: string;
  /** Columns of the rows, as far as they are known, for errors. */
  readonly columns?: readonly ColumnSpec[] | undefined;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  /** The one host to ask, instead of a plan. */
  readonly host: Host | undefined;
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** True for what changes nothing wherever it ends, such as preparing. */
  readonly isHarmless?: boolean;
  /** Prepares the statement again on a host that has forgotten it; absent for requests that name no prepared id. */
  readonly reprepare?: ((host: Host) => Promise<void>) | undefined;
}

/** The answer, and how it came about. `delivery` is `null` where the retry policy ignored a failure. */
export interface ExecutionResponse {
  readonly delivery: Delivery | null;
  readonly record: number;
  readonly attempts: readonly HostAttempt[];
  readonly host: Host;
}
