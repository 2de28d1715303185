// The connection of one session to one host: opened, lent to attempts, reopened by the reconnection schedule when lost.
// Attempts that find every stream id taken wait here, in order, within the limit that all pools of a session share.

import type { Clock } from '../connection/clock.ts';
import type { Connection } from '../connection/connection.ts';
import { ConnectionShutdownError, NoConnectionsAvailableError, type DriverError } from '../errors.ts';
import { ReconnectionSchedule, type ReconnectionPolicy } from '../policies/reconnection.ts';
import type { Host } from '../topology/host.ts';
import type { WaitingLine } from './waiting-line.ts';

/** Who waits for a connection with a free stream id. */
export interface Waiter {
  onConnection(connection: Connection): void;
  onNoConnection(error: DriverError): void;
}

/** What the owner of a connection is told. */
export interface ConnectionOwner {
  onClosed(connection: Connection, reason: DriverError): void;
  /** So many answers are missing that the connection should be replaced. */
  onOrphanLimit(connection: Connection): void;
  /** A late answer freed a stream id. */
  onStreamFreed(connection: Connection): void;
}

export interface HostPoolOptions {
  readonly host: Host;
  /** Opens one connection, ready for requests. */
  open(host: Host, signal: AbortSignal, owner: ConnectionOwner): Promise<Connection>;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly line: WaitingLine;
  onUp(host: Host): void;
  onDown(host: Host, error: DriverError): void;
  /** Gets what a reconnection policy throws. */
  readonly report: (error: unknown) => void;
}

export class HostPool implements ConnectionOwner {
  readonly host: Host;
  readonly #options: HostPoolOptions;
  readonly #closing = new AbortController();
  readonly #waiters: Waiter[] = [];
  #connection: Connection | null = null;
  #opening: Promise<void> | null = null;
  /** Whether the connection is to be replaced: it is drained as soon as another is open. */
  #isReplacing = false;
  #schedule: ReconnectionSchedule | null = null;
  #timer: unknown;
  #lastError: DriverError | null = null;

  constructor(options: HostPoolOptions) {
    this.host = options.host;
    this.#options = options;
  }

  /** Why there is no connection, as far as that is known. */
  get lastError(): DriverError | null {
    return this.#lastError;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Opens the connection unless there is one; resolves when it is open or the try has failed. */
  connect(): Promise<void> {
    if ((this.#connection !== null && !this.#isReplacing) || this.isClosed) return Promise.resolve();
    return (this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    }));
  }

  /** Stream ids of requests that were given up and whose answers have not come. */
  get orphanedStreams(): number {
    return this.#connection?.orphaned ?? 0;
  }

  /** A connection that can take a request now; `null` if there is none or all its stream ids are taken. */
  borrow(): Connection | null {
    const connection = this.#connection;
    return connection !== null && connection.available > 0 ? connection : null;
  }

  /** True if there is a connection, busy as it may be. */
  get isConnected(): boolean {
    return this.#connection !== null;
  }

  /**
   * Waits for a stream id of this host.
   *
   * @throws {RequestThrottledError} if the line of the session is full.
   */
  wait(waiter: Waiter): void {
    this.#options.line.enter();
    this.#waiters.push(waiter);
  }

  /** Takes a waiter out of the line; it is told nothing. */
  leave(waiter: Waiter): void {
    const index = this.#waiters.indexOf(waiter);
    if (index < 0) return;
    this.#waiters.splice(index, 1);
    this.#options.line.leave();
  }

  /** A stream id became free: the first in line gets it. */
  onCapacity(): void {
    while (this.#waiters.length > 0) {
      const connection = this.borrow();
      if (connection === null) return;
      const waiter = this.#waiters.shift();
      this.#options.line.leave();
      waiter?.onConnection(connection);
    }
  }

  /** Closes the connection, fails who waits, and stops reconnecting. */
  close(): Promise<void> {
    if (this.isClosed) return Promise.resolve();
    this.#closing.abort();
    this.#options.clock.clearTimeout(this.#timer);
    this.#connection?.close();
    this.#failWaiters(() => this.#closedError());
    return this.#opening ?? Promise.resolve();
  }

  async #open(): Promise<void> {
    try {
      this.#adopt(await this.#options.open(this.host, this.#closing.signal, this));
    } catch (error) {
      if (!this.isClosed) this.#onFailure(error as DriverError);
    }
  }

  #adopt(connection: Connection): void {
    if (this.isClosed) {
      connection.close();
      return;
    }
    if (connection.closeReason !== undefined) {
      this.#onFailure(connection.closeReason);
      return;
    }
    this.#drain();
    this.#connection = connection;
    this.#schedule = null;
    this.#lastError = null;
    this.host.openConnections++;
    this.host.latency.onHeard();
    this.#options.onUp(this.host);
    this.onCapacity();
  }

  onClosed(connection: Connection, reason: DriverError): void {
    if (this.#connection !== connection) return;
    this.#connection = null;
    this.#isReplacing = false;
    this.host.openConnections--;
    if (!this.isClosed && this.#opening === null) this.#onFailure(reason);
  }

  /** A new connection takes its place; until that is open it goes on with what it can. */
  onOrphanLimit(connection: Connection): void {
    if (this.#connection !== connection || this.isClosed) return;
    this.#isReplacing = true;
    void this.connect();
  }

  onStreamFreed(_connection: Connection): void {
    this.host.latency.onHeard();
    this.onCapacity();
  }

  /** Lets go of the connection, which finishes what is in flight. */
  #drain(): void {
    const connection = this.#connection;
    this.#isReplacing = false;
    if (connection === null) return;
    this.#connection = null;
    this.host.openConnections--;
    connection.drain();
  }

  #onFailure(error: DriverError): void {
    this.#drain();
    this.#lastError = error;
    this.#failWaiters(() => this.#noConnection(error));
    this.#options.onDown(this.host, error);
    this.#scheduleReconnection();
  }

  #scheduleReconnection(): void {
    const { reconnectionPolicy, clock, report } = this.#options;
    const delayMs = (this.#schedule ??= new ReconnectionSchedule(reconnectionPolicy, report)).next();
    if (delayMs === null) return;
    clock.clearTimeout(this.#timer);
    this.#timer = clock.setTimeout(() => void this.connect(), delayMs);
  }

  #closedError(): DriverError {
    return new ConnectionShutdownError(`the pool of ${this.host.toString()} is closed`, { maybeApplied: false });
  }

  /** Each gets an error of its own, as each adds what it knows of its request; none of them was sent. */
  #failWaiters(newError: () => DriverError): void {
    for (const waiter of this.#waiters.splice(0)) {
      this.#options.line.leave();
      waiter.onNoConnection(newError());
    }
  }

  #noConnection(cause: DriverError): DriverError {
    return new NoConnectionsAvailableError(`no connection to ${this.host.toString()}: ${cause.message}`, {
      cause,
      maybeApplied: false,
    });
  }
}
