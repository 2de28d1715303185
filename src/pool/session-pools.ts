// The pools of one session, one for each host that the policy wants connections to, all in the session's keyspace.

import type { Clock } from '../connection/clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import { DriverError, NoHostAvailableError } from '../errors.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { ReconnectionPolicy } from '../policies/reconnection.ts';
import type { RequestEncoder } from '../protocol/requests.ts';
import type { Host } from '../topology/host.ts';
import type { Logger } from '../types/logger.ts';
import type { ConnectionFactory } from './connection-factory.ts';
import { HostPool, type ConnectionOwner } from './host-pool.ts';
import { useKeyspace } from './use-keyspace.ts';
import { WaitingLine } from './waiting-line.ts';

export interface SessionPoolsOptions {
  readonly factory: ConnectionFactory;
  readonly encoder: RequestEncoder;
  readonly deadlines: Deadlines;
  readonly connectTimeout: number;
  readonly policy: LoadBalancingPolicy;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxQueuedRequests: number;
  readonly keyspace: string | undefined;
  onHostUp(host: Host): void;
  onHostDown(host: Host, error: DriverError): void;
}

export class SessionPools {
  readonly #options: SessionPoolsOptions;
  readonly #line: WaitingLine;
  readonly #pools = new Map<Host, HostPool>();
  /** All that are open, also those that no pool has taken over yet: a keyspace must reach every one. */
  readonly #connections = new Set<Connection>();
  #keyspace: string | undefined;
  /** Keyspaces are set one after the other, or connections could end up in different ones. */
  #using: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: SessionPoolsOptions) {
    this.#options = options;
    this.#line = new WaitingLine(options.maxQueuedRequests);
    this.#keyspace = options.keyspace;
  }

  get keyspace(): string | undefined {
    return this.#keyspace;
  }

  get(host: Host): HostPool | undefined {
    return this.#pools.get(host);
  }

  /** Opens pools to hosts that are new, and closes those of hosts that are gone or no longer wanted. */
  update(hosts: readonly Host[]): void {
    if (this.#isClosed) return;
    const wanted = new Set(hosts.filter((host) => this.#options.policy.distance(host) !== 'IGNORED'));
    for (const [host, pool] of this.#pools) {
      if (wanted.has(host)) continue;
      this.#pools.delete(host);
      void pool.close();
    }
    for (const host of wanted) {
      if (this.#pools.has(host)) continue;
      const pool = this.#newPool(host);
      this.#pools.set(host, pool);
      void pool.connect();
    }
  }

  /**
   * Resolves when one host is connected, or all that can be where `waitForAll`.
   *
   * @throws {NoHostAvailableError} if none is.
   */
  async connect(waitForAll: boolean): Promise<void> {
    const pools = [...this.#pools.values()];
    const tries = pools.map((pool) =>
      pool.connect().then(() => {
        if (!pool.isConnected) throw pool.lastError ?? new DriverError(`no connection to ${pool.host.toString()}`);
      }),
    );
    await (waitForAll ? Promise.allSettled(tries) : Promise.any(tries).catch(() => undefined));
    if (pools.some((pool) => pool.isConnected)) return;
    const errors = new Map(pools.map((pool) => [pool.host.toString(), pool.lastError ?? new DriverError('not tried')]));
    const [only] = errors.values();
    if (only === undefined) {
      throw new NoHostAvailableError(
        'the load balancing policy wants no host of the cluster; is localDc one of its own?',
        {
          errors,
          maybeApplied: false,
        },
      );
    }
    // A keyspace that does not exist is the same answer on every host.
    if (only.code === 'CQL_INVALID_REQUEST') throw only;
    throw new NoHostAvailableError('no host of the cluster could be connected to', { errors, maybeApplied: false });
  }

  /** Makes a keyspace that of every connection, those that are open and those to come. */
  useKeyspace(keyspace: string): Promise<void> {
    this.#keyspace = keyspace;
    this.#using = this.#using.then(async () => {
      await Promise.allSettled([...this.#connections].map((connection) => this.#use(connection, keyspace)));
    });
    return this.#using;
  }

  #use(connection: Connection, keyspace: string): Promise<void> {
    const { encoder, deadlines, connectTimeout: timeoutMs } = this.#options;
    return useKeyspace(connection, keyspace, { encoder, deadlines, timeoutMs });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((pool) => pool.close()));
    // Those that were replaced and still have requests in flight.
    for (const connection of this.#connections) connection.close();
  }

  #newPool(host: Host): HostPool {
    const { reconnectionPolicy, clock } = this.#options;
    return new HostPool({
      host,
      reconnectionPolicy,
      clock,
      line: this.#line,
      open: (target, signal, owner) => this.#open(target, signal, owner),
      onUp: (up) => this.#options.onHostUp(up),
      onDown: (down, error) => this.#options.onHostDown(down, error),
      report: (error) => this.#options.logger.error('a reconnection policy threw', error),
    });
  }

  async #open(host: Host, signal: AbortSignal, owner: ConnectionOwner): Promise<Connection> {
    const { factory, logger } = this.#options;
    const connection = await factory.open(
      host.endpoint,
      {
        onEvent: () => logger.debug(`an event came on a connection that asked for none: ${host.toString()}`),
        onClosed: (closed, reason) => {
          this.#connections.delete(closed);
          owner.onClosed(closed, reason);
        },
        onOrphanLimit: (full) => owner.onOrphanLimit(full),
        onStreamFreed: (freed) => owner.onStreamFreed(freed),
      },
      signal,
    );
    if (!connection.isClosed) this.#connections.add(connection);
    const onAbort = (): void => connection.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      // The keyspace may change while USE is on its way.
      for (let used: string | undefined; used !== this.#keyspace;) {
        used = this.#keyspace;
        if (used !== undefined) await this.#use(connection, used);
      }
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    return connection;
  }
}
