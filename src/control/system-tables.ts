// What the system tables say of the nodes: queries, and rows turned into hosts. Rows that cannot be a usable node are left
// out: ghosts of nodes that left, and nodes that are still joining, lack an id, tokens or an address.

import type { AddressTranslator } from '../connection/address-translation.ts';
import { DefaultEndPoint, type EndPoint, type EndPointFactory } from '../connection/endpoint.ts';
import type { HostRow } from '../topology/host.ts';
import { parseReplication, type ReplicationStrategy } from '../topology/replication.ts';
import { Uuid } from '../types/uuid.ts';

/** A row as the default row factory makes it. */
export type SystemRow = Readonly<Record<string, unknown>>;

export const SELECT_LOCAL = "SELECT * FROM system.local WHERE key = 'local'";
/** Cassandra 4.0 and later: knows ports. */
export const SELECT_PEERS_V2 = 'SELECT * FROM system.peers_v2';
export const SELECT_PEERS = 'SELECT * FROM system.peers';
export const SELECT_KEYSPACES = 'SELECT keyspace_name, replication FROM system_schema.keyspaces';
export const SELECT_LOCAL_SCHEMA_VERSION = "SELECT schema_version FROM system.local WHERE key = 'local'";
export const SELECT_PEERS_V2_SCHEMA_VERSIONS = 'SELECT host_id, schema_version FROM system.peers_v2';
export const SELECT_PEERS_SCHEMA_VERSIONS = 'SELECT host_id, schema_version FROM system.peers';

/** Columns that every server has: tokens are most of what these tables hold. */
const NODE_COLUMNS = 'data_center, rack, host_id, release_version, schema_version';
export const SELECT_LOCAL_WITHOUT_TOKENS =
  `SELECT cluster_name, partitioner, broadcast_address, listen_address, rpc_address, ${NODE_COLUMNS} ` +
  "FROM system.local WHERE key = 'local'";
export const SELECT_PEERS_V2_WITHOUT_TOKENS = `SELECT peer, native_address, native_port, ${NODE_COLUMNS} FROM system.peers_v2`;
export const SELECT_PEERS_WITHOUT_TOKENS = `SELECT peer, rpc_address, ${NODE_COLUMNS} FROM system.peers`;

/** A node, or why a row is none. */
export type HostReading = HostRow | string;

export interface HostReadingOptions {
  readonly translator: AddressTranslator;
  /** Makes the end points of peers; undefined: from their translated addresses. */
  readonly endPoints: EndPointFactory | undefined;
  /** Port of peers that name none. */
  readonly port: number;
  readonly hasTokens: boolean;
}

/** The node of `system.local`: the one that was asked, reached where it was reached. */
export function localHost(row: SystemRow, endpoint: EndPoint, options: HostReadingOptions): HostReading {
  const port = typeof row['rpc_port'] === 'number' ? row['rpc_port'] : options.port;
  return hostOf(row, endpoint, { address: textOf(row, 'rpc_address'), port }, options);
}

/** The node of a row of `system.peers_v2` or `system.peers`. Rejects with what the translator throws. */
export async function peerHost(row: SystemRow, options: HostReadingOptions): Promise<HostReading> {
  const address =
    usableAddress(row['native_address']) ?? usableAddress(row['rpc_address']) ?? usableAddress(row['peer']);
  if (address === null) return 'no address';
  const port = row['native_port'] ?? options.port;
  if (typeof port !== 'number' || port < 1 || port > 65_535)
    return typeof port === 'number' ? `port ${port}` : 'no port';
  if (options.endPoints !== undefined) return hostOf(row, options.endPoints.create(row), { address, port }, options);
  const translated = await options.translator.translate(address, port);
  const endpoint =
    typeof translated === 'string'
      ? new DefaultEndPoint(translated, port)
      : new DefaultEndPoint(translated.host, translated.port);
  return hostOf(row, endpoint, { address, port }, options);
}

/** Replication of each keyspace. */
export function replicationOf(rows: Iterable<SystemRow>): ReadonlyMap<string, ReplicationStrategy> {
  const strategies = new Map<string, ReplicationStrategy>();
  for (const row of rows) {
    const { keyspace_name: name, replication } = row;
    if (typeof name === 'string' && replication instanceof Map) {
      strategies.set(name, parseReplication(replication as ReadonlyMap<string, string>));
    }
  }
  return strategies;
}

/** Text of a column, `undefined` for null or another type. */
export function textOf(row: SystemRow, column: string): string | undefined {
  const value = row[column];
  return typeof value === 'string' ? value : undefined;
}

function hostOf(
  row: SystemRow,
  endpoint: EndPoint,
  announced: { readonly address: string | undefined; readonly port: number },
  { hasTokens }: HostReadingOptions,
): HostReading {
  const { host_id: hostId, tokens } = row;
  const datacenter = textOf(row, 'data_center');
  const rack = textOf(row, 'rack');
  if (!(hostId instanceof Uuid)) return 'no host_id';
  if (datacenter === undefined) return 'no data_center';
  if (rack === undefined) return 'no rack';
  if (hasTokens && (!(tokens instanceof Set) || tokens.size === 0)) return 'no tokens';
  return {
    endpoint,
    hostId,
    datacenter,
    rack,
    releaseVersion: textOf(row, 'release_version'),
    broadcastAddress: textOf(row, 'broadcast_address') ?? textOf(row, 'peer'),
    listenAddress: textOf(row, 'listen_address'),
    announced,
    tokens: tokens instanceof Set ? [...(tokens as ReadonlySet<string>)] : [],
  };
}

/** `0.0.0.0` and `::` say where a node listens, not where it is. */
function usableAddress(value: unknown): string | null {
  return typeof value === 'string' && value !== '0.0.0.0' && value !== '::' ? value : null;
}
