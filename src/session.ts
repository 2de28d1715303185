// The session: what a user executes statements on. It holds a pool per host and the settings that requests take when they say
// nothing themselves; the work is done below.

import { ConnectionShutdownError, DriverError, InvalidArgumentError } from './errors.ts';
import {
  checkExecuteOptions,
  NO_OPTIONS,
  WATCHED,
  type ExecuteOptions,
  type WatchedOptions,
} from './execution/execute-options.ts';
import type { Preparation } from './execution/preparation.ts';
import { checkedText, checkedTimeout } from './execution/setting-checks.ts';
import { resolveSettings } from './execution/settings.ts';
import type { StatementEncoder } from './execution/statement-encoder.ts';
import type { StatementExecutor, Query } from './execution/statement-executor.ts';
import { readQueryTrace } from './execution/tracing.ts';
import { waitWithin } from './execution/wait-within.ts';
import { window } from './options/checks.ts';
import type { PoolState } from './pool/pool-state.ts';
import type { Throttler } from './pool/throttler.ts';
import type { SessionPools } from './pool/session-pools.ts';
import type { QueryTrace, TraceOptions } from './result/execution-info.ts';
import type { ResultSet } from './result/result-set.ts';
import type { ShapedRows } from './result/rows.ts';
import { assembleSession, type SessionContext } from './session/assembly.ts';
import {
  checkPrepareOptions,
  checkSetKeyspaceOptions,
  type PrepareOptions,
  type SchemaAgreementOptions,
  type SetKeyspaceOptions,
} from './session/call-options.ts';
import { SessionDefaults } from './session/defaults.ts';
import { statementOf, WatchedRequest, type RequestInterceptor } from './session/interceptors.ts';
import { ResponseFuture, type FutureOwner } from './session/response-future.ts';
import { RowStream, type StreamOptions } from './session/row-stream.ts';
import type { SessionCluster, SharedServices } from './session/services.ts';
import { SessionSettings } from './session/session-settings.ts';
import { withGracefulTime, type ShutdownOptions } from './session/shutdown-options.ts';
import { isRequestHeard, traceRequest } from './session/request-channel.ts';
import { THREAD_BOUND } from './session/thread-bound.ts';
import { Watchers, type RequestInitListener } from './session/watchers.ts';
import type { BatchStatement } from './statement/batch.ts';
import { Encoder } from './statement/literals.ts';
import type { PreparedStatement } from './statement/prepared.ts';
import { cql, isTemplate, type TemplateValue } from './statement/template.ts';
import type { Host } from './topology/host.ts';
import { requireSignalIn } from './types/abort-signal.ts';
import type { Params, RowObject } from './types/cql-value.ts';
import { describe } from './types/describe.ts';
import { quoteIdentifier } from './types/identifier.ts';
import type { Uuid } from './types/uuid.ts';

/**
 * Executes statements. Made by `cluster.connect`; one serves a whole application, whatever runs at the same time. It cannot
 * leave the thread that made it: a copy for a worker or a child process fails with a `DataCloneError`.
 *
 * @example const { length } = await session.execute('SELECT * FROM users WHERE id = ?', [id]);
 */
export class Session extends SessionSettings {
  readonly cluster: SessionCluster;
  /** Keeps structured clones from making a session that can do nothing. */
  readonly threadBound = THREAD_BOUND;
  /** Writes values as CQL literals, for {@link bindParams}; its `mapping` may be extended. Executing never uses it. */
  encoder: Encoder = new Encoder();
  readonly #defaults: SessionDefaults;
  readonly #services: SharedServices;
  readonly #context: SessionContext;
  readonly #pools: SessionPools;
  readonly #throttler: Throttler | null;
  readonly #preparation: Preparation;
  readonly #executor: StatementExecutor;
  readonly #encoder: StatementEncoder;
  readonly #futureOwner: FutureOwner;
  /** Futures that results came from; others get one where somebody asks. */
  readonly #futures = new WeakMap<object, ResponseFuture<unknown>>();
  readonly #watchers: Watchers;
  #isRefusing = false;
  /** Aborted when the session is shut down, before anything fails for it. */
  readonly #closed = new AbortController();
  #closing: Promise<void> | null = null;

