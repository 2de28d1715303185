// From a statement to a result set: settles the settings, prepares what has parameters, encodes once, and executes.
// Every page after the first comes the same way, from values that were encoded with the first.

import { ByteSlab } from '../core/byte-slab.ts';
import { InvalidArgumentError, OperationTimedOutError } from '../errors.ts';
import { mayChangeConsistency } from '../policies/retry.ts';
import type { ValueSource } from '../protocol/requests.ts';
import type { Throttler } from '../pool/throttler.ts';
import type { ResultSet } from '../result/result-set.ts';
import { BatchStatement } from '../statement/batch.ts';
import { rewritePercentMarkers } from '../statement/markers.ts';
import { BoundStatement, IS_SELECT, PreparedStatement, RESULT, WRITER } from '../statement/prepared.ts';
import { SimpleStatement } from '../statement/simple.ts';
import type { Statement } from '../statement/statement.ts';
import type { Params } from '../types/cql-value.ts';
import type { Uuid } from '../types/uuid.ts';
import { encodableEntries } from './batch-entries.ts';
import { checkExecuteOptions, type ExecuteOptions } from './execute-options.ts';
import { countParams, twoParams } from './execute-params.ts';
import { startExecution } from './execution.ts';
import type { ExecutionResponse } from './request.ts';
import { resolveSettings, type RequestSettings, type SettingDefaults, type SettingOptions } from './settings.ts';
import { BoundValues, EncodedValues, type EncodableEntry } from './statement-encoder.ts';
import { batchJob, NO_TRACES, type Job } from './statement-job.ts';
import { StatementRequest, type RequestServices } from './statement-request.ts';
import { StatementResults, type StatementResultsOptions } from './statement-results.ts';
import { isPlainSelect } from '../statement/statement-text.ts';
import { executeThrottled } from './throttled-request.ts';
import { waitWithin } from './wait-within.ts';

/** What can be executed: text, or a statement. */
export type Query<Row = Record<string, unknown>> = string | Statement<Row>;

export interface StatementExecutorOptions extends RequestServices, Omit<StatementResultsOptions, 'fetchPage'> {
  /** Limits what is executed; `null`: nothing does. */
  readonly throttler: Throttler | null;
  defaults(profile: ExecuteOptions['executionProfile']): SettingDefaults;
}

export class StatementExecutor {
  readonly #options: StatementExecutorOptions;
  readonly #results: StatementResults;
  readonly #keptValues = new ByteSlab();

