// The session: what a user executes statements on. It holds a pool per host and the settings that requests take when they say
// nothing themselves; the work is done below.

import { ConnectionShutdownError, DriverError, InvalidArgumentError } from './errors.ts';
import type { ExecutionObserver } from './execution/observer.ts';
import { Preparation } from './execution/preparation.ts';
import {
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  type ExecutionProfileOptions,
  type ProfileKey,
} from './execution/profile.ts';
import { RequestCount } from './execution/request-count.ts';
import type { ProfileTable } from './execution/profile-table.ts';
import { RetryBudget } from './execution/retry-budget.ts';
import { resolveSettings, type ExecuteOptions } from './execution/settings.ts';
import { StatementEncoder } from './execution/statement-encoder.ts';
import { StatementExecutor, type Query } from './execution/statement-executor.ts';
import { readQueryTrace } from './execution/tracing.ts';
import type { Clock } from './connection/clock.ts';
import type { Deadlines } from './connection/deadlines.ts';
import type { ResolvedOptions } from './options.ts';
import type { LoadBalancingPolicy } from './policies/load-balancing.ts';
import type { PolicySet } from './policies/policy-set.ts';
import type { ReconnectionPolicy } from './policies/reconnection.ts';
import type { RetryPolicy } from './policies/retry.ts';
import type { SpeculativeExecutionPolicy } from './policies/speculative-execution.ts';
import type { TimestampGenerator } from './policies/timestamps.ts';
import type { Convictions } from './pool/convictions.ts';
import type { ConnectionFactory } from './pool/connection-factory.ts';
import { Throttler } from './pool/throttler.ts';
import type { PoolState } from './pool/pool-state.ts';
import { SessionPools } from './pool/session-pools.ts';
import type { SchemaChange } from './protocol/events.ts';
import type { RequestEncoder, WireFormat } from './protocol/requests.ts';
import { DecoderCache } from './result/decoders.ts';
import type { ProgramTable } from './result/programs.ts';
import type { ResultSet } from './result/result-set.ts';
import type { RowFactory, ShapedRows } from './result/rows.ts';
import type { TypeMapping } from './result/type-mapping.ts';
import { SessionDefaults } from './session/defaults.ts';
import { withGracefulTime, type ShutdownOptions } from './session/shutdown-options.ts';
import type { BatchStatement } from './statement/batch.ts';
import { Encoder } from './statement/literals.ts';
import type { PreparedStatement } from './statement/prepared.ts';
import type { Host } from './topology/host.ts';
import { partitionerNumber } from './topology/token-ring.ts';
import type { Topology } from './topology/topology.ts';
import type { Consistency, SerialConsistency } from './types/consistency.ts';
import type { Params, RowObject } from './types/cql-value.ts';
import { describe } from './types/describe.ts';
import { quoteIdentifier } from './types/identifier.ts';

/** What a session needs of its cluster. */
export interface SessionCluster {
  readonly isClosed: boolean;
  shutdown(): Promise<void>;
}

/** What all sessions of a cluster share. */
export interface SharedServices {
  readonly options: ResolvedOptions;
  readonly encoder: RequestEncoder;
  readonly wire: WireFormat;
  readonly programs: ProgramTable;
  readonly types: TypeMapping;
  readonly factory: ConnectionFactory;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly profiles: ProfileTable;
  /** That of the default profile. */
  readonly policy: LoadBalancingPolicy;
  /** Those of all profiles. */
  readonly policies: PolicySet;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly convictions: Convictions;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
  /** Watches the requests of all sessions; `null` if nobody does. */
  readonly observer: ExecutionObserver | null;
  topology(): Topology;
  /** Makes a load balancing policy known that came with a profile of a single request. */
  borrowPolicy(policy: LoadBalancingPolicy): void;
  onHostUp(host: Host): void;
  onHostDown(host: Host, error: DriverError): void;
  /** Resolves to whether all nodes agree on the schema. */
  onSchemaChange(change: SchemaChange): Promise<boolean>;
  onSessionClosed(session: Session): void;
}

