// The default answers to OPTIONS, STARTUP, AUTH_RESPONSE and REGISTER (native_protocol_v5.spec 4.1.1 to 4.1.3, 4.1.8).
import type { CompressionName } from './compression.ts';
import { error } from './error-response.ts';
import { EVENT_TYPES } from './event.ts';
import { PASSWORD_AUTHENTICATOR } from './fake-server-options.ts';
import type { Request } from './request.ts';
import { authenticate, authSuccess, ready, type Response, supported } from './response.ts';
import type { ConnectionState, ServerState } from './server-state.ts';

type Of<Opcode extends Request['opcode']> = Extract<Request, { readonly opcode: Opcode }>;

export function replyToOptions(server: ServerState, connection: ConnectionState): Response {
  const { options } = server;
  const known: Readonly<Record<string, readonly string[]>> = {
    CQL_VERSION: ['3.4.7'],
    PROTOCOL_VERSIONS: options.versions.map((version) => `${version}/v${version}`),
    COMPRESSION: options.compression,
    ...scyllaKeys(server, connection),
    ...options.supported,
  };
  return supported(Object.fromEntries(Object.entries(known).filter(([, values]) => values.length > 0)));
}

export function replyToStartup(server: ServerState, connection: ConnectionState, startup: Of<'STARTUP'>): Response {
  const { options } = startup;
  if (options['CQL_VERSION'] === undefined) {
    return error('PROTOCOL_ERROR', 'Missing value CQL_VERSION in STARTUP message');
  }
  const wanted = options['COMPRESSION']?.toLowerCase();
  const compression = server.options.compression.find((name) => name === wanted);
  if (wanted !== undefined && (compression === undefined || !isAllowed(compression, connection))) {
    return error('PROTOCOL_ERROR', `Unknown compression algorithm: ${wanted}`);
  }
  connection.compression = compression;
  connection.usesMetadataId = options['SCYLLA_USE_METADATA_ID'] !== undefined;
  const auth = server.options.auth;
  return auth === undefined ? ready() : authenticate(auth.authenticator ?? PASSWORD_AUTHENTICATOR);
}

/** Accepts a SASL PLAIN token: authorization id, zero, name, zero, password. */
export function replyToAuthResponse(server: ServerState, { token }: Of<'AUTH_RESPONSE'>): Response {
  const [, username, password] = new TextDecoder().decode(token ?? new Uint8Array(0)).split('\0');
  const { auth } = server.options;
  return auth !== undefined && username === auth.username && password === auth.password
    ? authSuccess()
    : error('BAD_CREDENTIALS', `Provided username ${username ?? ''} and/or password are incorrect`);
}

export function replyToRegister(connection: ConnectionState, { events }: Of<'REGISTER'>): Response {
  const unknown = events.find((name) => !EVENT_TYPES.some((type) => type === name));
  if (unknown !== undefined) {
    return error('PROTOCOL_ERROR', `Invalid value '${unknown}' for Event.Type`);
  }
  for (const name of events) {
    connection.events.add(name);
  }
  return ready();
}

/** v5 knows only LZ4. */
function isAllowed(compression: CompressionName, { version }: ConnectionState): boolean {
  return version === undefined || version < 5 || compression === 'lz4';
}

function scyllaKeys(
  server: ServerState,
  { node, shard }: ConnectionState,
): Readonly<Record<string, readonly string[]>> {
  const { scylla } = server.options;
  if (scylla === undefined) {
    return {};
  }
  return {
    SCYLLA_SHARD: [String(shard)],
    SCYLLA_NR_SHARDS: [String(scylla.shards)],
    SCYLLA_PARTITIONER: ['org.apache.cassandra.dht.Murmur3Partitioner'],
    SCYLLA_SHARDING_ALGORITHM: ['biased-token-round-robin'],
    SCYLLA_SHARDING_IGNORE_MSB: [String(scylla.ignoreMsb ?? 12)],
    SCYLLA_SHARD_AWARE_PORT: node.shardAwarePort === undefined ? [] : [String(node.shardAwarePort)],
  };
}
