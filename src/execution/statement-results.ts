// From an answer to a result set: rows are left to the page, and what an answer changes, the keyspace or the schema, is waited
// for before the result is given.

import type { Delivery } from '../core.ts';
import type { SchemaChange } from '../protocol/events.ts';
import { openMessage, readResult, readRowsHeader, type Prefix, type ResultMessage } from '../protocol/responses.ts';
import type { DecoderCache } from '../result/decoders.ts';
import type { QueryTrace, TraceOptions } from '../result/execution-info.ts';
import { Page } from '../result/page.ts';
import type { ProgramTable } from '../result/programs.ts';
import { ResultSet, type ResultOrigin } from '../result/result-set.ts';
import type { RowFactory } from '../result/rows.ts';
import { BatchStatement } from '../statement/batch.ts';
import { SimpleStatement } from '../statement/simple.ts';
import type { Host } from '../topology/host.ts';
import type { Uuid } from '../types/uuid.ts';
import type { ExecutionContext } from './context.ts';
import { isRows } from './outcome.ts';
import type { Preparation } from './preparation.ts';
import type { ExecutionResponse } from './request.ts';
import { RequestInfo } from './request-info.ts';
import { NO_TRACES, takeOverShape, type Job } from './statement-job.ts';
import type { StatementRequest } from './statement-request.ts';
import { waitWithin } from './wait-within.ts';
import { InvalidArgumentError } from '../errors.ts';

/** Asks for the page of a job that begins at a paging state; `traces` are the ids of the traces so far. */
export type FetchPage = <Row>(
  job: Job,
  traces: readonly Uuid[],
  pagingState: Uint8Array,
  signal: AbortSignal | undefined,
) => Promise<ResultSet<Row>>;

export interface StatementResultsOptions {
  readonly context: ExecutionContext;
  readonly programs: ProgramTable;
  readonly decoders: DecoderCache;
  readonly preparation: Preparation;
  readonly fetchPage: FetchPage;
  onSetKeyspace(keyspace: string): Promise<void>;
  /** Resolves to whether all nodes agree on the schema. */
  onSchemaChange(change: SchemaChange, coordinator: Host): Promise<boolean>;
  readonly readTrace: (id: Uuid, options: TraceOptions) => Promise<QueryTrace>;
  /** The future of a result, where somebody asks for it. */
  readonly futureOf: <Row>(result: ResultSet<Row>, query: unknown) => PromiseLike<ResultSet<Row>>;
}

export class StatementResults {
  readonly #options: StatementResultsOptions;
  #plain: Origin<never> | null = null;

  constructor(options: StatementResultsOptions) {
    this.#options = options;
  }

  /** The result of an answer; a promise where it changes something that has to be waited for. */
  of<Row>(request: StatementRequest, response: ExecutionResponse): ResultSet<Row> | Promise<ResultSet<Row>> {
    const { delivery, record } = response;
    this.#noteServed(request.job, response);
    if (delivery === null) return this.#emptyResult(request, response, null, true);
    if (isRows(delivery, record)) return this.#rowsResult(request, response, delivery);
    const { prefix, reader } = openMessage(delivery, record);
    const result = readResult(reader);
    return result.kind === 'void' || result.kind === 'prepared'
      ? this.#emptyResult(request, response, prefix, true)
      : this.#resultOfChange(request, response, prefix, result);
  }

