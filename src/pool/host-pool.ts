// The connections of one session to one host: opened one after another, lent to attempts, opened again by the reconnection
// schedule when lost. Attempts that find every stream id taken wait here, in order, within the limits that all pools of a
// session share.

import type { Clock } from '../connection/clock.ts';
import type { Connection } from '../connection/connection.ts';
import { endPointText, type EndPoint } from '../connection/endpoint.ts';
import { ConnectionShutdownError, NoConnectionsAvailableError, type DriverError } from '../errors.ts';
import { ReconnectionSchedule, type ReconnectionPolicy } from '../policies/reconnection.ts';
import type { Host } from '../topology/host.ts';
import type { HostPoolState } from './pool-state.ts';
import { isRefusal } from './refusal.ts';
import { WaiterQueue, type Waiter } from './waiter-queue.ts';
import type { WaitingLine } from './waiting-line.ts';

/** What the owner of a connection is told. */
export interface ConnectionOwner {
  onClosed(connection: Connection, reason: DriverError): void;
  /** So many answers are missing that the connection should be replaced. */
  onOrphanLimit(connection: Connection): void;
  /** The server owes answers and is silent. */
  onSuspect(connection: Connection): void;
  /** A late answer freed a stream id. */
  onStreamFreed(connection: Connection): void;
  /** There is room for requests again. */
  onCapacity(): void;
}

export interface HostPoolOptions {
  readonly host: Host;
  /** How many connections to have. */
  readonly size: number;
  /** Opens one connection, ready for requests. */
  open(host: Host, signal: AbortSignal, owner: ConnectionOwner): Promise<Connection>;
  /** Finds out whether a connection still answers, and closes it otherwise. */
  probe(connection: Connection): void;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly line: WaitingLine;
  /** A connection is open. */
  onUp(host: Host): void;
  /** There is no connection any more, or still none. */
  onDown(host: Host, error: DriverError): void;
  /** Gets what a reconnection policy throws. */
  readonly report: (error: unknown) => void;
}

/** Hints that a host may be up lead to at most one try in this time. */
const HINT_PAUSE_MS = 250;
/** A host that refuses the credentials or the protocol is not asked again sooner, whatever the schedule says. */
const REFUSED_PAUSE_MS = 5_000;
/** A connection that is lost sooner does not begin a new schedule: a host that accepts and closes is not to be hammered. */
const STABLE_MS = 5_000;

export class HostPool implements ConnectionOwner {
  readonly host: Host;
  readonly #options: HostPoolOptions;
  readonly #closing = new AbortController();
  readonly #waiters = new WaiterQueue<Waiter>();
  readonly #connections: Connection[] = [];
  /** Those among them that are let go of as soon as another is open in their place. */
  readonly #worn = new Set<Connection>();
  #size: number;
  #endpoint: EndPoint;
  #address: string;
  #filling: Promise<void> | null = null;
  /** The try that is under way. */
  #opening: Promise<boolean> | null = null;
  #schedule: ReconnectionSchedule | null = null;
  #timer: unknown;
  #lastError: DriverError | null = null;
  #triedAt = -Infinity;
  /** A hint came while a try was under way, which may have met what was before. */
  #isHinted = false;
  #openedAt = -Infinity;

  constructor(options: HostPoolOptions) {
    this.host = options.host;
    this.#options = options;
    this.#size = options.size;
    this.#endpoint = this.host.endpoint;
    this.#address = endPointText(this.#endpoint);
  }

