// The local data center first; hosts of others only as many as are wanted, and only for requests that may leave it.

import { InvalidArgumentError } from '../../errors.ts';
import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import { describeNumber } from '../../types/check.ts';
import { describe } from '../../types/describe.ts';
import type { HostDistance } from '../../types/host-info.ts';
import type { QueryInfo } from '../../types/query-info.ts';
import type { HostGroups } from './rotating-plan.ts';
import { RoundRobinPolicy } from './round-robin.ts';

/** Options of {@link DCAwareRoundRobinPolicy}. */
export interface DCAwareOptions {
  /** Default: the data center of the contact points. */
  localDc?: string | undefined;
  /** How many hosts of each other data center are connected to, and tried when no local one is left. Default: 0. */
  usedHostsPerRemoteDc?: number | undefined;
  /** Other data centers in the order in which they are tried; those that are not named come after. Default: none. */
  preferredRemoteDcs?: readonly string[] | undefined;
  /**
   * Whether requests at `LOCAL_ONE`, `LOCAL_QUORUM` and `LOCAL_SERIAL` too may go to other data centers, where *local* then
   * means another one. Default: `false`.
   */
  allowRemoteForLocalConsistency?: boolean | undefined;
}

/**
 * The hosts of the local data center in turn, then at most `usedHostsPerRemoteDc` of each other one.
 *
 * Other data centers are left out of requests whose consistency is local to one, unless `allowRemoteForLocalConsistency`.
 *
 * @throws {InvalidArgumentError} for an option of the wrong type.
 */
export class DCAwareRoundRobinPolicy extends RoundRobinPolicy {
  readonly #options: DCAwareOptions;
  #localDc: string | undefined;
  #used: ReadonlySet<Host> = new Set();
  #localGroups: HostGroups = [];

  constructor(options: DCAwareOptions = {}) {
    super();
    checkOptions(options);
    this.#options = options;
    this.#localDc = options.localDc;
  }

  override distance(host: Host): HostDistance {
    if (this.isLocal(host)) return 'LOCAL';
    return this.#used.has(host) ? 'REMOTE' : 'IGNORED';
  }

  onUp(host: Host): void {
    if (!this.isLocal(host)) this.regroup();
  }

  onDown(host: Host): void {
    if (!this.isLocal(host)) this.regroup();
  }

  protected override group(topology: TopologySnapshot): HostGroups {
    this.#localDc = this.#options.localDc ?? topology.localDc;
    const remote = this.#remoteGroups(topology.hosts.filter((host) => !this.isLocal(host)));
    this.#used = new Set(remote.flat());
    this.#localGroups = this.groupLocal(topology.hosts.filter((host) => this.isLocal(host)));
    return remote.length === 0 ? this.#localGroups : [...this.#localGroups, ...remote];
  }

  protected override groupsFor(query: QueryInfo, groups: HostGroups): HostGroups {
    return staysLocal(query) && this.#options.allowRemoteForLocalConsistency !== true ? this.#localGroups : groups;
  }

  /** The hosts of the local data center, nearest group first. */
  protected groupLocal(hosts: readonly Host[]): HostGroups {
    return [hosts];
  }

  protected isLocal(host: Host): boolean {
    return this.#localDc === undefined || host.datacenter === this.#localDc;
  }

  #remoteGroups(hosts: readonly Host[]): HostGroups {
    const { usedHostsPerRemoteDc: count = 0, preferredRemoteDcs: preferred = [] } = this.#options;
    if (count === 0) return [];
    const byDc = new Map<string | undefined, Host[]>(preferred.map((dc) => [dc, []]));
    for (const host of hosts) {
      const group = byDc.get(host.datacenter);
      if (group === undefined) byDc.set(host.datacenter, [host]);
      else group.push(host);
    }
    return [...byDc.values()].map((group) => usedOf(group, count)).filter((group) => group.length > 0);
  }
}

/** The first so many that are not down, and those before them that are: they are used again as soon as they are back. */
function usedOf(hosts: readonly Host[], count: number): Host[] {
  let left = count;
  return hosts.filter((host) => {
    if (left === 0) return false;
    if (host.isUp !== false) left--;
    return true;
  });
}

function staysLocal(query: QueryInfo): boolean {
  return query.consistency.startsWith('LOCAL_') || (query.isLwt && query.serialConsistency === 'LOCAL_SERIAL');
}

function checkOptions(options: DCAwareOptions): void {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new InvalidArgumentError(`expected options as an object, got ${describe(options)}`, { field: 'options' });
  }
  const { localDc, usedHostsPerRemoteDc: count = 0, preferredRemoteDcs: preferred = [] } = options;
  const { allowRemoteForLocalConsistency: allowsRemote = false } = options;
  if (typeof (allowsRemote as unknown) !== 'boolean') {
    throw new InvalidArgumentError(
      `expected allowRemoteForLocalConsistency to be true or false, got ${describe(allowsRemote)}`,
      { field: 'allowRemoteForLocalConsistency' },
    );
  }
  requireName('localDc', localDc);
  if (!Number.isInteger(count) || count < 0) {
    throw new InvalidArgumentError(`expected usedHostsPerRemoteDc as an integer from 0, got ${describeNumber(count)}`, {
      field: 'usedHostsPerRemoteDc',
    });
  }
  if (!Array.isArray(preferred) || preferred.some((dc) => typeof dc !== 'string')) {
    throw new InvalidArgumentError(`expected preferredRemoteDcs as an array of names, got ${describe(preferred)}`, {
      field: 'preferredRemoteDcs',
    });
  }
}

/** Checks the name of a data center or rack, where one is given. */
export function requireName(field: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw new InvalidArgumentError(`expected ${field} as text that is not empty, got ${describe(value)}`, { field });
}
