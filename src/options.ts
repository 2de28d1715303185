// The options of a cluster: complete types, one frozen object of defaults, one function that checks what the user gave.

import type { AddressTranslator } from './connection/address-translation.ts';
import type { AuthProvider } from './connection/authenticator.ts';
import { DEFAULT_SOCKET_OPTIONS, type Connector } from './connection/connector.ts';
import type { EndPoint, EndPointFactory } from './connection/endpoint.ts';
import type { TlsOptions } from './connection/tls.ts';
import { InvalidArgumentError } from './errors.ts';
import { ProfileTable, type ExecutionProfiles } from './execution/profile-table.ts';
import {
  callable,
  duration,
  fields,
  flag,
  integer,
  name,
  orNull,
  text,
  version,
  window,
  withMethods,
} from './options/checks.ts';
import type { Check } from './options/checks.ts';
import { contactPointEndPoints, type ContactPoint } from './options/contact-points.ts';
import { authProviderOf, compressionName, logger, loggerOf, tls } from './options/conversions.ts';
import {
  checkPooling,
  DEFAULT_POOLING,
  resolvePooling,
  type PoolingOptions,
  type ResolvedPooling,
} from './options/pooling.ts';
import { checkThrottler } from './options/throttler.ts';
import { SimpleConvictionPolicy, type ConvictionPolicy } from './policies/conviction.ts';
import type { LoadBalancingPolicy } from './policies/load-balancing.ts';
import type { ThrottlerOptions } from './pool/throttler.ts';
import type { ReconnectionPolicy } from './policies/reconnection.ts';
import type { RetryPolicy } from './policies/retry.ts';
import type { SpeculativeExecutionPolicy } from './policies/speculative-execution.ts';
import type { TimestampGenerator } from './policies/timestamps.ts';
import { resolveTypeMapping, type TypeMappingOptions } from './result/type-mapping.ts';
import type { Host } from './topology/host.ts';
import { Codecs, type Codec } from './types/codec.ts';
import {
  consistencyName,
  serialConsistencyNumber,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from './types/consistency.ts';
import { describe } from './types/describe.ts';
import type { Logger, LogLevel } from './types/logger.ts';

/** Options of a {@link Cluster}. All durations are milliseconds. */
export interface ClusterOptions {
  /** Nodes to ask first; the others are discovered. Default: `127.0.0.1`. */
  contactPoints?: readonly ContactPoint[];
  /** Port of contact points and peers that name none. Default: 9042. */
  port?: number;
  /** Data center whose hosts are used. Default: that of the contact points. */
  localDc?: string;
  /** Rack within `localDc` that policies which know racks prefer. Default: none. */
  localRack?: string;
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
  /** Asks further hosts while the first are slow to answer. Default: never. */
  speculativeExecutionPolicy?: SpeculativeExecutionPolicy;
  /** Settings by name, for requests to choose; under `EXEC_PROFILE_DEFAULT` those of requests that choose none. */
  executionProfiles?: ExecutionProfiles;
  addressTranslator?: AddressTranslator;
  /** Makes the end points of discovered nodes, in place of `addressTranslator`. Default: address and port of each. */
  endpointFactory?: EndPointFactory;
  /** Makes the timestamps of writes; `null` leaves them to the server. Default: monotonic microseconds. */
  timestampGenerator?: TimestampGenerator | null;
  sockopts?: { noDelay?: boolean; keepAlive?: boolean; keepAliveInitialDelay?: number };
  /** Socket, TLS and handshake of one connection together. Default: 5,000. */
  connectTimeout?: number;
  /**
   * One query of the control connection; `null`: no limit. While that connection opens a query may take as long as
   * `connectTimeout`, if that is longer. Default: 2,000.
   */
  controlConnectionTimeout?: number | null;
  /** One request with all its retries. `null`: no limit. Default: 10,000. */
  requestTimeout?: number | null;
  /** Idle time after which a connection is probed; 0: never. Default: 30,000. */
  idleHeartbeatInterval?: number;
  /** Time for the answer to a probe, else the connection closes. Default: 5,000. */
  idleHeartbeatTimeout?: number;
  /** How long a schema change waits until all nodes agree; 0 or less: not at all. Default: 10,000. */
  maxSchemaAgreementWait?: number;
  /**
   * Window in which the schema is read again after an event: after a random part of it, so that clients do not come together,
   * once for all events that came meanwhile. 0: at once. Negative: never, only after statements of this cluster's own sessions.
   * Default: 2,000.
   */
  schemaEventRefreshWindow?: number;
  /** Window in which the nodes are read again after one came, went or moved; 0: at once, negative: never. Default: 10,000. */
  topologyEventRefreshWindow?: number;
  /** Window in which a node is tried after it was said to be up; 0: at once, negative: never. Default: 2,000. */
  statusEventRefreshWindow?: number;
  /** Whether `metadata.keyspaces` is read and kept up to date. Default: true. */
  schemaMetadataEnabled?: boolean;
  /** Rows of a page when the schema is read; `null`: the server decides. Default: 1,000. */
  schemaMetadataPageSize?: number | null;
  /** Whether tokens and replication are read; without them requests are not sent to replicas. Default: true. */
  tokenMetadataEnabled?: boolean;
  /** Whether `session.prepare` prepares on every connected host and not on one. Default: `false`, the others learn it when asked. */
  prepareOnAllHosts?: boolean;
  /**
   * Whether a host that comes back is asked to prepare again what it served in its last five minutes, eight at once. What was
   * prepared automatically is left to its next execution. Default: `true`.
   */
  reprepareOnUp?: boolean;
  /** Statements that were prepared automatically and are kept, least recently used first out. Default: 10,000. */
  maxPrepared?: number;
  /** Bytes of the largest frame body that is accepted. Default: 256 MiB. */
  maxFrameLength?: number;
  /** Connections of a session to one host, and requests on each. */
  pooling?: PoolingOptions;
  /** How long those who wait for all connections wait at most; 0: not at all. Default: 5,000. */
  poolWaitTimeout?: number;
  /** Makes the policy that says which failures make a host one that is down. Default: the first does. */
  convictionPolicyFactory?: (host: Host) => ConvictionPolicy;
  /** Requests that may wait in a session; the next is refused. Default: 16,384. */
  maxQueuedRequests?: number;
  /** Limits on what each session executes at once and in a second. Default: none. */
  throttler?: ThrottlerOptions;
  /** Name and version of the application, for `system_views.clients`. */
  applicationInfo?: { name?: string; version?: string; clientId?: string };
  /** Whether requests are counted and timed, for `cluster.metrics`. Default: `true`. */
  metricsEnabled?: boolean;
  /** Opens sockets. Default: `node:net` and `node:tls`. */
  connector?: Connector;
  /** A level for the console, or a logger. Default: `'warn'`. */
  logger?: LogLevel | Logger;
  /** Which JavaScript type stands for which CQL type. */
  types?: TypeMappingOptions;
  /** The application's own codecs, of types and of columns. Default: none. */
  codecs?: readonly Codec[];
  /** Consistency of requests that name none. Default: `LOCAL_ONE`. */
  consistencyLevel?: Consistency;
  serialConsistencyLevel?: SerialConsistency;
  /** Rows of a page; `null`: the server decides. Default: 5,000. */
  fetchSize?: number | null;
}

/** Options with every default in its place. */
export interface ResolvedOptions
  extends
    Readonly<Omit<Required<Pick<ClusterOptions, keyof typeof DEFAULTS>>, 'contactPoints' | Converted>>,
    Readonly<Omit<ClusterOptions, keyof typeof DEFAULTS | Converted>> {
  readonly contactPoints: readonly EndPoint[];
  readonly logger: Logger;
  readonly compression: 'none' | 'lz4' | 'snappy';
  readonly consistencyLevel: ConsistencyName;
  readonly pooling: ResolvedPooling;
}

/** What has another type once it is resolved. */
type Converted = 'contactPoints' | 'logger' | 'compression' | 'consistencyLevel' | 'pooling';

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
  schemaEventRefreshWindow: 2_000,
  topologyEventRefreshWindow: 10_000,
  statusEventRefreshWindow: 2_000,
  schemaMetadataEnabled: true,
  schemaMetadataPageSize: 1_000,
  tokenMetadataEnabled: true,
  prepareOnAllHosts: false,
  reprepareOnUp: true,
  maxPrepared: 10_000,
  maxFrameLength: 256 * 1024 * 1024,
  pooling: DEFAULT_POOLING,
  poolWaitTimeout: 5_000,
  convictionPolicyFactory: () => new SimpleConvictionPolicy(),
  maxQueuedRequests: 16_384,
  applicationInfo: Object.freeze({}),
  metricsEnabled: true,
  types: Object.freeze({}),
  codecs: Object.freeze([]),
  fetchSize: 5_000,
});

