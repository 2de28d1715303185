// What the policies share that stand before another one: it is told everything, and checked once.

import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import { requirePolicy, type AddressLookup, type LoadBalancingPolicy } from '../load-balancing.ts';

/** A policy in front of another. */
export abstract class ParentPolicy implements LoadBalancingPolicy {
  protected readonly child: LoadBalancingPolicy;

  /** @throws {InvalidArgumentError} for a child that is no policy. */
  constructor(child: LoadBalancingPolicy) {
    requirePolicy(child, 'child');
    this.child = child;
  }

  distance(host: Host): HostDistance {
    return this.child.distance(host);
  }

  populate(topology: TopologySnapshot): void {
    this.child.populate(topology);
  }

  abstract makeQueryPlan(query: QueryInfo, topology: TopologySnapshot): Iterable<Host>;

  checkSupported(): void {
    this.child.checkSupported?.();
  }

  async resolveNames(lookup: AddressLookup): Promise<void> {
    await this.child.resolveNames?.(lookup);
  }

  onUp(host: Host): void {
    this.child.onUp?.(host);
  }

  onDown(host: Host): void {
    this.child.onDown?.(host);
  }

  onAdd(host: Host): void {
    this.child.onAdd?.(host);
  }

  onRemove(host: Host): void {
    this.child.onRemove?.(host);
  }
}
