// Where a node can be reached: the name or address that the user or a system table gave, kept as given, so that it is
// looked up again at every connect and TLS checks the name that was asked for.

import { InvalidArgumentError } from '../errors.ts';
import type { ErrorEndPoint } from '../errors.ts';
import type { TlsOptions } from './tls.ts';

/** Where a connection goes. */
export interface EndPoint extends ErrorEndPoint {
  /** A host name, an IPv4 or IPv6 address without brackets, or what a {@link Connector} of the user's understands. */
  readonly address: string;
  /** The TCP port. */
  readonly port: number;
  /** The name that TLS asks for and checks, where that is not the address. */
  readonly serverName?: string;
  /** TLS for this end point alone; replaces that of the cluster. */
  readonly tlsOptions?: TlsOptions;
  /** Gives the address and port to connect to now. */
  resolve(): Promise<{ address: string; port: number }>;
}

/** A host name or an address, and a port. */
export class DefaultEndPoint implements EndPoint {
  readonly address: string;
  readonly port: number;

  /**
   * Takes the address as it is: no port in it, IPv6 without brackets.
   *
   * Throws InvalidArgumentError if the address is empty or the port is none from 1 to 65535.
   */
  constructor(address: string, port = 9042) {
    if (typeof address !== 'string' || address === '' || NO_ADDRESS.test(address)) {
      throw refusal('address', 'a host name or an IP address without brackets', address);
    }
    this.address = address;
    this.port = checkPort(port);
  }

  /** Whether the address is one, and not a name that must be looked up. */
  get isAddress(): boolean {
    return this.address.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(this.address);
  }

  /** Gives address and port back; names are looked up by the connector, anew at every connect. */
  resolve(): Promise<{ address: string; port: number }> {
    return Promise.resolve({ address: this.address, port: this.port });
  }

  /** `address:port`, with IPv6 in brackets. */
  toString(): string {
    return endPointText(this);
  }
}

/** One of the addresses that a host name has now. TLS checks the name. */
export class NamedAddress extends DefaultEndPoint {
  readonly serverName: string;

  constructor(name: string, address: string, port: number) {
    super(address, port);
    this.serverName = name;
  }
}

/** A socket in the file system. */
export class UnixSocketEndPoint implements EndPoint {
  /** The path of the socket. */
  readonly address: string;
  /** 0: a path has no port. */
  readonly port = 0;

  /** Throws InvalidArgumentError if the path is empty. */
  constructor(path: string) {
    if (typeof path !== 'string' || path === '') throw refusal('path', 'the path of a socket', path);
    this.address = path;
  }

  /** Gives the path back, with port 0. */
  resolve(): Promise<{ address: string; port: number }> {
    return Promise.resolve({ address: this.address, port: 0 });
  }

  /** The path. */
  toString(): string {
    return this.address;
  }
}

/** A node behind a proxy that finds it by the server name of TLS (SNI). */
export class SniEndPoint implements EndPoint {
  /** The server name: what tells the nodes behind one proxy apart. */
  readonly address: string;
  /** The port of the proxy. */
  readonly port: number;
  readonly tlsOptions: TlsOptions;
  readonly #proxy: string;

  /**
   * Takes the name or address of the proxy, the server name of the node, and the options of TLS, of which `servername` is set.
   *
   * Throws InvalidArgumentError for an empty name and a port that is none.
   */
  constructor(proxyAddress: string, serverName: string, port = 9042, tlsOptions: TlsOptions = {}) {
    if (typeof serverName !== 'string' || serverName === '') throw refusal('serverName', 'a server name', serverName);
    const { address } = new DefaultEndPoint(proxyAddress, port);
    this.address = serverName;
    this.port = port;
    this.tlsOptions = { ...tlsOptions, servername: serverName };
    this.#proxy = address;
  }

  /** Gives the proxy, whose name is looked up anew at every connect. */
  resolve(): Promise<{ address: string; port: number }> {
    return Promise.resolve({ address: this.#proxy, port: this.port });
  }

  /** `serverName:port`. */
  toString(): string {
    return endPointText(this);
  }
}

/** Makes the end points of nodes from their rows in the system tables. */
export interface EndPointFactory {
  /** Takes a row of `system.peers_v2` or `system.peers`; what it throws leaves the node out. */
  create(row: Readonly<Record<string, unknown>>): EndPoint;
}

/** Every node behind one proxy, its host id as the server name. */
export class SniEndPointFactory implements EndPointFactory {
  readonly #proxyAddress: string;
  readonly #port: number;
  readonly #tlsOptions: TlsOptions;

  /** Throws what {@link SniEndPoint} throws. */
  constructor(proxyAddress: string, port = 9042, tlsOptions: TlsOptions = {}) {
    this.#proxyAddress = new DefaultEndPoint(proxyAddress, port).address;
    this.#port = port;
    this.#tlsOptions = tlsOptions;
  }

  create(row: Readonly<Record<string, unknown>>): SniEndPoint {
    return this.createFromSni(String(row['host_id']));
  }

  /** The end point of a node by its server name, as for a contact point. */
  createFromSni(serverName: string): SniEndPoint {
    return new SniEndPoint(this.#proxyAddress, serverName, this.#port, this.#tlsOptions);
  }
}

/**
 * Reads a contact point: `host`, `host:port`, `[v6]`, `[v6]:port`, or an IPv6 address without brackets and port.
 *
 * `defaultPort` stands in where the text has none. Throws InvalidArgumentError for anything else.
 *
 * @example parseEndPoint('[::1]:9142', 9042).port // 9142
 */
export function parseEndPoint(text: string, defaultPort = 9042): DefaultEndPoint {
  const match = typeof text === 'string' ? CONTACT_POINT.exec(text) : null;
  const address = match?.[1] ?? match?.[2] ?? match?.[4];
  if (address === undefined || (match?.[1] !== undefined && !address.includes(':'))) {
    throw refusal('contactPoints', 'host, host:port or [IPv6]:port', text);
  }
  const port = match?.[3];
  return new DefaultEndPoint(address, port === undefined ? defaultPort : checkPort(Number(port)));
}

/** What no address has: blanks, slashes, brackets, and a single colon, which would be that of a port. */
const NO_ADDRESS = /[\s/[\]]|^[^:]*:[^:]*$/;

/** `[v6]`, a name or IPv4 address, each with or without port; or bare IPv6, which has two colons or more. */
const CONTACT_POINT =
  /^(?:(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/[\]]+))(?::(\d{1,5}))?|([0-9a-fA-F]*:[0-9a-fA-F.%\w]*:[0-9a-fA-F:.%\w]*))$/;

/** `address:port` with IPv6 in brackets, or the path of a Unix socket. */
export function endPointText(endPoint: ErrorEndPoint): string {
  if (endPoint.port === 0) return endPoint.address;
  return endPoint.address.includes(':')
    ? `[${endPoint.address}]:${endPoint.port}`
    : `${endPoint.address}:${endPoint.port}`;
}

/** Whether what is sent there stays on this machine. */
export function isLoopback(endPoint: EndPoint): boolean {
  const { address } = endPoint;
  return (
    endPoint instanceof UnixSocketEndPoint ||
    address === 'localhost' ||
    address === '::1' ||
    /^127(\.\d{1,3}){3}$/.test(address)
  );
}

function checkPort(port: number): number {
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw refusal('port', 'a port from 1 to 65535', port);
  return port;
}

function refusal(field: string, expected: string, value: unknown): InvalidArgumentError {
  const got = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return new InvalidArgumentError(`expected ${field} to be ${expected}, got ${got}`, { field });
}
