// From a statement to a result set: prepares what has parameters, encodes once, executes, and turns the answer into rows.
// Every page after the first comes the same way, from values that were encoded with the first.

import { InvalidArgumentError, OperationTimedOutError } from '../errors.ts';
import { mayChangeConsistency } from '../policies/retry.ts';
import type { SchemaChange } from '../protocol/events.ts';
import { openMessage, readResult, readRowsHeader, type Prefix } from '../protocol/responses.ts';
import type { ValueSource } from '../protocol/requests.ts';
import type { Throttler } from '../pool/throttler.ts';
import type { DecoderCache } from '../result/decoders.ts';
import type { QueryTrace, TraceOptions } from '../result/execution-info.ts';
import { Page } from '../result/page.ts';
import type { ProgramTable } from '../result/programs.ts';
import { ResultSet, type ResultSetParts } from '../result/result-set.ts';
import type { RowFactory } from '../result/rows.ts';
import { BatchStatement } from '../statement/batch.ts';
import { rewritePercentMarkers } from '../statement/markers.ts';
import { BoundStatement, PreparedStatement, RESULT, WRITER, type ResultShape } from '../statement/prepared.ts';
import { SimpleStatement } from '../statement/simple.ts';
import type { Statement } from '../statement/statement.ts';
import type { Host } from '../topology/host.ts';
import type { ConsistencyName } from '../types/consistency.ts';
import type { Params } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';
import type { Program } from '../types/program.ts';
import type { Uuid } from '../types/uuid.ts';
import type { HostAttempt } from './attempt.ts';
import type { ExecutionContext } from './context.ts';
import { executeRequest } from './execution.ts';
import { isRows } from './outcome.ts';
import type { Preparation } from './preparation.ts';
import type { EncodedRequest, ExecutionRequest, ExecutionResponse } from './request.ts';
import { RequestInfo } from './request-info.ts';
import { EncodedQuery } from './routed-query.ts';
import { checkExecuteOptions, type ExecuteOptions } from './execute-options.ts';
import { resolveSettings, type RequestSettings, type SettingDefaults, type SettingOptions } from './settings.ts';
import {
  BoundValues,
  EncodedValues,
  preparedOf,
  type EncodableEntry,
  type EncodedStatement,
  type EncodingFacts,
  type StatementEncoder,
} from './statement-encoder.ts';
import { StatementRequest, type RequestOwner } from './statement-request.ts';
import { isConditional, isPlainSelect, mayApplyInParts, mayBeConditional } from './statement-text.ts';
import { executeThrottled } from './throttled-request.ts';
import { waitWithin } from './wait-within.ts';

/** What can be executed: text, or a statement. */
export type Query<Row = Record<string, unknown>> = string | Statement<Row>;

export interface StatementExecutorOptions {
  readonly context: ExecutionContext;
  readonly encoder: StatementEncoder;
  readonly programs: ProgramTable;
  readonly decoders: DecoderCache;
  readonly preparation: Preparation;
  /** Limits what is executed; `null`: nothing does. */
  readonly throttler: Throttler | null;
  defaults(profile: ExecuteOptions['executionProfile']): SettingDefaults;
  keyspace(): string | undefined;
  onSetKeyspace(keyspace: string): Promise<void>;
  /** Resolves to whether all nodes agree on the schema. */
  onSchemaChange(change: SchemaChange, coordinator: Host): Promise<boolean>;
  readonly readTrace: (id: Uuid, options: TraceOptions) => Promise<QueryTrace>;
  /** The future of a result, where somebody asks for it. */
  readonly futureOf: <Row>(result: ResultSet<Row>, query: unknown) => PromiseLike<ResultSet<Row>>;
}

/** A request, encoded, and what is needed to ask for another page of it. */
interface Job<Row> {
  readonly text: string;
  readonly statement: Statement<unknown> | undefined;
  readonly prepared: PreparedStatement<unknown> | undefined;
  readonly values: (ValueSource & { readonly copy: Uint8Array | undefined }) | undefined;
  /** The statements of a batch, and those of them that are prepared. */
  readonly entries: readonly EncodableEntry[];
  readonly inBatch: readonly PreparedStatement<unknown>[];
  /** The shape of the rows that the request was encoded for. */
  readonly shape: ResultShape | undefined;
  readonly settings: RequestSettings;
  readonly isIdempotent: boolean;
  readonly rowFactory: RowFactory<Row>;
  /** Ids of the traces of the pages before. */
  readonly traces: readonly Uuid[];
}