  /** Why there is no connection, as far as that is known. */
  get lastError(): DriverError | null {
    return this.#lastError;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** True if there is a connection, busy as it may be. */
  get isConnected(): boolean {
    return this.#connections.length > 0;
  }

  /** True if every connection is suspect: requests are better sent to other hosts. */
  get isSuspect(): boolean {
    for (const connection of this.#connections) if (!connection.isSuspect) return false;
    return this.isConnected;
  }

  /** Stream ids of requests that were given up and whose answers have not come. */
  get orphanedStreams(): number {
    return this.#connections.reduce((sum, connection) => sum + connection.orphaned, 0);
  }

  /** The connections that requests are sent on. */
  get connections(): readonly Connection[] {
    return this.#connections;
  }

  /** Opens a connection unless there is one; resolves when it is open or the try has failed. */
  async connect(): Promise<void> {
    if (this.isConnected) return;
    void this.fill();
    await this.#opening;
  }

  /** Opens what is missing, one after another; resolves when nothing is or a try has failed. */
  fill(): Promise<void> {
    return this.#filling ?? (this.#isShort ? (this.#filling = this.#fill()) : Promise.resolve());
  }

  /** Something says that the host may be up: if it is down it is tried now, not when the schedule says. */
  tryNow(): void {
    if (this.isConnected || this.#hintPauseMs > 0) return;
    void this.fill();
  }

  /** As {@link HostPool.tryNow}; what comes too soon after the last try, or during one, is not lost, but waits for its time. */
  trySoon(): void {
    const { clock } = this.#options;
    if (this.isConnected || this.isClosed) return;
    if (this.#filling !== null) {
      this.#isHinted = true;
      return;
    }
    clock.clearTimeout(this.#timer);
    const pauseMs = this.#hintPauseMs;
    if (pauseMs > 0) this.#timer = clock.setTimeout(() => void this.fill(), pauseMs);
    else void this.fill();
  }

  /** How long a hint has to wait from now on. */
  get #hintPauseMs(): number {
    const pauseMs = this.#lastError !== null && isRefusal(this.#lastError) ? REFUSED_PAUSE_MS : HINT_PAUSE_MS;
    return Math.max(0, this.#triedAt + pauseMs - this.#options.clock.now());
  }

  /** Something says that the host may be down: its connections are asked whether they still answer. */
  probe(): void {
    for (const connection of [...this.#connections]) this.#options.probe(connection);
  }

  /** A connection that can take a request now, a suspect one only if all are; `null` if there is none or they are full. */
  borrow(): Connection | null {
    const connections = this.#connections;
    const first = connections[0];
    if (first === undefined) return null;
    if (connections.length === 1) return first.available > 0 ? first : null;
    return leastBusy(connections);
  }

  /**
   * Waits for a stream id of this host.
   *
   * @throws {RequestThrottledError} if the line of the session is full.
   */
  wait(waiter: Waiter): void {
    if (!this.isConnected) {
      waiter.onNoConnection(this.isClosed ? this.#closedError() : this.#noConnection(this.#lastError));
      return;
    }
    this.#options.line.enter(waiter.byteLength);
    this.#waiters.push(waiter);
  }

  /** Takes a waiter out of the line; it is told nothing. */
  leave(waiter: Waiter): void {
    if (this.#waiters.delete(waiter)) this.#options.line.leave(waiter.byteLength);
  }

  /** There is room for requests: those in line get it, in turn. */
  onCapacity(): void {
    while (this.#waiters.size > 0) {
      const connection = this.borrow();
      if (connection === null) return;
      const waiter = this.#nextWaiter();
      waiter?.onConnection(connection);
    }
  }

  /** Follows a change of the host's address or of how many connections are wanted. */
  update(size: number): void {
    this.#size = size;
    if (this.#hasMoved()) {
      for (const connection of this.#connections) this.#worn.add(connection);
      void this.fill();
    }
    this.#shed();
    if (this.isConnected) void this.fill();
  }

  /** Takes no more requests: those in flight are finished, those in line go elsewhere. */
  retire(): void {
    if (this.isClosed) return;
    this.#end();
    for (const connection of [...this.#connections]) this.#letGo(connection);
    this.#failWaiters(() => this.#closedError());
  }

  /** Closes the connections, fails who waits, and stops reconnecting. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.#end();
    for (const connection of [...this.#connections]) connection.close();
    this.#failWaiters(() => this.#closedError());
    await this.#filling;
  }

  state(): HostPoolState {
    const { host } = this;
    const connections = this.#connections;
    const sum = (field: 'inFlight' | 'orphaned' | 'available'): number =>
      connections.reduce((total, connection) => total + connection[field], 0);
    return {
      host: host.toString(),
      hostId: host.hostId.toString(),
      datacenter: host.datacenter,
      isUp: host.isUp,
      connections: connections.length,
      suspect: connections.filter(({ isSuspect }) => isSuspect).length,
      size: this.#size,
      inFlight: sum('inFlight'),
      orphaned: sum('orphaned'),
      queued: this.#waiters.size,
      available: sum('available'),
    };
  }

  onClosed(connection: Connection, reason: DriverError): void {
    if (!this.#remove(connection) || this.isClosed) return;
    // What befell one may have befallen the others.
    this.probe();
    if (this.#filling === null) this.#onFailure(reason);
  }

  /** Another connection takes its place; until that is open it goes on with what it can. */
  onOrphanLimit(connection: Connection): void {
    if (!this.#connections.includes(connection)) return;
    this.#worn.add(connection);
    void this.fill();
  }

  onSuspect(connection: Connection): void {
    if (!this.#connections.includes(connection)) return;
    // What befell one may have befallen the others.
    this.probe();
    if (!this.isSuspect) return;
    for (const waiter of this.#waiters.members()) waiter.onSuspect();
  }

  onStreamFreed(_connection: Connection): void {
    this.host.latency.onHeard();
    this.onCapacity();
  }

  /** Whether the host is reached elsewhere than before; cheap where nothing was read of it since. */
  #hasMoved(): boolean {
    const { endpoint } = this.host;
    if (endpoint === this.#endpoint) return false;
    const before = this.#address;
    this.#endpoint = endpoint;
    this.#address = endPointText(endpoint);
    return this.#address !== before;
  }

  get #isShort(): boolean {
    return !this.isClosed && this.#connections.length - this.#worn.size < this.#size;
  }

  async #fill(): Promise<void> {
    this.#options.clock.clearTimeout(this.#timer);
    try {
      while (this.#isShort && (await (this.#opening = this.#open())));
    } finally {
      this.#filling = null;
      this.#opening = null;
    }
  }

  /** Returns whether a connection was added. */
  async #open(): Promise<boolean> {
    this.#triedAt = this.#options.clock.now();
    try {
      this.#adopt(await this.#options.open(this.host, this.#closing.signal, this));
      return true;
    } catch (error) {
      if (!this.isClosed) this.#onFailure(error as DriverError);
      return false;
    }
  }

  /** @throws {DriverError} if the connection is closed already. */
  #adopt(connection: Connection): void {
    if (this.isClosed) connection.close();
    if (connection.closeReason !== undefined) throw connection.closeReason;
    this.#connections.push(connection);
    // The host may have moved while the connection to its old address was opened.
    if (endPointText(connection.endPoint) !== this.#address) this.#worn.add(connection);
    else this.#shed();
    this.#openedAt = this.#options.clock.now();
    this.#lastError = null;
    this.#isHinted = false;
    this.host.openConnections++;
    this.host.latency.onHeard();
    this.#options.onUp(this.host);
    this.onCapacity();
  }

  /** Lets go of those that are too many, the worn first. */
  #shed(): void {
    for (let excess = this.#connections.length - this.#size; excess > 0; excess--) {
      const [worn] = this.#worn;
      const connection = worn ?? this.#connections[0];
      if (connection !== undefined) this.#letGo(connection);
    }
  }

  #letGo(connection: Connection): void {
    this.#remove(connection);
    connection.drain();
  }

  #remove(connection: Connection): boolean {
    const index = this.#connections.indexOf(connection);
    if (index < 0) return false;
    this.#connections.splice(index, 1);
    this.#worn.delete(connection);
    this.host.openConnections--;
    return true;
  }

  #end(): void {
    this.#closing.abort();
    this.#options.clock.clearTimeout(this.#timer);
  }

  #onFailure(error: DriverError): void {
    if (!this.isConnected) {
      this.#lastError = error;
      this.#failWaiters(() => this.#noConnection(error));
      this.#options.onDown(this.host, error);
    }
    this.#scheduleReconnection(error);
  }

  #scheduleReconnection(error: DriverError): void {
    const { reconnectionPolicy, clock, report } = this.#options;
    const now = clock.now();
    if (this.#openedAt > -Infinity && now - this.#openedAt >= STABLE_MS) {
      this.#schedule = null;
      this.#openedAt = -Infinity;
    }
    const scheduledMs = (this.#schedule ??= new ReconnectionSchedule(reconnectionPolicy, report)).next();
    const delayMs = this.#isHinted ? Math.min(scheduledMs ?? HINT_PAUSE_MS, HINT_PAUSE_MS) : scheduledMs;
    this.#isHinted = false;
    if (delayMs === null) return;
    clock.clearTimeout(this.#timer);
    const pauseMs = isRefusal(error) ? Math.max(REFUSED_PAUSE_MS, delayMs) : delayMs;
    this.#timer = clock.setTimeout(() => void this.fill(), pauseMs);
  }

  #nextWaiter(): Waiter | undefined {
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) this.#options.line.leave(waiter.byteLength);
    return waiter;
  }

  /** Each gets an error of its own, as each adds what it knows of its request; none of them was sent. */
  #failWaiters(newError: () => DriverError): void {
    for (let waiter = this.#nextWaiter(); waiter !== undefined; waiter = this.#nextWaiter()) {
      waiter.onNoConnection(newError());
    }
  }

  #closedError(): DriverError {
    return new ConnectionShutdownError(`the pool of ${this.host.toString()} is closed`, { maybeApplied: false });
  }

  #noConnection(cause: DriverError | null): DriverError {
    const why = cause === null ? '' : `: ${cause.message}`;
    return new NoConnectionsAvailableError(`no connection to ${this.host.toString()}${why}`, {
      cause,
      maybeApplied: false,
    });
  }
}

function leastBusy(connections: readonly Connection[]): Connection | null {
  let best: Connection | null = null;
  let most = 0;
  let isTrusted = false;
  for (const connection of connections) {
    if (connection.isSuspect && isTrusted) continue;
    if (!connection.isSuspect && !isTrusted) {
      isTrusted = true;
      best = null;
      most = 0;
    }
    const { available } = connection;
    if (available > most) {
      best = connection;
      most = available;
    }
  }
  return best;
}
