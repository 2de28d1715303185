// How far a host is where several policies have a say: the closest counts, as the host must serve all of them.

import type { Host } from '../topology/host.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { LoadBalancingPolicy } from './load-balancing.ts';

const CLOSENESS: Readonly<Record<HostDistance, number>> = Object.freeze({
  LOCAL_RACK: 0,
  LOCAL: 1,
  REMOTE: 2,
  IGNORED: 3,
});

/** The closest distance that any of the policies gives the host; `IGNORED` without policies. */
export function closestDistance(policies: Iterable<LoadBalancingPolicy>, host: Host): HostDistance {
  let closest: HostDistance = 'IGNORED';
  for (const policy of policies) {
    const distance = policy.distance(host);
    if (CLOSENESS[distance] < CLOSENESS[closest]) closest = distance;
  }
  return closest;
}
