// From an end point to a connection that takes requests: socket, TLS, OPTIONS, STARTUP, authentication, and the version
// that both sides speak, all within one deadline.

import {
  AuthenticationFailedError,
  ConnectionError,
  ConnectionShutdownError,
  DriverError,
  InvalidArgumentError,
  ProtocolError,
  ProtocolVersionUnsupportedError,
} from '../errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { readSupported } from '../protocol/responses.ts';
import { Connection } from './connection.ts';
import { endPointText, isLoopback } from './endpoint.ts';
import { ask } from './exchange.ts';
import { describeForeignBytes, hex } from './foreign-bytes.ts';
import {
  checkVersionList,
  chooseCompression,
  isVersionRefusal,
  rateLimitCode,
  RATE_LIMIT_OPTION,
} from './negotiation.ts';
import { readTlsSource } from './tls.ts';
import type { Delivery } from '../core.ts';
import type { RequestEncoder, WireFormat } from '../protocol/requests.ts';
import type { AuthProvider } from './authenticator.ts';
import type { DecodeBigFrame } from './big-frame.ts';
import type { Clock } from './clock.ts';
import type { ConnectingCore, ConnectionListener } from './connection.ts';
import type { Connector } from './connector.ts';
import type { Deadline, Deadlines, Expirable } from './deadlines.ts';
import type { EndPoint } from './endpoint.ts';
import type { ProtocolVersionNumber, Supported } from './negotiation.ts';
import type { DuplexBytes } from './duplex-bytes.ts';
import type { TlsSource } from './tls.ts';

/** What warnings are about. */
export type WarningSubject = 'certificate' | 'credentials' | 'compression';

/** How to connect. */
export interface OpenOptions {
  readonly endPoint: EndPoint;
  readonly connector: Connector;
  /** Undefined: without TLS, unless the end point has TLS options of its own. */
  readonly tls: TlsSource | undefined;
  /** The port to connect from; undefined: any. */
  readonly localPort: number | undefined;
  /** The versions to try, one after another; with one alone there is no other to fall back to. */
  readonly versions: readonly ProtocolVersionNumber[];
  /** Used where the server offers it; v5 knows lz4 alone. */
  readonly compression: 'lz4' | 'snappy' | undefined;
  /** What STARTUP tells besides the compression; CQL_VERSION is 3.0.0 unless it is given. */
  readonly startup: (supported: Supported) => Iterable<readonly [string, string]>;
  readonly authProvider: AuthProvider | undefined;
  /** Milliseconds for everything together. */
  readonly connectTimeout: number;
  readonly signal: AbortSignal | undefined;
  readonly core: ConnectingCore;
  readonly encoder: RequestEncoder;
  readonly maxFrameLength: number;
  readonly maxRequests: number;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Calls back when this turn of the event loop is over. */
  readonly schedule: (callback: () => void) => void;
  readonly decodeBigFrame: DecodeBigFrame;
  /** Hears of the connection from the moment on at which it is handed over. */
  readonly listener: ConnectionListener;
  /** Gets what handlers and listeners throw. */
  readonly report: (error: unknown) => void;
  /** Gets what a user should know, as a sentence; one of each subject is enough for many connections. */
  readonly warn: (subject: WarningSubject, message: string) => void;
}

/** A connection that takes requests. It may be closed already when its owner sees it: look at `isClosed`. */
export interface OpenedConnection {
  readonly connection: Connection;
  readonly supported: Supported;
}

/**
 * Opens a connection.
 *
 * Rejects with ConnectionError, which names what was seen, AuthenticationFailedError, ProtocolVersionUnsupportedError, or
 * InvalidArgumentError for TLS options or credentials that are wrong; nothing stays open then.
 */
export async function openConnection(options: OpenOptions): Promise<OpenedConnection> {
  const handshake = new Handshake(options);
  try {
    return await handshake.run();
  } finally {
    handshake.settle();
  }
}

class Handshake implements Expirable, ConnectionListener {
  readonly #options: OpenOptions;
  readonly #host: string;
  readonly #abort = new AbortController();
  /** Rejects when time is over or the user gave up. */
  readonly #givenUp: Promise<never>;
  readonly #deadline: Deadline;
  readonly #onUserAbort = (): void => this.#giveUp('connecting was aborted', this.#options.signal?.reason);
  #rejectGivenUp: (error: ConnectionError) => void = () => undefined;
  #giveUpError: ConnectionError | undefined;
  #connection: Connection | undefined;
  #firstChunk: Uint8Array | undefined;
  /** What has not happened yet, for the error that says so. */
  #missing = '';
  #hasAnswered = false;
  #isOwned = false;

