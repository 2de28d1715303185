// The local data center first, others only as far as they are wanted.

import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import { RoundRobinPolicy } from './round-robin.ts';

/**
 * The hosts of the local data center in turn, then at most `usedHostsPerRemoteDc` of each other one.
 *
 * `localDc` defaults to the data center of the contact points.
 */
export class DCAwareRoundRobinPolicy extends RoundRobinPolicy {
  readonly #givenLocalDc: string | undefined;
  readonly #usedHostsPerRemoteDc: number;
  #localDc: string | undefined;
  #remoteHosts: readonly Host[] = [];

  constructor(options: { localDc?: string; usedHostsPerRemoteDc?: number } = {}) {
    super();
    this.#givenLocalDc = options.localDc;
    this.#usedHostsPerRemoteDc = options.usedHostsPerRemoteDc ?? 0;
  }

  override populate(topology: TopologySnapshot): void {
    this.#localDc = this.#givenLocalDc ?? topology.localDc;
    const perDc = new Map<string | undefined, number>();
    this.#remoteHosts = topology.hosts.filter((host) => {
      if (this.#isLocal(host)) return false;
      const used = (perDc.get(host.datacenter) ?? 0) + 1;
      perDc.set(host.datacenter, used);
      return used <= this.#usedHostsPerRemoteDc;
    });
  }

  override distance(host: Host): HostDistance {
    if (this.#isLocal(host)) return 'LOCAL';
    return this.#remoteHosts.includes(host) ? 'REMOTE' : 'IGNORED';
  }

  override makeQueryPlan(_query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    const local = this.rotate(topology.hosts.filter((host) => this.#isLocal(host)));
    return this.#remoteHosts.length === 0 ? local : local.concat(this.rotate(this.#remoteHosts));
  }

  #isLocal(host: Host): boolean {
    return this.#localDc === undefined || host.datacenter === this.#localDc;
  }
}
