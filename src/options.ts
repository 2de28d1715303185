// The options of a cluster: complete types, one frozen object of defaults, one function that checks what the user gave.

import type { AddressTranslator } from './connection/address-translation.ts';
import { PlainTextAuthProvider, type AuthProvider } from './connection/authenticator.ts';
import { DEFAULT_SOCKET_OPTIONS, type Connector } from './connection/connector.ts';
import type { EndPoint } from './connection/endpoint.ts';
import type { TlsOptions } from './connection/tls.ts';
import { InvalidArgumentError } from './errors.ts';
import { requireDuration, requireInteger, requireVersion } from './options/checks.ts';
import { contactPointEndPoints, type ContactPoint } from './options/contact-points.ts';
import type { LoadBalancingPolicy } from './policies/load-balancing.ts';
import type { ReconnectionPolicy } from './policies/reconnection.ts';
import type { RetryPolicy } from './policies/retry.ts';
import type { TimestampGenerator } from './policies/timestamps.ts';
import { resolveTypeMapping, type TypeMappingOptions } from './result/type-mapping.ts';
import {
  consistencyName,
  serialConsistencyNumber,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from './types/consistency.ts';
import { describe } from './types/describe.ts';
import { consoleLogger, isLogLevel, type Logger, type LogLevel } from './types/logger.ts';

/** Options of a {@link Cluster}. All durations are milliseconds. */
export interface ClusterOptions {
  /** Nodes to ask first; the others are discovered. Default: `127.0.0.1`. */
  contactPoints?: readonly ContactPoint[];
  /** Port of contact points and peers that name none. Default: 9042. */
  port?: number;
  /** Data center whose hosts are used. Default: that of the contact points. */
  localDc?: string;
  /** Keyspace of every session that names none. */
  keyspace?: string;
  /** CQL version of STARTUP. Default: `3.0.0`, which every server accepts. */
  cqlVersion?: string;
  /** Exactly this version, no downgrade. Default: negotiated, 5, then 4, then 3. */
  protocolVersion?: 3 | 4 | 5;
  /** Refuse to negotiate a lower version. Default: 3. */
  minProtocolVersion?: 3 | 4 | 5;
  /** Whether frames are compressed: `true` is `'lz4'`; `'snappy'` caps the protocol at version 4. Default: `false`. */
  compression?: boolean | 'lz4' | 'snappy';
  authProvider?: AuthProvider;
  /** Shorthand for a {@link PlainTextAuthProvider}. */
  credentials?: { username: string; password: string };
  /** TLS with the runtime's own implementation; certificate and host name are verified. A function is asked for each connection. */
  tls?: boolean | TlsOptions | (() => TlsOptions | Promise<TlsOptions>);
  loadBalancingPolicy?: LoadBalancingPolicy;
  reconnectionPolicy?: ReconnectionPolicy;
  defaultRetryPolicy?: RetryPolicy;
  addressTranslator?: AddressTranslator;
  /** Makes the timestamps of writes; `null` leaves them to the server. Default: monotonic microseconds. */
  timestampGenerator?: TimestampGenerator | null;
  sockopts?: { noDelay?: boolean; keepAlive?: boolean; keepAliveInitialDelay?: number };
  /** Socket, TLS and handshake of one connection together. Default: 5,000. */
  connectTimeout?: number;
  /** One query of the control connection. Default: 2,000. */
  controlConnectionTimeout?: number;
  /** One request with all its retries. `null`: no limit. Default: 10,000. */
  requestTimeout?: number | null;
  /** Idle time after which a connection is probed; 0: never. Default: 30,000. */
  idleHeartbeatInterval?: number;
  /** Time for the answer to a probe, else the connection closes. Default: 5,000. */
  idleHeartbeatTimeout?: number;
  /** How long a schema change waits until all nodes agree; 0: not at all. Default: 10,000. */
  maxSchemaAgreementWait?: number;
  /** Statements that were prepared automatically and are kept, least recently used first out. Default: 10,000. */
  maxPrepared?: number;
  /** Bytes of the largest frame body that is accepted. Default: 256 MiB. */
  maxFrameLength?: number;
  /** `maxRequestsPerConnection`: in flight at once, further ones wait. Default: 2,048, at most 32,766. */
  pooling?: { maxRequestsPerConnection?: number };
  /** Requests that may wait in a session; the next is refused. Default: 16,384. */
  maxQueuedRequests?: number;
  /** Name and version of the application, for `system_views.clients`. */
  applicationInfo?: { name?: string; version?: string; clientId?: string };
  /** Opens sockets. Default: `node:net` and `node:tls`. */
  connector?: Connector;
  /** A level for the console, or a logger. Default: `'warn'`. */
  logger?: LogLevel | Logger;
  /** Which JavaScript type stands for which CQL type. */
  types?: TypeMappingOptions;
  /** Consistency of requests that name none. Default: `LOCAL_ONE`. */
  consistencyLevel?: Consistency;
  serialConsistencyLevel?: SerialConsistency;
  /** Rows of a page; `null`: the server decides. Default: 5,000. */
  fetchSize?: number | null;
}

/** Options with every default in its place. */
export interface ResolvedOptions
  extends
    Readonly<
      Omit<Required<ClusterOptions>, OptionalKeys | 'contactPoints' | 'logger' | 'compression' | 'consistencyLevel'>
    >,
    Readonly<Pick<ClusterOptions, OptionalKeys>> {
  readonly contactPoints: readonly EndPoint[];
  readonly logger: Logger;
  readonly compression: 'none' | 'lz4' | 'snappy';
  readonly consistencyLevel: ConsistencyName;
}

type OptionalKeys =
  | 'localDc'
  | 'keyspace'
  | 'protocolVersion'
  | 'authProvider'
  | 'credentials'
  | 'tls'
  | 'loadBalancingPolicy'
  | 'reconnectionPolicy'
  | 'defaultRetryPolicy'
  | 'addressTranslator'
  | 'timestampGenerator'
  | 'connector'
  | 'serialConsistencyLevel';

const DEFAULTS = Object.freeze({
  port: 9042,
  cqlVersion: '3.0.0',
  minProtocolVersion: 3 as const,
  sockopts: DEFAULT_SOCKET_OPTIONS,
  connectTimeout: 5_000,
  controlConnectionTimeout: 2_000,
  requestTimeout: 10_000,
  idleHeartbeatInterval: 30_000,
  idleHeartbeatTimeout: 5_000,
  maxSchemaAgreementWait: 10_000,
  maxPrepared: 10_000,
  maxFrameLength: 256 * 1024 * 1024,
  pooling: Object.freeze({ maxRequestsPerConnection: 2_048 }),
  maxQueuedRequests: 16_384,
  applicationInfo: Object.freeze({}),
  types: Object.freeze({}),
  fetchSize: 5_000,
});

/**
 * Checks options and fills in the defaults.
 *
 * @throws {InvalidArgumentError} naming the option, what is allowed and what came.
 */
export function resolveOptions(options: ClusterOptions): ResolvedOptions {
  requireKnown(options);
  const given = Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as ClusterOptions;
  const resolved = { ...DEFAULTS, ...given };
  for (const field of ['connectTimeout', 'controlConnectionTimeout'] as const)
    requireDuration(field, resolved[field], 1);
  for (const field of ['idleHeartbeatInterval', 'idleHeartbeatTimeout', 'maxSchemaAgreementWait'] as const) {
    requireDuration(field, resolved[field], 0);
  }
  if (resolved.requestTimeout !== null) requireDuration('requestTimeout', resolved.requestTimeout, 1);
  requireInteger('port', resolved.port, 1, 65_535);
  requireInteger('maxPrepared', resolved.maxPrepared, 1, 10_000_000);
  requireInteger('maxFrameLength', resolved.maxFrameLength, 1_024, 1024 * 1024 * 1024);
  requireInteger('maxQueuedRequests', resolved.maxQueuedRequests, 0, 10_000_000);
  if (resolved.fetchSize !== null) requireInteger('fetchSize', resolved.fetchSize, 1, 2 ** 31 - 1);
  requireVersion('protocolVersion', given.protocolVersion);
  requireVersion('minProtocolVersion', resolved.minProtocolVersion);
  if (given.serialConsistencyLevel !== undefined) serialConsistencyNumber(given.serialConsistencyLevel);
  resolveTypeMapping(resolved.types);
  const pooling = { ...DEFAULTS.pooling, ...given.pooling };
  requireInteger('pooling.maxRequestsPerConnection', pooling.maxRequestsPerConnection, 1, 32_766);
  return {
    ...resolved,
    contactPoints: contactPointEndPoints(given.contactPoints ?? ['127.0.0.1'], resolved.port),
    compression: compressionName(given.compression),
    consistencyLevel: consistencyName(given.consistencyLevel ?? 'LOCAL_ONE'),
    logger: loggerOf(given.logger ?? 'warn'),
    sockopts: { ...DEFAULTS.sockopts, ...given.sockopts },
    pooling,
    ...authProviderOf(given),
  };
}

const KNOWN = new Set<string>([
  ...Object.keys(DEFAULTS),
  ...['contactPoints', 'localDc', 'keyspace', 'protocolVersion', 'compression', 'authProvider', 'credentials', 'tls'],
  ...['loadBalancingPolicy', 'reconnectionPolicy', 'defaultRetryPolicy', 'addressTranslator', 'timestampGenerator'],
  ...['connector', 'logger', 'consistencyLevel', 'serialConsistencyLevel'],
]);

function requireKnown(options: ClusterOptions): void {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new InvalidArgumentError(`expected cluster options as an object, got ${describe(options)}`, {
      field: 'options',
    });
  }
  for (const field of Object.keys(options)) {
    if (KNOWN.has(field)) continue;
    throw new InvalidArgumentError(`unknown cluster option ${JSON.stringify(field)}`, { field });
  }
}

