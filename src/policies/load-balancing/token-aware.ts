// Replicas first: a replica that coordinates a request answers it from its own disk, one hop less.

import { InvalidArgumentError } from '../../errors.ts';
import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import { describe } from '../../types/describe.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';
import { ParentPolicy } from './parent-policy.ts';
import { ReplicaPlan, type ReplicaPlanOptions } from './replica-plan.ts';

/** Options of {@link TokenAwarePolicy}. */
export interface TokenAwareOptions {
  /** Whether replicas are tried in a random order rather than that of the ring. Default: `true`. */
  shuffleReplicas?: boolean | undefined;
  /**
   * Whether the better one of two random replicas comes first, by requests in flight and by latency, and a host that leaves
   * requests unanswered comes last. Default: `false`.
   */
  slowReplicaAvoidance?: boolean | undefined;
  /** Milliseconds of a monotonic clock, the one that latencies are measured with. Default: `performance.now`. */
  now?: (() => number) | undefined;
}

/**
 * The replicas of the query's token first, those in the local rack before those elsewhere in the local data center; then the
 * plan of `child`, which also decides what is local.
 *
 * Conditional statements try the replicas in the order of the ring, whatever their racks: proposers that meet at one replica
 * contend less.
 *
 * @throws {InvalidArgumentError} for a child that is no policy or an option of the wrong type.
 */
export class TokenAwarePolicy extends ParentPolicy {
  readonly #options: ReplicaPlanOptions;

  constructor(child: LoadBalancingPolicy, options: TokenAwareOptions = {}) {
    super(child);
    const { shuffleReplicas = true, slowReplicaAvoidance = false, now = () => performance.now() } = options;
    requireBoolean('shuffleReplicas', shuffleReplicas);
    requireBoolean('slowReplicaAvoidance', slowReplicaAvoidance);
    this.#options = { child, shuffles: shuffleReplicas, avoidsSlow: slowReplicaAvoidance, now };
  }

  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    const replicas = topology.replicas(query);
    if (replicas.length === 0 && !this.#options.avoidsSlow) return this.child.makeQueryPlan(query, topology);
    return new ReplicaPlan(this.#options, query, topology, replicas);
  }
}

function requireBoolean(field: string, value: unknown): void {
  if (typeof value === 'boolean') return;
  throw new InvalidArgumentError(`expected ${field} to be true or false, got ${describe(value)}`, { field });
}
