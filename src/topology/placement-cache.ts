// The placements of one ring, one for all keyspaces whose replication is equal. What they keep is bounded: where many
// different replications are in use, those that were not asked for lately let go of what they found.

import { Placement, type Replica } from './placement.ts';
import type { ReplicationStrategy } from './replication.ts';
import type { TokenRing } from './token-ring.ts';

const MOST_BYTES = 12 * 1024 * 1024;

export class PlacementCache {
  readonly #ring: TokenRing;
  readonly #replicas: readonly Replica[];
  readonly #placements = new Map<string, Placement>();
  /** Those that keep something, least recently opened or spared first. */
  readonly #open = new Set<Placement>();
  #bytes = 0;

  private constructor(ring: TokenRing) {
    this.#ring = ring;
    this.#replicas = ring.hosts.map((host) => Object.freeze({ host, shard: undefined }));
  }

  static readonly #caches = new WeakMap<TokenRing, PlacementCache>();

  /** The cache of a ring: the same as long as there is the ring. */
  static of(ring: TokenRing): PlacementCache {
    let cache = PlacementCache.#caches.get(ring);
    if (cache === undefined) PlacementCache.#caches.set(ring, (cache = new PlacementCache(ring)));
    return cache;
  }

  /** Bytes that the placements keep, at most. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The placement of a replication. Nothing is computed before it is asked for replicas. */
  get(strategy: ReplicationStrategy): Placement {
    let placement = this.#placements.get(strategy.key);
    if (placement === undefined) {
      placement = new Placement(this.#ring, this.#replicas, strategy, (opened) => this.#onOpen(opened));
      this.#placements.set(strategy.key, placement);
    }
    return placement;
  }

  #onOpen(opened: Placement): void {
    for (const placement of this.#open) {
      if (this.#bytes + opened.bytes <= MOST_BYTES) break;
      this.#open.delete(placement);
      // A set goes on with what is put back at its end: each is spared once.
      if (placement.isUsed) {
        placement.isUsed = false;
        this.#open.add(placement);
        continue;
      }
      placement.release();
      this.#bytes -= placement.bytes;
    }
    this.#open.add(opened);
    this.#bytes += opened.bytes;
  }
}
