// Watches a cluster: what is known of its nodes and its schema, read when a control connection opens, kept up to date by what
// servers tell, by the schema changes of this process, and on demand.

import type { Clock } from '../connection/clock.ts';
import type { EndPoint } from '../connection/endpoint.ts';
import { OperationTimedOutError, type DriverError } from '../errors.ts';
import type { ReconnectionPolicy } from '../policies/reconnection.ts';
import type { ConnectionFactory } from '../pool/connection-factory.ts';
import type { SchemaChange } from '../protocol/events.ts';
import type { Host } from '../topology/host.ts';
import type { ReplicationStrategy } from '../topology/replication.ts';
import type { SchemaSnapshot } from '../topology/schema/schema-snapshot.ts';
import type { Logger } from '../types/logger.ts';
import { ClusterEvents } from './cluster-events.ts';
import type { ContactPoints } from './contact-points.ts';
import { ControlConnection } from './control-connection.ts';
import type { ControlQueryOptions } from './control-query.ts';
import type { NodeReader, NodesView, SystemSource } from './node-reader.ts';
import { waitForSchemaAgreement } from './schema-agreement.ts';
import type { SchemaReader } from './schema-reader.ts';
import { partOf, SchemaRefresh, type SchemaPart } from './schema-refresh.ts';
import { versionOfCoordinator, versionsOf, type SchemaCoordinator } from './schema-versions.ts';
import { SingleFlight } from './single-flight.ts';
import { replicationOf, SELECT_KEYSPACES, SELECT_LOCAL_SCHEMA_VERSION } from './system-tables.ts';

/** What the system tables say of the cluster. */
export interface ClusterView extends NodesView {
  /** `undefined`: not read. */
  readonly replication: ReadonlyMap<string, ReplicationStrategy> | undefined;
  /** `undefined` where it is not read, or could not be. */
  readonly schema: SchemaSnapshot | undefined;
}

/** Who keeps what the monitor finds out. */
export interface MonitorOwner {
  /** End points of the hosts known so far, those that are up first. */
  knownEndPoints(): readonly EndPoint[];
  /** The host that servers announce with this `address:port`. */
  hostAt(announced: string): Host | undefined;
  /** Whether the host with this id is one whose schema matters: it is known, and not known to be down. */
  hasSchema(hostId: unknown): boolean;
  schema(): SchemaSnapshot;
  /** All nodes were read, and more where it is there. `forcesRing`: the ring is to be made anew. */
  onView(view: ClusterView, forcesRing: boolean): void;
  onReplication(replication: ReadonlyMap<string, ReplicationStrategy>): void;
  onSchema(schema: SchemaSnapshot): void;
  onStatus(host: Host, status: 'UP' | 'DOWN'): void;
  /** A server told of a change, and what is known of the schema follows it. */
  onSchemaChange(change: SchemaChange): void;
}

export interface ClusterMonitorOptions {
  readonly owner: MonitorOwner;
  readonly factory: ConnectionFactory;
  readonly query: ControlQueryOptions;
  readonly connectTimeout: number;
  readonly contactPoints: ContactPoints;
  readonly nodes: NodeReader;
  readonly schemaReader: SchemaReader;
  readonly schemaMetadataEnabled: boolean;
  readonly schemaMetadataPageSize: number | null;
  readonly tokenMetadataEnabled: boolean;
  readonly maxSchemaAgreementWait: number;
  readonly schemaEventRefreshWindow: number;
  readonly topologyEventRefreshWindow: number;
  readonly statusEventRefreshWindow: number;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
}

export class ClusterMonitor {
  /** Whether what is known follows events and schema changes by itself. */
  isRefreshing = true;
  readonly #options: ClusterMonitorOptions;
  readonly #closing = new AbortController();
  readonly #events: ClusterEvents;
  readonly #control: ControlConnection<ClusterView>;
  readonly #schema: SchemaRefresh;
  readonly #readNodes = new SingleFlight(() => this.#refreshNodes());
  #forcesRing = false;

