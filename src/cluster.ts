// The cluster: options, the core, the control connection and what it finds, and the sessions made from all that.

import type { AddProfileOptions, ConnectOptions, RefreshOptions } from './cluster/call-options.ts';
import { makeServices, type ClusterServices } from './cluster/cluster-services.ts';
import { ClusterSessions } from './cluster/cluster-sessions.ts';
import type { ClusterEvents } from './cluster/events.ts';
import { requireUserTypes } from './cluster/registered-user-types.ts';
import { orAborted, startLimit } from './cluster/limits.ts';
import { liveClusters } from './cluster/live-clusters.ts';
import { WatchedCluster } from './cluster/watched-cluster.ts';
import type { SchemaPart } from './control/schema-refresh.ts';
import { ConnectionShutdownError, ProtocolError, type DriverError } from './errors.ts';
import { Metrics, type MetricsSource } from './execution/metrics.ts';
import type { ExecutionProfile, ExecutionProfileOptions, ProfileKey } from './execution/profile.ts';
import { waitWithin } from './execution/wait-within.ts';
import { resolveOptions, type ClusterOptions } from './options.ts';
import { flag, name, requireDuration } from './options/checks.ts';
import type { ContactPoint } from './options/contact-points.ts';
import type { LoadBalancingPolicy } from './policies/load-balancing.ts';
import { withGracefulTime, type ShutdownOptions } from './session/shutdown-options.ts';
import { Session } from './session.ts';
import type { SessionCluster, SharedServices } from './session/services.ts';
import { encodePartitionKey } from './statement/partition-key.ts';
import type { Host } from './topology/host.ts';
import type { HostStateListener } from './topology/host-states.ts';
import { Metadata } from './topology/metadata.ts';
import type { UserAggregateDescriptor } from './topology/schema/aggregate.ts';
import type { UserFunctionDescriptor } from './topology/schema/function.ts';
import type { UserTypeShape } from './types/user-types.ts';
import { Uuid } from './types/uuid.ts';

/**
 * A cluster of Apache Cassandra or ScyllaDB nodes. Make one for an application, connect, and shut it down in the end.
 *
 * @example await using cluster = new Cluster({ contactPoints: ['10.0.0.1'] });
 */
export class Cluster implements SessionCluster {
  readonly metadata: Metadata;
  /** Counts and latencies over all sessions; `null` where `metricsEnabled` is `false`. */
  readonly metrics: Metrics | null;
  /** Names this cluster object in `system_views.clients` and wherever servers list their clients. */
  readonly sessionId: string = Uuid.random().toString();
  readonly #services: ClusterServices;
  readonly #servers: WatchedCluster;
  readonly #sessions = new ClusterSessions();
  readonly #closing = new AbortController();
  #connecting: Promise<void> | null = null;
  #isRefusing = false;
  #shutdown: Promise<void> | null = null;

