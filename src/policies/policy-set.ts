// All load balancing policies of a cluster: that of the default profile, those of the other profiles, and those that came
// with a profile given to a single request. Each is populated before it is asked and told of every host; hosts are as far
// as the closest of them says.

import { lookupAddresses } from '../connection/connector.ts';
import type { Host } from '../topology/host.ts';
import type { HostChange, HostStateListener } from '../topology/host-states.ts';
import type { TopologySnapshot } from '../topology/topology.ts';
import type { HostDistance } from '../types/host-info.ts';
import { closestDistance } from './distance.ts';
import type { AddressLookup, LoadBalancingPolicy } from './load-balancing.ts';

/** Gets what a policy of a user throws while it is told of hosts or looks names up. */
export type PolicyFault = (event: HostChange | 'resolveNames', error: unknown) => void;

export class PolicySet implements HostStateListener {
  readonly #report: PolicyFault;
  readonly #kept = new Set<LoadBalancingPolicy>();
  /** Known as long as somebody else keeps them: a request may bring a new one each time. */
  readonly #borrowed = new Set<WeakRef<LoadBalancingPolicy>>();
  readonly #known = new WeakSet<LoadBalancingPolicy>();
  readonly #lookup: AddressLookup;
  /** Kept policies whose names have been looked up. */
  readonly #resolved = new WeakSet<LoadBalancingPolicy>();
  #topology: TopologySnapshot | null = null;

  constructor(report: PolicyFault, lookup: AddressLookup = lookupAddresses) {
    this.#report = report;
    this.#lookup = lookup;
  }

  /**
   * Keeps a policy for the life of the cluster; false if it was known before.
   *
   * Throws what the policy does that cannot work here.
   */
  add(policy: LoadBalancingPolicy): boolean {
    const isNew = this.#introduce(policy);
    this.#kept.add(policy);
    return isNew;
  }

  /**
   * Knows a policy as long as somebody else keeps it; false if it was known before. Names that it was given are looked up while
   * it is used already.
   */
  borrow(policy: LoadBalancingPolicy): boolean {
    if (!this.#introduce(policy)) return false;
    this.#borrowed.add(new WeakRef(policy));
    policy.resolveNames?.(this.#lookup).catch((error: unknown) => this.#report('resolveNames', error));
    return true;
  }

  /** Lets the policies that are kept look up the names that they were given; each does it once, unless it failed. */
  async resolveNames(): Promise<void> {
    for (const policy of this.#kept) {
      if (policy.resolveNames === undefined || this.#resolved.has(policy)) continue;
      await policy.resolveNames(this.#lookup);
      this.#resolved.add(policy);
    }
  }

  /** Gives every policy the new topology. */
  populate(topology: TopologySnapshot): void {
    this.#topology = topology;
    for (const policy of this.#all()) policy.populate(topology);
  }

  onAdd(host: Host): void {
    this.#tellAll('onAdd', host);
  }

  onRemove(host: Host): void {
    this.#tellAll('onRemove', host);
  }

  onUp(host: Host): void {
    this.#tellAll('onUp', host);
  }

  onDown(host: Host): void {
    this.#tellAll('onDown', host);
  }

  /** The closest distance that any policy gives the host. */
  distance(host: Host): HostDistance {
    return closestDistance(this.#all(), host);
  }

  #tellAll(event: HostChange, host: Host): void {
    for (const policy of this.#all()) this.#tell(policy, event, host);
  }

  #introduce(policy: LoadBalancingPolicy): boolean {
    if (this.#known.has(policy)) return false;
    policy.checkSupported?.();
    if (this.#topology !== null) policy.populate(this.#topology);
    this.#known.add(policy);
    if (this.#topology !== null) this.#tellOfHosts(policy, this.#topology);
    return true;
  }

  #tellOfHosts(policy: LoadBalancingPolicy, topology: TopologySnapshot): void {
    for (const host of topology.hosts) {
      this.#tell(policy, 'onAdd', host);
      if (host.isUp !== undefined) this.#tell(policy, host.isUp ? 'onUp' : 'onDown', host);
    }
  }

  #tell(policy: LoadBalancingPolicy, event: HostChange, host: Host): void {
    try {
      policy[event]?.(host);
    } catch (error) {
      this.#report(event, error);
    }
  }

  *#all(): Generator<LoadBalancingPolicy> {
    yield* this.#kept;
    for (const reference of this.#borrowed) {
      const policy = reference.deref();
      if (policy === undefined) this.#borrowed.delete(reference);
      else if (!this.#kept.has(policy)) yield policy;
    }
  }
}
