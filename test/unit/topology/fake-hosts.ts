// Hosts for tests of the topology and the policies.

import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { parseReplication } from '../../../src/topology/replication.ts';
import { Host } from '../../../src/topology/host.ts';
import { TokenRing } from '../../../src/topology/token-ring.ts';
import { Topology } from '../../../src/topology/topology.ts';
import type { QueryInfo } from '../../../src/types/query-info.ts';
import { Uuid } from '../../../src/types/uuid.ts';

/** A host named by the last number of its address. */
export function fakeHost(
  number: number,
  tokens: readonly bigint[],
  datacenter = 'dc1',
  rack = 'r1',
  address = `127.0.0.${number}`,
): Host {
  return new Host({
    endpoint: new DefaultEndPoint(address, 9042),
    hostId: Uuid.random(),
    datacenter,
    rack,
    releaseVersion: '5.0.5',
    broadcastAddress: `10.0.0.${number}`,
    listenAddress: undefined,
    tokens: tokens.map(String),
  });
}

/** A topology in which keyspace `ks` has this replication. */
export function fakeTopology(hosts: readonly Host[], replication: Record<string, string>, localDc = 'dc1'): Topology {
  return new Topology({
    clusterName: 'test',
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    hosts,
    ring: TokenRing.of(hosts),
    replication: new Map([['ks', parseReplication(new Map(Object.entries(replication)))]]),
    localDc,
    localRack: undefined,
  });
}

/** A query for a token of keyspace `ks`. */
export function queryFor(token: bigint | undefined, changes: Partial<QueryInfo> = {}): QueryInfo {
  return {
    keyspace: 'ks',
    table: 't',
    token,
    consistency: 'LOCAL_ONE',
    serialConsistency: undefined,
    isLwt: false,
    isIdempotent: true,
    ...changes,
  };
}