  /** @throws {InvalidArgumentError} for an option that does not exist or is out of its limits. */
  constructor(options?: ClusterOptions);
  constructor(contactPoints: readonly ContactPoint[], options?: ClusterOptions);
  constructor(first: ClusterOptions | readonly ContactPoint[] = {}, second: ClusterOptions = {}) {
    const options = resolveOptions(isContactPoints(first) ? { ...second, contactPoints: first } : first);
    const services = makeServices(options, this.sessionId);
    this.#services = services;
    // A policy may take another host in place of one that is down.
    const follow = (): void => this.#sessions.followPoliciesSoon();
    services.states.register({ onUp: follow, onDown: follow });
    const servers = new WatchedCluster(services, {
      onHosts: () => this.#sessions.followPolicies(),
      onStatus: (host, status) => this.#sessions.onStatusHint(host, status),
    });
    this.#servers = servers;
    this.metadata = new Metadata(
      () => servers.topology,
      () => servers.schema,
      encodePartitionKey,
      (host) => services.policies.distance(host),
    );
    this.metrics = services.recorder === null ? null : new Metrics(services.recorder, this.#metricsSource());
  }

  /**
   * Makes a cluster that authenticates with a user name and a password.
   *
   * @throws {InvalidArgumentError} as the constructor does.
   */
  static createWithAuth(
    contactPoints: readonly ContactPoint[],
    username: string,
    password: string,
    options: ClusterOptions = {},
  ): Cluster {
    return new Cluster(contactPoints, { ...options, credentials: { username, password } });
  }

  /** True once `shutdown` was called. */
  get isClosed(): boolean {
    return this.#isRefusing;
  }

  /** The protocol version that was negotiated; `undefined` before the first connection. */
  get protocolVersion(): 3 | 4 | 5 | undefined {
    return this.#services.factory.wire?.version;
  }

  /** The compression that was negotiated; `undefined` before the first connection. */
  get compression(): 'none' | 'lz4' | 'snappy' | undefined {
    const number = this.#services.factory.wire?.compression;
    return number === undefined ? undefined : (['none', 'lz4', 'snappy'] as const)[number];
  }

  /**
   * Connects and makes a session.
   *
   * Rejects with {@link NoHostAvailableError}, which names the cause of every contact point, `AuthenticationFailedError`,
   * `ProtocolVersionUnsupportedError`, or `InvalidRequestError` for a keyspace that does not exist,
   * `UserTypeDoesNotExistError` for a registered user-defined type that does not.
   */
  async connect(keyspace?: string, options: ConnectOptions = {}): Promise<Session> {
    this.#requireOpen();
    options.signal?.throwIfAborted();
    const { timeout: timeoutMs } = options;
    if (timeoutMs !== undefined) requireDuration('timeout', timeoutMs, 0);
    if (keyspace !== undefined) name(keyspace, 'keyspace');
    const { clock, options: own } = this.#services;
    const limit = startLimit({ signal: options.signal, timeoutMs, clock }, 'connecting');
    try {
      return await this.#connect(keyspace ?? own.keyspace, options.waitForAllPools ?? false, limit.signal);
    } finally {
      limit.end();
    }
  }

  async #connect(keyspace: string | undefined, waitForAllPools: boolean, signal: AbortSignal): Promise<Session> {
    await orAborted(this.#connectControl(), signal);
    this.#requireOpen();
    this.#requireUserTypes(this.#services.userTypes.all);
    const session = new Session(this, this.#sharedServices(), keyspace);
    this.#sessions.add(session);
    try {
      await orAborted(session.open(waitForAllPools), signal);
      this.#requireOpen();
      return session;
    } catch (error) {
      await session.shutdown();
      this.#requireOpen();
      throw error;
    }
  }

  /** Tells a listener of hosts that come, go, go up and go down, from now on. Registering it again does nothing. */
  registerListener(listener: HostStateListener): void {
    this.#services.states.register(listener);
  }

  /** Tells a listener nothing more. */
  unregisterListener(listener: HostStateListener): void {
    this.#services.states.unregister(listener);
  }

  /**
   * Calls a function at each event of a kind. What it throws goes to the logger.
   *
   * @throws {InvalidArgumentError} for an event that does not exist.
   * @example cluster.on('hostDown', (host) => alarm(host.address));
   */
  on<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#services.listeners.add(event, listener, false);
    return this;
  }

  /** Calls a function at the next event of a kind alone. */
  once<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#services.listeners.add(event, listener, true);
    return this;
  }

