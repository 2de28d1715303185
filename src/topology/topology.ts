// The cluster at one moment, as policies see it: hosts, ring and replication. A snapshot never changes; a refresh makes
// a new one. Replicas are computed when first asked for and shared by keyspaces with equal replication.

import type { QueryInfo } from '../types/query-info.ts';
import type { Host } from './host.ts';
import type { ReplicationStrategy } from './replication.ts';
import { TokenRing } from './token-ring.ts';

/** A replica of a token. `shard` is set on ScyllaDB. */
export interface Replica {
  readonly host: Host;
  readonly shard: number | undefined;
}

/** What a policy sees of the cluster. */
export interface TopologySnapshot {
  readonly hosts: readonly Host[];
  readonly localDc: string | undefined;
  readonly localRack: string | undefined;
  /** Replicas of the query's token in ring order; empty where it has no token or its keyspace is not known. */
  replicas(query: QueryInfo): readonly Replica[];
}

/** A query whose place in the ring the core has already found. */
export interface RoutedQuery extends QueryInfo {
  /** Index into the ring of `ring`, or -1. */
  readonly ringIndex: number;
  readonly ring: TokenRing;
}

/** What a topology is made of. */
export interface TopologyParts {
  readonly clusterName: string;
  readonly partitioner: string;
  readonly hosts: readonly Host[];
  readonly ring: TokenRing;
  readonly replication: ReadonlyMap<string, ReplicationStrategy>;
  readonly localDc: string | undefined;
  readonly localRack: string | undefined;
}

const NO_REPLICAS: readonly Replica[] = [];

export class Topology implements TopologySnapshot {
  readonly clusterName: string;
  readonly partitioner: string;
  readonly hosts: readonly Host[];
  readonly ring: TokenRing;
  readonly localDc: string | undefined;
  readonly localRack: string | undefined;
  readonly #replication: ReadonlyMap<string, ReplicationStrategy>;
  readonly #computed = new Map<string, (readonly Replica[] | undefined)[]>();

  constructor(parts: TopologyParts) {
    this.clusterName = parts.clusterName;
    this.partitioner = parts.partitioner;
    this.hosts = parts.hosts;
    this.ring = parts.ring;
    this.localDc = parts.localDc;
    this.localRack = parts.localRack;
    this.#replication = parts.replication;
  }

  static readonly empty = new Topology({
    clusterName: '',
    partitioner: '',
    hosts: [],
    ring: TokenRing.empty,
    replication: new Map(),
    localDc: undefined,
    localRack: undefined,
  });

  replicas(query: QueryInfo): readonly Replica[] {
    const strategy = query.keyspace === undefined ? undefined : this.#replication.get(query.keyspace);
    if (strategy === undefined) return NO_REPLICAS;
    const index = this.#ringIndex(query);
    return index < 0 ? NO_REPLICAS : this.#replicasAt(strategy, index);
  }

  #ringIndex(query: QueryInfo): number {
    const routed = query as Partial<RoutedQuery>;
    if (routed.ring === this.ring && routed.ringIndex !== undefined) return routed.ringIndex;
    return typeof query.token === 'bigint' ? this.ring.indexOf(query.token) : -1;
  }

  #replicasAt(strategy: ReplicationStrategy, index: number): readonly Replica[] {
    let computed = this.#computed.get(strategy.key);
    if (computed === undefined) this.#computed.set(strategy.key, (computed = []));
    return (computed[index] ??= strategy.replicas(this.ring, index).map((host) => ({ host, shard: undefined })));
  }
}
