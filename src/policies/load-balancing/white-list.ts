// The hosts of a list in turn, and no others.

import { InvalidArgumentError } from '../../errors.ts';
import type { Host } from '../../topology/host.ts';
import type { TopologySnapshot } from '../../topology/topology.ts';
import { describe } from '../../types/describe.ts';
import type { HostDistance } from '../../types/host-info.ts';
import { formatInet, parseInetBytes } from '../../types/inet.ts';
import type { AddressLookup } from '../load-balancing.ts';
import type { HostGroups } from './rotating-plan.ts';
import { RoundRobinPolicy } from './round-robin.ts';

/**
 * The hosts at the given addresses in turn; no other host gets a connection.
 *
 * Addresses are those that the driver connects to. Names are looked up once, before the first connection; all their addresses
 * are meant.
 *
 * @throws {InvalidArgumentError} for anything but names and addresses.
 * @example new WhiteListRoundRobinPolicy(['10.0.0.1', 'db2.example.com'])
 */
export class WhiteListRoundRobinPolicy extends RoundRobinPolicy {
  readonly #names: readonly string[];
  readonly #allowed: Set<string>;

  constructor(hosts: readonly string[]) {
    super();
    checkHosts(hosts);
    this.#allowed = new Set(hosts.map(keyOf));
    this.#names = hosts.filter((host) => parseInetBytes(host) === undefined);
  }

  /** Looks the names up. Rejects with the error of a name that has no address. */
  async resolveNames(lookup: AddressLookup): Promise<void> {
    for (const addresses of await Promise.all(this.#names.map((name) => lookup(name)))) {
      for (const address of addresses) this.#allowed.add(keyOf(address));
    }
    this.regroup();
  }

  override distance(host: Host): HostDistance {
    return this.#allows(host) ? 'LOCAL' : 'IGNORED';
  }

  protected override group(topology: TopologySnapshot): HostGroups {
    return [topology.hosts.filter((host) => this.#allows(host))];
  }

  /** A host that was reached under a name is also meant by the address that it has among the other nodes. */
  #allows(host: Host): boolean {
    if (this.#allowed.has(keyOf(host.address))) return true;
    const { broadcastAddress } = host;
    const isName = parseInetBytes(host.address) === undefined;
    return isName && broadcastAddress !== undefined && this.#allowed.has(keyOf(broadcastAddress));
  }
}

/** One spelling for each address; names differ not by case. */
function keyOf(host: string): string {
  const bytes = parseInetBytes(host);
  return bytes === undefined ? host.toLowerCase() : formatInet(bytes);
}

function checkHosts(hosts: unknown): void {
  const isText = (host: unknown): boolean => typeof host === 'string' && host !== '';
  if (Array.isArray(hosts) && hosts.length > 0 && hosts.every(isText)) return;
  throw new InvalidArgumentError(`expected hosts as an array of names or addresses, got ${describe(hosts)}`, {
    field: 'hosts',
  });
}
