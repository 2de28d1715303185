// A statement as a request: what the execution asks of it when an attempt has failed goes back to who encoded it.

import type { EncodedFrame } from '../core.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import { NoSpeculativeExecutionPolicy, type SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import { RESULT, type PreparedStatement } from '../statement/prepared.ts';
import type { Host } from '../topology/host.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { ConsistencyName } from '../types/consistency.ts';
import type { HostAttempt } from './attempt.ts';
import type { EncodedRequest, ExecutionRequest } from './request.ts';
import type { EncodedQuery } from './routed-query.ts';
import type { RequestSettings } from './settings.ts';

/** What was encoded. */
export interface RequestJob {
  readonly text: string;
  readonly prepared: PreparedStatement<unknown> | undefined;
  readonly settings: RequestSettings;
}

/** Who encoded it. */
export interface RequestOwner<Job> {
  encodeAt(job: Job, consistency: ConsistencyName): EncodedRequest;
  reprepare(job: Job, attempt: HostAttempt): Promise<boolean> | null;
  isAppliedInParts(job: Job): boolean;
}

export class StatementRequest<Job extends RequestJob> implements ExecutionRequest {
  readonly frame: EncodedFrame;
  readonly programWord: number;
  readonly query: EncodedQuery;
  readonly queryText: string;
  readonly columns: readonly ColumnSpec[] | undefined;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy | null;
  readonly host: Host | undefined;
  timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  readonly watched: object | undefined;
  readonly isHarmless = false;
  readonly #job: Job;
  readonly #owner: RequestOwner<Job>;

  constructor(job: Job, encoded: EncodedRequest, owner: RequestOwner<Job>) {
    const { settings, prepared } = job;
    const { speculativeExecutionPolicy: speculation } = settings;
    this.frame = encoded.frame;
    this.programWord = encoded.programWord;
    this.query = encoded.query;
    this.queryText = job.text;
    this.columns = prepared?.[RESULT].columns;
    this.loadBalancingPolicy = settings.loadBalancingPolicy;
    this.retryPolicy = settings.retryPolicy;
    this.speculativeExecutionPolicy = speculation instanceof NoSpeculativeExecutionPolicy ? null : speculation;
    this.host = settings.host;
    this.timeoutMs = settings.timeoutMs;
    this.signal = settings.signal;
    this.watched = settings.watched;
    this.#job = job;
    this.#owner = owner;
  }

  encodeAt(consistency: ConsistencyName): EncodedRequest {
    return this.#owner.encodeAt(this.#job, consistency);
  }

  reprepare(attempt: HostAttempt): Promise<boolean> | null {
    return this.#owner.reprepare(this.#job, attempt);
  }

  isAppliedInParts(): boolean {
    return this.#owner.isAppliedInParts(this.#job);
  }
}
