// One request on its way from a statement to an answer: what is to be executed, and what came of it. Plain data, so that those
// who execute and those who watch need not know each other.

import type { Delivery } from '../core.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import type { Host } from '../topology/host.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { ConsistencyName } from '../types/consistency.ts';
import type { HostAttempt, Outgoing } from './attempt.ts';
import type { EncodedQuery } from './routed-query.ts';

/** A request as bytes, and what policies see of it. */
export interface EncodedRequest extends Outgoing {
  readonly query: EncodedQuery;
}

/** One request, encoded. */
export interface ExecutionRequest extends EncodedRequest {
  /** The statement, for errors. */
  readonly queryText: string;
  /** Columns of the rows, as far as they are known, for errors. */
  readonly columns?: readonly ColumnSpec[] | undefined;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  /** When to ask further hosts beside the first; `null`: never. */
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy | null;
  /** The one host to ask, instead of a plan. */
  readonly host: Host | undefined;
  /** Time that it has; less after it has waited for a throttler. */
  timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** What those who watch know the request by; absent if it is not of a user. */
  readonly watched?: object | undefined;
  /** True for what changes nothing wherever it ends, such as preparing. */
  readonly isHarmless: boolean;
  /**
   * Whether a coordinator may find too few replicas alive after it has applied a part: writes to several partitions, and
   * conditional ones, which are accepted before they are committed. Is asked where that happened.
   */
  isAppliedInParts(): boolean;
  /** The same request at another consistency; `null` for what has none. */
  encodeAt(consistency: ConsistencyName): EncodedRequest | null;
  /**
   * Prepares the statement again on the host of an attempt that found it forgotten. Resolves to whether the host was asked: it
   * is not if somebody prepared the statement there since the attempt began. `null` for requests that name no prepared id.
   */
  reprepare(attempt: HostAttempt): Promise<boolean> | null;
}

/** The answer, and how it came about. `delivery` is `null` where the retry policy ignored a failure. */
export interface ExecutionResponse {
  readonly delivery: Delivery | null;
  readonly record: number;
  readonly attempts: readonly HostAttempt[];
  readonly host: Host;
  /** At which consistency: a retry may have changed it. */
  readonly consistency: ConsistencyName;
}
