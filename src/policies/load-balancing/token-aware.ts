// Replicas first.

import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';

/** The replicas of the query's token first, those that the child policy calls local; then the child's plan. */
export class TokenAwarePolicy implements LoadBalancingPolicy {
  readonly #child: LoadBalancingPolicy;
  readonly #shuffleReplicas: boolean;

  constructor(child: LoadBalancingPolicy, options: { shuffleReplicas?: boolean } = {}) {
    this.#child = child;
    this.#shuffleReplicas = options.shuffleReplicas ?? true;
  }

  distance(host: Host): HostDistance {
    return this.#child.distance(host);
  }

  populate(topology: TopologySnapshot): void {
    this.#child.populate(topology);
  }

  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    const replicas = topology.replicas(query);
    const rest = this.#child.makeQueryPlan(query, topology);
    if (replicas.length === 0) return rest;
    return this.#replicasFirst(query, replicas, rest);
  }

  *#replicasFirst(
    query: QueryInfo,
    replicas: ReturnType<TopologySnapshot['replicas']>,
    rest: Iterable<Host>,
  ): Generator<Host> {
    const first: Host[] = [];
    for (const { host } of replicas) {
      if (host.isUp !== false && isNear(this.#child.distance(host))) first.push(host);
    }
    // Conditional statements go to replicas in ring order: proposers that meet at one replica contend less.
    if (this.#shuffleReplicas && !query.isLwt) shuffle(first);
    yield* first;
    for (const host of rest) if (!first.includes(host)) yield host;
  }

  onUp(host: Host): void {
    this.#child.onUp?.(host);
  }

  onDown(host: Host): void {
    this.#child.onDown?.(host);
  }

  onAdd(host: Host): void {
    this.#child.onAdd?.(host);
  }

  onRemove(host: Host): void {
    this.#child.onRemove?.(host);
  }
}

function isNear(distance: HostDistance): boolean {
  return distance === 'LOCAL' || distance === 'LOCAL_RACK';
}

function shuffle(hosts: Host[]): void {
  for (let i = hosts.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    const [a, b] = [hosts[i], hosts[j]];
    if (a === undefined || b === undefined) return;
    hosts[i] = b;
    hosts[j] = a;
  }
}
