// What users see of the cluster: always the latest snapshot, read synchronously.

import type { Uuid } from '../types/uuid.ts';
import type { Host } from './host.ts';
import type { KeyspaceMetadata } from './schema/keyspace.ts';
import type { SchemaSnapshot } from './schema/schema-snapshot.ts';
import type { Topology } from './topology.ts';

export class Metadata {
  readonly #topology: () => Topology;
  readonly #schema: () => SchemaSnapshot;

  /** Made by the cluster. */
  constructor(topology: () => Topology, schema: () => SchemaSnapshot) {
    this.#topology = topology;
    this.#schema = schema;
  }

  /** Name of the cluster; empty before the first connection. */
  get clusterName(): string {
    return this.#topology().clusterName;
  }

  /** Class name of the partitioner; empty before the first connection. */
  get partitioner(): string {
    return this.#topology().partitioner;
  }

  /** Every keyspace by its name; empty before the first connection, and with `schemaMetadataEnabled: false`. */
  get keyspaces(): ReadonlyMap<string, KeyspaceMetadata> {
    return this.#schema().keyspaces;
  }

  /**
   * The CQL statements that make the schema on an empty cluster: every keyspace that users made and all that is in it, in an
   * order that can be executed. What no statement can make stands in a comment.
   */
  exportSchemaAsString(): string {
    return this.#schema().exportAsString();
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
