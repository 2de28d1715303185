// The pools of one session, one for each host that the policies want connections to, all in the session's keyspace.

import type { Clock } from '../connection/clock.ts';
import type { Connection } from '../connection/connection.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import { DriverError, NoHostAvailableError } from '../errors.ts';
import { RequestValidationError } from '../errors/server-errors.ts';
import type { ReconnectionPolicy } from '../policies/reconnection.ts';
import type { RequestEncoder } from '../protocol/requests.ts';
import type { Host } from '../topology/host.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { Logger } from '../types/logger.ts';
import { ConnectGate } from './connect-gate.ts';
import type { ConnectionFactory } from './connection-factory.ts';
import type { Convictions } from './convictions.ts';
import { HostPool, type ConnectionOwner } from './host-pool.ts';
import { poolStateOf, type PoolState } from './pool-state.ts';
import { useKeyspace } from './use-keyspace.ts';
import { WaitingLine } from './waiting-line.ts';

export interface SessionPoolsOptions {
  readonly factory: ConnectionFactory;
  readonly encoder: RequestEncoder;
  readonly deadlines: Deadlines;
  readonly connectTimeout: number;
  /** How long those who wait for whole pools wait at most. */
  readonly poolWaitTimeout: number;
  readonly connectionsPerHost: Readonly<Record<Exclude<HostDistance, 'IGNORED'>, number>>;
  /** How far a host is for the session; hosts that are ignored get no connection. */
  distance(host: Host): HostDistance;
  readonly convictions: Convictions;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly maxQueuedRequests: number;
  readonly keyspace: string | undefined;
  onHostUp(host: Host): void;
  onHostDown(host: Host, error: DriverError): void;
}

/** Which connections `connect` waits for: the first, those to all near hosts, or those to all hosts. */
export type PoolWait = 'first' | 'near' | 'all';

const CONNECTS_AT_ONCE = 8;

export class SessionPools {
  readonly #options: SessionPoolsOptions;
  readonly #line: WaitingLine;
  readonly #gate = new ConnectGate(CONNECTS_AT_ONCE);
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

