// Every host in turn, whatever its data center; and the base of the policies that take turns within groups of hosts.

import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';
import { RotatingPlan, type HostGroups } from './rotating-plan.ts';

/** Every host in turn, starting at a random one; hosts that are down come last. */
export class RoundRobinPolicy implements LoadBalancingPolicy {
  #turn = Math.floor(Math.random() * 0x10000);
  #topology: TopologySnapshot | null = null;
  #groups: HostGroups = [];

  distance(_host: Host): HostDistance {
    return 'LOCAL';
  }

  populate(topology: TopologySnapshot): void {
    this.#topology = topology;
    this.#groups = this.group(topology);
  }

  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    if (topology !== this.#topology) this.populate(topology);
    this.#turn = (this.#turn + 1) & 0x3fff_ffff;
    return new RotatingPlan(this.groupsFor(query, this.#groups), this.#turn);
  }

  /** The groups of hosts that plans are made of, nearest first; asked once for a topology. */
  protected group(topology: TopologySnapshot): HostGroups {
    return [topology.hosts];
  }

  /** The groups that one query may use. */
  protected groupsFor(_query: QueryInfo, groups: HostGroups): HostGroups {
    return groups;
  }

  /** Groups the hosts anew: what they were grouped by has changed. */
  protected regroup(): void {
    if (this.#topology !== null) this.#groups = this.group(this.#topology);
  }
}
