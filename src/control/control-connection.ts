// The control connection: one connection to any node, over which the driver learns of the others. It asks contact points
// and known hosts in turn until one answers, and moves to another when it is lost.

import type { AddressTranslator } from '../connection/address-translation.ts';
import type { Clock } from '../connection/clock.ts';
import type { Connection, ConnectionListener } from '../connection/connection.ts';
import { endPointText, type EndPoint } from '../connection/endpoint.ts';
import {
  AuthenticationFailedError,
  DriverError,
  InvalidArgumentError,
  NoHostAvailableError,
  ProtocolVersionUnsupportedError,
} from '../errors.ts';
import { InvalidRequestError } from '../errors/server-errors.ts';
import { ReconnectionSchedule, type ReconnectionPolicy } from '../policies/reconnection.ts';
import type { ConnectionFactory } from '../pool/connection-factory.ts';
import type { HostRow } from '../topology/host.ts';
import type { ReplicationStrategy } from '../topology/replication.ts';
import type { SchemaSnapshot } from '../topology/schema/schema-snapshot.ts';
import type { Logger } from '../types/logger.ts';
import { readSystemRows, type ControlQueryOptions } from './control-query.ts';
import type { SchemaReader } from './schema-reader.ts';
import {
  localHost,
  peerHost,
  replicationOf,
  SELECT_KEYSPACES,
  SELECT_LOCAL,
  SELECT_LOCAL_SCHEMA_VERSION,
  SELECT_PEERS,
  SELECT_PEERS_V2,
  textOf,
  type SystemRow,
} from './system-tables.ts';

/** What the system tables say of the cluster. */
export interface ClusterView {
  readonly clusterName: string;
  readonly partitioner: string;
  /** The node that was asked comes first. */
  readonly hosts: readonly HostRow[];
  readonly replication: ReadonlyMap<string, ReplicationStrategy>;
  /** `undefined` where it is not read, or could not be. */
  readonly schema: SchemaSnapshot | undefined;
}

export interface ControlConnectionOptions {
  readonly factory: ConnectionFactory;
  readonly query: ControlQueryOptions;
  readonly contactPoints: readonly EndPoint[];
  /** End points of the hosts known so far, those that are up first. */
  knownEndPoints(): readonly EndPoint[];
  /** Whether the host with this id is known to be down. */
  isDown(hostId: unknown): boolean;
  readonly translator: AddressTranslator;
  readonly port: number;
  readonly reconnectionPolicy: ReconnectionPolicy;
  /** `null`: the schema is not read. */
  readonly schema: { readonly reader: SchemaReader; readonly pageSize: number | null } | null;
  readonly clock: Clock;
  readonly logger: Logger;
  onView(view: ClusterView): void;
}

export class ControlConnection implements ConnectionListener {
  readonly #options: ControlConnectionOptions;
  readonly #closing = new AbortController();
  #connection: Connection | null = null;
  #hasPeersV2 = true;
  #timer: unknown;

  constructor(options: ControlConnectionOptions) {
    this.#options = options;
  }

  /**
   * Connects to the first contact point that answers, and reads the view of the cluster from it.
   *
   * @throws {NoHostAvailableError} with the cause of every contact point.
   */
  async connect(): Promise<void> {
    const { signal } = this.#closing;
    const errors = new Map<string, Error>();
    const known = this.#options.knownEndPoints();
    const candidates = new Map(
      [...known, ...this.#options.contactPoints].map((endPoint) => [endPointText(endPoint), endPoint]),
    );
    for (const [key, endPoint] of candidates) {
      signal.throwIfAborted();
      try {
        await this.#connectTo(endPoint, signal);
        return;
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        errors.set(key, error as Error);
        // The other nodes check the same password; asking them only locks the account sooner.
        if (error instanceof AuthenticationFailedError) break;
      }
    }
    throw connectFailure(errors);
  }

  /** Reads the view of the cluster anew. */
  async refresh(): Promise<void> {
    if (this.#connection !== null) await this.#readView(this.#connection);
  }

  /** The schema versions that the nodes have; those that are down are not waited for. */
  async schemaVersions(): Promise<ReadonlySet<string>> {
    const connection = this.#connection;
    if (connection === null) return new Set();
    const local = await this.#rows(connection, SELECT_LOCAL_SCHEMA_VERSION);
    const peers = await this.#peerRows(connection);
    const versions = [...local, ...peers.filter((row) => !this.#options.isDown(row['host_id']))]
      .map((row) => row['schema_version'])
      .filter((version) => version !== null);
    return new Set(versions.map(String));
  }

  /** `reason` is what connecting then fails with. */
  close(reason: DriverError): void {
    this.#closing.abort(reason);
    this.#options.clock.clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    connection?.close();
  }

  onEvent(): void {
    // No event is asked for.
  }

  onClosed(connection: Connection, reason: DriverError): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#options.logger.info(`the control connection was lost: ${reason.message}`);
    const { reconnectionPolicy, logger } = this.#options;
    const schedule = new ReconnectionSchedule(reconnectionPolicy, (error) => {
      logger.error('a reconnection policy threw', error);
    });
    this.#reconnect(schedule, 0);
  }

  onOrphanLimit(connection: Connection): void {
    connection.close();
  }

  onStreamFreed(): void {
    // Nobody waits in line for the control connection.
  }

  #reconnect(schedule: ReconnectionSchedule, delayMs: number): void {
    if (this.#closing.signal.aborted) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.connect().catch((error: unknown) => {
        if (this.#closing.signal.aborted) return;
        this.#options.logger.info('the control connection could not be opened', error);
        const delay = schedule.next();
        if (delay !== null) this.#reconnect(schedule, delay);
      });
    }, delayMs);
  }