  constructor(options: StatementExecutorOptions) {
    this.#options = options;
    this.#results = new StatementResults({
      ...options,
      fetchPage: (job, traces, pagingState, signal) => this.#nextPage(job, traces, pagingState, signal),
    });
  }

  /**
   * Executes a statement of any kind. Rejects with what came of it, and throws what is found before it is sent: between here and
   * the answer stands one promise.
   */
  execute<Row>(query: Query<Row>, params: Params | undefined, options: ExecuteOptions<Row>): Promise<ResultSet<Row>> {
    checkExecuteOptions(options);
    if (query instanceof PreparedStatement) {
      return this.#executeValues(query, query, params, this.#settings(options, query));
    }
    if (query instanceof BoundStatement) return this.#executeBound(query as BoundStatement<Row>, params, options);
    if (query instanceof BatchStatement) return this.#executeBatch(query, params, options);
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

  #executeText<Row>(
    cql: string,
    statement: SimpleStatement<Row> | undefined,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    const settings = this.#settings(options, statement);
    const hasParams = params !== undefined && countParams(params) > 0;
    if (!hasParams && options.prepare !== true) {
      const isIdempotent = settings.isIdempotent ?? isPlainSelect(cql);
      return this.#run(textJob(cql, statement, settings, isIdempotent));
    }
    if (options.prepare === false) {
      throw new InvalidArgumentError('expected no parameters with prepare: false, as only a server knows their types', {
        field: 'prepare',
      });
    }
    const text = hasParams ? rewritePercentMarkers(cql, params) : cql;
    const cached = this.#options.preparation.prepareCached(text, this.#options.keyspace(), settings);
    if (cached instanceof PreparedStatement) return this.#executeValues(cached, statement, params, settings);
    return this.#executePrepared(cached, statement, params, settings, text);
  }

  async #executePrepared<Row>(
    preparing: Promise<PreparedStatement>,
    statement: SimpleStatement<Row> | undefined,
    params: Params | undefined,
    settings: RequestSettings,
    text: string,
  ): Promise<ResultSet<Row>> {
    const { clock, deadlines } = this.#options.context;
    const started = clock.now();
    const prepared = await waitWithin(preparing, settings, deadlines);
    return this.#executeValues(prepared, statement, params, settings, this.#remaining(settings, started, text));
  }

  #executeBound<Row>(
    bound: BoundStatement<Row>,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    if (params !== undefined) throw twoParams();
    const { preparedStatement, values } = bound;
    const source = new EncodedValues(values, preparedStatement[WRITER].valueCount);
    return this.#run(preparedJob(preparedStatement, bound, source, this.#settings(options, bound)));
  }

  #executeValues<Row>(
    prepared: PreparedStatement<unknown>,
    statement: Statement<unknown> | undefined,
    params: Params | undefined,
    settings: RequestSettings,
    timeoutMs = settings.timeoutMs,
  ): Promise<ResultSet<Row>> {
    const mayHavePages = prepared[RESULT].program !== null && prepared[WRITER].valueCount > 0;
    const keepsCopy = mayHavePages || mayChangeConsistency(settings.retryPolicy);
    const values = new BoundValues(prepared, params, keepsCopy ? this.#keptValues : null);
    return this.#run(preparedJob(prepared, statement, values, settings), timeoutMs);
  }

  #executeBatch<Row>(
    batch: BatchStatement,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    if (params !== undefined) throw twoParams();
    const { preparation, context } = this.#options;
    const settings = this.#settings(options, batch);
    const entries = encodableEntries(batch.entries, mayChangeConsistency(settings.retryPolicy), (text) => {
      const cached = preparation.prepareCached(text, this.#options.keyspace(), settings);
      return cached instanceof PreparedStatement ? cached : waitWithin(cached, settings, context.deadlines);
    });
    return entries instanceof Promise
      ? this.#executePreparedBatch(batch, entries, settings)
      : this.#runBatch(batch, entries, settings, settings.timeoutMs);
  }

  async #executePreparedBatch<Row>(
    batch: BatchStatement,
    preparing: Promise<readonly EncodableEntry[]>,
    settings: RequestSettings,
  ): Promise<ResultSet<Row>> {
    const started = this.#options.context.clock.now();
    const entries = await preparing;
    return this.#runBatch(batch, entries, settings, this.#remaining(settings, started, 'BATCH'));
  }

  #runBatch<Row>(
    batch: BatchStatement,
    entries: readonly EncodableEntry[],
    settings: RequestSettings,
    timeoutMs: number | null,
  ): Promise<ResultSet<Row>> {
    const text = `BATCH of ${entries.length} statements`;
    const job = textJob(text, batch, settings, settings.isIdempotent ?? false);
    return this.#run({ ...job, batch: batchJob(batch.batchType, entries) }, timeoutMs);
  }

  #run<Row>(job: Job, timeoutMs = job.settings.timeoutMs, signal = job.settings.signal): Promise<ResultSet<Row>> {
    const { context, throttler } = this.#options;
    const request = new StatementRequest(job, this.#options, timeoutMs, signal);
    if (throttler !== null) {
      return executeThrottled(request, context, throttler).then((response) => this.#results.of<Row>(request, response));
    }
    return new Promise((resolve, reject: (reason: unknown) => void) => {
      const settle = (response: ExecutionResponse): void => {
        try {
          resolve(this.#results.of<Row>(request, response));
        } catch (error) {
          reject(error);
        }
      };
      startExecution(request, context, settle, reject);
    });
  }

  async #nextPage<Row>(
    job: Job,
    traces: readonly Uuid[],
    pagingState: Uint8Array,
    signal: AbortSignal | undefined,
  ): Promise<ResultSet<Row>> {
    const { settings, prepared } = job;
    const next: Job = { ...job, traces, settings: { ...settings, pagingState }, shape: prepared?.[RESULT] };
    return await this.#run(next, settings.timeoutMs, either(signal, settings.signal));
  }

  #settings(options: SettingOptions, statement: Statement<unknown> | undefined): RequestSettings {
    const { encoder } = this.#options;
    if (options.keyspace !== undefined) encoder.requireKeyspaces();
    const settings = resolveSettings(options, statement, this.#options.defaults(options.executionProfile));
    return mayChangeConsistency(settings.retryPolicy) ? encoder.pinned(settings) : settings;
  }

  /** What is left of the request's one deadline after preparing. */
  #remaining({ timeoutMs }: RequestSettings, started: number, text: string): number | null {
    if (timeoutMs === null) return null;
    const remainingMs = timeoutMs - (this.#options.context.clock.now() - started);
    if (remainingMs > 0) return remainingMs;
    throw new OperationTimedOutError(`no answer within ${timeoutMs} ms`, { query: text, maybeApplied: false });
  }
}

function textJob(
  text: string,
  statement: Statement<unknown> | undefined,
  settings: RequestSettings,
  isIdempotent: boolean,
): Job {
  return {
    text,
    statement,
    prepared: undefined,
    values: undefined,
    batch: undefined,
    shape: undefined,
    settings,
    isIdempotent,
    traces: NO_TRACES,
  };
}

function preparedJob(
  prepared: PreparedStatement<unknown>,
  statement: Statement<unknown> | undefined,
  values: ValueSource,
  settings: RequestSettings,
): Job {
  return {
    text: prepared.queryString,
    statement,
    prepared,
    values,
    batch: undefined,
    shape: prepared[RESULT],
    settings,
    isIdempotent: settings.isIdempotent ?? prepared[IS_SELECT],
    traces: NO_TRACES,
  };
}

function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one === undefined || other === undefined ? (one ?? other) : AbortSignal.any([one, other]);
}