export class StatementExecutor implements RequestOwner<Job<unknown>> {
  readonly #options: StatementExecutorOptions;

  constructor(options: StatementExecutorOptions) {
    this.#options = options;
  }

  /** Executes a statement of any kind. */
  async execute<Row>(
    query: Query<Row>,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    checkExecuteOptions(options);
    if (query instanceof BatchStatement) return this.#executeBatch(query, params, options);
    if (query instanceof PreparedStatement)
      return this.#executePrepared(query as PreparedStatement<Row>, params, options);
    if (query instanceof BoundStatement) return this.#executeBound(query as BoundStatement<Row>, params, options);
    if (query instanceof SimpleStatement) {
      if (params !== undefined && query.params !== undefined) throw twoParams();
      const simple = query as SimpleStatement<Row>;
      return this.#executeText(simple.queryString, simple, params ?? simple.params, options);
    }
    if (typeof query === 'string' && query !== '') return this.#executeText(query, undefined, params, options);
    throw new InvalidArgumentError(
      `expected CQL text or a statement, got ${query === '' ? 'empty text' : typeof query}`,
      {
        field: 'query',
      },
    );
  }

  async #executeText<Row>(
    cql: string,
    statement: SimpleStatement<Row> | undefined,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    const settings = this.#settings(options, statement);
    const hasParams = params !== undefined && count(params) > 0;
    if (!hasParams && options.prepare !== true) {
      const job = this.#job<Row>(cql, statement, undefined, undefined, settings);
      return this.#run(job, this.#options.encoder.query(cql, settings, this.#facts(job)));
    }
    if (options.prepare === false) {
      throw new InvalidArgumentError('expected no parameters with prepare: false, as only a server knows their types', {
        field: 'prepare',
      });
    }
    const text = hasParams ? rewritePercentMarkers(cql, params) : cql;
    const started = this.#options.context.clock.now();
    const cached = this.#options.preparation.prepareCached(text, this.#options.keyspace(), settings);
    if (cached instanceof PreparedStatement) return this.#executeValues(cached, statement, params, settings);
    const prepared = await waitWithin(cached, settings, this.#options.context.deadlines);
    return this.#executeValues(prepared, statement, params, this.#remaining(settings, started, text));
  }