  constructor(options: ClusterMonitorOptions) {
    const { owner, tokenMetadataEnabled } = options;
    this.#options = options;
    this.#events = new ClusterEvents({
      schemaWindowMs: options.schemaEventRefreshWindow,
      topologyWindowMs: options.topologyEventRefreshWindow,
      statusWindowMs: options.statusEventRefreshWindow,
      clock: options.clock,
      random: options.random,
      logger: options.logger,
      hostAt: (announced) => owner.hostAt(announced),
      onTopology: () => (this.isRefreshing ? this.refreshNodes() : Promise.resolve()),
      onStatus: (host, status) => owner.onStatus(host, status),
      onSchema: (changes, isComplete) => this.#followEvents(changes, isComplete),
    });
    this.#control = new ControlConnection<ClusterView>({
      ...options,
      events: this.#events.types,
      knownEndPoints: () => owner.knownEndPoints(),
      read: (source) => this.#readView(source),
      onConnected: (view) => owner.onView(view, false),
      onEvent: (delivery, record) => this.#events.receive(delivery, record),
    });
    this.#schema = new SchemaRefresh({
      reader: options.schemaReader,
      pageSize: options.schemaMetadataPageSize,
      hasReplication: tokenMetadataEnabled,
      use: (work) => this.#control.use(work),
      current: () => owner.schema(),
      onSchema: (schema) => owner.onSchema(schema),
      onReplication: (replication) => owner.onReplication(replication),
    });
  }

  /** Where the control connection goes; `null` while there is none. */
  get endPoint(): EndPoint | null {
    return this.#control.endPoint;
  }

  /** Opens the control connection and reads the cluster. Rejects as {@link ControlConnection.connect} does. */
  connect(): Promise<void> {
    return this.#control.connect();
  }

  /** `reason` is what connecting then fails with. */
  close(reason: DriverError): void {
    this.#closing.abort(reason);
    this.#events.close();
    this.#control.close(reason);
  }

  /** Reads all nodes anew. Rejects if they cannot be read in full. */
  refreshNodes(forcesRing = false): Promise<void> {
    this.#forcesRing ||= forcesRing;
    return this.#readNodes.run();
  }

  /**
   * Reads parts of the schema anew, or all of it for `null`, when the nodes agree on it.
   *
   * @throws {OperationTimedOutError} if they do not within `maxWaitMs`.
   */
  async refreshSchema(parts: readonly SchemaPart[] | null, maxWaitMs: number | undefined): Promise<void> {
    if (!(await this.waitForSchemaAgreement(maxWaitMs))) {
      this.#closing.signal.throwIfAborted();
      const limit = maxWaitMs ?? this.#options.maxSchemaAgreementWait;
      throw new OperationTimedOutError(`the nodes did not agree on the schema within ${limit} ms; nothing was read`, {
        maybeApplied: false,
      });
    }
    await this.#schema.read(parts);
  }

  /** Resolves to whether all nodes that are up have one version of the schema. */
  waitForSchemaAgreement(
    maxWaitMs = this.#options.maxSchemaAgreementWait,
    signal?: AbortSignal,
    coordinator?: SchemaCoordinator,
  ): Promise<boolean> {
    const ends = this.#closing.signal;
    return waitForSchemaAgreement(
      { schemaVersions: () => this.#schemaVersions(coordinator) },
      { maxWaitMs, clock: this.#options.clock, signal: signal === undefined ? ends : AbortSignal.any([ends, signal]) },
    );
  }

  /**
   * Follows a schema change of this process: waits until the nodes agree, and reads what changed. Resolves to whether they
   * agree; never rejects, as the statement has done its work. `coordinator`: who made the change.
   */
  async afterSchemaChange(change: SchemaChange, coordinator: SchemaCoordinator): Promise<boolean> {
    const { logger, maxSchemaAgreementWait, schemaEventRefreshWindow, owner } = this.#options;
    const isAgreed = await this.waitForSchemaAgreement(maxSchemaAgreementWait, undefined, coordinator);
    if (this.#closing.signal.aborted) return isAgreed;
    if (isAgreed) logger.debug('the nodes agree on the schema');
    else logger.warn(`the nodes did not agree on the schema within ${maxSchemaAgreementWait} ms`);
    try {
      await this.#follow([change], true);
      // No server will tell.
      if (schemaEventRefreshWindow < 0) owner.onSchemaChange(change);
    } catch (error) {
      if (!this.#isClosed()) logger.info('the schema could not be read after a change', error);
    }
    return isAgreed;
  }

  #isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  async #followEvents(changes: readonly SchemaChange[], isComplete: boolean): Promise<void> {
    await this.#follow(changes, isComplete);
    for (const change of changes) this.#options.owner.onSchemaChange(change);
  }

  async #follow(changes: readonly SchemaChange[], isComplete: boolean): Promise<void> {
    if (!this.isRefreshing) return;
    const { schemaMetadataEnabled, tokenMetadataEnabled } = this.#options;
    const parts = changes.map(partOf);
    const known = parts.filter((part) => part !== null);
    if (schemaMetadataEnabled) await this.#schema.read(isComplete && known.length === parts.length ? known : null);
    else if (tokenMetadataEnabled && (!isComplete || parts.some((part) => part?.target === 'KEYSPACE'))) {
      await this.#schema.readReplication();
    }
  }

  async #refreshNodes(): Promise<void> {
    const { nodes, owner, logger } = this.#options;
    logger.debug('reading the nodes');
    const view = await this.#control.use((source) => nodes.read(source));
    const forcesRing = this.#forcesRing;
    this.#forcesRing = false;
    owner.onView({ ...view, replication: undefined, schema: undefined }, forcesRing);
  }

  async #readView(source: SystemSource): Promise<ClusterView> {
    const { nodes, tokenMetadataEnabled, schemaMetadataEnabled, logger } = this.#options;
    logger.debug('reading nodes, replication and schema');
    // One after the other: a connection may be allowed few requests at a time.
    const view = await nodes.read(source);
    const replication = tokenMetadataEnabled ? await this.#unlessFails(source, readReplication) : undefined;
    const readSchema = (): Promise<SchemaSnapshot> => this.#schema.readAll(source);
    const schema = schemaMetadataEnabled ? await this.#unlessFails(source, readSchema) : undefined;
    return { ...view, replication, schema };
  }

  /** Hosts that can be used are worth more than metadata that cannot be read. */
  async #unlessFails<T>(source: SystemSource, read: (source: SystemSource) => Promise<T>): Promise<T | undefined> {
    try {
      return await read(source);
    } catch (error) {
      if (!source.isClosed()) this.#options.logger.warn('the schema could not be read', error);
      return undefined;
    }
  }

  async #schemaVersions(coordinator: SchemaCoordinator | undefined): Promise<ReadonlySet<string>> {
    const { nodes, owner, query } = this.#options;
    const rows = this.#control.useNow(async (source) => {
      const local = await source.rows(SELECT_LOCAL_SCHEMA_VERSION);
      const peers = await nodes.peerVersions(source);
      return [...local, ...peers.filter((row) => owner.hasSchema(row['host_id']))];
    });
    if (rows === null) return new Set();
    const [seen, made] = await Promise.all([rows, versionOfCoordinator(coordinator, query)]);
    return versionsOf([...seen, ...made]);
  }
}

async function readReplication(source: SystemSource): Promise<ReadonlyMap<string, ReplicationStrategy>> {
  return replicationOf(await source.rows(SELECT_KEYSPACES));
}
