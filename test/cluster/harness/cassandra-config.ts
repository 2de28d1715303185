// The configuration files of one test node: cassandra.yaml (written as JSON, which is YAML), rack and log settings.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsMaterial } from './tls-material.ts';

/** Where one node of a cluster sits and listens. */
export interface NodeLayout {
  /** The node's own directory (configuration, data, logs) inside the cluster's. */
  readonly directory: string;
  readonly address: string;
  readonly nativePort: number;
  readonly storagePort: number;
  readonly jmxPort: number;
  readonly datacenter: string;
  readonly rack: string;
}

/** What all nodes of a cluster share. */
export interface ClusterLayout {
  readonly name: string;
  /** The nodes from which a starting node learns the ring. */
  readonly seeds: readonly { readonly address: string; readonly storagePort: number }[];
  readonly authenticator: boolean;
  readonly tls: { readonly material: TlsMaterial; readonly requireClientCertificate: boolean } | undefined;
  /** Further settings of cassandra.yaml; they win over the harness's own. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Writes a node's configuration into `<directory>/conf`, which goes on the class path. */
export async function writeNodeFiles(node: NodeLayout, cluster: ClusterLayout): Promise<void> {
  const conf = join(node.directory, 'conf');
  await mkdir(conf, { recursive: true });
  await mkdir(join(node.directory, 'tmp'), { recursive: true });
  await writeFile(join(conf, 'cassandra.yaml'), JSON.stringify(settings(node, cluster), null, 2));
  await writeFile(join(conf, 'cassandra-rackdc.properties'), `dc=${node.datacenter}\nrack=${node.rack}\n`);
  await writeFile(join(conf, 'logback.xml'), LOGBACK);
}

function settings(node: NodeLayout, cluster: ClusterLayout): Record<string, unknown> {
  const data = (name: string): string => join(node.directory, name);
  const seeds = cluster.seeds.map(({ address, storagePort }) => `${address}:${storagePort}`).join(',');
  return {
    cluster_name: cluster.name,
    // All nodes are seeds and start at the same time: each takes its tokens by itself, nothing is streamed.
    auto_bootstrap: false,
    num_tokens: 16,
    partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
    endpoint_snitch: 'GossipingPropertyFileSnitch',
    seed_provider: [{ class_name: 'org.apache.cassandra.locator.SimpleSeedProvider', parameters: [{ seeds }] }],
    listen_address: node.address,
    rpc_address: node.address,
    storage_port: node.storagePort,
    native_transport_port: node.nativePort,
    commitlog_sync: 'periodic',
    commitlog_sync_period: '10s',
    commitlog_segment_size: '8MiB',
    data_file_directories: [data('data')],
    commitlog_directory: data('commitlog'),
    saved_caches_directory: data('saved_caches'),
    hints_directory: data('hints'),
    cdc_raw_directory: data('cdc_raw'),
    auto_snapshot: false,
    authenticator: cluster.authenticator ? 'PasswordAuthenticator' : 'AllowAllAuthenticator',
    authorizer: cluster.authenticator ? 'CassandraAuthorizer' : 'AllowAllAuthorizer',
    materialized_views_enabled: true,
    user_defined_functions_enabled: true,
    storage_compatibility_mode: 'NONE',
    ...encryption(cluster.tls),
    ...cluster.config,
  };
}

function encryption(tls: ClusterLayout['tls']): Record<string, unknown> {
  if (tls === undefined) return {};
  const { keystore, truststore, password } = tls.material.server;
  return {
    client_encryption_options: {
      enabled: true,
      optional: false,
      keystore,
      keystore_password: password,
      truststore,
      truststore_password: password,
      store_type: 'PKCS12',
      require_client_auth: tls.requireClientCertificate,
    },
  };
}

const LOGBACK = `<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%-5level %date{HH:mm:ss.SSS} %logger{0} - %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
</configuration>
`;
