// The cluster: options, the core, the control connection and what it finds, and the sessions made from all that.

import { ClusterLog } from './cluster/cluster-log.ts';
import { EventListeners, type ClusterEvents } from './cluster/events.ts';
import { orAborted, startLimit } from './cluster/limits.ts';
import { liveClusters } from './cluster/live-clusters.ts';
import { startupOptions, versionsToTry } from './cluster/startup.ts';
import { IdentityTranslator } from './connection/address-translation.ts';
import { systemClock } from './connection/clock.ts';
import { createNodeConnector } from './connection/connector.ts';
import { Deadlines } from './connection/deadlines.ts';
import { ControlConnection, type ClusterView } from './control/control-connection.ts';
import { waitForSchemaAgreement } from './control/schema-agreement.ts';
import { SchemaReader } from './control/schema-reader.ts';
import type { Core } from './core.ts';
import { WasmCore } from './core/wasm-core.ts';
import { ConnectionShutdownError, ProtocolError, type DriverError } from './errors.ts';
import { Metrics, type MetricsSource } from './execution/metrics.ts';
import { MetricsRecorder } from './execution/metrics-recorder.ts';
import type { ExecutionProfile, ExecutionProfileOptions, ProfileKey } from './execution/profile.ts';
import { ProfileTable } from './execution/profile-table.ts';
import { waitWithin } from './execution/wait-within.ts';
import { resolveOptions, type ClusterOptions, type ResolvedOptions } from './options.ts';
import { requireDuration } from './options/checks.ts';
import type { ContactPoint } from './options/contact-points.ts';
import type { LoadBalancingPolicy } from './policies/load-balancing.ts';
import { DefaultLoadBalancingPolicy } from './policies/load-balancing/default.ts';
import { PolicySet } from './policies/policy-set.ts';
import { DefaultReconnectionPolicy, type ReconnectionPolicy } from './policies/reconnection.ts';
import { RetryPolicy } from './policies/retry.ts';
import { NoSpeculativeExecutionPolicy, type SpeculativeExecutionPolicy } from './policies/speculative-execution.ts';
import { MonotonicTimestampGenerator, type TimestampGenerator } from './policies/timestamps.ts';
import { Convictions } from './pool/convictions.ts';
import { ConnectionFactory } from './pool/connection-factory.ts';
import { RequestEncoder } from './protocol/requests.ts';
import { ProgramTable } from './result/programs.ts';
import { resolveTypeMapping, type TypeMapping } from './result/type-mapping.ts';
import { Session, type SessionCluster, type SharedServices } from './session.ts';
import { Host } from './topology/host.ts';
import { HostStates, type HostStateListener } from './topology/host-states.ts';
import { Metadata } from './topology/metadata.ts';
import { SchemaSnapshot } from './topology/schema/schema-snapshot.ts';
import { partitionerNumber, PARTITIONER_NUMBER, TokenRing } from './topology/token-ring.ts';
import { Topology } from './topology/topology.ts';
import { Codecs } from './types/codec.ts';
import { UserTypes, type UserTypeShape } from './types/user-types.ts';
import { Uuid } from './types/uuid.ts';

/** Options of {@link Cluster.connect}. */
export interface ConnectOptions {
  /** Wait for every connection to every host instead of the first, within `poolWaitTimeout`. Default: `false`. */
  waitForAllPools?: boolean;
  /** Milliseconds for all of it; then rejects with {@link OperationTimedOutError}. Default: no limit but that of each connect. */
  timeout?: number;
  signal?: AbortSignal;
}

