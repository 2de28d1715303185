// The control connection: one connection to any node, over which the driver learns of the others and of what changes. It
// tries the hosts it knows, those that are up first, then the contact points, looked up anew; when it is lost, it moves on.

import type { Clock } from '../connection/clock.ts';
import type { Connection, ConnectionListener } from '../connection/connection.ts';
import { endPointText, type EndPoint } from '../connection/endpoint.ts';
import { ask } from '../connection/exchange.ts';
import type { Delivery } from '../core.ts';
import {
  AuthenticationFailedError,
  ConnectionError,
  InvalidArgumentError,
  NoHostAvailableError,
  OperationTimedOutError,
  ProtocolVersionUnsupportedError,
  UnresolvableContactPointsError,
  type DriverError,
} from '../errors.ts';
import { ReconnectionSchedule, type ReconnectionPolicy } from '../policies/reconnection.ts';
import type { ConnectionFactory } from '../pool/connection-factory.ts';
import { Opcode } from '../protocol/opcodes.ts';
import type { Logger } from '../types/logger.ts';
import type { ContactPoints } from './contact-points.ts';
import { readSystemRows, type ControlQueryOptions } from './control-query.ts';
import type { SystemSource } from './node-reader.ts';
import { firstToSucceed } from './staggered.ts';

export interface ControlConnectionOptions<View> {
  readonly factory: ConnectionFactory;
  readonly query: ControlQueryOptions;
  /** What a query may take at least while a connection opens; the next candidate is tried beside it meanwhile. */
  readonly connectTimeout: number;
  readonly contactPoints: ContactPoints;
  /** End points of the hosts known so far, those that are up first. */
  knownEndPoints(): readonly EndPoint[];
  /** What the connection registers for. */
  readonly events: readonly string[];
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Reads what must be known of the cluster before a connection is of use. */
  read(source: SystemSource): Promise<View>;
  /** A connection is the control connection from now on, and this is what was read from it. */
  onConnected(view: View): void;
  onEvent(delivery: Delivery, record: number): void;
}

/** How long a candidate is alone before the next one is tried beside it. */
const STAGGER_MS = 500;
/** How long a query waits for another connection when there is none. */
const WAIT_MS = 10_000;

interface Waiter {
  onConnection(connection: Connection): void;
  onFailure(error: DriverError): void;
}

export class ControlConnection<View> implements ConnectionListener {
  readonly #options: ControlConnectionOptions<View>;
  readonly #closing = new AbortController();
  readonly #waiters = new Set<Waiter>();
  #connection: Connection | null = null;
  /** Where the connection was that was lost last: to be tried after the others. */
  #lostAt: string | null = null;
  #hasWarnedOfEvents = false;
  #timer: unknown;

  constructor(options: ControlConnectionOptions<View>) {
    this.#options = options;
  }

  /** Where the connection goes; `null` while there is none. */
  get endPoint(): EndPoint | null {
    return this.#connection?.endPoint ?? null;
  }

