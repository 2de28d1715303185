// Finds hosts that went silent under load, long before a heartbeat would: a connection that owes an answer and gives no byte
// for half a second is asked for OPTIONS, and suspect where a further second brings no byte either: requests go elsewhere as
// far as they can. A pause for garbage collection ends in time, and any byte ends the suspicion; silence that goes on closes
// the connection.
//
// Time is counted in ticks that the event loop has lived through, not read from a clock: where the loop stood still, or the
// machine slept, one tick passes, and sockets are read before the next.

import { ConnectionError } from '../errors.ts';
import { endPointText } from './endpoint.ts';
import type { RequestEncoder } from '../protocol/requests.ts';
import type { Connection, ResponseHandler } from './connection.ts';
import type { Deadline, Deadlines, Expirable } from './deadlines.ts';

const TICK_MS = 125;
/** Whole ticks without a byte before the server is asked: 500 ms. */
const SILENT_TICKS = 4;
/** Whole ticks that its answer may take before the connection is suspect: 1 s. */
const ANSWER_TICKS = 8;
/** Whole ticks that its answer may take before the connection is closed: 5 s. */
const CLOSE_TICKS = 40;
/** What lies before the probe on its way may delay it: a slow link is granted a tick for each of so many bytes (1 MiB/s). */
const BYTES_PER_TICK = 131_072;

/** Watches connections with one deadline for all of them, and none while no answer is due. */
export class StallWatch implements Expirable {
  readonly #encoder: RequestEncoder;
  readonly #deadlines: Deadlines;
  readonly #watched = new Map<Connection, Silence>();
  #deadline: Deadline | undefined;

  constructor(encoder: RequestEncoder, deadlines: Deadlines) {
    this.#encoder = encoder;
    this.#deadlines = deadlines;
  }

  /** Watches a connection until it is closed. */
  watch(connection: Connection): void {
    this.#watched.set(connection, new Silence(connection, this.#encoder));
    connection.watchedBy({
      wake: () => this.#wake(),
      stop: () => this.#forget(connection),
    });
  }

  /** Asks a connection at once whether it still answers. */
  probe(connection: Connection): void {
    // The next tick may be near: it does not count.
    this.#watched.get(connection)?.ask(1);
  }

  onDeadline(): void {
    this.#deadline = undefined;
    let isOwed = false;
    for (const silence of this.#watched.values()) isOwed = silence.tick() || isOwed;
    if (isOwed) this.#wake();
  }

  #wake(): void {
    this.#deadline ??= this.#deadlines.add(this, TICK_MS);
  }

  #forget(connection: Connection): void {
    this.#watched.delete(connection);
    if (this.#watched.size > 0 || this.#deadline === undefined) return;
    this.#deadlines.cancel(this.#deadline);
    this.#deadline = undefined;
  }
}

/** How long one connection has owed a byte. */
class Silence implements ResponseHandler {
  readonly #connection: Connection;
  readonly #encoder: RequestEncoder;
  #lastReadAt: number;
  #ticks = 0;
  /** The tick from which on the time for the answer counts; 0 while it has not been asked. */
  #askedAt = 0;

  constructor(connection: Connection, encoder: RequestEncoder) {
    this.#connection = connection;
    this.#encoder = encoder;
    this.#lastReadAt = connection.lastReadAt;
  }

  /** Counts one tick; returns whether the connection owes an answer. */
  tick(): boolean {
    const { lastReadAt, isOwing } = this.#connection;
    if (lastReadAt !== this.#lastReadAt || !isOwing) {
      this.#lastReadAt = lastReadAt;
      this.#ticks = 0;
      this.#askedAt = 0;
      return isOwing;
    }
    this.#ticks++;
    if (this.#askedAt === 0) {
      // The first tick may have come right behind the request.
      if (this.#ticks > SILENT_TICKS) this.ask(0);
      return true;
    }
    const answerTicks = this.#ticks - this.#askedAt;
    if (answerTicks >= CLOSE_TICKS) {
      this.#close();
      return false;
    }
    // Each time: what could not go elsewhere at first may be able to now.
    if (answerTicks >= ANSWER_TICKS) this.#connection.suspect();
    return true;
  }

  /** Sends the probe, unless it is on its way; `ticks` are not counted. */
  ask(ticks: number): void {
    const connection = this.#connection;
    if (this.#askedAt > 0 || connection.isClosed) return;
    this.#lastReadAt = connection.lastReadAt;
    this.#askedAt = this.#ticks + ticks + Math.floor(connection.sentSinceRead / BYTES_PER_TICK);
    // Where every stream id is taken there is enough on the way that wants an answer.
    connection.sendProbe(this.#encoder.options({ version: connection.version, compression: 0 }), this);
  }

  onResponse(): void {
    // The connection has noted when its bytes came.
  }

  onFailure(): void {
    // The connection is closed, and no longer watched.
  }

  #close(): void {
    const { endPoint } = this.#connection;
    const message = `${endPointText(endPoint)} owes answers, and did not answer OPTIONS within ${CLOSE_TICKS * TICK_MS} ms`;
    this.#connection.fail(new ConnectionError(message, { endPoint }));
  }
}