/** How each option is checked, where it is given; an option that is not here does not exist. */
const CHECKS: { readonly [Field in keyof Required<ClusterOptions>]: Check } = {
  contactPoints: (value) => void contactPointEndPoints(value as readonly ContactPoint[], DEFAULTS.port),
  port: integer(1, 65_535),
  localDc: name,
  localRack: name,
  keyspace: name,
  cqlVersion: name,
  protocolVersion: version,
  minProtocolVersion: version,
  compression: compressionName,
  authProvider: withMethods('newAuthenticator'),
  credentials: fields({ username: name, password: text }),
  tls,
  loadBalancingPolicy: withMethods('distance', 'populate', 'makeQueryPlan'),
  reconnectionPolicy: withMethods('newSchedule'),
  defaultRetryPolicy: withMethods('onReadTimeout', 'onWriteTimeout', 'onUnavailable', 'onRequestError'),
  speculativeExecutionPolicy: withMethods('newPlan'),
  executionProfiles: (value) => new ProfileTable(value as ExecutionProfiles),
  addressTranslator: withMethods('translate'),
  endpointFactory: withMethods('create'),
  timestampGenerator: orNull(callable),
  sockopts: fields({ noDelay: flag, keepAlive: flag, keepAliveInitialDelay: duration(0) }),
  connectTimeout: duration(1),
  controlConnectionTimeout: orNull(duration(1)),
  requestTimeout: orNull(duration(1)),
  idleHeartbeatInterval: duration(0),
  idleHeartbeatTimeout: duration(0),
  maxSchemaAgreementWait: window,
  schemaEventRefreshWindow: window,
  topologyEventRefreshWindow: window,
  statusEventRefreshWindow: window,
  schemaMetadataEnabled: flag,
  schemaMetadataPageSize: orNull(integer(1, 2 ** 31 - 1)),
  tokenMetadataEnabled: flag,
  prepareOnAllHosts: flag,
  reprepareOnUp: flag,
  maxPrepared: integer(1, 10_000_000),
  maxFrameLength: integer(1_024, 1024 * 1024 * 1024),
  pooling: checkPooling,
  poolWaitTimeout: duration(0),
  convictionPolicyFactory: callable,
  maxQueuedRequests: integer(0, 10_000_000),
  throttler: checkThrottler,
  applicationInfo: fields({ name, version: name, clientId: name }),
  metricsEnabled: flag,
  connector: withMethods('connect'),
  logger,
  types: (value) => void resolveTypeMapping(value as TypeMappingOptions),
  codecs: (value) => Codecs.of(value),
  consistencyLevel: (value) => void consistencyName(value as Consistency),
  serialConsistencyLevel: (value) => void serialConsistencyNumber(value as SerialConsistency),
  fetchSize: orNull(integer(1, 2 ** 31 - 1)),
};