  constructor(options: OpenOptions) {
    this.#options = options;
    this.#host = endPointText(options.endPoint);
    this.#givenUp = new Promise((_resolve, reject) => (this.#rejectGivenUp = reject));
    this.#givenUp.catch(() => undefined);
    this.#deadline = options.deadlines.add(this, options.connectTimeout);
    if (options.signal?.aborted === true) this.#onUserAbort();
    else options.signal?.addEventListener('abort', this.#onUserAbort, { once: true });
  }

  async run(): Promise<OpenedConnection> {
    const { endPoint, versions } = this.#options;
    let refusal: ProtocolError | undefined;
    for (const version of versions) {
      try {
        return await this.#try(version);
      } catch (thrown) {
        const error = this.#explain(thrown);
        this.#connection?.close();
        if (!isVersionRefusal(error)) throw error;
        refusal = error;
      }
    }
    const tried = versions.map((version) => `v${version}`).join(', ');
    throw new ProtocolVersionUnsupportedError(
      `${this.#host} does not speak ${tried === '' ? 'a version that is allowed' : tried}: ${refusal?.message ?? 'none to try'}`,
      { endPoint, startupVersion: versions[0] ?? 0, cause: refusal },
    );
  }

  /** Lets go of the deadline and of the user's signal. */
  settle(): void {
    this.#options.deadlines.cancel(this.#deadline);
    this.#options.signal?.removeEventListener('abort', this.#onUserAbort);
  }

  onDeadline(): void {
    this.#giveUp(`no connection within ${this.#options.connectTimeout} ms: ${this.#missing}`);
  }

  onEvent(delivery: Delivery, record: number): void {
    if (this.#isOwned) this.#options.listener.onEvent(delivery, record);
  }

  onClosed(connection: Connection, reason: DriverError): void {
    if (this.#isOwned) this.#options.listener.onClosed(connection, reason);
  }

  onOrphanLimit(connection: Connection): void {
    this.#options.listener.onOrphanLimit(connection);
  }

  onStreamFreed(connection: Connection): void {
    this.#options.listener.onStreamFreed(connection);
  }

  onRoom(connection: Connection): void {
    this.#options.listener.onRoom?.(connection);
  }

  async #try(version: ProtocolVersionNumber): Promise<OpenedConnection> {
    const { encoder } = this.#options;
    this.#throwIfGivenUp();
    const connection = await this.#connect(version);
    this.#throwIfGivenUp();
    const wire: WireFormat = { version, compression: 0 };
    this.#missing = 'the server accepted the connection and said nothing';
    const supported = readSupported((await ask(connection, encoder.options(wire), [Opcode.SUPPORTED])).reader);
    this.#hasAnswered = true;
    checkVersionList(version, supported);
    const startup = this.#agree(connection, supported);
    this.#missing = 'STARTUP was not answered';
    const answer = await ask(
      connection,
      encoder.startup(wire, startup),
      [Opcode.READY, Opcode.AUTHENTICATE],
      (opcode) => {
        // What comes behind this answer is in segments already, and so is what is sent from now on.
        if (version === 5 && opcode !== Opcode.ERROR) connection.startSegments();
      },
    );
    if (answer.opcode === Opcode.AUTHENTICATE) await this.#authenticate(connection, answer.reader.text());
    this.#isOwned = true;
    return { connection, supported };
  }

  async #connect(version: ProtocolVersionNumber): Promise<Connection> {
    const { endPoint, connector, localPort } = this.#options;
    const source = endPoint.tlsOptions ?? this.#options.tls;
    this.#connection = undefined;
    this.#firstChunk = undefined;
    this.#hasAnswered = false;
    this.#missing = 'the function for TLS options gave none';
    const tls = source === undefined ? undefined : await this.#orGivenUp(readTlsSource(source));
    if (tls?.insecureSkipVerify === true)
      this.#options.warn('certificate', `the certificate of ${this.#host} is not verified`);
    this.#missing =
      tls === undefined ? 'no socket was opened' : 'no socket was opened, or the TLS handshake did not end';
    const connecting = connector.connect({
      endPoint,
      signal: this.#abort.signal,
      ...(tls === undefined ? {} : { tls }),
      ...(localPort === undefined ? {} : { localPort }),
    });
    const socket = await this.#orGivenUp(connecting).catch((error: unknown) => {
      // A connector that does not look at its signal may still succeed.
      connecting.then(destroy, () => undefined);
      throw error;
    });
    this.#connection = new Connection({
      ...this.#options,
      socket,
      version,
      listener: this,
      inspectFirstChunk: (chunk) => this.#inspect(chunk),
    });
    return this.#connection;
  }

  /** Settles what can be chosen, and gives the options of STARTUP. */
  #agree(connection: Connection, supported: Supported): Map<string, string> {
    const compression = chooseCompression(connection.version, this.#options.compression, supported);
    const startup = new Map([['CQL_VERSION', '3.0.0'], ...this.#options.startup(supported)]);
    const { compression: wanted } = this.#options;
    if (compression !== undefined) startup.set('COMPRESSION', compression.name);
    else if (wanted !== undefined)
      this.#options.warn('compression', `${this.#host} does not offer ${wanted}: nothing is compressed`);
    connection.agree(compression?.number ?? 0, startup.has(RATE_LIMIT_OPTION) ? rateLimitCode(supported) : -1);
    return startup;
  }

  async #authenticate(connection: Connection, mechanism: string): Promise<void> {
    const { authProvider, encoder, endPoint } = this.#options;
    if (authProvider === undefined) {
      throw new AuthenticationFailedError(`expected credentials or an authProvider for ${mechanism}, got none`);
    }
    const noAnswer = 'the authProvider did not answer';
    this.#missing = noAnswer;
    const authenticator = await this.#user(() => authProvider.newAuthenticator(endPoint, mechanism));
    let token: Uint8Array | null = await this.#user(() => authenticator.initialResponse());
    if (!this.#isEncrypted && !isLoopback(endPoint)) {
      this.#options.warn('credentials', `credentials are sent to ${this.#host} without TLS`);
    }
    const wire: WireFormat = { version: connection.version, compression: connection.compression };
    for (;;) {
      this.#missing = 'the credentials were not answered';
      const answer = await ask(connection, encoder.authResponse(wire, token), [
        Opcode.AUTH_CHALLENGE,
        Opcode.AUTH_SUCCESS,
      ]);
      const bytes = answer.reader.bytes() ?? new Uint8Array(0);
      if (answer.opcode === Opcode.AUTH_SUCCESS) return authenticator.onAuthenticationSuccess?.(bytes);
      this.#missing = noAnswer;
      token = await this.#user(() => authenticator.evaluateChallenge(bytes));
    }
  }

  /** Calls an authProvider; what it throws that is no error of the driver becomes one. */
  async #user<T>(call: () => T | Promise<T>): Promise<T> {
    try {
      return await this.#orGivenUp(Promise.resolve().then(call));
    } catch (error) {
      if (error instanceof DriverError) throw error;
      throw new AuthenticationFailedError('the authProvider failed', { cause: error });
    }
  }

  #throwIfGivenUp(): void {
    if (this.#giveUpError !== undefined) throw this.#giveUpError;
  }

  #orGivenUp<T>(promise: Promise<T>): Promise<T> {
    // First in the race: what is given up already wins over what is ready at the same time.
    return Promise.race([this.#givenUp, promise]);
  }

  #giveUp(message: string, cause?: unknown): void {
    this.#giveUpError = this.#error(message, cause);
    this.#rejectGivenUp(this.#giveUpError);
    this.#abort.abort(this.#giveUpError);
    this.#connection?.fail(this.#giveUpError);
  }

  #inspect(chunk: Uint8Array): DriverError | undefined {
    this.#firstChunk = chunk.slice(0, 64);
    this.#missing = `OPTIONS was not answered with a whole frame; the first bytes were ${hex(chunk)}`;
    const foreign = describeForeignBytes(chunk);
    return foreign === undefined ? undefined : this.#error(`expected a CQL server, found ${foreign}`);
  }

  /** The error that a user sees: the reason below what was thrown, and what was seen. */
  #explain(thrown: unknown): DriverError {
    if (this.#giveUpError !== undefined) return this.#giveUpError;
    const closeReason = thrown instanceof ConnectionShutdownError ? this.#connection?.closeReason : undefined;
    const error = closeReason ?? thrown;
    if (isVersionRefusal(error) || error instanceof InvalidArgumentError) return error;
    if (error instanceof AuthenticationFailedError) {
      return new AuthenticationFailedError(`authentication at ${this.#host} failed: ${error.message}`, {
        cause: error,
      });
    }
    if (!(error instanceof DriverError)) return this.#error('connecting failed', error);
    if (!(error instanceof ConnectionError) || error instanceof ProtocolError) {
      const bytes = this.#hasAnswered ? '' : ` (first bytes: ${hex(this.#firstChunk ?? new Uint8Array(0))})`;
      return this.#error(`the handshake failed: ${error.message}${bytes}`, error);
    }
    if (this.#connection === undefined || this.#firstChunk !== undefined) return error;
    const hint = this.#isEncrypted ? '' : ': does it require TLS?';
    return this.#error(`${error.message}, before it said anything${hint}`, error);
  }

  get #isEncrypted(): boolean {
    return (this.#options.endPoint.tlsOptions ?? this.#options.tls) !== undefined;
  }

  #error(message: string, cause?: unknown): ConnectionError {
    const { endPoint } = this.#options;
    return new ConnectionError(`${this.#host}: ${message}`, { endPoint, cause, maybeApplied: false });
  }
}

function destroy(socket: DuplexBytes): void {
  socket.destroy();
}