  #executePrepared<Row>(
    prepared: PreparedStatement<Row>,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    return this.#executeValues(prepared, prepared, params, this.#settings(options, prepared));
  }

  #executeBound<Row>(
    bound: BoundStatement<Row>,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    if (params !== undefined) throw twoParams();
    const { preparedStatement, values } = bound;
    const source = new EncodedValues(values, preparedStatement[WRITER].valueCount);
    return this.#runPrepared(preparedStatement, bound, source, this.#settings(options, bound));
  }

  #executeValues<Row>(
    prepared: PreparedStatement<unknown>,
    statement: Statement<unknown> | undefined,
    params: Params | undefined,
    settings: RequestSettings,
  ): Promise<ResultSet<Row>> {
    const mayHavePages = prepared[RESULT].program !== null && prepared[WRITER].valueCount > 0;
    const keepsCopy = mayHavePages || mayChangeConsistency(settings.retryPolicy);
    return this.#runPrepared(prepared, statement, new BoundValues(prepared, params, keepsCopy), settings);
  }

  #runPrepared<Row>(
    prepared: PreparedStatement<unknown>,
    statement: Statement<unknown> | undefined,
    values: ValueSource & { readonly copy: Uint8Array | undefined },
    settings: RequestSettings,
  ): Promise<ResultSet<Row>> {
    const job = this.#job<Row>(prepared.queryString, statement, prepared, values, settings);
    return this.#run(job, this.#options.encoder.execute(prepared, values, settings, this.#facts(job)));
  }

  async #executeBatch<Row>(
    batch: BatchStatement,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    if (params !== undefined) throw twoParams();
    const settings = this.#settings(options, batch);
    const started = this.#options.context.clock.now();
    const entries = await this.#prepareEntries(batch, settings);
    const remaining = this.#remaining(settings, started, 'BATCH');
    const text = `BATCH of ${entries.length} statements`;
    const inBatch = new Set(entries.flatMap((entry) => (entry.kind === 'text' ? [] : [preparedOf(entry)])));
    const job: Job<Row> = {
      ...this.#job(text, batch, undefined, undefined, remaining),
      entries,
      inBatch: [...inBatch],
    };
    return this.#run(job, this.#options.encoder.batch(batch.batchType, entries, remaining, this.#facts(job)));
  }

  /** Texts with parameters are prepared, all at once. */
  #prepareEntries(batch: BatchStatement, settings: RequestSettings): Promise<EncodableEntry[]> {
    const { preparation, context } = this.#options;
    const isKept = mayChangeConsistency(settings.retryPolicy);
    const entries = batch.entries.map(async (entry): Promise<EncodableEntry> => {
      if (entry.kind === 'prepared' && isKept) return { kind: 'bound', statement: entry.statement.bind(entry.params) };
      if (entry.kind !== 'text') return entry;
      const { queryString, params } = entry;
      if (params === undefined || count(params) === 0) return { kind: 'text', queryString };
      const text = rewritePercentMarkers(queryString, params);
      const preparing = preparation.prepareCached(text, this.#options.keyspace(), settings);
      const statement =
        preparing instanceof PreparedStatement ? preparing : await waitWithin(preparing, settings, context.deadlines);
      return isKept ? { kind: 'bound', statement: statement.bind(params) } : { kind: 'prepared', statement, params };
    });
    return Promise.all(entries);
  }

  async #run<Row>(job: Job<Row>, encoded: EncodedStatement): Promise<ResultSet<Row>> {
    const { context, throttler } = this.#options;
    const request = this.#request(job, encoded);
    const response = await (throttler === null
      ? executeRequest(request, context)
      : executeThrottled(request, context, throttler));
    this.#noteServed(job, response);
    return this.#resultOf(job, encoded, response);
  }

  /** Of statements that a user keeps: what was prepared automatically stays lazy. */
  #noteServed<Row>({ statement, prepared }: Job<Row>, { host, attempts }: ExecutionResponse): void {
    if (statement === undefined || statement instanceof SimpleStatement) return;
    const { preparation } = this.#options;
    const nowMs = attempts.at(-1)?.startedMs ?? 0;
    if (prepared !== undefined) preparation.onServed(prepared, host, nowMs);
    else if (statement instanceof BatchStatement)
      for (const entry of statement.entries)
        if (entry.kind !== 'text') preparation.onServed(preparedOf(entry), host, nowMs);
  }

  #request<Row>(job: Job<Row>, encoded: EncodedStatement): ExecutionRequest {
    const query = this.#query(job, encoded, job.settings.consistency);
    const { frame, programWord } = encoded;
    return new StatementRequest(job, { frame, programWord, query }, this);
  }

  #query<Row>(job: Job<Row>, encoded: EncodedStatement, consistency: ConsistencyName): EncodedQuery {
    const { settings, prepared } = job;
    const routed = prepared ?? job.inBatch.find((each) => each.routingKeyIndexes.length > 0);
    const table = routed?.routingTable;
    const facts = {
      keyspace: table?.keyspace ?? settings.keyspace ?? this.#options.keyspace(),
      table: job.statement?.table ?? table?.table,
      consistency,
      serialConsistency: settings.serialConsistency,
      isLwt: isLwt(job),
      isIdempotent: job.isIdempotent,
    };
    return new EncodedQuery(facts, encoded.frame, this.#options.context.topology().ring);
  }

  /** For a retry at another consistency, from the values that were encoded at first. */
  encodeAt(job: Job<unknown>, consistency: ConsistencyName): EncodedRequest {
    const encoded = this.#encode({ ...job, settings: { ...job.settings, consistency } });
    return { ...encoded, query: this.#query(job, encoded, consistency) };
  }

  reprepare({ prepared, inBatch, settings }: Job<unknown>, attempt: HostAttempt): Promise<boolean> | null {
    const { preparation } = this.#options;
    if (prepared !== undefined) return preparation.reprepare(prepared, attempt, settings);
    if (inBatch.length === 0) return null;
    // The server names one id; every statement of the batch may be missing.
    return Promise.all(inBatch.map((each) => preparation.reprepare(each, attempt, settings))).then((asked) =>
      asked.includes(true),
    );
  }

  isAppliedInParts({ statement, text, entries }: Job<unknown>): boolean {
    if (!(statement instanceof BatchStatement)) return mayApplyInParts(text);
    // A logged batch asks for the replicas of all its partitions before it writes any; the others go one by one.
    const test = statement.batchType === 'LOGGED' ? mayBeConditional : mayApplyInParts;
    return (statement.batchType !== 'LOGGED' && entries.length > 1) || entries.some((entry) => test(textOf(entry)));
  }

  #encode<Row>(job: Job<Row>): EncodedStatement {
    const { encoder } = this.#options;
    const { statement, prepared, values, settings, text } = job;
    if (statement instanceof BatchStatement) {
      return encoder.batch(statement.batchType, job.entries, settings, this.#facts(job));
    }
    if (prepared === undefined || values === undefined) return encoder.query(text, settings, this.#facts(job));
    const source = values.copy === undefined ? values : new EncodedValues(values.copy, prepared[WRITER].valueCount);
    return encoder.execute(prepared, source, settings, this.#facts(job));
  }

  async #resultOf<Row>(job: Job<Row>, encoded: EncodedStatement, response: ExecutionResponse): Promise<ResultSet<Row>> {
    const { delivery, record } = response;
    if (delivery === null) return this.#emptyResult(job, encoded, response, null, true);
    if (isRows(delivery, record)) return this.#rowsResult(job, encoded, response, new Page(delivery, record));
    const { prefix, reader } = openMessage(delivery, record);
    const result = readResult(reader);
    if (result.kind === 'setKeyspace') await this.#useKeyspace(result.keyspace, job.settings);
    const isSchemaAgreed =
      result.kind !== 'schemaChange' || (await this.#agree(result.change, response.host, job.settings));
    return this.#emptyResult(job, encoded, response, prefix, isSchemaAgreed);
  }

  /** Waits as long as the request may; connections take the keyspace over all the same. */
  #useKeyspace(keyspace: string, settings: RequestSettings): Promise<void> {
    const { deadlines } = this.#options.context;
    const what = 'the keyspace was not set on every connection';
    return waitWithin(this.#options.onSetKeyspace(keyspace), settings, deadlines, what);
  }

  /** Has a time limit of its own, `maxSchemaAgreementWait`, and ends with the signal too. */
  #agree(change: SchemaChange, coordinator: Host, { signal }: RequestSettings): Promise<boolean> {
    const { deadlines } = this.#options.context;
    return waitWithin(this.#options.onSchemaChange(change, coordinator), { timeoutMs: null, signal }, deadlines);
  }

  #rowsResult<Row>(job: Job<Row>, encoded: EncodedStatement, response: ExecutionResponse, page: Page): ResultSet<Row> {
    const { programs, decoders } = this.#options;
    const header = readRowsHeader(page.delivery, response.record);
    const program = programs.get(page.program);
    takeOverShape(job, header.newResultMetadataId, program);
    const traces = header.prefix.tracingId === undefined ? job.traces : [...job.traces, header.prefix.tracingId];
    return new ResultSet<Row>({
      content: { page, decoder: decoders.get(program, job.rowFactory) },
      pagingState: header.pagingState,
      info: infoOf(encoded, response, header.prefix, true),
      fetchPage: header.pagingState === undefined ? noPage : this.#pageAfter({ ...job, traces }),
      ...this.#tracing(header.prefix, traces),
      query: job.statement ?? job.text,
      futureOf: this.#options.futureOf,
    });
  }

  #emptyResult<Row>(
    job: Job<Row>,
    encoded: EncodedStatement,
    response: ExecutionResponse,
    prefix: Prefix | null,
    isSchemaAgreed: boolean,
  ): ResultSet<Row> {
    const traces = prefix?.tracingId === undefined ? job.traces : [...job.traces, prefix.tracingId];
    return new ResultSet<Row>({
      info: infoOf(encoded, response, prefix, isSchemaAgreed),
      fetchPage: noPage,
      ...this.#tracing(prefix, traces),
      query: job.statement ?? job.text,
      futureOf: this.#options.futureOf,
    });
  }

  /** A closure of its own, so that a result without a further page keeps no parameters alive. */
  #pageAfter<Row>(job: Job<Row>): ResultSetParts<Row>['fetchPage'] {
    return (pagingState, { signal }) => this.#nextPage(job, pagingState, signal);
  }

  async #nextPage<Row>(
    job: Job<Row>,
    pagingState: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<ResultSet<Row>> {
    const { encoder } = this.#options;
    const { pages } = job.settings;
    const settings = { ...job.settings, pagingState, timeoutMs: pages.timeoutMs, signal: either(signal, pages.signal) };
    const next: Job<Row> = { ...job, settings, shape: job.prepared?.[RESULT] };
    if (job.prepared === undefined) return this.#run(next, encoder.query(job.text, settings, this.#facts(next)));
    const values = new EncodedValues(job.values?.copy ?? new Uint8Array(), job.prepared[WRITER].valueCount);
    return this.#run({ ...next, values }, encoder.execute(job.prepared, values, settings, this.#facts(next)));
  }

  #tracing(prefix: Prefix | null, traces: readonly Uuid[]) {
    const { readTrace } = this.#options;
    const id = prefix?.tracingId;
    return {
      readTrace: (options: TraceOptions) => (id === undefined ? Promise.resolve(null) : readTrace(id, options)),
      readAllTraces: (options: TraceOptions) => Promise.all(traces.map((trace) => readTrace(trace, options))),
    };
  }

  #settings(options: SettingOptions, statement: Statement<unknown> | undefined): RequestSettings {
    const { encoder } = this.#options;
    if (options.keyspace !== undefined) encoder.requireKeyspaces();
    const settings = resolveSettings(options, statement, this.#options.defaults(options.executionProfile));
    return mayChangeConsistency(settings.retryPolicy) ? encoder.pinned(settings) : settings;
  }

  #job<Row>(
    text: string,
    statement: Statement<unknown> | undefined,
    prepared: PreparedStatement<unknown> | undefined,
    values: Job<Row>['values'],
    settings: RequestSettings,
  ): Job<Row> {
    return {
      text,
      statement,
      prepared,
      values,
      entries: [],
      inBatch: [],
      shape: prepared?.[RESULT],
      settings,
      isIdempotent: settings.isIdempotent ?? (!(statement instanceof BatchStatement) && isPlainSelect(text)),
      rowFactory: settings.rowFactory as RowFactory<Row>,
      traces: [],
    };
  }

  #facts<Row>(job: Job<Row>): EncodingFacts {
    return {
      routingKey: job.statement?.givenRoutingKey,
      wantsColumns: job.rowFactory === 'columns',
    };
  }

  /** What is left of the request's one deadline after preparing. */
  #remaining(settings: RequestSettings, started: number, text: string): RequestSettings {
    if (settings.timeoutMs === null) return settings;
    const timeoutMs = settings.timeoutMs - (this.#options.context.clock.now() - started);
    if (timeoutMs > 0) return { ...settings, timeoutMs };
    throw new OperationTimedOutError(`no answer within ${settings.timeoutMs} ms`, { query: text, maybeApplied: false });
  }
}

