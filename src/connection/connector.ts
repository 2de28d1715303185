// How a connection gets its bytes: the one place with node:net, node:tls and node:dns. Another runtime, or a tunnel, is
// another Connector.

import dns from 'node:dns/promises';
import net from 'node:net';
import tls from 'node:tls';
import { ConnectionError } from '../errors.ts';
import { endPointText, UnixSocketEndPoint } from './endpoint.ts';
import { Inbox, SocketBytes } from './socket.ts';
import { checkTlsOptions } from './tls.ts';
import type { EndPoint } from './endpoint.ts';
import type { DuplexBytes } from './duplex-bytes.ts';
import type { TlsOptions } from './tls.ts';

/** Where to connect, and how. */
export interface ConnectRequest {
  readonly endPoint: EndPoint;
  /** Absent: without TLS. */
  readonly tls?: TlsOptions;
  /** The port to connect from; absent: any. */
  readonly localPort?: number;
  /** Ends the attempt: nothing stays open, and the promise is rejected. */
  readonly signal: AbortSignal;
}

/** Makes streams of bytes to end points. */
export interface Connector {
  /** Resolves once bytes can be written, after the TLS handshake where there is one; rejects with a ConnectionError. */
  connect(request: ConnectRequest): Promise<DuplexBytes>;
}

/** Options of the sockets of node:net. */
export interface SocketOptions {
  /** Sends small writes at once. */
  readonly noDelay: boolean;
  /** Lets the operating system find out dead peers. */
  readonly keepAlive: boolean;
  /** Milliseconds of idleness before it does. */
  readonly keepAliveInitialDelay: number;
}

/** The defaults of {@link SocketOptions}. */
export const DEFAULT_SOCKET_OPTIONS: SocketOptions = Object.freeze({
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
});

/** How much may wait in a socket before it asks to wait. */
const WRITE_BUFFER_BYTES = 262_144;

/** Makes a Connector over node:net and node:tls. */
export function createNodeConnector(options: Partial<SocketOptions> = {}): Connector {
  const socketOptions = { ...DEFAULT_SOCKET_OPTIONS, ...options };
  return { connect: (request) => connectSocket(request, socketOptions) };
}

/** The Connector over node:net and node:tls with the default socket options. */
export const nodeConnector: Connector = createNodeConnector();

/** Looks up every address of a host name. Rejects with a ConnectionError naming it. */
export async function lookupAddresses(name: string): Promise<string[]> {
  try {
    return (await dns.lookup(name, { all: true })).map(({ address }) => address);
  } catch (cause) {
    throw new ConnectionError(`host name ${JSON.stringify(name)} could not be looked up: ${text(cause)}`, {
      cause,
      maybeApplied: false,
    });
  }
}

/** Looks up the names of an address. Rejects with what the system says. */
export function lookupNames(address: string): Promise<string[]> {
  return dns.reverse(address);
}

async function connectSocket(request: ConnectRequest, options: SocketOptions): Promise<DuplexBytes> {
  const { endPoint, signal } = request;
  if (request.tls !== undefined) checkTlsOptions(request.tls);
  const target = await endPoint.resolve();
  if (signal.aborted) throw failure(endPoint, 'given up while the end point was resolved', signal.reason);
  const inbox = new Inbox();
  // `highWaterMark` reaches the stream under the socket; the types of node:net do not list it.
  const common = {
    ...options,
    ...(request.localPort === undefined ? {} : { localPort: request.localPort }),
    highWaterMark: WRITE_BUFFER_BYTES,
  };
  const where =
    endPoint instanceof UnixSocketEndPoint ? { path: target.address } : { host: target.address, port: target.port };
  if (request.tls === undefined) {
    const socket = net.connect({ ...common, ...where, onread: inbox.onread } as net.NetConnectOpts);
    const bytes = new SocketBytes(socket, inbox);
    await opened(socket, request, 'connect', () => undefined);
    return bytes;
  }
  const { tls: tlsOptions } = request;
  const socket = tls.connect({ ...common, ...where, ...tlsConnectOptions(tlsOptions, endPoint) });
  const bytes = new SocketBytes(socket, inbox);
  await opened(socket, request, 'secureConnect', () => verify(socket, tlsOptions, endPoint));
  return bytes;
}

