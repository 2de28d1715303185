// A statement as a request: encoded when it is made, and asked by the execution where an attempt has failed.

import type { EncodedFrame } from '../core.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import { NoSpeculativeExecutionPolicy, type SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import { RESULT } from '../statement/prepared.ts';
import type { Host } from '../topology/host.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { ConsistencyName } from '../types/consistency.ts';
import type { HostAttempt } from './attempt.ts';
import type { ExecutionContext } from './context.ts';
import type { Preparation } from './preparation.ts';
import type { EncodedRequest, ExecutionRequest } from './request.ts';
import { EncodedQuery } from './routed-query.ts';
import type { EncodedStatement, StatementEncoder } from './statement-encoder.ts';
import { isAppliedInParts, isLwt, type Job } from './statement-job.ts';

/** What requests need of their session. */
export interface RequestServices {
  readonly context: ExecutionContext;
  readonly encoder: StatementEncoder;
  readonly preparation: Preparation;
  keyspace(): string | undefined;
}

export class StatementRequest implements ExecutionRequest {
  readonly job: Job;
  readonly frame: EncodedFrame;
  readonly programWord: number;
  readonly query: EncodedQuery;
  timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  readonly isHarmless = false;
  readonly #services: RequestServices;

  /** @throws {DriverError} for what cannot be encoded. */
  constructor(job: Job, services: RequestServices, timeoutMs: number | null, signal: AbortSignal | undefined) {
    const { frame, programWord } = encode(job, services.encoder);
    this.job = job;
    this.frame = frame;
    this.programWord = programWord;
    this.query = queryOf(job, frame, services);
    this.timeoutMs = timeoutMs;
    this.signal = signal;
    this.#services = services;
  }

  get queryText(): string {
    return this.job.text;
  }

  get columns(): readonly ColumnSpec[] | undefined {
    return this.job.prepared?.[RESULT].columns;
  }

  get loadBalancingPolicy(): LoadBalancingPolicy {
    return this.job.settings.loadBalancingPolicy;
  }

  get retryPolicy(): RetryPolicy {
    return this.job.settings.retryPolicy;
  }

  get speculativeExecutionPolicy(): SpeculativeExecutionPolicy | null {
    const { speculativeExecutionPolicy: policy } = this.job.settings;
    return policy instanceof NoSpeculativeExecutionPolicy ? null : policy;
  }

  get host(): Host | undefined {
    return this.job.settings.host;
  }

  get watched(): object | undefined {
    return this.job.settings.watched;
  }

  encodeAt(consistency: ConsistencyName): EncodedRequest {
    const job: Job = { ...this.job, settings: { ...this.job.settings, consistency } };
    const { frame, programWord } = encode(job, this.#services.encoder);
    return { frame, programWord, query: queryOf(job, frame, this.#services) };
  }

  reprepare(attempt: HostAttempt): Promise<boolean> | null {
    const { prepared, batch, settings } = this.job;
    const { preparation } = this.#services;
    if (prepared !== undefined) return preparation.reprepare(prepared, attempt, settings);
    if (batch === undefined || batch.prepared.length === 0) return null;
    // The server names one id; every statement of the batch may be missing.
    return Promise.all(batch.prepared.map((each) => preparation.reprepare(each, attempt, settings))).then((asked) =>
      asked.includes(true),
    );
  }

  isAppliedInParts(): boolean {
    return isAppliedInParts(this.job);
  }
}

function encode(
  { text, statement, prepared, values, batch, settings }: Job,
  encoder: StatementEncoder,
): EncodedStatement {
  const routingKey = statement?.givenRoutingKey;
  if (batch !== undefined) return encoder.batch(batch.type, batch.entries, settings, routingKey);
  if (prepared === undefined || values === undefined) return encoder.query(text, settings, routingKey);
  return encoder.execute(prepared, values, settings, routingKey);
}

function queryOf(job: Job, frame: EncodedFrame, services: RequestServices): EncodedQuery {
  const { settings, prepared, statement } = job;
  const routed = prepared ?? job.batch?.prepared.find((each) => each.routingKeyIndexes.length > 0);
  const table = routed?.routingTable;
  const facts = {
    keyspace: table?.keyspace ?? settings.keyspace ?? services.keyspace(),
    table: statement?.table ?? table?.table,
    consistency: settings.consistency,
    serialConsistency: settings.serialConsistency,
    isLwt: isLwt(job),
    isIdempotent: job.isIdempotent,
  };
  return new EncodedQuery(facts, frame, services.context.topology().ring);
}