  /** Of statements that a user keeps: what was prepared automatically stays lazy. */
  #noteServed({ statement, prepared, batch }: Job, { host, attempts }: ExecutionResponse): void {
    if (statement === undefined || statement instanceof SimpleStatement) return;
    const { preparation } = this.#options;
    const nowMs = attempts[attempts.length - 1]?.startedMs ?? 0;
    if (prepared !== undefined) preparation.onServed(prepared, host, nowMs);
    else if (batch !== undefined && statement instanceof BatchStatement) this.#noteBatch(statement, host, nowMs);
  }

  #noteBatch(batch: BatchStatement, host: Host, nowMs: number): void {
    let last: object | undefined;
    for (const entry of batch.entries) {
      if (entry.kind === 'text') continue;
      const statement = entry.kind === 'prepared' ? entry.statement : entry.statement.preparedStatement;
      if (statement !== last) this.#options.preparation.onServed(statement, host, nowMs);
      last = statement;
    }
  }

  #rowsResult<Row>(request: StatementRequest, response: ExecutionResponse, delivery: Delivery): ResultSet<Row> {
    const { programs, decoders } = this.#options;
    const { job } = request;
    const page = new Page(delivery, response.record);
    const { prefix, pagingState, newResultMetadataId } = readRowsHeader(delivery, response.record);
    const program = programs.get(page.program);
    takeOverShape(job, newResultMetadataId, program);
    return new ResultSet<Row>({
      page,
      decoder: decoders.get(program, job.settings.rowFactory as RowFactory<Row>),
      pagingState,
      info: new RequestInfo(response, prefix, request.frame.length, true),
      origin: this.#originOf(job, prefix, pagingState !== undefined),
    });
  }

  async #resultOfChange<Row>(
    request: StatementRequest,
    response: ExecutionResponse,
    prefix: Prefix,
    change: Extract<ResultMessage, { kind: 'setKeyspace' | 'schemaChange' }>,
  ): Promise<ResultSet<Row>> {
    if (change.kind === 'setKeyspace') await this.#useKeyspace(change.keyspace, request);
    const isSchemaAgreed = change.kind !== 'schemaChange' || (await this.#agree(change.change, response.host, request));
    return this.#emptyResult(request, response, prefix, isSchemaAgreed);
  }

  /** Waits as long as the request may; connections take the keyspace over all the same. */
  #useKeyspace(keyspace: string, request: StatementRequest): Promise<void> {
    const { deadlines } = this.#options.context;
    const what = 'the keyspace was not set on every connection';
    return waitWithin(this.#options.onSetKeyspace(keyspace), request, deadlines, what);
  }

  /** Has a time limit of its own, `maxSchemaAgreementWait`, and ends with the signal too. */
  #agree(change: SchemaChange, coordinator: Host, { signal }: StatementRequest): Promise<boolean> {
    const { deadlines } = this.#options.context;
    return waitWithin(this.#options.onSchemaChange(change, coordinator), { timeoutMs: null, signal }, deadlines);
  }

  #emptyResult<Row>(
    request: StatementRequest,
    response: ExecutionResponse,
    prefix: Prefix | null,
    isSchemaAgreed: boolean,
  ): ResultSet<Row> {
    return new ResultSet<Row>({
      info: new RequestInfo(response, prefix, request.frame.length, isSchemaAgreed),
      origin: this.#originOf(request.job, prefix, false),
    });
  }

  #originOf<Row>(job: Job, prefix: Prefix | null, hasMorePages: boolean): ResultOrigin<Row> {
    const id = prefix?.tracingId;
    const query = job.statement ?? job.text;
    // What lies behind the results of one statement is the same, but for pages and traces.
    if (!hasMorePages && id === undefined && job.traces.length === 0) {
      if (this.#plain?.query !== query)
        this.#plain = new Origin<never>(this.#options, job, false, undefined, NO_TRACES);
      return this.#plain as ResultOrigin<unknown> as ResultOrigin<Row>;
    }
    const traces = id === undefined ? job.traces : [...job.traces, id];
    return new Origin<Row>(this.#options, job, hasMorePages, id, traces);
  }
}

/** The request behind a result. A result without a further page keeps no parameters alive. */
class Origin<Row> implements ResultOrigin<Row> {
  readonly query: unknown;
  readonly #options: StatementResultsOptions;
  readonly #job: Job | null;
  readonly #traceId: Uuid | undefined;
  readonly #traces: readonly Uuid[];

  constructor(
    options: StatementResultsOptions,
    job: Job,
    hasMorePages: boolean,
    traceId: Uuid | undefined,
    traces: readonly Uuid[],
  ) {
    this.query = job.statement ?? job.text;
    this.#options = options;
    this.#job = hasMorePages ? job : null;
    this.#traceId = traceId;
    this.#traces = traces.length === 0 ? NO_TRACES : traces;
  }

  fetchPage(pagingState: Uint8Array, { signal }: { readonly signal?: AbortSignal }): Promise<ResultSet<Row>> {
    if (this.#job !== null) return this.#options.fetchPage<Row>(this.#job, this.#traces, pagingState, signal);
    const message = 'expected a result that has another page';
    return Promise.reject(new InvalidArgumentError(message, { field: 'pagingState' }));
  }

  readTrace(options: TraceOptions): Promise<QueryTrace | null> {
    return this.#traceId === undefined ? Promise.resolve(null) : this.#options.readTrace(this.#traceId, options);
  }

  readAllTraces(options: TraceOptions): Promise<QueryTrace[]> {
    return Promise.all(this.#traces.map((trace) => this.#options.readTrace(trace, options)));
  }

  futureOf(result: ResultSet<Row>): PromiseLike<ResultSet<Row>> {
    return this.#options.futureOf(result, this.query);
  }
}