  /** Calls a function no more. */
  off<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#services.listeners.remove(event, listener);
    return this;
  }

  /**
   * Adds an execution profile for requests to name, and connects to the hosts that its load balancing policy brings near.
   *
   * Rejects with `InvalidArgumentError` if the name is taken, and with `OperationTimedOutError` if the connections take longer
   * than `poolWaitTimeout`; the profile is added then, and they go on.
   */
  async addExecutionProfile(
    name: ProfileKey,
    profile: ExecutionProfile | ExecutionProfileOptions,
    options: AddProfileOptions = {},
  ): Promise<void> {
    this.#requireOpen();
    const { profiles, policies, deadlines } = this.#services;
    const { poolWaitTimeout = this.#services.options.poolWaitTimeout } = options;
    requireDuration('poolWaitTimeout', poolWaitTimeout, 0);
    const { loadBalancingPolicy } = profiles.add(name, profile);
    if (loadBalancingPolicy === undefined) return;
    if (policies.add(loadBalancingPolicy)) {
      await policies.resolveNames();
      this.#sessions.followPolicies();
    }
    if (poolWaitTimeout === 0) return;
    const limits = { timeoutMs: poolWaitTimeout, signal: this.#closing.signal };
    await waitWithin(this.#sessions.connectPools(), limits, deadlines, 'the hosts of the profile were not connected');
  }

  /**
   * Says what values of a user-defined type are read as, in all sessions of the cluster: instances of a class, `'object'` for plain
   * objects, which is the default, or `'map'` for Maps by field name. A class with a static `fromFields` is given an object of all
   * fields, any other is constructed with their values in the order of the type; fields that are not set are null.
   *
   * Instances, plain objects and Maps can be bound whatever is registered. What was read before keeps its shape.
   * Throws `InvalidArgumentError` for anything else, and `UserTypeDoesNotExistError` where the schema is known and has no such type; what
   * is registered before the schema is known is looked for when a session connects.
   *
   * @example cluster.registerUserType('shop', 'address', Address);
   */
  registerUserType<T>(keyspace: string, userType: string, klass: UserTypeShape<T>): void {
    this.#requireUserTypes([{ keyspace, userType }]);
    this.#services.userTypes.register(keyspace, userType, klass);
  }

  /** The host that the control connection goes to; `undefined` while there is none. */
  getControlConnectionHost(): Host | undefined {
    return this.#servers.controlHost;
  }

  /**
   * Reads the nodes, and their tokens, anew. Rejects if they cannot be read in full.
   *
   * `forceTokenRebuild` makes the ring anew even if no token changed.
   */
  async refreshNodes(
    options: { readonly forceTokenRebuild?: boolean; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    this.#requireOpen();
    await orAborted(this.#servers.monitor.refreshNodes(options.forceTokenRebuild), options.signal);
  }

  /**
   * Reads the whole schema anew, also with `schemaMetadataEnabled: false`. Rejects if that fails, and with `OperationTimedOutError`
   * if the nodes do not agree on the schema in time; so do the methods for parts of it.
   */
  refreshSchemaMetadata(options?: RefreshOptions): Promise<void> {
    return this.#refresh(null, options);
  }

  /** Reads a keyspace and all that is in it anew. */
  refreshKeyspaceMetadata(keyspace: string, options?: RefreshOptions): Promise<void> {
    return this.#refresh({ target: 'KEYSPACE', keyspace, name: '' }, options);
  }

  /** Reads a table with its indexes and triggers anew. */
  refreshTableMetadata(keyspace: string, table: string, options?: RefreshOptions): Promise<void> {
    return this.#refresh({ target: 'TABLE', keyspace, name: table }, options);
  }

  refreshMaterializedViewMetadata(keyspace: string, view: string, options?: RefreshOptions): Promise<void> {
    return this.#refresh({ target: 'VIEW', keyspace, name: view }, options);
  }

  refreshUserTypeMetadata(keyspace: string, userType: string, options?: RefreshOptions): Promise<void> {
    return this.#refresh({ target: 'TYPE', keyspace, name: userType }, options);
  }

  /** Reads a function, and those that have its name with other arguments, anew. */
  refreshUserFunctionMetadata(
    keyspace: string,
    userFunction: UserFunctionDescriptor,
    options?: RefreshOptions,
  ): Promise<void> {
    return this.#refresh({ target: 'FUNCTION', keyspace, name: userFunction.name }, options);
  }

  /** Reads an aggregate, and those that have its name with other arguments, anew. */
  refreshUserAggregateMetadata(
    keyspace: string,
    aggregate: UserAggregateDescriptor,
    options?: RefreshOptions,
  ): Promise<void> {
    return this.#refresh({ target: 'AGGREGATE', keyspace, name: aggregate.name }, options);
  }

  /**
   * Whether nodes and schema are read anew after events and schema changes; the methods above read all the same. While it is off
   * the driver learns of no node and no table.
   */
  setMetaRefreshEnabled(enabled: boolean): void {
    flag(enabled, 'enabled');
    this.#servers.monitor.isRefreshing = enabled;
  }

  /**
   * Closes every session and connection; requests in flight fail, unless `graceful` gives them time. A second call waits for
   * the first.
   *
   * Rejects with `InvalidArgumentError` for a time that is none.
   */
  shutdown(options: ShutdownOptions = {}): Promise<void> {
    return withGracefulTime(options, (gracefulMs) => (this.#shutdown ??= this.#close(gracefulMs)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #close(gracefulMs: number): Promise<void> {
    this.#isRefusing = true;
    if (gracefulMs > 0) await this.#sessions.shutdown({ graceful: gracefulMs });
    this.#closing.abort(closedError());
    liveClusters.delete(this);
    this.#servers.close(this.#closing.signal.reason as DriverError);
    await this.#sessions.shutdown();
    this.#services.deadlines.clear();
  }

  /** As far as the schema is known, and kept up to date. */
  #requireUserTypes(types: Iterable<{ readonly keyspace: string; readonly userType: string }>): void {
    if (this.#servers.followsSchema) requireUserTypes(this.#servers.schema.keyspaces, types);
  }

  #requireOpen(): void {
    if (this.isClosed) throw closedError();
  }

  /** Connects once, however many sessions ask; a failed try may be repeated. */
  #connectControl(): Promise<void> {
    this.#connecting ??= this.#servers.open().then(
      () => {
        if (!this.isClosed) liveClusters.add(this, this.#services.log);
      },
      (error: unknown) => {
        this.#connecting = null;
        throw error;
      },
    );
    return this.#connecting;
  }

  async #refresh(part: SchemaPart | null, options: RefreshOptions | undefined): Promise<void> {
    this.#requireOpen();
    await this.#servers.refresh(part, options);
  }

  #sharedServices(): SharedServices {
    const { wire } = this.#services.factory;
    if (wire === null) throw new ProtocolError('expected the first connection to have negotiated a version');
    const { states, recorder } = this.#services;
    return {
      ...this.#services,
      wire,
      observer: recorder,
      topology: () => this.#servers.topology,
      borrowPolicy: (policy) => this.#borrowPolicy(policy),
      onHostUp: (host) => states.onUp(host),
      onHostDown: (host, error) => states.onDown(host, error),
      onSchemaChange: (change, coordinator) => this.#servers.monitor.afterSchemaChange(change, coordinator),
      waitForSchemaAgreement: (maxWaitMs, signal) => this.#servers.monitor.waitForSchemaAgreement(maxWaitMs, signal),
      onSessionClosed: (session) => this.#sessions.delete(session),
    };
  }

  #metricsSource(): MetricsSource {
    return {
      hosts: () => this.#servers.topology.hosts,
      orphanedStreams: (host) => this.#sessions.orphanedStreams(host),
    };
  }

  /** Hosts that it brings near are connected to; requests that come before find them without a connection. */
  #borrowPolicy(policy: LoadBalancingPolicy): void {
    if (this.#services.policies.borrow(policy)) this.#sessions.followPolicies();
  }
}

function isContactPoints(first: ClusterOptions | readonly ContactPoint[]): first is readonly ContactPoint[] {
  return Array.isArray(first);
}

function closedError(): DriverError {
  return new ConnectionShutdownError('the cluster is shut down', { maybeApplied: false });
}