function compressionName(compression: ClusterOptions['compression']): ResolvedOptions['compression'] {
  switch (compression) {
    case undefined:
    case false:
      return 'none';
    case true:
    case 'lz4':
      return 'lz4';
    case 'snappy':
      return 'snappy';
    default:
      throw new InvalidArgumentError(
        `expected compression as a boolean, 'lz4' or 'snappy', got ${String(compression)}`,
        {
          field: 'compression',
        },
      );
  }
}

function loggerOf(logger: LogLevel | Logger): Logger {
  if (typeof logger === 'string') {
    if (isLogLevel(logger)) return consoleLogger(logger);
    throw new InvalidArgumentError(`expected logger as a level or an object, got ${JSON.stringify(logger)}`, {
      field: 'logger',
    });
  }
  for (const method of ['debug', 'info', 'warn', 'error'] as const) {
    if (typeof logger[method] === 'function') continue;
    throw new InvalidArgumentError(`expected logger with a method ${method}`, { field: 'logger' });
  }
  return logger;
}

function authProviderOf(options: ClusterOptions): { authProvider?: AuthProvider } {
  const { authProvider, credentials } = options;
  if (authProvider !== undefined && credentials !== undefined) {
    throw new InvalidArgumentError('expected authProvider or credentials, got both', { field: 'credentials' });
  }
  if (authProvider !== undefined) return { authProvider };
  return credentials === undefined
    ? {}
    : { authProvider: new PlainTextAuthProvider(credentials.username, credentials.password) };
}
