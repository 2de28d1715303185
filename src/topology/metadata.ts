// What users see of the cluster: always the latest snapshot, read synchronously.

import type { Uuid } from '../types/uuid.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { CqlType } from '../types/data-type.ts';
import { describe } from '../types/describe.ts';
import { isBytes } from '../types/check.ts';
import type { HostDistance } from '../types/host-info.ts';
import type { Host } from './host.ts';
import type { KeyspaceMetadata } from './schema/keyspace.ts';
import type { SchemaSnapshot } from './schema/schema-snapshot.ts';
import { tokenOfKey } from './token.ts';
import { TokenMap } from './token-map.ts';
import type { Topology } from './topology.ts';

/** Encodes the values of a partition key. */
export type KeyEncoder = (
  columns: readonly { readonly name: string; readonly type: CqlType }[],
  values: readonly unknown[],
) => Uint8Array;

export class Metadata {
  readonly #topology: () => Topology;
  readonly #schema: () => SchemaSnapshot;
  readonly #encodeKey: KeyEncoder;
  readonly #distance: (host: Host) => HostDistance;
  #tokenMap: { readonly topology: Topology; readonly map: TokenMap } | null = null;

  /** Made by the cluster. */
  constructor(
    topology: () => Topology,
    schema: () => SchemaSnapshot,
    encodeKey: KeyEncoder,
    distance: (host: Host) => HostDistance,
  ) {
    this.#topology = topology;
    this.#schema = schema;
    this.#encodeKey = encodeKey;
    this.#distance = distance;
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

  /**
   * The ring as it is now; `null` before the first connection, with `tokenMetadataEnabled: false`, and for a partitioner whose
   * tokens are unknown.
   */
  get tokenMap(): TokenMap | null {
    const topology = this.#topology();
    if (topology.ring.length === 0) return null;
    if (this.#tokenMap?.topology !== topology) this.#tokenMap = { topology, map: new TokenMap(topology) };
    return this.#tokenMap.map;
  }

  /**
   * The hosts that have the full replicas of a partition, in ring order; none for a keyspace that is not known or not replicated
   * around the ring.
   *
   * The key is given as bytes, as `bound.routingKey` has them, or as the values of its columns, in their order, with the `table` whose
   * columns they are.
   *
   * @throws {InvalidArgumentError} for values without a table that is in the schema metadata, or of a wrong number.
   * @throws {CodecError} for a value that does not fit its column.
   * @example cluster.metadata.getReplicas('shop', [customerId], 'orders')
   */
  getReplicas(keyspace: string, routingKey: Uint8Array | readonly unknown[], table?: string): Host[] {
    const key = isBytes(routingKey) ? routingKey : this.#keyOf(keyspace, table, routingKey);
    const topology = this.#topology();
    if (topology.ring.length === 0) return [];
    const { value } = tokenOfKey(topology.ring.partitioner, key);
    return topology.replicasOf(keyspace, value).map(({ host }) => host);
  }

  /**
   * Groups partition keys by a host that has a replica of each: one that is up, of the local data center where there is one, drawn
   * anew for each key. Keys without such a host stand under `null`. The session is one of this cluster; distances are those of all its
   * policies.
   *
   * Throws what {@link Metadata.getReplicas} throws.
   */
  groupKeysByReplica<Key extends readonly unknown[]>(
    _session: object,
    keyspace: string,
    table: string,
    keys: Iterable<Key>,
  ): Map<Host | null, Key[]> {
    const groups = new Map<Host | null, Key[]>();
    for (const key of keys) {
      const host = this.#oneOf(this.getReplicas(keyspace, key, table));
      const group = groups.get(host);
      if (group === undefined) groups.set(host, [key]);
      else group.push(key);
    }
    return groups;
  }

  #oneOf(replicas: readonly Host[]): Host | null {
    const up = replicas.filter((host) => host.isUp !== false);
    const near = up.filter((host) => ['LOCAL_RACK', 'LOCAL'].includes(this.#distance(host)));
    const choice = near.length > 0 ? near : up;
    return choice[Math.floor(Math.random() * choice.length)] ?? null;
  }

  #keyOf(keyspace: string, table: string | undefined, values: readonly unknown[]): Uint8Array {
    if (!Array.isArray(values)) {
      throw new InvalidArgumentError(`expected routingKey as bytes or an array of values, got ${describe(values)}`, {
        field: 'routingKey',
      });
    }
    const { tables, views } = this.keyspaces.get(keyspace) ?? {};
    const relation = table === undefined ? undefined : (tables?.get(table) ?? views?.get(table));
    if (relation !== undefined) return this.#encodeKey(relation.partitionKey, values);
    throw new InvalidArgumentError(
      `expected a table of keyspace ${JSON.stringify(keyspace)} that is in the schema metadata, as only its columns tell how values ` +
        `are encoded, got ${table === undefined ? 'none' : JSON.stringify(table)}`,
      { field: 'table' },
    );
  }
}
