// What a cluster uses that names no policy.

import { DCAwareRoundRobinPolicy, type DCAwareOptions } from './dc-aware.ts';
import { RackAwareRoundRobinPolicy } from './rack-aware.ts';
import { TokenAwarePolicy } from './token-aware.ts';

/** Options of {@link DefaultLoadBalancingPolicy}. */
export interface DefaultLoadBalancingOptions extends DCAwareOptions {
  /** The rack that is preferred within the local data center. Default: none. */
  localRack?: string | undefined;
  /** Milliseconds of a monotonic clock, the one that latencies are measured with. Default: `performance.now`. */
  now?: (() => number) | undefined;
}

/**
 * Token aware over the hosts of the local data center, its rack first where one is named, with slow replicas avoided: the better
 * one of two random replicas comes first, and a host that leaves requests unanswered comes last.
 *
 * @throws {InvalidArgumentError} for an option of the wrong type.
 */
export class DefaultLoadBalancingPolicy extends TokenAwarePolicy {
  constructor(options: DefaultLoadBalancingOptions = {}) {
    const { localRack, now, ...rest } = options;
    const child =
      localRack === undefined
        ? new DCAwareRoundRobinPolicy(rest)
        : new RackAwareRoundRobinPolicy({ ...rest, localRack });
    super(child, { slowReplicaAvoidance: true, now });
  }
}
