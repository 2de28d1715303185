// Hosts of two data centers, and plans as the numbers of their hosts.

import type { LoadBalancingPolicy } from '../../../../src/policies/load-balancing.ts';
import type { Host } from '../../../../src/topology/host.ts';
import type { Topology } from '../../../../src/topology/topology.ts';
import type { QueryInfo } from '../../../../src/types/query-info.ts';
import { fakeHost, fakeTopology, queryFor } from '../../topology/fake-hosts.ts';

/**
 * Hosts 1 to 6: 1 to 3 in `dc1` on racks r1, r1, r2; 4 and 5 in `dc2`, 6 in `dc3`. Host n owns the token 100 n; replicas are the
 * owner and those that follow, three in `dc1` and one in `dc2`.
 */
export function twoCenters(): Topology {
  const places = ['dc1 r1', 'dc1 r1', 'dc1 r2', 'dc2 r1', 'dc2 r2', 'dc3 r1'];
  const hosts = places.map((place, i) => {
    const [dc, rack] = place.split(' ');
    return fakeHost(i + 1, [BigInt(i + 1) * 100n], dc, rack);
  });
  return fakeTopology(hosts, { class: 'NetworkTopologyStrategy', dc1: '3', dc2: '1' });
}

export function hostOf(topology: Topology, number: number): Host {
  const host = topology.hosts[number - 1];
  if (host === undefined) throw new Error(`no host ${number}`);
  return host;
}

export function numbersOf(hosts: Iterable<Host>): number[] {
  return Array.from(hosts, (host) => Number(host.address.split('.')[3]));
}

/** The plan of a query for a token, undefined for a query without. */
export function planOf(
  policy: LoadBalancingPolicy,
  topology: Topology,
  token: bigint | undefined,
  changes: Partial<QueryInfo> = {},
): number[] {
  return numbersOf(policy.makeQueryPlan(queryFor(token, changes), topology));
}

export const sorted = (numbers: readonly number[]): number[] => [...numbers].sort((a, b) => a - b);
