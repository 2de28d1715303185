// Load balancing: from a query and the topology to a plan, the hosts to try in order. Policies are synchronous, hold no
// socket and await nothing; a user's own needs only the methods of `LoadBalancingPolicy`.

import type { Host } from '../topology/host.ts';
import type { TopologySnapshot } from '../topology/topology.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** Told when hosts come and go. A throw goes to the logger. */
export interface HostStateListener {
  onUp?(host: Host): void;
  onDown?(host: Host): void;
  onAdd?(host: Host): void;
  onRemove?(host: Host): void;
}

/** Decides which hosts get connections, and in which order a request tries them. */
export interface LoadBalancingPolicy extends HostStateListener {
  distance(host: Host): HostDistance;
  /** Called with every new topology, first of all before any other method. */
  populate(topology: TopologySnapshot): void;
  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host>;
}

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

/** Token aware over the hosts of the local data center: the default. */
export class DefaultLoadBalancingPolicy extends TokenAwarePolicy {
  constructor(options: { localDc?: string } = {}) {
    super(new DCAwareRoundRobinPolicy(options));
  }
}