  /** Sessions are made by `cluster.connect`. */
  constructor(cluster: SessionCluster, services: SharedServices, keyspace: string | undefined) {
    const { retryPolicy, timestampGenerator } = services;
    const defaults = new SessionDefaults({ ...services, ...services.options, retryPolicy, timestampGenerator });
    super(defaults);
    this.cluster = cluster;
    this.#services = services;
    this.#defaults = defaults;
    const parts = assembleSession(services, keyspace, {
      isClosed: () => this.#closed.signal.aborted,
      defaults: (profile) => this.#defaults.of(profile),
      readTrace: (id, options) => this.#readTrace(id, options),
      futureOf: (result, query) => this.#futureOf(result, query as Query<never>),
    });
    this.#context = parts.context;
    this.#pools = parts.pools;
    this.#throttler = parts.throttler;
    this.#preparation = parts.preparation;
    this.#executor = parts.executor;
    this.#encoder = parts.encoder;
    const report = (where: string, error: unknown): void => services.options.logger.error(`${where} threw`, error);
    this.#futureOwner = { session: this, deadlines: services.deadlines, report };
    this.#watchers = new Watchers({
      observer: services.observer,
      observe: (observer) => (parts.context.observer = observer),
      report,
    });
  }

  /** The keyspace of tables named without one. */
  get keyspace(): string | undefined {
    return this.#pools.keyspace;
  }

  /** The hosts that the cluster knows. */
  get hosts(): readonly Host[] {
    return this.#services.topology().hosts;
  }

  get isClosed(): boolean {
    return this.#isRefusing;
  }

  /**
   * Executes a statement and resolves with its first page.
   *
   * `params` are bound by the server to `?`, `:name`, `%s` or `%(name)s`: an array in the order of the markers, or an object by
   * name. Text with parameters is prepared when first executed and kept. As a tag of a template it binds what stands in `${…}`.
   *
   * Rejects with {@link DriverError}: `InvalidArgumentError` and `CodecError` before a byte is sent, `OperationTimedOutError` at
   * the deadline, `NoHostAvailableError` where no host could be asked, else what the server answered; with the reason of the
   * signal when that aborts.
   */
  execute<Shape extends keyof ShapedRows>(
    query: Query<unknown>,
    params: Params | undefined,
    options: ExecuteOptions<ShapedRows[Shape]> & { readonly rowFactory: Shape },
  ): Promise<ResultSet<ShapedRows[Shape]>>;
  execute<Row = RowObject>(query: Query<Row>, params?: Params, options?: ExecuteOptions<Row>): Promise<ResultSet<Row>>;
  execute<Row = RowObject>(strings: TemplateStringsArray, ...values: readonly TemplateValue[]): Promise<ResultSet<Row>>;
  execute<Row>(
    query: Query<Row> | TemplateStringsArray,
    first?: Params | TemplateValue,
    second?: ExecuteOptions<Row> | TemplateValue,
    ...others: readonly TemplateValue[]
  ): Promise<ResultSet<Row>> {
    try {
      this.#requireOpen();
      if (isTemplate(query)) return this.#executeTemplate(query, [first, second, ...others] as TemplateValue[]);
      const options = second === undefined ? NO_OPTIONS : (second as ExecuteOptions<Row>);
      if (this.#watchers.hasListeners) return told(this.#start(query, first as Params, options));
      return told(this.#executeTraced(query, first as Params | undefined, options));
    } catch (error) {
      return Promise.reject(withCallerStack(error));
    }
  }

  /** Executes the statements of a batch as one request. Rejects as `execute` does. */
  executeBatch(batch: BatchStatement, options: ExecuteOptions = NO_OPTIONS): Promise<ResultSet> {
    return this.execute(batch, undefined, options);
  }

  /**
   * Starts what `execute` does and returns at once, with a future that can be awaited, called back from and cancelled. It fails as
   * `execute` rejects.
   *
   * @example session.executeAsync('SELECT * FROM users').addCallbacks(show, report);
   */
  executeAsync<Row = RowObject>(
    query: Query<Row>,
    params?: Params,
    options: ExecuteOptions<Row> = NO_OPTIONS,
  ): ResponseFuture<Row> {
    return this.#start(query, params, options);
  }

  /**
   * A stream of the rows of all pages. Nothing is asked for before the first row is; a loop over it fails as `execute` rejects.
   *
   * @throws {InvalidArgumentError} for options of the stream that are out of their limits.
   * @example for await (const row of session.executeStream('SELECT * FROM events', [], { fetchSize: 500 })) handle(row);
   */
  executeStream<Row = RowObject>(
    query: Query<Row>,
    params?: Params,
    options: ExecuteOptions<Row> & StreamOptions = NO_OPTIONS,
  ): RowStream<Row> {
    requireSignalIn(options);
    const { maxPages, prefetch, onPage, signal, ...executeOptions } = options;
    const execute = (end: AbortSignal): Promise<ResultSet<Row>> =>
      this.execute(query, params, {
        ...executeOptions,
        signal: signal === undefined ? end : AbortSignal.any([end, signal]),
      });
    return new RowStream(execute, {
      ...(maxPages === undefined ? {} : { maxPages }),
      ...(prefetch === undefined ? {} : { prefetch }),
      ...(onPage === undefined ? {} : { onPage }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /**
   * Prepares a statement on one host; other hosts learn it when they are first asked to execute it, or at once where the
   * cluster's option `prepareOnAllHosts` says so.
   *
   * Rejects with {@link DriverError}, as `execute` does.
   */
  async prepare<Row = RowObject>(query: string, options: PrepareOptions = {}): Promise<PreparedStatement<Row>> {
    this.#requireOpen();
    if (typeof query !== 'string' || query === '') {
      throw new InvalidArgumentError(`expected CQL text, got ${describe(query)}`, { field: 'query' });
    }
    checkPrepareOptions(options);
    try {
      if (options.keyspace !== undefined) this.#encoder.requireKeyspaces();
      const settings = resolveSettings(options, undefined, this.#defaults.of(undefined));
      return (await this.#preparation.prepareEverywhere(query, this.keyspace, settings)) as PreparedStatement<Row>;
    } catch (error) {
      throw withCallerStack(error);
    }
  }

  /**
   * Makes a keyspace that of the session, on every connection that is and will be.
   *
   * Rejects with `InvalidRequestError` if there is none of that name; with `OperationTimedOutError` or the reason of the signal if
   * a connection is slow to follow, which it then does all the same or is replaced.
   */
  async setKeyspace(keyspace: string, options: SetKeyspaceOptions = {}): Promise<void> {
    checkedText('keyspace', keyspace);
    checkSetKeyspaceOptions(options);
    await this.execute(`USE ${quoteIdentifier(keyspace)}`, undefined, options);
  }

  /**
   * Calls a function with the future of every request of `execute` and `executeAsync`, before it is sent; it may add callbacks to
   * it. What it throws goes to the logger.
   */
  addRequestInitListener(listener: RequestInitListener, ...args: readonly unknown[]): void {
    this.#watchers.addListener(listener, args);
  }

  /** Calls a function no more; with the arguments that it was added with, if there were some. */
  removeRequestInitListener(listener: RequestInitListener, ...args: readonly unknown[]): void {
    this.#watchers.removeListener(listener, args);
  }

  /**
   * Tells an object of every request: before, after, when it failed, and of each attempt. Returns a function that ends that.
   *
   * @throws {InvalidArgumentError} if it has a method of an interceptor that is no function.
   * @example const stop = session.addInterceptor({ onError: (request, error) => count(error) });
   */
  addInterceptor(interceptor: RequestInterceptor): () => void {
    return this.#watchers.addInterceptor(interceptor);
  }

  /**
   * Resolves to whether all nodes agree on the schema; to false when they do not within the time.
   *
   * Rejects with the reason of the signal.
   */
  async waitForSchemaAgreement(options: SchemaAgreementOptions = {}): Promise<boolean> {
    this.#requireOpen();
    requireSignalIn(options);
    const { timeout, signal } = options;
    if (timeout !== undefined) window(timeout, 'timeout');
    signal?.throwIfAborted();
    const isAgreed = await this.#services.waitForSchemaAgreement(timeout, signal);
    signal?.throwIfAborted();
    return isAgreed;
  }

  /**
   * Closes the connections of the session; requests in flight fail, unless `graceful` gives them time. A second call waits
   * for the first.
   *
   * Rejects with `InvalidArgumentError` for a time that is none.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    return withGracefulTime(options, (gracefulMs) => (this.#closing ??= this.#close(gracefulMs)));
  }

  /** The same as {@link Session.shutdown}. */
  close(options: ShutdownOptions = {}): Promise<void> {
    return this.shutdown(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  /** Opens connections; for the cluster that made the session. */
  async open(waitForAllPools: boolean): Promise<void> {
    this.#pools.update(this.hosts);
    await this.#pools.connect(waitForAllPools ? 'all' : this.#services.options.pooling.warmup ? 'near' : 'first');
  }

  /** The connections of the session at this moment: how many, and what is on them. */
  getPoolState(): PoolState {
    return this.#pools.state();
  }

  /** Takes a hint that a host is up or down: it is tried or probed, nothing that works is closed; for the cluster. */
  onStatusHint(host: Host, status: 'UP' | 'DOWN'): void {
    this.#pools.hint(host, status);
  }

  /** Follows a change of the topology; for the cluster that made the session. */
  onTopology(): void {
    this.#pools.update(this.hosts);
  }

  /** Stream ids of requests to a host that were given up and whose answers have not come; for the cluster's metrics. */
  orphanedStreams(host: Host): number {
    return this.#pools.get(host)?.orphanedStreams ?? 0;
  }

  /** Resolves when every wanted host has all its connections, or cannot have them now; for the cluster that made the session. */
  connectPools(): Promise<void> {
    return this.#pools.settled();
  }

  async #close(gracefulMs: number): Promise<void> {
    const { requests, paused } = this.#context;
    this.#isRefusing = true;
    if (gracefulMs > 0) await requests.idle(gracefulMs, this.#services.clock, setImmediate);
    // Before anything fails: what is in flight must not be tried again.
    this.#closed.abort(closedError());
    for (const request of paused) request.onShutdown();
    this.#throttler?.close();
    await this.#pools.close();
    this.#services.onSessionClosed(this);
  }

  #executeTemplate<Row>(strings: TemplateStringsArray, given: readonly TemplateValue[]): Promise<ResultSet<Row>> {
    // A tag with fewer values gets here with the parameters that it left out.
    const values = given.slice(0, strings.length - 1);
    return this.execute(cql<Row>(strings, ...values));
  }

  /** Executes, with those told who listen on the runtime's channel. */
  #executeTraced<Row>(
    query: Query<Row>,
    params: Params | undefined,
    options: ExecuteOptions<Row>,
  ): Promise<ResultSet<Row>> {
    if (!isRequestHeard()) return this.#executeWatched(query, params, options);
    return traceRequest(query, this.keyspace, async () => await this.#executeWatched(query, params, options));
  }

  #executeWatched<Row>(
    query: Query<Row>,
    params: Params | undefined,
    options: WatchedOptions<Row>,
  ): Promise<ResultSet<Row>> {
    const { interceptors } = this.#watchers;
    if (interceptors === null) return this.#executor.execute(query, params, options);
    const request = new WatchedRequest(query, params, options);
    const watched = { ...options, [WATCHED]: request };
    return interceptors.around(
      request,
      (work) => this.#untilLetGo(work, options),
      () => this.#executor.execute(query, params, watched),
    );
  }

  /** Waits for those who may keep a request waiting, as long as it may take itself. */
  async #untilLetGo(work: Promise<void>, options: ExecuteOptions<unknown>): Promise<void> {
    checkExecuteOptions(options);
    const { timeout, signal, executionProfile } = options;
    const timeoutMs =
      timeout === undefined ? this.#defaults.of(executionProfile).timeoutMs : checkedTimeout('timeout', timeout);
    const closed = this.#closed.signal;
    const limits = { timeoutMs, signal: signal === undefined ? closed : AbortSignal.any([signal, closed]) };
    try {
      await waitWithin(work, limits, this.#services.deadlines, 'interceptors did not let the request go');
    } catch (error) {
      throw closed.aborted ? closedError() : error;
    }
  }

  #start<Row>(query: Query<Row>, params: Params | undefined, options: ExecuteOptions<Row>): ResponseFuture<Row> {
    const future = new ResponseFuture<Row>(this.#futureOwner, () => statementOf(query, params));
    this.#watchers.onInit(future as ResponseFuture<unknown>);
    future.start(async () => {
      this.#requireOpen();
      checkExecuteOptions(options);
      const signal = options.signal === undefined ? future.signal : AbortSignal.any([options.signal, future.signal]);
      const result = await this.#executeTraced(query, params, { ...options, signal });
      this.#futures.set(result, future as ResponseFuture<unknown>);
      return result;
    });
    return future;
  }

  #futureOf<Row>(result: ResultSet<Row>, query: Query<Row>): ResponseFuture<Row> {
    const known = this.#futures.get(result);
    if (known !== undefined) return known as ResponseFuture<Row>;
    const future = new ResponseFuture<Row>(this.#futureOwner, () => statementOf(query));
    future.startWith(result);
    this.#futures.set(result, future as ResponseFuture<unknown>);
    return future;
  }

  #readTrace(id: Uuid, options: TraceOptions): Promise<QueryTrace> {
    const { clock, deadlines } = this.#services;
    return readQueryTrace(id, options, {
      clock,
      deadlines,
      maxWaitMs: this.maxTraceWait,
      closed: this.#closed.signal,
      select: async (text, params, selectOptions) => (await this.#executor.execute(text, params, selectOptions)).all(),
    });
  }

  #requireOpen(): void {
    if (this.isClosed) throw closedError();
  }
}

function closedError(): ConnectionShutdownError {
  return new ConnectionShutdownError('the session is shut down', { maybeApplied: false });
}

/** What a request comes to; its error with the stack of who awaits it. */
async function told<Row>(execution: PromiseLike<ResultSet<Row>>): Promise<ResultSet<Row>> {
  try {
    return await execution;
  } catch (error) {
    throw withCallerStack(error);
  }
}

/** Errors are made where a socket was read; the stack that helps is that of who awaits. Costs nothing without an error. */
function withCallerStack(error: unknown): unknown {
  if (error instanceof DriverError && 'captureStackTrace' in Error) Error.captureStackTrace(error, withCallerStack);
  return error;
}