  /** Follows the hosts and their distances: opens pools, moves and resizes them, and lets those go that are not wanted. */
  update(hosts: readonly Host[]): void {
    if (this.#isClosed) return;
    const { connectionsPerHost } = this.#options;
    const sizes = new Map<Host, number>();
    for (const host of hosts) {
      const distance = this.#options.distance(host);
      if (distance !== 'IGNORED') sizes.set(host, connectionsPerHost[distance]);
    }
    for (const [host, pool] of this.#pools) {
      if (sizes.has(host)) continue;
      this.#pools.delete(host);
      pool.retire();
    }
    for (const [host, size] of sizes) {
      const known = this.#pools.get(host);
      if (known !== undefined) {
        known.update(size);
        continue;
      }
      const pool = this.#newPool(host, size);
      this.#pools.set(host, pool);
      void pool.fill();
    }
  }

  /**
   * Resolves when one host is connected, and then when the pools that `wait` names are filled, have failed, or have had
   * their time.
   *
   * @throws {NoHostAvailableError} if no host is connected.
   */
  async connect(wait: PoolWait): Promise<void> {
    const pools = [...this.#pools.values()];
    const tries = pools.map((pool) =>
      pool.connect().then(() => {
        if (!pool.isConnected) throw pool.lastError ?? new DriverError(`no connection to ${pool.host.toString()}`);
      }),
    );
    await Promise.any(tries).catch(() => undefined);
    if (!pools.some((pool) => pool.isConnected)) throw connectFailure(pools);
    if (wait !== 'first') await this.#filled(wait);
  }

  /** Resolves when pools have all their connections, cannot have them now, or have had their time. */
  #filled(wait: Exclude<PoolWait, 'first'>): Promise<void> {
    const { deadlines, poolWaitTimeout } = this.#options;
    const pools = [...this.#pools.values()].filter(
      ({ host }) => wait === 'all' || this.#options.distance(host) !== 'REMOTE',
    );
    return new Promise((resolve) => {
      const deadline = deadlines.add({ onDeadline: resolve }, poolWaitTimeout);
      void fillAll(pools).then(() => {
        deadlines.cancel(deadline);
        resolve();
      });
    });
  }

  /** Somebody says that a host is up or down: what is so is found out, and nothing that works is closed. */
  hint(host: Host, status: 'UP' | 'DOWN'): void {
    const pool = this.#pools.get(host);
    if (status === 'UP') pool?.trySoon();
    else pool?.probe();
  }

  /** A request found none of these hosts connected: they are tried now, each at most once in a quarter of a second. */
  tryNow(hosts: Iterable<Host>): void {
    for (const host of hosts) this.#pools.get(host)?.tryNow();
  }

  state(): PoolState {
    return poolStateOf([...this.#pools.values()].map((pool) => pool.state()));
  }

  /** Resolves when every pool has all its connections, or cannot have them now. */
  settled(): Promise<void> {
    return fillAll(this.#pools.values());
  }

  /**
   * Makes a keyspace that of every connection, those that are open and those to come. Connections that do not take it over
   * are closed and replaced.
   */
  useKeyspace(keyspace: string): Promise<void> {
    this.#keyspace = keyspace;
    this.#using = this.#using.then(async () => {
      // Those that drain take no more requests, so that their keyspace is nobody's concern.
      const taking = [...this.#connections].filter((connection) => !connection.isDraining);
      await Promise.allSettled(taking.map((connection) => this.#use(connection, keyspace)));
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
    const closing = pools.map((pool) => pool.close());
    // Those that were replaced and still have requests in flight, and those of pools that are no longer wanted.
    for (const connection of this.#connections) connection.close();
    await Promise.all(closing);
  }

  #newPool(host: Host, size: number): HostPool {
    const { reconnectionPolicy, clock, convictions, factory } = this.#options;
    return new HostPool({
      host,
      size,
      reconnectionPolicy,
      clock,
      line: this.#line,
      open: (target, signal, owner) => this.#gate.run(() => this.#open(target, signal, owner)),
      probe: (connection) => factory.probe(connection),
      onUp: (up) => {
        convictions.reset(up);
        this.#options.onHostUp(up);
      },
      onDown: (down, error) => {
        // A host that refuses the keyspace of this session is there for all others.
        if (error instanceof RequestValidationError) return;
        if (convictions.addFailure(down, error)) this.#options.onHostDown(down, error);
      },
      report: (error) => this.#options.logger.error('a reconnection policy threw', error),
    });
  }

  async #open(host: Host, signal: AbortSignal, owner: ConnectionOwner): Promise<Connection> {
    signal.throwIfAborted();
    const { factory, logger } = this.#options;
    const connection = await factory.open(
      host.endpoint,
      {
        onEvent: () => logger.debug(`an event came on a connection that asked for none: ${host.toString()}`),
        onClosed: (closed, reason) => {
          this.#connections.delete(closed);
          owner.onClosed(closed, reason);
        },
        onSuspect: (silent) => {
          logger.info(`${host.toString()} owes answers and is silent; requests go to other hosts where they can`);
          owner.onSuspect(silent);
        },
        onOrphanLimit: (full) => owner.onOrphanLimit(full),
        onStreamFreed: (freed) => owner.onStreamFreed(freed),
        onRoom: () => owner.onCapacity(),
      },
      signal,
    );
    logger.debug(`a connection to ${host.toString()} is open`);
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

async function fillAll(pools: Iterable<HostPool>): Promise<void> {
  await Promise.allSettled(Array.from(pools, (pool) => pool.fill()));
}

function connectFailure(pools: readonly HostPool[]): DriverError {
  const errors = new Map(pools.map((pool) => [pool.host.toString(), pool.lastError ?? new DriverError('not tried')]));
  const [only] = errors.values();
  if (only === undefined) {
    const message = 'the load balancing policy wants no host of the cluster; is localDc one of its own?';
    return new NoHostAvailableError(message, { errors, maybeApplied: false });
  }
  // A keyspace that does not exist is the same answer on every host.
  if (only.code === 'CQL_INVALID_REQUEST') return only;
  return new NoHostAvailableError('no host of the cluster could be connected to', { errors, maybeApplied: false });
}
