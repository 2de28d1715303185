// Load balancing: from a query and the topology to a plan, the hosts to try in order. Policies are synchronous, hold no
// socket and await nothing; a user's own needs only the methods of `LoadBalancingPolicy`. The driver's own are beside this
// file, in load-balancing/.

import type { Host } from '../topology/host.ts';
import type { HostStateListener } from '../topology/host-states.ts';
import type { TopologySnapshot } from '../topology/topology.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** Decides which hosts get connections, and in which order a request tries them. */
export interface LoadBalancingPolicy extends HostStateListener {
  distance(host: Host): HostDistance;
  /** Called with every new topology, first of all before any other method. */
  populate(topology: TopologySnapshot): void;
  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host>;
}
