// What a cluster object knows of its servers: the hosts, one object for each host id as long as it is there, the snapshot that
// policies see, and which data center is the local one.

import type { EndPoint } from '../connection/endpoint.ts';
import { endPointText } from '../connection/endpoint.ts';
import type { ClusterView } from '../control/cluster-monitor.ts';
import { Host, type HostRow } from '../topology/host.ts';
import type { HostStates } from '../topology/host-states.ts';
import type { ReplicationStrategy } from '../topology/replication.ts';
import { partitionerOf } from '../topology/partitioner.ts';
import { TokenRing } from '../topology/token-ring.ts';
import { Topology } from '../topology/topology.ts';
import type { Logger } from '../types/logger.ts';

export interface KnownClusterOptions {
  readonly localDc: string | undefined;
  readonly localRack: string | undefined;
  /** Whether it matters to somebody which data center is the local one. */
  readonly warnsOfDataCenters: boolean;
  /** The contact points as they are now. */
  contactPoints(): readonly EndPoint[];
  readonly states: HostStates;
  readonly logger: Logger;
  /** The ring has other tokens. */
  onRing(ring: TokenRing): void;
  /** There is a new snapshot; hosts are not told of yet. */
  onTopology(topology: Topology): void;
  /** Hosts came, went, or moved. */
  onHosts(): void;
}

export class KnownCluster {
  readonly #options: KnownClusterOptions;
  #topology = Topology.empty;
  #replication: ReadonlyMap<string, ReplicationStrategy> = new Map();
  #localDc: string | undefined;
  #byId: ReadonlyMap<string, Host> = new Map();
  /** By the address and port that events name. */
  #announced = new Map<string, Host>();

  constructor(options: KnownClusterOptions) {
    this.#options = options;
    this.#localDc = options.localDc;
  }

  get topology(): Topology {
    return this.#topology;
  }

  /** End points of all hosts, of those that are down last. */
  get endPoints(): EndPoint[] {
    const { hosts } = this.#topology;
    const isDown = (host: Host): boolean => host.isUp === false;
    return [...hosts.filter((host) => !isDown(host)), ...hosts.filter(isDown)].map((host) => host.endpoint);
  }

  /** The host that servers announce with this `address:port`. */
  hostAt(announced: string): Host | undefined {
    return this.#announced.get(announced);
  }

  /** The host that is reached at an end point. */
  hostOf(endPoint: EndPoint): Host | undefined {
    const text = endPointText(endPoint);
    return this.#topology.hosts.find((host) => endPointText(host.endpoint) === text);
  }

  /** Whether there is a host with this id that is not down. */
  isUsable(hostId: unknown): boolean {
    const host = this.#byId.get(String(hostId));
    return host !== undefined && host.isUp !== false;
  }

  /** Takes over a full read of the nodes. */
  apply(view: ClusterView, forcesRing: boolean): void {
    const hosts = view.hosts.map((row) => {
      const host = this.#byId.get(row.hostId.toString());
      if (host === undefined) return new Host(row);
      this.#update(host, row);
      return host;
    });
    this.#byId = new Map(hosts.map((host) => [host.hostId.toString(), host]));
    this.#announced = announcedBy(hosts);
    this.#localDc ??= this.#inferLocalDc(hosts);
    this.#replication = view.replication ?? this.#replication;
    const ring = this.#ringOf(view.partitioner, hosts, forcesRing);
    this.#replace(new Topology({ ...view, ...this.#parts(), hosts, ring }));
    this.#options.states.replaceAll(hosts);
    this.#options.onHosts();
  }

  /** Takes over a read of the keyspaces' replication. */
  applyReplication(replication: ReadonlyMap<string, ReplicationStrategy>): void {
    this.#replication = replication;
    const { clusterName, partitioner, hosts, ring } = this.#topology;
    this.#replace(new Topology({ clusterName, partitioner, hosts, ring, ...this.#parts() }));
  }

  #parts() {
    return { replication: this.#replication, localDc: this.#localDc, localRack: this.#options.localRack };
  }

  #replace(topology: Topology): void {
    this.#topology = topology;
    this.#options.onTopology(topology);
  }

  /**
   * A host that is connected stays where it is reached as long as servers announce it where they did: the same node can be
   * known by a contact point and by what its peers say.
   */
  #update(host: Host, row: HostRow): void {
    const isSame = row.announced?.address === host.announced?.address && row.announced?.port === host.announced?.port;
    const stays = isSame && host.openConnections > 0;
    const before = endPointText(host.endpoint);
    host.update(stays ? { ...row, endpoint: host.endpoint } : row);
    const after = endPointText(host.endpoint);
    if (before !== after) this.#options.logger.info(`host ${row.hostId.toString()} moved from ${before} to ${after}`);
  }

  /** The ring of the hosts: the one there is, unless something in it has changed or it shall be made anew. */
  #ringOf(className: string, hosts: readonly Host[], forcesRing: boolean): TokenRing {
    const current = this.#topology.ring;
    const partitioner = partitionerOf(className);
    const previous = forcesRing ? TokenRing.empty : current;
    const ring = partitioner === undefined ? TokenRing.empty : TokenRing.of(hosts, partitioner, previous);
    if (ring === current) return current;
    this.#options.logger.debug(`the ring has ${ring.length} tokens of ${hosts.length} hosts`);
    this.#options.onRing(ring);
    return ring;
  }

  /** That of the node that answered first; contact points in several data centers are probably a mistake. */
  #inferLocalDc(hosts: readonly Host[]): string | undefined {
    const local = hosts[0]?.datacenter;
    if (local === undefined) return undefined;
    const contactPoints = new Set(this.#options.contactPoints().map(endPointText));
    const named = hosts.filter((host) => contactPoints.has(endPointText(host.endpoint)));
    const dataCenters = new Set([local, ...named.map((host) => host.datacenter)]);
    if (dataCenters.size > 1 && this.#options.warnsOfDataCenters) {
      this.#options.logger.warn(
        `the contact points are in several data centers (${[...dataCenters].join(', ')}); requests go to ${local}, whose node ` +
          'answered first. Name the one to use as localDc',
      );
    }
    return local;
  }
}

function announcedBy(hosts: readonly Host[]): Map<string, Host> {
  const announced = new Map<string, Host>();
  for (const host of hosts) {
    announced.set(endPointText(host.endpoint), host);
    if (host.announced?.address !== undefined) announced.set(`${host.announced.address}:${host.announced.port}`, host);
  }
  return announced;
}