/** Options of {@link Session.prepare}. */
export interface PrepareOptions {
  /** Keyspace of tables named without one. Protocol v5. */
  keyspace?: string;
  customPayload?: Readonly<Record<string, Uint8Array>>;
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

/** Options of {@link Session.setKeyspace}. */
export interface SetKeyspaceOptions {
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

const NO_OPTIONS: ExecuteOptions<never> = Object.freeze({});

/**
 * Executes statements. Made by `cluster.connect`; one serves a whole application, whatever runs at the same time.
 *
 * @example const { length } = await session.execute('SELECT * FROM users WHERE id = ?', [id]);
 */
export class Session {
  readonly cluster: SessionCluster;
  /** Milliseconds that a trace may take to be complete. */
  maxTraceWait = 2_000;
  /** Writes values as CQL literals, for {@link bindParams}; its `mapping` may be extended. Executing never uses it. */
  encoder: Encoder = new Encoder();
  readonly #defaults: SessionDefaults;
  readonly #services: SharedServices;
  readonly #pools: SessionPools;
  readonly #requests = new RequestCount();
  readonly #throttler: Throttler | null;
  readonly #preparation: Preparation;
  readonly #executor: StatementExecutor;
  readonly #encoder: StatementEncoder;
  /** Requests that wait for the time of a retry. */
  readonly #paused = new Set<{ onShutdown(): void }>();
  #isRefusing = false;
  #isClosed = false;
  #closing: Promise<void> | null = null;

