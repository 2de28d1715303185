// Every host in turn.

import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';

/** Every host in turn, whatever its data center. */
export class RoundRobinPolicy implements LoadBalancingPolicy {
  #next = 0;

  distance(_host: Host): HostDistance {
    return 'LOCAL';
  }

  populate(_topology: TopologySnapshot): void {
    // Nothing to keep: plans are made from the topology given with the query.
  }

  makeQueryPlan(_query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    return this.rotate(topology.hosts);
  }

  /** Hosts that are not down, starting one further at each call; those that are down come last. */
  protected rotate(hosts: readonly Host[]): Host[] {
    const start = hosts.length === 0 ? 0 : this.#next++ % hosts.length;
    if (this.#next >= Number.MAX_SAFE_INTEGER) this.#next = 0;
    const up: Host[] = [];
    const down: Host[] = [];
    for (let i = 0; i < hosts.length; i++) {
      const host = hosts[(start + i) % hosts.length];
      if (host !== undefined) (host.isUp === false ? down : up).push(host);
    }
    return down.length === 0 ? up : up.concat(down);
  }
}