  /**
   * Connects to the first candidate that answers, and reads the view of the cluster from it.
   *
   * @throws {NoHostAvailableError} with the cause of every candidate.
   */
  async connect(): Promise<void> {
    const { signal } = this.#closing;
    const errors = new Map<string, Error>();
    const known = distinct(this.#options.knownEndPoints(), this.#lostAt);
    if (await this.#tryAll(known, errors)) return;
    signal.throwIfAborted();
    if ([...errors.values()].some((error) => error instanceof AuthenticationFailedError)) {
      throw connectFailure(errors, new Map());
    }
    const { endPoints, errors: lookups } = await this.#options.contactPoints.resolve();
    signal.throwIfAborted();
    const tried = new Set(known.map(endPointText));
    const further = distinct(endPoints, this.#lostAt).filter((endPoint) => !tried.has(endPointText(endPoint)));
    if (await this.#tryAll(further, errors)) return;
    signal.throwIfAborted();
    throw connectFailure(errors, lookups);
  }

  /**
   * Does some reading on the connection. If the connection is lost meanwhile, does it once more, from the beginning, on the
   * one that takes its place. A server that does not answer in time is left for another one.
   */
  async use<T>(work: (source: SystemSource) => Promise<T>): Promise<T> {
    for (let isLast = false; ; isLast = true) {
      const connection = this.#connection ?? (await this.#nextConnection());
      try {
        return await work(this.#source(connection));
      } catch (error) {
        if (isLast || !connection.isClosed || this.#closing.signal.aborted) throw error;
      }
    }
  }

  /** Does some reading on the connection if there is one now; `null` if not. */
  useNow<T>(work: (source: SystemSource) => Promise<T>): Promise<T> | null {
    return this.#connection === null ? null : work(this.#source(this.#connection));
  }

  /** `reason` is what connecting then fails with. */
  close(reason: DriverError): void {
    this.#closing.abort(reason);
    this.#options.clock.clearTimeout(this.#timer);
    const connection = this.#connection;
    this.#connection = null;
    connection?.close();
    for (const waiter of [...this.#waiters]) waiter.onFailure(reason);
  }

  onEvent(delivery: Delivery, record: number): void {
    this.#options.onEvent(delivery, record);
  }

  onClosed(connection: Connection, reason: DriverError): void {
    if (connection !== this.#connection) return;
    this.#connection = null;
    this.#lostAt = endPointText(connection.endPoint);
    this.#options.logger.info(`the control connection to ${this.#lostAt} was lost: ${reason.message}`);
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
    const { clock, logger } = this.#options;
    this.#timer = clock.setTimeout(() => {
      this.connect().catch((error: unknown) => {
        if (this.#closing.signal.aborted) return;
        logger.info('the control connection could not be opened', error);
        const delay = schedule.next();
        if (delay !== null) {
          logger.debug(`the control connection is tried again in ${Math.round(delay)} ms`);
          this.#reconnect(schedule, delay);
          return;
        }
        logger.error('the reconnection policy gives the control connection up; nothing more is learned of the cluster');
      });
    }, delayMs);
  }

  /** Resolves to whether one of them is the control connection now. */
  async #tryAll(endPoints: readonly EndPoint[], errors: Map<string, Error>): Promise<boolean> {
    const { clock, logger } = this.#options;
    const opened = await firstToSucceed(endPoints, {
      clock,
      staggerMs: STAGGER_MS,
      signal: this.#closing.signal,
      attempt: (endPoint, signal) => this.#open(endPoint, signal),
      onFailure: (endPoint, error) => {
        logger.debug(`no control connection to ${endPointText(endPoint)}`, error);
        errors.set(endPointText(endPoint), error as Error);
        // The other nodes check the same password; asking them only locks the account sooner.
        return !(error instanceof AuthenticationFailedError);
      },
      discard: ({ connection }) => connection.close(),
    });
    if (opened === null) return false;
    if (this.#closing.signal.aborted) {
      // Shut down after the last step of opening: nobody else closes it.
      opened.connection.close();
      return false;
    }
    this.#adopt(opened.connection, opened.view);
    return true;
  }

  async #open(endPoint: EndPoint, signal: AbortSignal): Promise<{ connection: Connection; view: View }> {
    const { factory, logger } = this.#options;
    logger.debug(`opening the control connection to ${endPointText(endPoint)}`);
    const connection = await factory.open(endPoint, this, signal);
    const query = this.#openingQuery();
    const onAbort = (): void => connection.close();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      // Before anything is read: what changes meanwhile is told.
      await this.#register(connection, query);
      const view = await this.#options.read(this.#source(connection, query));
      signal.throwIfAborted();
      // Reading may have ended well although the connection was lost at its end: another candidate may be better off.
      if (connection.closeReason !== undefined) throw connection.closeReason;
      return { connection, view };
    } catch (error) {
      connection.close();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * A node that pauses while it is read is not to be left for that, as there may be no other one; where there is, it is tried
   * soon all the same. So a query may take as long as a handshake.
   */
  #openingQuery(): ControlQueryOptions {
    const { query, connectTimeout } = this.#options;
    return query.timeoutMs === null ? query : { ...query, timeoutMs: Math.max(query.timeoutMs, connectTimeout) };
  }

  #adopt(connection: Connection, view: View): void {
    this.#connection = connection;
    this.#options.logger.debug(`the control connection is open to ${endPointText(connection.endPoint)}`);
    this.#options.onConnected(view);
    for (const waiter of [...this.#waiters]) waiter.onConnection(connection);
  }

  /** A server that refuses is one without events, not one without nodes. */
  async #register(connection: Connection, query: ControlQueryOptions): Promise<void> {
    const { events, logger } = this.#options;
    if (events.length === 0) return;
    const { version, compression } = connection;
    const frame = query.encoder.register({ version, compression }, events);
    const { timeoutMs } = query;
    const deadline =
      timeoutMs === null
        ? null
        : query.deadlines.add({ onDeadline: () => connection.fail(noAnswer(connection, timeoutMs)) }, timeoutMs);
    try {
      await ask(connection, frame, [Opcode.READY]);
    } catch (error) {
      if (connection.isClosed) throw error;
      if (!this.#hasWarnedOfEvents) logger.warn('the server sends no events', error);
      this.#hasWarnedOfEvents = true;
    } finally {
      if (deadline !== null) query.deadlines.cancel(deadline);
    }
  }

  #source(connection: Connection, query = this.#options.query): SystemSource {
    const { logger } = this.#options;
    return {
      endPoint: connection.endPoint,
      isClosed: () => connection.isClosed,
      rows: async (cql, options) => {
        try {
          return await readSystemRows(connection, cql, { ...query, ...options });
        } catch (error) {
          if (error instanceof OperationTimedOutError && !connection.isClosed) {
            logger.info(`the control connection moves: ${error.message}`);
            connection.fail(error);
          }
          throw error;
        }
      },
    };
  }

  #nextConnection(): Promise<Connection> {
    const { clock } = this.#options;
    return new Promise((resolve, reject: (error: DriverError) => void) => {
      const end = (): void => {
        this.#waiters.delete(waiter);
        clock.clearTimeout(timer);
      };
      const waiter: Waiter = {
        onConnection: (connection) => {
          end();
          resolve(connection);
        },
        onFailure: (error) => {
          end();
          reject(error);
        },
      };
      const timer = clock.setTimeout(() => {
        const message = `no control connection within ${WAIT_MS} ms`;
        waiter.onFailure(new OperationTimedOutError(message, { maybeApplied: false }));
      }, WAIT_MS);
      this.#waiters.add(waiter);
      if (this.#closing.signal.aborted) waiter.onFailure(this.#closing.signal.reason as DriverError);
    });
  }
}

function noAnswer({ endPoint }: Connection, timeoutMs: number): DriverError {
  const message = `${endPointText(endPoint)} did not answer REGISTER within ${timeoutMs} ms`;
  return new ConnectionError(message, { endPoint, maybeApplied: false });
}

/** Each once, in order, and the one that was lost last at the end. */
function distinct(endPoints: readonly EndPoint[], lostAt: string | null): EndPoint[] {
  const byText = new Map(endPoints.map((endPoint) => [endPointText(endPoint), endPoint]));
  const lost = lostAt === null ? undefined : byText.get(lostAt);
  if (lost === undefined) return [...byText.values()];
  return [...[...byText.values()].filter((endPoint) => endPoint !== lost), lost];
}

/** One contact point that answered, and refused for what no other would judge otherwise: its own error says it best. */
function connectFailure(errors: ReadonlyMap<string, Error>, lookups: ReadonlyMap<string, Error>): DriverError {
  if (errors.size === 0 && lookups.size > 0) {
    const reasons = [...lookups.values()].map(({ message }) => message).join('; ');
    return new UnresolvableContactPointsError(`no contact point has an address: ${reasons}`, {
      cause: [...lookups.values()][0],
      maybeApplied: false,
    });
  }
  const [only, ...others] = errors.values();
  const isOwn =
    only instanceof AuthenticationFailedError ||
    only instanceof ProtocolVersionUnsupportedError ||
    only instanceof InvalidArgumentError;
  if (isOwn && others.length === 0 && lookups.size === 0) return only;
  const all = new Map([...errors, ...lookups]);
  return new NoHostAvailableError('no contact point could be connected to', { errors: all, maybeApplied: false });
}
