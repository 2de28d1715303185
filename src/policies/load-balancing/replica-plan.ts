// The plan of a token-aware policy. Which replica comes first is decided when it is asked for, by what is known then, and
// the child's plan is made only if no replica is left: most requests end with their first host.

import type { Host } from '../../topology/host.ts';
import type { Replica } from '../../topology/placement.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';
import { isBetter } from './slow-hosts.ts';

export interface ReplicaPlanOptions {
  readonly child: LoadBalancingPolicy;
  readonly shuffles: boolean;
  readonly avoidsSlow: boolean;
  now(): number;
}

/** Replicas are kept track of in the bits of a number. */
const MOST_REPLICAS = 30;

export class ReplicaPlan implements IterableIterator<Host> {
  readonly #options: ReplicaPlanOptions;
  readonly #query: QueryInfo;
  readonly #topology: TopologySnapshot;
  readonly #replicas: readonly Replica[];
  /** Bit i: replica i has been given. */
  #given = 0;
  #rest: Iterator<Host> | null = null;
  /** Hosts of the child's plan that leave requests unanswered. */
  #silent: Host[] | null = null;

  constructor(options: ReplicaPlanOptions, query: QueryInfo, topology: TopologySnapshot, replicas: readonly Replica[]) {
    this.#options = options;
    this.#query = query;
    this.#topology = topology;
    this.#replicas = replicas.length > MOST_REPLICAS ? nearest(replicas, options.child) : replicas;
  }

  next(): IteratorResult<Host, undefined> {
    if (this.#rest === null) {
      const index = this.#nextReplica();
      const replica = this.#replicas[index];
      if (replica !== undefined) {
        this.#given |= 1 << index;
        return { done: false, value: replica.host };
      }
      this.#rest = this.#options.child.makeQueryPlan(this.#query, this.#topology)[Symbol.iterator]();
    }
    return this.#nextOfRest(this.#rest);
  }

  [Symbol.iterator](): this {
    return this;
  }

  #nextReplica(): number {
    const { avoidsSlow, shuffles } = this.#options;
    const nowMs = avoidsSlow ? this.#options.now() : 0;
    const candidates = this.#candidates(nowMs);
    if (candidates === 0) return -1;
    if (!shuffles || this.#query.isLwt) return lowestBit(candidates);
    const count = bitCount(candidates);
    if (count === 1) return lowestBit(candidates);
    const first = Math.floor(Math.random() * count);
    const one = nthBit(candidates, first);
    if (!avoidsSlow) return one;
    const other = nthBit(candidates, (first + 1 + Math.floor(Math.random() * (count - 1))) % count);
    const [a, b] = [this.#replicas[one], this.#replicas[other]];
    return a !== undefined && b !== undefined && isBetter(b.host, a.host, nowMs) ? other : one;
  }

  /** The replicas that may come next, as bits: near, not down, not given yet; those in the local rack alone if there are any. */
  #candidates(nowMs: number): number {
    const { child, avoidsSlow } = this.#options;
    const replicas = this.#replicas;
    let inRack = 0;
    let near = 0;
    for (let i = 0; i < replicas.length; i++) {
      const host = replicas[i]?.host;
      if (host === undefined || (this.#given & (1 << i)) !== 0 || host.isUp === false) continue;
      if (avoidsSlow && host.latency.isSilent(nowMs)) continue;
      const distance = child.distance(host);
      if (distance === 'LOCAL_RACK') inRack |= 1 << i;
      else if (distance === 'LOCAL') near |= 1 << i;
    }
    if (this.#query.isLwt || inRack === 0) return inRack | near;
    return inRack;
  }

  #nextOfRest(rest: Iterator<Host>): IteratorResult<Host, undefined> {
    const { avoidsSlow } = this.#options;
    for (let step = rest.next(); step.done !== true; step = rest.next()) {
      const host = step.value;
      if (this.#wasGiven(host)) continue;
      if (!avoidsSlow || host.isUp === false || !host.latency.isSilent(this.#options.now())) {
        return { done: false, value: host };
      }
      (this.#silent ??= []).push(host);
    }
    const silent = this.#silent?.shift();
    return silent === undefined ? { done: true, value: undefined } : { done: false, value: silent };
  }

  #wasGiven(host: Host): boolean {
    if (this.#given === 0) return false;
    return this.#replicas.some((replica, i) => replica.host === host && (this.#given & (1 << i)) !== 0);
  }
}

/** As many as can be kept track of. */
function nearest(replicas: readonly Replica[], child: LoadBalancingPolicy): readonly Replica[] {
  const distances = replicas.map(({ host }) => child.distance(host));
  const inRack = replicas.filter((_, i) => distances[i] === 'LOCAL_RACK');
  const near = replicas.filter((_, i) => distances[i] === 'LOCAL');
  return [...inRack, ...near].slice(0, MOST_REPLICAS);
}

function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}

function nthBit(bits: number, n: number): number {
  let rest = bits;
  for (let i = 0; i < n; i++) rest &= rest - 1;
  return lowestBit(rest);
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++;
  return count;
}
