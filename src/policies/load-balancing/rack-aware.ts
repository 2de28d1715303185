// The local rack first, then the rest of the local data center, then others as a data center aware policy has them.

import type { Host } from '../../topology/host.ts';
import type { HostDistance } from '../../types/host-info.ts';
import { DCAwareRoundRobinPolicy, requireName, type DCAwareOptions } from './dc-aware.ts';
import type { HostGroups } from './rotating-plan.ts';

/** Options of {@link RackAwareRoundRobinPolicy}. */
export interface RackAwareOptions extends DCAwareOptions {
  /** The rack that is preferred; racks of this name in other data centers are not meant. */
  localRack: string;
}

/**
 * The hosts of the local rack in turn, then the others of the local data center, then at most `usedHostsPerRemoteDc` of each
 * other data center.
 *
 * @throws {InvalidArgumentError} for a missing rack or an option of the wrong type.
 */
export class RackAwareRoundRobinPolicy extends DCAwareRoundRobinPolicy {
  readonly #localRack: string;

  constructor(options: RackAwareOptions) {
    super(options);
    const localRack = (options as Partial<RackAwareOptions> | undefined)?.localRack ?? '';
    requireName('localRack', localRack);
    this.#localRack = localRack;
  }

  override distance(host: Host): HostDistance {
    return this.isLocal(host) && host.rack === this.#localRack ? 'LOCAL_RACK' : super.distance(host);
  }

  protected override groupLocal(hosts: readonly Host[]): HostGroups {
    const inRack = hosts.filter((host) => host.rack === this.#localRack);
    return [inRack, hosts.filter((host) => host.rack !== this.#localRack)];
  }
}