/** Settles when the socket is ready and `check` has nothing against it, or lost; it is destroyed unless it is ready. */
function opened(
  socket: net.Socket,
  { endPoint, tls: tlsOptions, signal }: ConnectRequest,
  readyEvent: 'connect' | 'secureConnect',
  check: () => ConnectionError | undefined,
): Promise<void> {
  let stage = 'while connecting';
  return new Promise((resolve, reject) => {
    const settle = (error: ConnectionError | undefined): void => {
      signal.removeEventListener('abort', onAbort);
      socket.off('error', onError);
      socket.off('close', onClose);
      if (error === undefined) {
        resolve();
        return;
      }
      socket.destroy();
      reject(error);
    };
    const onAbort = (): void => settle(failure(endPoint, `given up ${stage}`, signal.reason));
    const onError = (error: Error): void => settle(failure(endPoint, describe(error, tlsOptions), error));
    const onClose = (): void => settle(failure(endPoint, `the connection was closed ${stage}`));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('close', onClose);
    socket.once('connect', () => (stage = 'during the TLS handshake'));
    socket.once(readyEvent, () => settle(check()));
  });
}

function tlsConnectOptions(options: TlsOptions, endPoint: EndPoint): tls.ConnectionOptions {
  const { checkHostname, insecureSkipVerify, servername, ...given } = options;
  const name = servername ?? endPoint.serverName ?? endPoint.address;
  return {
    ...(given as tls.ConnectionOptions),
    // SNI carries names only. Source: RFC 6066, 3.
    ...(net.isIP(name) === 0 && !(endPoint instanceof UnixSocketEndPoint && servername === undefined)
      ? { servername: name }
      : {}),
    rejectUnauthorized: insecureSkipVerify !== true,
    checkServerIdentity: (_host, certificate) =>
      checkHostname === false ? undefined : tls.checkServerIdentity(name, certificate),
  };
}

/** Checks again what the runtime should have checked: one that cannot is refused, not trusted. */
function verify(socket: tls.TLSSocket, options: TlsOptions, endPoint: EndPoint): ConnectionError | undefined {
  if (options.insecureSkipVerify === true) return undefined;
  if (!socket.authorized)
    return failure(endPoint, 'this runtime did not verify the certificate', socket.authorizationError);
  if (options.checkHostname === false) return undefined;
  const error = tls.checkServerIdentity(
    options.servername ?? endPoint.serverName ?? endPoint.address,
    socket.getPeerCertificate(),
  );
  return error === undefined ? undefined : failure(endPoint, describe(error, options), error);
}

/** What OpenSSL says when the other side does not speak TLS at all. */
const NO_TLS = /wrong[ _]version[ _]number|packet[ _]length[ _]too[ _]long|http[ _]request|unknown[ _]protocol/i;

function describe(error: Error, tlsOptions: TlsOptions | undefined): string {
  if (tlsOptions !== undefined && NO_TLS.test(text(error))) return `the server does not speak TLS: ${text(error)}`;
  return text(error);
}

function failure(endPoint: EndPoint, what: string, cause?: unknown): ConnectionError {
  return new ConnectionError(`no connection to ${endPointText(endPoint)}: ${what}`, {
    endPoint,
    cause,
    maybeApplied: false,
  });
}

/** A message, and the messages of an AggregateError, whose own is empty when a name has several addresses. */
function text(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(text).join('; ');
  if (!(error instanceof Error)) return String(error);
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' && !error.message.includes(code) ? `${error.message} (${code})` : error.message;
}
