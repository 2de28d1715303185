// The replicas that one replication means for each entry of one ring. They are found when first asked for, one entry at a
// time, and kept as small numbers; the arrays that are handed out are kept for the entries asked for last.

import type { Host } from './host.ts';
import {
  EverywhereStrategy,
  NetworkTopologyStrategy,
  SimpleStrategy,
  type ReplicationFactor,
  type ReplicationStrategy,
} from './replication.ts';
import type { Center, TokenRing } from './token-ring.ts';

/** A replica of a token. `shard` is set on ScyllaDB. */
export interface Replica {
  readonly host: Host;
  readonly shard: number | undefined;
}

export const NO_REPLICAS: readonly Replica[] = Object.freeze([]);

/** Of so many entries the arrays are kept, a power of two. */
const KEPT_ARRAYS = 2_048;
const UNKNOWN = 0xffff;
const NOBODY = 0xfffe;

/** One data center's part of a walk. */
interface CenterWalk {
  readonly center: Center;
  readonly factor: ReplicationFactor;
}

export class Placement {
  /** Asked for since the cache last looked. */
  isUsed = true;
  readonly #ring: TokenRing;
  /** One object for each host of the ring. */
  readonly #replicas: readonly Replica[];
  readonly #onOpen: (placement: Placement) => void;
  readonly #everybody: readonly Replica[];
  readonly #walks: readonly CenterWalk[];
  readonly #simple: ReplicationFactor | null;
  readonly #width: number;
  /** `#width` owners for each entry of the ring: indexes of hosts, in ring order. */
  #table: Uint16Array | null = null;
  #arrays: (readonly Replica[] | undefined)[] = [];
  #arrayEntries = new Int32Array(0);
  /** Which hosts and racks a walk has met, by the number of the walk. */
  readonly #metHosts: Uint32Array;
  readonly #metRacks: Uint32Array;
  #walk = 0;