  async #connectTo(endPoint: EndPoint, signal: AbortSignal): Promise<void> {
    const connection = await this.#options.factory.open(endPoint, this, signal);
    const onAbort = (): void => connection.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      await this.#readView(connection);
      signal.throwIfAborted();
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    if (connection.closeReason !== undefined) throw connection.closeReason;
    this.#connection = connection;
  }

  async #readView(connection: Connection): Promise<void> {
    const [local] = await this.#rows(connection, SELECT_LOCAL);
    const peers = await this.#peerRows(connection);
    const keyspaces = await this.#rows(connection, SELECT_KEYSPACES).catch(() => []);
    const { translator, port, logger } = this.#options;
    const hosts: HostRow[] = [];
    const localRow = local === undefined ? null : localHost(local, connection.endPoint);
    if (local === undefined || localRow === null) {
      throw new DriverError(
        `expected system.local of ${endPointText(connection.endPoint)} to describe a node of the ring`,
      );
    }
    hosts.push(localRow);
    for (const row of peers) {
      const host = await peerHost(row, port, translator);
      if (host === null)
        logger.debug(`a peer without id, address, data center, rack or tokens is left out: ${String(row['peer'])}`);
      else if (!hosts.some((other) => other.hostId.equals(host.hostId))) hosts.push(host);
    }
    this.#options.onView({
      clusterName: textOf(local, 'cluster_name') ?? '',
      partitioner: textOf(local, 'partitioner') ?? '',
      hosts,
      replication: replicationOf(keyspaces),
      schema: await this.#readSchema(connection),
    });
  }

  /** Never rejects: hosts that can be used are worth more than metadata that cannot be read. */
  async #readSchema(connection: Connection): Promise<SchemaSnapshot | undefined> {
    const { schema, query, logger } = this.#options;
    if (schema === null) return undefined;
    const options = { ...query, pageSize: schema.pageSize };
    try {
      return await schema.reader.readAll((cql) => readSystemRows(connection, cql, options));
    } catch (error) {
      if (connection.closeReason === undefined) logger.warn('the schema could not be read', error);
      return undefined;
    }
  }

  async #peerRows(connection: Connection): Promise<SystemRow[]> {
    if (this.#hasPeersV2) {
      try {
        return await this.#rows(connection, SELECT_PEERS_V2);
      } catch (error) {
        if (!(error instanceof InvalidRequestError)) throw error;
        this.#hasPeersV2 = false;
      }
    }
    return this.#rows(connection, SELECT_PEERS);
  }

  #rows(connection: Connection, query: string): Promise<SystemRow[]> {
    return readSystemRows(connection, query, this.#options.query);
  }
}

/** One contact point that answered, and refused for what no other would judge otherwise: its own error says it best. */
function connectFailure(errors: ReadonlyMap<string, Error>): DriverError {
  const [only, ...others] = errors.values();
  const isOwn =
    only instanceof AuthenticationFailedError ||
    only instanceof ProtocolVersionUnsupportedError ||
    only instanceof InvalidArgumentError;
  if (isOwn && others.length === 0) return only;
  return new NoHostAvailableError('no contact point could be connected to', { errors, maybeApplied: false });
}