function isLwt({ prepared, inBatch, statement, text }: Job<unknown>): boolean {
  if (prepared !== undefined) return prepared.isLwt;
  if (!(statement instanceof BatchStatement)) return isConditional(text);
  if (inBatch.some((each) => each.isLwt)) return true;
  return statement.entries.some((entry) => entry.kind === 'text' && isConditional(entry.queryString));
}

function noPage(): Promise<never> {
  return Promise.reject(new InvalidArgumentError('expected a result that has another page', { field: 'pagingState' }));
}

function count(params: Params): number {
  if (Array.isArray(params)) return params.length;
  // JavaScript callers may pass anything; what has no keys of its own would pass for no parameters.
  const isPlain = typeof params === 'object' && (params as unknown) !== null && !(Symbol.iterator in params);
  if (isPlain) return Object.keys(params).length;
  throw new InvalidArgumentError(`expected parameters as an array or an object, got ${describe(params)}`, {
    field: 'params',
  });
}

/**
 * Keeps what a server says of the rows of a prepared statement. An answer to an older request, which comes late, must not put
 * its columns beside the newer id: the server would leave out the metadata of rows that they do not fit.
 */
function takeOverShape(job: Job<unknown>, newMetadataId: Uint8Array | undefined, program: Program): void {
  const { prepared, shape } = job;
  if (prepared === undefined || shape === undefined || prepared[RESULT].program === null) return;
  const { columns } = program;
  if (newMetadataId !== undefined) prepared[RESULT] = { metadataId: newMetadataId, columns, program };
  else if (prepared[RESULT] === shape && shape.program !== program) {
    prepared[RESULT] = { metadataId: shape.metadataId, columns, program };
  }
}

function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}

function infoOf(
  encoded: EncodedStatement,
  response: ExecutionResponse,
  prefix: Prefix | null,
  isSchemaAgreed: boolean,
): RequestInfo {
  return new RequestInfo(response, prefix, { bytes: encoded.frame.length, isSchemaAgreed });
}

function textOf(entry: EncodableEntry): string {
  return entry.kind === 'text' ? entry.queryString : preparedOf(entry).queryString;
}

function twoParams(): InvalidArgumentError {
  return new InvalidArgumentError('expected no parameters beside a statement that has its own', { field: 'params' });
}
