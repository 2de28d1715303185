// The cluster at one moment, as policies see it: hosts, ring and replication. A snapshot never changes; a refresh makes
// a new one. Replicas are computed when first asked for and shared by keyspaces with equal replication.

import type { QueryInfo } from '../types/query-info.ts';
import type { Host } from './host.ts';
import { NO_REPLICAS, type Placement, type Replica } from './placement.ts';
import { PlacementCache } from './placement-cache.ts';
import type { ReplicationStrategy } from './replication.ts';
import { TokenRing } from './token-ring.ts';
import { partitionerNumber, type TokenValue } from './partitioner.ts';

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

export class Topology implements TopologySnapshot {
  readonly clusterName: string;
  readonly partitioner: string;
  /** Its number as it crosses into the core; 0 where its tokens are unknown. */
  readonly partitionerNumber: 0 | 1 | 2 | 3;
  readonly hosts: readonly Host[];
  readonly ring: TokenRing;
  readonly localDc: string | undefined;
  readonly localRack: string | undefined;
  readonly #replication: ReadonlyMap<string, ReplicationStrategy>;
  readonly #placements = new Map<string, Placement>();

  constructor(parts: TopologyParts) {
    this.clusterName = parts.clusterName;
    this.partitioner = parts.partitioner;
    this.partitionerNumber = partitionerNumber(parts.partitioner);
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
    if (query.keyspace === undefined) return NO_REPLICAS;
    const index = this.#ringIndex(query);
    return index < 0 ? NO_REPLICAS : (this.#placement(query.keyspace)?.at(index) ?? NO_REPLICAS);
  }

  /** Replicas of a token in ring order; empty where the keyspace is not known or not replicated around the ring. */
  replicasOf(keyspace: string, token: TokenValue): readonly Replica[] {
    const index = this.ring.indexOf(token);
    return index < 0 ? NO_REPLICAS : (this.#placement(keyspace)?.at(index) ?? NO_REPLICAS);
  }

  #ringIndex(query: QueryInfo): number {
    const routed = query as Partial<RoutedQuery>;
    if (routed.ring === this.ring && routed.ringIndex !== undefined && routed.ringIndex >= 0) return routed.ringIndex;
    const { token } = query;
    return token === undefined ? -1 : this.ring.indexOf(token);
  }

  #placement(keyspace: string): Placement | undefined {
    const known = this.#placements.get(keyspace);
    if (known !== undefined) return known;
    const strategy = this.#replication.get(keyspace);
    if (strategy === undefined) return undefined;
    const placement = PlacementCache.of(this.ring).get(strategy);
    this.#placements.set(keyspace, placement);
    return placement;
  }
}
