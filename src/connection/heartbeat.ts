// Finds out that a silent peer is gone: after a time without a byte it asks for OPTIONS, and without an answer in time it
// closes the connection, always.

import { ConnectionError } from '../errors.ts';
import { endPointText } from './endpoint.ts';
import type { RequestEncoder } from '../protocol/requests.ts';
import type { Connection, ResponseHandler } from './connection.ts';
import type { Clock } from './clock.ts';
import type { Deadline, Deadlines, Expirable } from './deadlines.ts';

/** When a connection counts as idle, and how long its answer may take; milliseconds. */
export interface HeartbeatOptions {
  readonly connection: Connection;
  readonly encoder: RequestEncoder;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Time without a byte from the server after which it is asked. */
  readonly interval: number;
  /** Time that its answer may take. */
  readonly timeout: number;
}

/** The heartbeat of one connection, from `start` until `stop`, or until the connection is closed. */
export class Heartbeat implements Expirable, ResponseHandler {
  readonly #options: HeartbeatOptions;
  #deadline: Deadline | undefined;
  #isAsked = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** Begins to watch. */
  start(): void {
    this.#options.connection.watchedBy(this);
    this.#watch();
  }

  /** Ends watching; an answer that is still to come changes nothing. */
  stop(): void {
    if (this.#deadline !== undefined) this.#options.deadlines.cancel(this.#deadline);
    this.#deadline = undefined;
  }

  onDeadline(): void {
    const { connection, clock, interval, timeout } = this.#options;
    this.#deadline = undefined;
    if (this.#isAsked) {
      const message = `${endPointText(connection.endPoint)} did not answer a heartbeat within ${timeout} ms`;
      connection.fail(new ConnectionError(message, { endPoint: connection.endPoint }));
    } else if (clock.now() - connection.lastReadAt >= interval) {
      this.#ask();
    } else {
      this.#watch();
    }
  }

  onResponse(): void {
    this.#isAsked = false;
    if (this.#deadline === undefined) return;
    this.#options.deadlines.cancel(this.#deadline);
    this.#watch();
  }

  onFailure(): void {
    this.#isAsked = false;
  }

  #ask(): void {
    const { connection, encoder, deadlines, timeout } = this.#options;
    this.#isAsked = true;
    connection.sendProbe(encoder.options({ version: connection.version, compression: 0 }), this);
    this.#deadline = deadlines.add(this, timeout);
  }

  #watch(): void {
    const { connection, clock, deadlines, interval } = this.#options;
    const idle = clock.now() - connection.lastReadAt;
    this.#deadline = deadlines.add(this, Math.max(0, interval - idle));
  }
}
