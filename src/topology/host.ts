// A node of the ring as the cluster knows it. Identity is the host id: pods keep it while their address changes.

import type { EndPoint } from '../connection/endpoint.ts';
import type { HostInfo } from '../types/host-info.ts';
import type { Uuid } from '../types/uuid.ts';
import { HostLatency } from './host-latency.ts';

/** What `system.local` and the peers tables say of one node. */
export interface HostRow {
  readonly endpoint: EndPoint;
  readonly hostId: Uuid;
  readonly datacenter: string | undefined;
  readonly rack: string | undefined;
  readonly releaseVersion: string | undefined;
  readonly broadcastAddress: string | undefined;
  readonly listenAddress: string | undefined;
  /** Address and port that the servers have for the clients of this node, which events name; `endpoint` is what the driver makes of it. */
  readonly announced?: { readonly address: string | undefined; readonly port: number };
  /** As the server prints them; their order is the partitioner's. */
  readonly tokens: readonly string[];
}

/** A node. Read only for users and policies; the cluster alone changes it. */
export class Host implements HostInfo {
  readonly hostId: Uuid;
  /** `undefined` until the first connection succeeded or failed. */
  isUp: boolean | undefined = undefined;
  /** Requests in flight on all connections to this host, over all sessions. */
  inFlight = 0;
  /** Open connections to this host, over all sessions. */
  openConnections = 0;
  /** How fast it answers, over all sessions. */
  readonly latency = new HostLatency();
  #row: HostRow;

  constructor(row: HostRow) {
    this.hostId = row.hostId;
    this.#row = row;
  }

  get endpoint(): EndPoint {
    return this.#row.endpoint;
  }

  get address(): string {
    return this.#row.endpoint.address;
  }

  get port(): number {
    return this.#row.endpoint.port;
  }

  get datacenter(): string | undefined {
    return this.#row.datacenter;
  }

  get rack(): string | undefined {
    return this.#row.rack;
  }

  get releaseVersion(): string | undefined {
    return this.#row.releaseVersion;
  }

  get broadcastAddress(): string | undefined {
    return this.#row.broadcastAddress;
  }

  get listenAddress(): string | undefined {
    return this.#row.listenAddress;
  }

  /** Address and port by which events name the node. */
  get announced(): HostRow['announced'] {
    return this.#row.announced;
  }

  get tokens(): readonly string[] {
    return this.#row.tokens;
  }

  /** Takes over what a newer read of the system tables says. */
  update(row: HostRow): void {
    this.#row = row;
  }

  toString(): string {
    return `${this.address}:${this.port}`;
  }

  toJSON(): Record<string, unknown> {
    const { address, port, hostId, datacenter, rack, isUp } = this;
    return { address, port, hostId, datacenter, rack, isUp };
  }
}