/**
 * Checks options and fills in the defaults.
 *
 * @throws {InvalidArgumentError} naming the option, what is allowed and what came.
 */
export function resolveOptions(options: ClusterOptions): ResolvedOptions {
  const given = checkOptions(options);
  const resolved = { ...DEFAULTS, ...given };
  return {
    ...resolved,
    contactPoints: contactPointEndPoints(given.contactPoints ?? ['127.0.0.1'], resolved.port),
    compression: compressionName(given.compression),
    consistencyLevel: consistencyName(given.consistencyLevel ?? 'LOCAL_ONE'),
    logger: loggerOf(given.logger ?? 'warn'),
    sockopts: { ...DEFAULTS.sockopts, ...given.sockopts },
    pooling: resolvePooling(given.pooling),
    ...authProviderOf(given.authProvider, given.credentials),
  };
}

/** Gives the options without those that are `undefined`. */
function checkOptions(options: ClusterOptions): ClusterOptions {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new InvalidArgumentError(`expected cluster options as an object, got ${describe(options)}`, {
      field: 'options',
    });
  }
  const given: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(options)) {
    if (!Object.hasOwn(CHECKS, field)) {
      throw new InvalidArgumentError(`unknown cluster option ${JSON.stringify(field)}`, { field });
    }
    if (value === undefined) continue;
    CHECKS[field as keyof ClusterOptions](value, field);
    given[field] = value;
  }
  return given;
}
