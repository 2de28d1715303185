// Load balancing: from a query and the topology to a plan, the hosts to try in order. Policies are synchronous and hold no
// socket; a user's own needs only the methods of `LoadBalancingPolicy`. The driver's own are in load-balancing/.

import { InvalidArgumentError } from '../errors.ts';
import type { Host } from '../topology/host.ts';
import type { HostStateListener } from '../topology/host-states.ts';
import type { TopologySnapshot } from '../topology/topology.ts';
import { describe } from '../types/describe.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { QueryInfo } from '../types/query-info.ts';

/** Gives every address of a host name; rejects where it has none. */
export type AddressLookup = (name: string) => Promise<readonly string[]>;

/** Decides which hosts get connections, and in which order a request tries them. */
export interface LoadBalancingPolicy extends HostStateListener {
  /** How far a host is; `IGNORED` gets no connection. Asked when hosts come, go or change. */
  distance(host: Host): HostDistance;
  /** Called with every new topology, first of all before any other method. */
  populate(topology: TopologySnapshot): void;
  /** The hosts to try, in order, each once. Called for every request: what costs time should happen as the plan is read. */
  makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host>;
  /** Throws if the policy cannot work here. Called once, when the cluster is made. */
  checkSupported?(): void;
  /** Looks up the names that the policy was given. Called once, before the first connection, which fails if this rejects. */
  resolveNames?(lookup: AddressLookup): Promise<void>;
}

/**
 * Checks that a value has what every policy needs.
 *
 * @throws {InvalidArgumentError} naming the method that is missing.
 */
export function requirePolicy(value: unknown, field: string): void {
  if (typeof value !== 'object' || value === null) {
    throw new InvalidArgumentError(`expected ${field} as a load balancing policy, got ${describe(value)}`, { field });
  }
  for (const method of ['distance', 'populate', 'makeQueryPlan'] as const) {
    if (typeof (value as Partial<LoadBalancingPolicy>)[method] === 'function') continue;
    throw new InvalidArgumentError(`expected ${field} with a method ${method}, got ${describe(value)}`, { field });
  }
}
