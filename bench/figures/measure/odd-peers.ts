// Rows of `system.peers_v2` as no healthy cluster has them.

import { peersV2Table } from '../../../test/wire/harness/cluster-tables.ts';
import type { SystemRow, SystemTable } from '../../../test/wire/harness/system-table.ts';

const TOKENS_OF_A_NODE = 16;

/** So many peers at addresses where nobody listens; of every ten, four are odd. */
export function oddPeers(count: number, port: number): SystemTable {
  const peers = Array.from({ length: count }, (_, i) => ({
    address: `127.1.${i >> 8}.${i & 0xff}`,
    port,
    hostId: hostId(i),
    dataCenter: 'dc1',
    rack: `rack${i % 3}`,
    tokens: tokensOf(i),
    overrides: oddities(i),
  }));
  return peersV2Table(peers, {
    clusterName: 'fake',
    releaseVersion: '5.0.5',
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    schemaVersion: '00000000-0000-4000-8000-0000000000ff',
  });
}

function oddities(i: number): SystemRow {
  switch (i % 10) {
    case 0:
      return { host_id: null };
    case 1:
      return { tokens: null };
    case 2:
      return { host_id: hostId(i + 1) };
    case 4:
      return { data_center: null, rack: null };
    case 5:
      return { native_address: '0.0.0.0' };
    case 6:
      return { native_port: 1 };
    default:
      return {};
  }
}

function hostId(i: number): string {
  return `00000000-0000-4000-8000-1${i.toString(16).padStart(11, '0')}`;
}

function tokensOf(i: number): string[] {
  return Array.from({ length: TOKENS_OF_A_NODE }, (_, t) =>
    String(BigInt.asIntN(64, BigInt(i * TOKENS_OF_A_NODE + t) * 0x9e37_79b9_7f4a_7c15n)),
  );
}
