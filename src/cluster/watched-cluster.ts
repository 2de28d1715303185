// The servers of a cluster object, watched: the monitor that reads them, and what it has read so far.

import type { ClusterMonitor, ClusterView } from '../control/cluster-monitor.ts';
import type { SchemaPart } from '../control/schema-refresh.ts';
import type { DriverError } from '../errors.ts';
import { name, window } from '../options/checks.ts';
import type { SchemaChange } from '../protocol/events.ts';
import type { Host } from '../topology/host.ts';
import { SchemaSnapshot } from '../topology/schema/schema-snapshot.ts';
import type { Topology } from '../topology/topology.ts';
import type { RefreshOptions } from './call-options.ts';
import type { ClusterServices } from './cluster-services.ts';
import type { SchemaChangeInfo } from './events.ts';
import { KnownCluster } from './known-cluster.ts';
import { orAborted } from './limits.ts';
import { contactPointsOf, monitorOf } from './monitoring.ts';

/** Who uses the servers. */
export interface ClusterUsers {
  /** Hosts came, went or moved. */
  onHosts(): void;
  /** A host is said to be up or down. */
  onStatus(host: Host, status: 'UP' | 'DOWN'): void;
}

export class WatchedCluster {
  readonly monitor: ClusterMonitor;
  readonly #services: ClusterServices;
  readonly #known: KnownCluster;
  #schema = SchemaSnapshot.empty;

  constructor(services: ClusterServices, users: ClusterUsers) {
    const { options, log, states, core, policies, profiles } = services;
    const contactPoints = contactPointsOf(services);
    this.#services = services;
    this.#known = new KnownCluster({
      localDc: options.localDc,
      localRack: options.localRack,
      warnsOfDataCenters: (profiles.base.loadBalancingPolicy ?? options.loadBalancingPolicy) === undefined,
      contactPoints: () => contactPoints.resolved,
      states,
      logger: log.named('hosts'),
      onRing: (ring) => core.setRing(ring.tokens instanceof BigInt64Array ? ring.tokens : new BigInt64Array()),
      onTopology: (topology) => policies.populate(topology),
      onHosts: () => users.onHosts(),
    });
    this.monitor = monitorOf(services, contactPoints, {
      knownEndPoints: () => this.#known.endPoints,
      hostAt: (announced) => this.#known.hostAt(announced),
      hasSchema: (hostId) => this.#known.isUsable(hostId),
      schema: () => this.#schema,
      onView: (view, forcesRing) => this.#onView(view, forcesRing),
      onReplication: (replication) => this.#known.applyReplication(replication),
      onSchema: (schema) => (this.#schema = schema),
      onStatus: (host, status) => users.onStatus(host, status),
      onSchemaChange: (change) => services.listeners.emit('schemaChange', schemaChangeInfo(change)),
    });
  }

  get topology(): Topology {
    return this.#known.topology;
  }

  get schema(): SchemaSnapshot {
    return this.#schema;
  }

  /** Whether `schema` is read, and follows what changes. */
  get followsSchema(): boolean {
    return this.#services.options.schemaMetadataEnabled && this.monitor.isRefreshing;
  }

  /** The host that the control connection goes to; `undefined` while there is none. */
  get controlHost(): Host | undefined {
    const { endPoint } = this.monitor;
    return endPoint === null ? undefined : this.#known.hostOf(endPoint);
  }

  async open(): Promise<void> {
    await this.#services.policies.resolveNames();
    await this.monitor.connect();
    // A large ring was just made: what sessions make of it has a turn of the event loop for itself.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** `reason` is what connecting then fails with. */
  close(reason: DriverError): void {
    this.monitor.close(reason);
  }

  /** Reads a part of the schema, or all of it for `null`, when the nodes agree. Rejects for what cannot be a name. */
  async refresh(part: SchemaPart | null, options: RefreshOptions = {}): Promise<void> {
    const { maxSchemaAgreementWait, signal } = options;
    if (maxSchemaAgreementWait !== undefined) window(maxSchemaAgreementWait, 'maxSchemaAgreementWait');
    if (part !== null) name(part.keyspace, 'keyspace');
    if (part !== null && part.target !== 'KEYSPACE') name(part.name, part.target.toLowerCase());
    signal?.throwIfAborted();
    await orAborted(this.monitor.refreshSchema(part === null ? null : [part], maxSchemaAgreementWait), signal);
  }

  #onView(view: ClusterView, forcesRing: boolean): void {
    this.#schema = view.schema ?? this.#schema;
    this.#known.apply(view, forcesRing);
  }
}

function schemaChangeInfo({ change, target, keyspace, name: object, argTypes }: SchemaChange): SchemaChangeInfo {
  return {
    change: change as SchemaChangeInfo['change'],
    target,
    keyspace,
    ...(object === '' ? {} : { name: object }),
    ...(argTypes.length === 0 ? {} : { argumentTypes: argTypes }),
  };
}