  /** Sessions are made by `cluster.connect`. */
  constructor(cluster: SessionCluster, services: SharedServices, keyspace: string | undefined) {
    const { options, encoder, wire, programs, clock, deadlines } = services;
    this.cluster = cluster;
    this.#services = services;
    this.#defaults = new SessionDefaults({
      ...services,
      ...options,
      retryPolicy: services.retryPolicy,
      timestampGenerator: services.timestampGenerator,
    });
    this.#pools = new SessionPools({
      ...services,
      ...options,
      connectionsPerHost: options.pooling.connectionsPerHost,
      keyspace,
      distance: (host) => services.policies.distance(host),
      onHostUp: (host) => {
        services.onHostUp(host);
        this.#preparation.onHostUp(host);
      },
      onHostDown: (host, error) => {
        services.onHostDown(host, error);
        this.#preparation.onHostDown(host);
      },
    });
    this.#throttler = options.throttler === undefined ? null : new Throttler(options.throttler, clock);
    const context = {
      deadlines,
      clock,
      observer: services.observer,
      retryBudget: new RetryBudget(clock),
      paused: this.#paused,
      requests: this.#requests,
      topology: () => services.topology(),
      isClosed: () => this.#isClosed,
      pool: (host: Host) => this.#pools.get(host),
      tryNow: (hosts: Iterable<Host>) => this.#pools.tryNow(hosts),
      report: (error: unknown) => options.logger.error('a policy threw', error),
    };
    this.#preparation = new Preparation({
      encoder,
      wire,
      programs,
      context,
      maxPrepared: options.maxPrepared,
      types: services.types,
      prepareOnAllHosts: options.prepareOnAllHosts,
      reprepareOnUp: options.reprepareOnUp,
      defaults: () => resolveSettings({}, undefined, this.#defaults.of(undefined)),
      onLeftToExecution: (host, error) =>
        options.logger.debug(
          `a statement was not prepared on ${host.toString()}; it will be when it is executed`,
          error,
        ),
      onCacheFull: () =>
        options.logger.warn(
          `more than ${options.maxPrepared} different statements were executed with parameters; the oldest are forgotten and ` +
            'will be prepared again. Bind values instead of formatting them into the text, or raise maxPrepared',
        ),
    });
    this.#encoder = new StatementEncoder({
      encoder,
      wire,
      programs,
      partitioner: () => partitionerNumber(services.topology().partitioner),
    });
    this.#executor = new StatementExecutor({
      context,
      programs,
      decoders: new DecoderCache(services.types),
      preparation: this.#preparation,
      throttler: this.#throttler,
      encoder: this.#encoder,
      defaults: (profile) => this.#defaults.of(profile),
      keyspace: () => this.keyspace,
      onSetKeyspace: (used) => this.#pools.useKeyspace(used),
      onSchemaChange: (change) => services.onSchemaChange(change),
      readTrace: (id, traceOptions) =>
        readQueryTrace(id, traceOptions, {
          clock,
          maxWaitMs: this.maxTraceWait,
          select: async (cql, params, selectOptions) => (await this.execute(cql, params, selectOptions)).all(),
        }),
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

  /** Milliseconds for a request with all its retries; `null`: no limit. */
  get defaultTimeout(): number | null {
    return this.#defaults.timeout;
  }

  set defaultTimeout(timeout: number | null) {
    this.#defaults.timeout = timeout;
  }

  /** Consistency of requests that name none. Setters throw where the default execution profile decides. */
  get defaultConsistencyLevel(): Consistency {
    return this.#defaults.consistencyLevel;
  }

  set defaultConsistencyLevel(level: Consistency) {
    this.#defaults.consistencyLevel = level;
  }

  /** Consistency of the Paxos phase of conditional statements that name none. */
  get defaultSerialConsistencyLevel(): SerialConsistency | undefined {
    return this.#defaults.serialConsistencyLevel;
  }

  set defaultSerialConsistencyLevel(level: SerialConsistency | undefined) {
    this.#defaults.serialConsistencyLevel = level;
  }

  /** Rows of a page; `null`: the server decides. */
  get defaultFetchSize(): number | null {
    return this.#defaults.fetchSize;
  }

  set defaultFetchSize(rows: number | null) {
    this.#defaults.fetchSize = rows;
  }

  /** How rows are made of requests that name no row factory. */
  get rowFactory(): RowFactory<unknown> {
    return this.#defaults.rowFactory;
  }

  set rowFactory(factory: RowFactory<unknown>) {
    this.#defaults.rowFactory = factory;
  }

  /** Whether requests carry a timestamp of this process. */
  get useClientTimestamp(): boolean {
    return this.#defaults.useClientTimestamp;
  }

  set useClientTimestamp(use: boolean) {
    this.#defaults.useClientTimestamp = use;
  }

  /** Makes the timestamps, in microseconds since 1970; `null` leaves them to the server. */
  get timestampGenerator(): TimestampGenerator | null {
    return this.#defaults.timestampGenerator;
  }

  set timestampGenerator(generator: TimestampGenerator | null) {
    this.#defaults.timestampGenerator = generator;
  }

  /**
   * Executes a statement and resolves with its first page.
   *
   * `params` are bound by the server to `?`, `:name`, `%s` or `%(name)s`: an array in the order of the markers, or an object by
   * name. Text with parameters is prepared when first executed and kept.
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
  async execute<Row>(
    query: Query<Row>,
    params?: Params,
    options: ExecuteOptions<Row> = NO_OPTIONS,
  ): Promise<ResultSet<Row>> {
    this.#requireOpen();
    try {
      return await this.#executor.execute(query, params, options);
    } catch (error) {
      throw withCallerStack(error);
    }
  }

  /** Executes the statements of a batch as one request. Rejects as `execute` does. */
  executeBatch(batch: BatchStatement, options: ExecuteOptions = NO_OPTIONS): Promise<ResultSet> {
    return this.execute(batch, undefined, options);
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
    await this.execute(`USE ${quoteIdentifier(keyspace)}`, undefined, options);
  }

  /**
   * The execution profile of a name; by {@link EXEC_PROFILE_DEFAULT} what holds for requests that name none.
   *
   * @throws {InvalidArgumentError} if there is none of that name.
   */
  getExecutionProfile(name: ProfileKey): ExecutionProfile {
    return name === EXEC_PROFILE_DEFAULT ? this.#defaults.effectiveBase() : this.#defaults.profile(name);
  }

  /**
   * A copy of an execution profile, given by name or itself, with some settings changed; policies are shared. It is no
   * profile of the cluster: pass it with requests, or add it by `cluster.addExecutionProfile`.
   *
   * @throws {InvalidArgumentError} for a profile or a setting that does not exist.
   */
  executionProfileCloneUpdate(
    profile: ProfileKey | ExecutionProfile,
    changes: ExecutionProfileOptions,
  ): ExecutionProfile {
    const base = profile instanceof ExecutionProfile ? profile : this.getExecutionProfile(profile);
    return base.with(changes);
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
    this.#isRefusing = true;
    if (gracefulMs > 0) await this.#requests.idle(gracefulMs, this.#services.clock, setImmediate);
    // Before anything fails: what is in flight must not be tried again.
    this.#isClosed = true;
    for (const request of this.#paused) request.onShutdown();
    this.#throttler?.close();
    await this.#pools.close();
    this.#services.onSessionClosed(this);
  }

  #requireOpen(): void {
    if (this.isClosed) throw new ConnectionShutdownError('the session is shut down', { maybeApplied: false });
  }
}

/** Errors are made where a socket was read; the stack that helps is that of who awaits. Costs nothing without an error. */
function withCallerStack(error: unknown): unknown {
  if (error instanceof DriverError && 'captureStackTrace' in Error) Error.captureStackTrace(error, withCallerStack);
  return error;
}
