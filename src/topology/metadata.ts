// What users see of the cluster: always the latest snapshot, read synchronously.

import type { Uuid } from '../types/uuid.ts';
import type { Host } from './host.ts';
import type { Topology } from './topology.ts';

export class Metadata {
  readonly #topology: () => Topology;

  /** Made by the cluster. */
  constructor(topology: () => Topology) {
    this.#topology = topology;
  }

  /** Name of the cluster; empty before the first connection. */
  get clusterName(): string {
    return this.#topology().clusterName;
  }

  /** Class name of the partitioner; empty before the first connection. */
  get partitioner(): string {
    return this.#topology().partitioner;
  }

  /** Every host that the cluster knows. */
  allHosts(): Host[] {
    return [...this.#topology().hosts];
  }

  /** The host at an address, and at a port where one is given. */
  getHost(address: string, port?: number): Host | undefined {
    return this.#topology().hosts.find(
      (host) => host.address === address && (port === undefined || host.port === port),
    );
  }

  getHostByHostId(id: Uuid | string): Host | undefined {
    const wanted = String(id).toLowerCase();
    return this.#topology().hosts.find((host) => host.hostId.toString() === wanted);
  }
}
