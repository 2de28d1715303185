// Starts and stops one or three real Cassandra nodes on loopback: the one door to real servers for tests, the demo
// and the benches.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeNodeFiles, type ClusterLayout, type NodeLayout } from './cassandra-config.ts';
import { CassandraNode, type NodeLaunch } from './cassandra-node.ts';
import { freePort, freePorts } from './free-ports.ts';
import { mavenJars } from './maven-jars.ts';
import { createTlsMaterial, type TlsMaterial } from './tls-material.ts';

/** The release of Apache Cassandra that the harness runs. */
export const CASSANDRA_VERSION = '5.0.5';

/** The superuser of a cluster started with `authenticator: true`. */
export const SUPERUSER = { username: 'cassandra', password: 'cassandra' } as const;

export interface CassandraClusterOptions {
  /** How many nodes, on 127.0.0.1, 127.0.0.2, 127.0.0.3. */
  readonly nodes: 1 | 3;
  /** Ask clients for a password (see {@link SUPERUSER}) and check permissions. Default: everyone may do everything. */
  readonly authenticator: boolean;
  /** Speak TLS on the native port. Default: plain. */
  readonly tls: boolean | { readonly requireClientCertificate: boolean };
  /** Data center of each node in turn. Default: all in `dc1`. */
  readonly datacenters: readonly string[];
  /** Rack of each node in turn. Default: all in `rack1`. */
  readonly racks: readonly string[];
  /** Further settings of cassandra.yaml; they win over the harness's own, undefined takes one of those out. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Further JVM options, such as `-Xmx1g`; they win over the harness's own. */
  readonly jvmOptions: readonly string[];
}

const DEFAULTS: CassandraClusterOptions = Object.freeze({
  nodes: 1,
  authenticator: false,
  tls: false,
  datacenters: [],
  racks: [],
  config: {},
  jvmOptions: [],
});

/** Downloads the server, if it is not in the cache yet; gives the directory with its jars. */
export function fetchCassandra(): Promise<string> {
  return mavenJars({ group: 'org.apache.cassandra', name: 'cassandra-all', version: CASSANDRA_VERSION });
}

/** A running cluster of real Cassandra nodes. All of them end with this process, however it ends. */
export class CassandraCluster {
  readonly nodes: readonly CassandraNode[];
  /** Certificates for clients, when the cluster speaks TLS. */
  readonly tls: Pick<TlsMaterial, 'authority' | 'client'> | undefined;
  readonly #directory: string;

  private constructor(nodes: readonly CassandraNode[], tls: TlsMaterial | undefined, directory: string) {
    this.nodes = nodes;
    this.tls = tls;
    this.#directory = directory;
  }

  /**
   * Starts a cluster and waits until every node answers queries and sees all others.
   *
   * Downloads the server on the first call on a machine. Takes about 10 seconds for one node.
   * Rejects, with nothing left running, if a node does not come up.
   */
  static async start(options: Partial<CassandraClusterOptions> = {}): Promise<CassandraCluster> {
    const complete = { ...DEFAULTS, ...options };
    const jars = await fetchCassandra();
    try {
      return await CassandraCluster.#startOnFreePorts(jars, complete);
    } catch (cause) {
      // Somebody took a port between our look and the server's: look again, once.
      if (!/address already in use|is in use by another process/i.test(String(cause))) throw cause;
      return await CassandraCluster.#startOnFreePorts(jars, complete);
    }
  }

  static async #startOnFreePorts(jars: string, options: CassandraClusterOptions): Promise<CassandraCluster> {
    const directory = await mkdtemp(join(tmpdir(), 'ferrocql-cassandra-'));
    const nodes: CassandraNode[] = [];
    try {
      const layouts = await planNodes(directory, options);
      const material = options.tls === false ? undefined : await createTlsMaterial(directory, addressesOf(layouts));
      await Promise.all(layouts.map((layout) => writeNodeFiles(layout, clusterLayout(layouts, options, material))));
      const launch: NodeLaunch = {
        jars,
        jvmOptions: options.jvmOptions,
        ringSize: options.nodes,
        running: () => nodes.filter((node) => node.isRunning).length,
        credentials: options.authenticator ? SUPERUSER : undefined,
        tls: material && { ca: material.authority, ...material.client },
      };
      for (const layout of layouts) nodes.push(new CassandraNode(layout, launch));
      for (const node of nodes) node.launch();
      await Promise.all(nodes.map((node) => node.ready()));
      return new CassandraCluster(nodes, material, directory);
    } catch (cause) {
      await end(nodes, directory);
      throw cause;
    }
  }

  /** `address:port` of every node. */
  get contactPoints(): string[] {
    return this.nodes.map((node) => node.contactPoint);
  }

  /** Name of the first node's data center. */
  get localDatacenter(): string {
    return this.nodes[0]?.datacenter ?? 'dc1';
  }

  /** Ends all nodes at once and removes their data. */
  async stop(): Promise<void> {
    await end(this.nodes, this.#directory);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

async function planNodes(directory: string, options: CassandraClusterOptions): Promise<NodeLayout[]> {
  const addresses = Array.from({ length: options.nodes }, (_, index) => `127.0.0.${index + 1}`);
  // Clients that know only one port find all nodes on it; JMX listens on 127.0.0.1 for all of them.
  const nativePort = await freePort(addresses);
  const storagePort = await freePort(addresses, new Set([nativePort]));
  const jmxPorts = await freePorts(options.nodes, ['127.0.0.1']);
  return addresses.map((address, index) => ({
    directory: join(directory, `node${index + 1}`),
    address,
    nativePort,
    storagePort,
    jmxPort: jmxPorts[index] ?? 0,
    datacenter: options.datacenters[index] ?? 'dc1',
    rack: options.racks[index] ?? 'rack1',
  }));
}

function addressesOf(layouts: readonly NodeLayout[]): string[] {
  return layouts.map((layout) => layout.address);
}

function clusterLayout(
  seeds: readonly NodeLayout[],
  { authenticator, config, tls }: CassandraClusterOptions,
  material: TlsMaterial | undefined,
): ClusterLayout {
  const requireClientCertificate = typeof tls === 'object' && tls.requireClientCertificate;
  return { name: 'ferrocql', seeds, authenticator, tls: material && { material, requireClientCertificate }, config };
}

async function end(nodes: readonly CassandraNode[], directory: string): Promise<void> {
  await Promise.all(nodes.map((node) => node.kill()));
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}