/** Options of {@link Cluster.addExecutionProfile}. */
export interface AddProfileOptions {
  /** Milliseconds to wait for the connections to hosts that the profile brings near; 0: none. Default: that of the cluster. */
  poolWaitTimeout?: number;
}

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
  readonly #log: ClusterLog;
  readonly #listeners: EventListeners;
  readonly #states: HostStates;
  readonly #options: ResolvedOptions;
  readonly #core: Core;
  readonly #encoder: RequestEncoder;
  readonly #programs: ProgramTable;
  readonly #recorder: MetricsRecorder | null;
  readonly #userTypes = new UserTypes();
  readonly #types: TypeMapping;
  readonly #deadlines: Deadlines;
  readonly #factory: ConnectionFactory;
  readonly #control: ControlConnection;
  readonly #convictions: Convictions;
  readonly #profiles: ProfileTable;
  readonly #policy: LoadBalancingPolicy;
  readonly #policies: PolicySet;
  readonly #reconnectionPolicy: ReconnectionPolicy;
  readonly #retryPolicy: RetryPolicy;
  readonly #speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly #timestampGenerator: TimestampGenerator | null;
  readonly #sessions = new Set<Session>();
  readonly #closing = new AbortController();
  #topology = Topology.empty;
  #schema = SchemaSnapshot.empty;
  #connecting: Promise<void> | null = null;
  #shutdown: Promise<void> | null = null;

  /** @throws {InvalidArgumentError} for an option that does not exist or is out of its limits. */
  constructor(options?: ClusterOptions);
  constructor(contactPoints: readonly ContactPoint[], options?: ClusterOptions);
  constructor(first: ClusterOptions | readonly ContactPoint[] = {}, second: ClusterOptions = {}) {
    const given = resolveOptions(isContactPoints(first) ? { ...second, contactPoints: first } : first);
    const clock = systemClock;
    const log = ClusterLog.to(given.logger);
    const options: ResolvedOptions = { ...given, logger: log.named('session') };
    this.#options = options;
    this.#log = log;
    this.#listeners = new EventListeners((message, error) => log.error(message, error));
    log.tell(this.#listeners);
    this.#states = new HostStates(log.named('hosts'));
    this.#core = new WasmCore();
    this.#encoder = new RequestEncoder(this.#core);
    this.#programs = new ProgramTable(this.#core);
    this.#deadlines = new Deadlines(clock, (error) => log.error('a deadline threw', error));
    this.#types = resolveTypeMapping(options.types, {
      codecs: new Codecs(options.codecs),
      userTypes: this.#userTypes,
    });
    this.#profiles = new ProfileTable(options.executionProfiles);
    this.#policy =
      this.#profiles.base.loadBalancingPolicy ??
      options.loadBalancingPolicy ??
      new DefaultLoadBalancingPolicy({ localDc: options.localDc, localRack: options.localRack });
    this.#policies = new PolicySet((event, error) => log.error(`the load balancing policy threw in ${event}`, error));
    this.#policies.add(this.#policy);
    for (const { loadBalancingPolicy } of this.#profiles.all) {
      if (loadBalancingPolicy !== undefined) this.#policies.add(loadBalancingPolicy);
    }
    // Policies first: what a listener does in return shall find them informed.
    this.#states.register(this.#policies);
    this.#states.register(this.#listeners.hostListener());
    // A policy may take another host in place of one that is down.
    this.#states.register({ onUp: () => this.#followPolicies(), onDown: () => this.#followPolicies() });
    this.#reconnectionPolicy = options.reconnectionPolicy ?? new DefaultReconnectionPolicy(() => clock.now());
    this.#retryPolicy = options.defaultRetryPolicy ?? new RetryPolicy();
    this.#speculativeExecutionPolicy = options.speculativeExecutionPolicy ?? new NoSpeculativeExecutionPolicy();
    this.#timestampGenerator = timestampGeneratorOf(options);
    this.metadata = new Metadata(
      () => this.#topology,
      () => this.#schema,
    );
    this.#recorder = options.metricsEnabled ? new MetricsRecorder() : null;
    this.metrics = this.#recorder === null ? null : new Metrics(this.#recorder, this.#metricsSource());
    this.#factory = new ConnectionFactory({
      core: this.#core,
      encoder: this.#encoder,
      programs: this.#programs,
      connector: options.connector ?? createNodeConnector(options.sockopts),
      tls: options.tls === true ? {} : options.tls === false ? undefined : options.tls,
      authProvider: options.authProvider,
      versions: versionsToTry(options),
      compression: options.compression,
      startup: startupOptions(options, this.sessionId),
      connectTimeout: options.connectTimeout,
      maxFrameLength: options.maxFrameLength,
      maxRequests: options.pooling.maxRequestsPerConnection,
      heartbeatInterval: options.idleHeartbeatInterval,
      heartbeatTimeout: options.idleHeartbeatTimeout,
      clock,
      deadlines: this.#deadlines,
      logger: log.named('connection'),
    });
    this.#convictions = new Convictions(options.convictionPolicyFactory, (error) => {
      options.logger.error('a conviction policy threw', error);
    });
    this.#control = new ControlConnection({
      factory: this.#factory,
      query: {
        encoder: this.#encoder,
        programs: this.#programs,
        deadlines: this.#deadlines,
        timeoutMs: options.controlConnectionTimeout,
      },
      contactPoints: options.contactPoints,
      knownEndPoints: () => this.#knownEndPoints(),
      isDown: (id) => this.#topology.hosts.some((host) => host.isUp === false && String(host.hostId) === String(id)),
      translator: options.addressTranslator ?? new IdentityTranslator(),
      port: options.port,
      reconnectionPolicy: this.#reconnectionPolicy,
      schema: options.schemaMetadataEnabled
        ? {
            reader: new SchemaReader({
              logger: options.logger,
              clock,
              // Half of what the control connection takes: the rest is for what else it does meanwhile.
              maxQueries: Math.max(1, Math.min(16, options.pooling.maxRequestsPerConnection >> 1)),
            }),
            pageSize: options.schemaMetadataPageSize,
          }
        : null,
      clock,
      logger: log.named('control'),
      onView: (view) => this.#onView(view),
    });
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
    return this.#closing.signal.aborted;
  }

  /** The protocol version that was negotiated; `undefined` before the first connection. */
  get protocolVersion(): 3 | 4 | 5 | undefined {
    return this.#factory.wire?.version;
  }

  /** The compression that was negotiated; `undefined` before the first connection. */
  get compression(): 'none' | 'lz4' | 'snappy' | undefined {
    const number = this.#factory.wire?.compression;
    return number === undefined ? undefined : (['none', 'lz4', 'snappy'] as const)[number];
  }

  /**
   * Connects and makes a session.
   *
   * Rejects with {@link NoHostAvailableError}, which names the cause of every contact point, `AuthenticationFailedError`,
   * `ProtocolVersionUnsupportedError`, or `InvalidRequestError` for a keyspace that does not exist.
   */
  async connect(keyspace: string | undefined = this.#options.keyspace, options: ConnectOptions = {}): Promise<Session> {
    this.#requireOpen();
    options.signal?.throwIfAborted();
    const { timeout: timeoutMs } = options;
    if (timeoutMs !== undefined) requireDuration('timeout', timeoutMs, 0);
    const limit = startLimit({ signal: options.signal, timeoutMs, clock: systemClock }, 'connecting');
    try {
      return await this.#connect(keyspace, options.waitForAllPools ?? false, limit.signal);
    } finally {
      limit.end();
    }
  }

  async #connect(keyspace: string | undefined, waitForAllPools: boolean, signal: AbortSignal): Promise<Session> {
    await orAborted(this.#connectControl(), signal);
    this.#requireOpen();
    const session = new Session(this, this.#services(), keyspace);
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
    this.#states.register(listener);
  }

  /** Tells a listener nothing more. */
  unregisterListener(listener: HostStateListener): void {
    this.#states.unregister(listener);
  }

  /**
   * Calls a function at each event of a kind. What it throws goes to the logger.
   *
   * @throws {InvalidArgumentError} for an event that does not exist.
   * @example cluster.on('hostDown', (host) => alarm(host.address));
   */
  on<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#listeners.add(event, listener, false);
    return this;
  }

  /** Calls a function at the next event of a kind alone. */
  once<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#listeners.add(event, listener, true);
    return this;
  }

  /** Calls a function no more. */
  off<Event extends keyof ClusterEvents>(event: Event, listener: (...details: ClusterEvents[Event]) => void): this {
    this.#listeners.remove(event, listener);
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
    const { poolWaitTimeout = this.#options.poolWaitTimeout } = options;
    requireDuration('poolWaitTimeout', poolWaitTimeout, 0);
    const { loadBalancingPolicy } = this.#profiles.add(name, profile);
    if (loadBalancingPolicy === undefined) return;
    if (this.#policies.add(loadBalancingPolicy)) {
      await this.#policies.resolveNames();
      this.#followPolicies();
    }
    if (poolWaitTimeout === 0) return;
    const connecting = Promise.all([...this.#sessions].map((session) => session.connectPools()));
    const limits = { timeoutMs: poolWaitTimeout, signal: this.#closing.signal };
    await waitWithin(connecting, limits, this.#deadlines, 'the hosts of the profile were not connected');
  }

  /**
   * Says what values of a user-defined type are read as, in all sessions of the cluster: instances of a class, `'object'` for plain
   * objects, which is the default, or `'map'` for Maps by field name. A class with a static `fromFields` is given an object of all
   * fields, any other is constructed with their values in the order of the type; fields that are not set are null.
   *
   * Instances, plain objects and Maps can be bound whatever is registered. What was read before keeps its shape.
   * Throws `InvalidArgumentError` for anything else.
   *
   * @example cluster.registerUserType('shop', 'address', Address);
   */
  registerUserType<T>(keyspace: string, userType: string, klass: UserTypeShape<T>): void {
    this.#userTypes.register(keyspace, userType, klass);
  }

  /** Closes every session and connection. A second call waits for the first. */
  shutdown(): Promise<void> {
    return (this.#shutdown ??= this.#close());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.shutdown();
  }

  async #close(): Promise<void> {
    this.#closing.abort(new ConnectionShutdownError('the cluster is shut down', { maybeApplied: false }));
    liveClusters.delete(this);
    this.#control.close(this.#closing.signal.reason as DriverError);
    await Promise.all([...this.#sessions].map((session) => session.shutdown()));
    this.#deadlines.clear();
  }

  #requireOpen(): void {
    if (this.isClosed) throw this.#closing.signal.reason;
  }

  /** Connects once, however many sessions ask; a failed try may be repeated. */
  #connectControl(): Promise<void> {
    this.#connecting ??= this.#openControl().then(
      () => {
        if (!this.isClosed) liveClusters.add(this, this.#log);
      },
      (error: unknown) => {
        this.#connecting = null;
        throw error;
      },
    );
    return this.#connecting;
  }

  async #openControl(): Promise<void> {
    await this.#policies.resolveNames();
    await this.#control.connect();
  }

  #services(): SharedServices {
    const { wire } = this.#factory;
    if (wire === null) throw new ProtocolError('expected the first connection to have negotiated a version');
    return {
      options: this.#options,
      encoder: this.#encoder,
      wire,
      programs: this.#programs,
      types: this.#types,
      factory: this.#factory,
      deadlines: this.#deadlines,
      clock: systemClock,
      profiles: this.#profiles,
      policy: this.#policy,
      policies: this.#policies,
      reconnectionPolicy: this.#reconnectionPolicy,
      convictions: this.#convictions,
      retryPolicy: this.#retryPolicy,
      speculativeExecutionPolicy: this.#speculativeExecutionPolicy,
      timestampGenerator: this.#timestampGenerator,
      observer: this.#recorder,
      topology: () => this.#topology,
      borrowPolicy: (policy) => this.#borrowPolicy(policy),
      onHostUp: (host) => this.#states.onUp(host),
      onHostDown: (host, error) => this.#states.onDown(host, error),
      onSchemaChange: () => this.#onSchemaChange(),
      onSessionClosed: (session) => this.#sessions.delete(session),
    };
  }

  #metricsSource(): MetricsSource {
    return {
      hosts: () => this.#topology.hosts,
      orphanedStreams: (host) => [...this.#sessions].reduce((sum, session) => sum + session.orphanedStreams(host), 0),
    };
  }

  #onView(view: ClusterView): void {
    this.#schema = view.schema ?? this.#schema;
    const known = new Map(this.#topology.hosts.map((host) => [host.hostId.toString(), host]));
    const hosts = view.hosts.map((row) => {
      const host = known.get(row.hostId.toString());
      if (host === undefined) return new Host(row);
      host.update(row);
      return host;
    });
    const hasRing = partitionerNumber(view.partitioner) === PARTITIONER_NUMBER.murmur3;
    const ring = hasRing ? TokenRing.of(hosts) : TokenRing.empty;
    this.#core.setRing(ring.tokens);
    this.#topology = new Topology({
      ...view,
      hosts,
      ring,
      localDc: this.#options.localDc ?? this.#topology.localDc ?? hosts[0]?.datacenter,
      localRack: this.#options.localRack,
    });
    this.#policies.populate(this.#topology);
    this.#states.replaceAll(hosts);
    this.#followPolicies();
  }

  /** Connects to the hosts that the policies want now. */
  #followPolicies(): void {
    for (const session of this.#sessions) session.onTopology();
  }

  /** Hosts that it brings near are connected to; requests that come before find them without a connection. */
  #borrowPolicy(policy: LoadBalancingPolicy): void {
    if (this.#policies.borrow(policy)) this.#followPolicies();
  }

  /** Nodes that disagree on the schema refuse or misread what follows; and replication may have changed. */
  async #onSchemaChange(): Promise<boolean> {
    const { maxSchemaAgreementWait: maxWaitMs } = this.#options;
    const logger = this.#log;
    const isAgreed = await waitForSchemaAgreement(this.#control, {
      maxWaitMs,
      clock: systemClock,
      signal: this.#closing.signal,
    });
    if (this.isClosed) return isAgreed;
    if (!isAgreed) logger.warn(`the nodes did not agree on the schema within ${maxWaitMs} ms`);
    await this.#control.refresh().catch((error: unknown) => logger.debug('the topology could not be read', error));
    return isAgreed;
  }

  #knownEndPoints() {
    const { hosts } = this.#topology;
    return [...hosts.filter((host) => host.isUp !== false), ...hosts.filter((host) => host.isUp === false)].map(
      (host) => host.endpoint,
    );
  }
}

function isContactPoints(first: ClusterOptions | readonly ContactPoint[]): first is readonly ContactPoint[] {
  return Array.isArray(first);
}

function timestampGeneratorOf(options: ResolvedOptions): TimestampGenerator | null {
  if (options.timestampGenerator !== undefined) return options.timestampGenerator;
  const generator = new MonotonicTimestampGenerator();
  return () => generator.nextMicros();
}
