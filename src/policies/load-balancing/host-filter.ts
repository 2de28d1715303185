// Another policy's hosts, as far as a predicate lets them through.

import { InvalidArgumentError } from '../../errors.ts';
import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import { describe } from '../../types/describe.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { LoadBalancingPolicy } from '../load-balancing.ts';
import { ParentPolicy } from './parent-policy.ts';

/**
 * The plans of `child` without the hosts that `predicate` refuses; those get no connection either.
 *
 * The predicate is asked often: it should be quick and answer the same for the same host, unless the policy is told of a change
 * by the next refresh of the topology.
 *
 * @throws {InvalidArgumentError} for a child that is no policy or a predicate that is no function.
 * @example new HostFilterPolicy(new RoundRobinPolicy(), (host) => host.rack !== 'r3')
 */
export class HostFilterPolicy extends ParentPolicy {
  readonly #predicate: (host: Host) => boolean;

  constructor(child: LoadBalancingPolicy, predicate: (host: Host) => boolean) {
    super(child);
    if (typeof predicate !== 'function') {
      throw new InvalidArgumentError(`expected predicate as a function, got ${describe(predicate)}`, {
        field: 'predicate',
      });
    }
    this.#predicate = predicate;
  }

  override distance(host: Host): HostDistance {
    return this.#predicate(host) ? super.distance(host) : 'IGNORED';
  }

  *makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host> {
    for (const host of this.child.makeQueryPlan(query, topology)) if (this.#predicate(host)) yield host;
  }
}