  /** `onOpen` is told before the placement begins to keep what it finds. */
  constructor(
    ring: TokenRing,
    replicas: readonly Replica[],
    strategy: ReplicationStrategy,
    onOpen: (placement: Placement) => void,
  ) {
    this.#ring = ring;
    this.#replicas = replicas;
    this.#onOpen = onOpen;
    this.#everybody = strategy instanceof EverywhereStrategy ? inRingOrder(ring, replicas) : NO_REPLICAS;
    this.#walks = strategy instanceof NetworkTopologyStrategy ? walksOf(ring, strategy) : [];
    this.#simple = strategy instanceof SimpleStrategy ? strategy.replicationFactor : null;
    const simpleWidth = Math.min(this.#simple?.full ?? 0, ring.hosts.length);
    this.#width = this.#walks.reduce((sum, { center, factor }) => sum + fullOf(factor, center.hostCount), simpleWidth);
    this.#metHosts = new Uint32Array(ring.hosts.length);
    this.#metRacks = new Uint32Array(ring.hosts.length);
  }

  /** Bytes that it may come to keep. */
  get bytes(): number {
    return this.#ring.length * this.#width * 2 + Math.min(KEPT_ARRAYS, this.#ring.length) * (52 + 8 * this.#width);
  }

  /** The replicas of the ring's entry at an index, in ring order. */
  at(index: number): readonly Replica[] {
    this.isUsed = true;
    if (this.#width === 0) return this.#everybody;
    if (this.#table === null) this.#open();
    const slot = index & (this.#arrayEntries.length - 1);
    const kept = this.#arrayEntries[slot] === index ? this.#arrays[slot] : undefined;
    if (kept !== undefined) return kept;
    const replicas = this.#read(this.#table as Uint16Array, index * this.#width);
    this.#arrayEntries[slot] = index;
    this.#arrays[slot] = replicas;
    return replicas;
  }

  /** Lets go of what was found; it is found again when asked for. */
  release(): void {
    this.#table = null;
    this.#arrays = [];
    this.#arrayEntries = new Int32Array(0);
  }

  #open(): void {
    this.#onOpen(this);
    this.#table = new Uint16Array(this.#ring.length * this.#width).fill(UNKNOWN);
    const slots = Math.min(KEPT_ARRAYS, 2 ** Math.ceil(Math.log2(this.#ring.length)));
    this.#arrays = Array.from({ length: slots }, () => undefined);
    this.#arrayEntries = new Int32Array(slots).fill(-1);
  }

  #read(table: Uint16Array, start: number): readonly Replica[] {
    if (table[start] === UNKNOWN) this.#find(table, start);
    const replicas: Replica[] = [];
    for (let i = start; i < start + this.#width; i++) {
      const replica = this.#replicas[table[i] ?? NOBODY];
      if (replica !== undefined) replicas.push(replica);
    }
    return replicas;
  }

  #find(table: Uint16Array, start: number): void {
    table.fill(NOBODY, start, start + this.#width);
    const index = start / this.#width;
    this.#walk++;
    if (this.#simple !== null) {
      this.#walkRing(table, start, index, this.#simple);
      return;
    }
    const found: Found[] = [];
    for (const walk of this.#walks) this.#walkCenter(walk, index, found);
    found.sort((a, b) => a.steps - b.steps);
    for (const [i, { owner }] of found.entries()) table[start + i] = owner;
  }

  /** `SimpleStrategy`: every host that is met for the first time, wherever it is. */
  #walkRing(table: Uint16Array, start: number, index: number, factor: ReplicationFactor): void {
    const { owners, length } = this.#ring;
    const count = Math.min(factor.full, this.#ring.hosts.length);
    for (let step = 0, taken = 0; step < length && taken < count; step++) {
      const owner = owners[(index + step) % length] ?? 0;
      if (this.#metHosts[owner] === this.#walk) continue;
      this.#metHosts[owner] = this.#walk;
      table[start + taken++] = owner;
    }
  }

  /**
   * `NetworkTopologyStrategy` in one data center: a host is taken if its rack is new; one in a rack already met only as often as
   * there are fewer racks than replicas. The last ones are the transient ones.
   *
   * Source: `NetworkTopologyStrategy.DatacenterEndpoints` of Apache Cassandra 4.0.
   */
  #walkCenter({ center, factor }: CenterWalk, index: number, found: Found[]): void {
    const { owners, rackOf, length } = this.#ring;
    const { entries } = center;
    let missing = Math.min(factor.all, center.hostCount);
    const transient = missing - fullOf(factor, center.hostCount);
    let repeats = factor.all - center.rackCount;
    const first = firstAtOrAfter(entries, index);
    for (let step = 0; step < entries.length && missing > transient; step++) {
      const entry = entries[(first + step) % entries.length] ?? 0;
      const owner = owners[entry] ?? 0;
      if (this.#metHosts[owner] === this.#walk) continue;
      const rack = rackOf[owner] ?? 0;
      if (this.#metRacks[rack] === this.#walk && repeats-- <= 0) continue;
      this.#metRacks[rack] = this.#walk;
      this.#metHosts[owner] = this.#walk;
      missing--;
      found.push({ owner, steps: (entry - index + length) % length });
    }
  }
}

/** A host that a walk has taken, so many entries of the ring behind its start. */
interface Found {
  readonly owner: number;
  readonly steps: number;
}

function walksOf(ring: TokenRing, { dcReplicationFactors }: NetworkTopologyStrategy): CenterWalk[] {
  return [...dcReplicationFactors].flatMap(([dc, factor]) => {
    const center = ring.center(dc);
    return center === undefined || factor.full === 0 ? [] : [{ center, factor }];
  });
}

/** Full replicas where there are so many hosts: hosts that lack are taken off the transient ones first. */
function fullOf(factor: ReplicationFactor, hostCount: number): number {
  const all = Math.min(factor.all, hostCount);
  const lacking = factor.all - all;
  return all - Math.max(0, Math.min(factor.all, factor.transient) - lacking);
}

function firstAtOrAfter(entries: Uint32Array, index: number): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low === entries.length ? 0 : low;
}

function inRingOrder(ring: TokenRing, replicas: readonly Replica[]): readonly Replica[] {
  return Object.freeze([...new Set(ring.owners)].flatMap((owner) => replicas[owner] ?? []));
}
