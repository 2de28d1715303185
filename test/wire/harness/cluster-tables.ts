// system.local, system.peers and system.peers_v2 as one node of the fake cluster sees them (columns of Cassandra 5.0).
import type { CqlType } from './cql-type.ts';
import type { SystemRow, SystemTable } from './system-table.ts';

/** What the tables say of a node. */
export interface NodeFacts {
  readonly address: string;
  readonly port: number;
  readonly hostId: string;
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly string[];
  /** Columns that a test wants otherwise, in `local` and in the peers of others alike; null empties one. */
  readonly overrides: SystemRow;
}

export interface ClusterFacts {
  readonly clusterName: string;
  readonly releaseVersion: string;
  readonly partitioner: string;
  readonly schemaVersion: string;
}

const INTERNODE_PORT = 7000;

const LOCAL_COLUMNS: Readonly<Record<string, CqlType>> = {
  key: 'text',
  bootstrapped: 'text',
  broadcast_address: 'inet',
  broadcast_port: 'int',
  cluster_name: 'text',
  cql_version: 'text',
  data_center: 'text',
  gossip_generation: 'int',
  host_id: 'uuid',
  listen_address: 'inet',
  listen_port: 'int',
  native_protocol_version: 'text',
  partitioner: 'text',
  rack: 'text',
  release_version: 'text',
  rpc_address: 'inet',
  rpc_port: 'int',
  schema_version: 'uuid',
  tokens: { set: 'text' },
  truncated_at: { map: ['uuid', 'blob'] },
};

const PEERS_COLUMNS: Readonly<Record<string, CqlType>> = {
  peer: 'inet',
  data_center: 'text',
  host_id: 'uuid',
  preferred_ip: 'inet',
  rack: 'text',
  release_version: 'text',
  rpc_address: 'inet',
  schema_version: 'uuid',
  tokens: { set: 'text' },
};

const PEERS_V2_COLUMNS: Readonly<Record<string, CqlType>> = {
  peer: 'inet',
  peer_port: 'int',
  data_center: 'text',
  host_id: 'uuid',
  native_address: 'inet',
  native_port: 'int',
  preferred_ip: 'inet',
  preferred_port: 'int',
  rack: 'text',
  release_version: 'text',
  schema_version: 'uuid',
  tokens: { set: 'text' },
};

export function localTable(node: NodeFacts, cluster: ClusterFacts, highestVersion: number): SystemTable {
  const row = {
    ...shared(node, cluster),
    key: 'local',
    bootstrapped: 'COMPLETED',
    broadcast_address: node.address,
    broadcast_port: INTERNODE_PORT,
    cluster_name: cluster.clusterName,
    cql_version: '3.4.7',
    gossip_generation: 1,
    listen_address: node.address,
    listen_port: INTERNODE_PORT,
    native_protocol_version: String(highestVersion),
    partitioner: cluster.partitioner,
    rpc_address: node.address,
    rpc_port: node.port,
    ...node.overrides,
  };
  return { keyspace: 'system', name: 'local', columns: LOCAL_COLUMNS, rows: [row] };
}

export function peersTable(peers: readonly NodeFacts[], cluster: ClusterFacts): SystemTable {
  const rows = peers.map((peer) => ({
    ...shared(peer, cluster),
    peer: peer.address,
    rpc_address: peer.address,
    ...peer.overrides,
  }));
  return { keyspace: 'system', name: 'peers', columns: PEERS_COLUMNS, rows };
}

export function peersV2Table(peers: readonly NodeFacts[], cluster: ClusterFacts): SystemTable {
  const rows = peers.map((peer) => ({
    ...shared(peer, cluster),
    peer: peer.address,
    peer_port: INTERNODE_PORT,
    native_address: peer.address,
    native_port: peer.port,
    ...peer.overrides,
  }));
  return { keyspace: 'system', name: 'peers_v2', columns: PEERS_V2_COLUMNS, rows };
}

function shared(node: NodeFacts, cluster: ClusterFacts): SystemRow {
  return {
    data_center: node.dataCenter,
    host_id: node.hostId,
    rack: node.rack,
    release_version: cluster.releaseVersion,
    schema_version: cluster.schemaVersion,
    tokens: node.tokens,
  };
}
