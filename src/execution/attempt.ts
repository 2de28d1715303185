// One try of a request on one host: from the connection that it is sent on to the answer or the failure. It is the handler
// that the connection calls; what happens next is the execution's to decide.

import type { Connection, ResponseHandler } from '../connection/connection.ts';
import type { Delivery } from '../core.ts';
import type { EncodedFrame } from '../core.ts';
import type { DriverError } from '../errors.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Waiter } from '../pool/waiter-queue.ts';
import type { Host } from '../topology/host.ts';
import type { Attempt } from '../types/host-info.ts';

/** Who is told how an attempt ended. */
export interface AttemptOwner {
  /** Milliseconds of the clock that durations are measured with. */
  now(): number;
  onAttemptResponse(attempt: HostAttempt, delivery: Delivery, record: number): void;
  onAttemptFailure(attempt: HostAttempt, error: DriverError): void;
  /** The host is silent, and the attempt waits for its answer, or in line. */
  onAttemptSuspect(attempt: HostAttempt): void;
}

/** What an attempt sends. */
export interface Outgoing {
  readonly frame: EncodedFrame;
  readonly programWord: number;
}

export class HostAttempt implements ResponseHandler, Waiter {
  readonly host: Host;
  readonly pool: HostPool;
  readonly speculative: boolean;
  readonly retry: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number = Date.now();
  durationMs: number | undefined = undefined;
  error: DriverError | undefined = undefined;
  /** What it keeps while it waits in line. */
  readonly byteLength: number;
  /** The connection that carries the request, once it is sent. */
  connection: Connection | null = null;
  /** When it began, by the clock. */
  readonly startedMs: number;
  /** For whom it is, and what is sent; let go at the end, as results and errors keep their attempts. */
  #owner: AttemptOwner | null;
  #outgoing: Outgoing | null;
  #stream = -1;

  constructor(
    owner: AttemptOwner,
    pool: HostPool,
    outgoing: Outgoing,
    startedMs: number,
    retry: number,
    speculative: boolean,
  ) {
    this.#owner = owner;
    this.#outgoing = outgoing;
    this.byteLength = outgoing.frame.length;
    this.pool = pool;
    this.host = pool.host;
    this.startedMs = startedMs;
    this.retry = retry;
    this.speculative = speculative;
  }

  /** Sends at once, or waits in line for a stream id. */
  start(): void {
    const connection = this.pool.borrow();
    if (connection === null) this.pool.wait(this);
    else this.onConnection(connection);
  }

  onConnection(connection: Connection): void {
    if (this.#outgoing === null) return;
    const { frame, programWord } = this.#outgoing;
    const stream = connection.send(frame, this, programWord);
    if (stream < 0) {
      this.pool.wait(this);
      return;
    }
    this.connection = connection;
    this.#stream = stream;
    this.host.inFlight++;
    this.host.latency.onSent(this.startedMs);
  }

  onNoConnection(error: DriverError): void {
    this.#finish(error)?.onAttemptFailure(this, error);
  }

  onResponse(delivery: Delivery, record: number): void {
    const owner = this.#finish(undefined);
    if (owner === null) return;
    this.host.latency.record(this.durationMs ?? 0, this.startedMs + (this.durationMs ?? 0));
    this.pool.onCapacity();
    owner.onAttemptResponse(this, delivery, record);
  }

  onFailure(error: DriverError): void {
    this.#finish(error)?.onAttemptFailure(this, error);
  }

  onSuspect(): void {
    this.#owner?.onAttemptSuspect(this);
  }

  /**
   * Nobody waits for the answer any more; its stream id is kept until it came.
   *
   * Returns whether bytes of the request may have reached the server.
   */
  abandon(): boolean {
    if (this.#finish(undefined) === null) return false;
    if (this.connection === null) {
      this.pool.leave(this);
      return false;
    }
    const wasSent = this.connection.abandon(this.#stream, this);
    if (!wasSent) this.pool.onCapacity();
    return wasSent;
  }

  /** The attempt as plain data, for errors and results. */
  facts(): Attempt {
    const { host, startedAt, durationMs, error, speculative, retry } = this;
    return {
      host,
      startedAt,
      speculative,
      retry,
      ...(durationMs === undefined ? {} : { durationMs }),
      ...(error === undefined ? {} : { error }),
    };
  }

  /** Gives the owner at the first call, and nothing later: an attempt ends once. */
  #finish(error: DriverError | undefined): AttemptOwner | null {
    const owner = this.#owner;
    if (owner === null) return null;
    this.#owner = null;
    this.#outgoing = null;
    this.error = error;
    this.durationMs = owner.now() - this.startedMs;
    if (this.connection !== null) this.host.inFlight--;
    return owner;
  }
}
