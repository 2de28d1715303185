// What a fake server can be told at its start, and what it is otherwise.
import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { ClusterFacts } from './cluster-tables.ts';
import type { CompressionName } from './compression.ts';
import { nextSeed } from './random.ts';
import type { SchemaDescription } from './schema-tables.ts';

export interface PasswordAuthentication {
  readonly username: string;
  readonly password: string;
  readonly authenticator?: string;
}

export interface ScyllaSettings {
  readonly shards: number;
  /** Default 12. */
  readonly ignoreMsb?: number;
  /** Listens on a second port of each node, where the client's port chooses the shard. Default true. */
  readonly hasShardAwarePort?: boolean;
}

export interface FakeServerOptions {
  readonly nodes: number;
  /** `addresses`: 127.0.0.1, 127.0.0.2 … and one port. `ports`: 127.0.0.1 and a port each, which only peers_v2 can tell. */
  readonly layout: 'addresses' | 'ports';
  readonly versions: readonly number[];
  readonly compression: readonly CompressionName[];
  /** Undefined: everyone may come in. */
  readonly auth: PasswordAuthentication | undefined;
  /** Laid over what SUPPORTED says by itself; an empty list takes a key out. */
  readonly supported: Readonly<Record<string, readonly string[]>>;
  readonly scylla: ScyllaSettings | undefined;
  readonly hasPeersV2: boolean;
  readonly cluster: Partial<ClusterFacts>;
  readonly schema: Partial<SchemaDescription>;
  /** Node n lies in the (n mod length)th. */
  readonly dataCenters: readonly string[];
  readonly racks: readonly string[];
  readonly tokensPerNode: number;
  /** Puts answers of one turn of the event loop into one segment or write. */
  readonly packs: boolean;
  /** Lets `stop` succeed although a client broke the protocol. */
  readonly toleratesViolations: boolean;
  readonly seed: number;
  readonly clock: Clock;
}

export const PASSWORD_AUTHENTICATOR = 'org.apache.cassandra.auth.PasswordAuthenticator';

export function resolveOptions(options: Partial<FakeServerOptions>): FakeServerOptions {
  return {
    nodes: 1,
    layout: 'addresses',
    versions: [3, 4, 5],
    compression: ['snappy', 'lz4'],
    auth: undefined,
    supported: {},
    scylla: undefined,
    hasPeersV2: true,
    cluster: {},
    schema: {},
    dataCenters: ['dc1'],
    racks: ['rack1'],
    tokensPerNode: 4,
    packs: false,
    toleratesViolations: false,
    seed: options.seed ?? nextSeed(),
    clock: systemClock,
    ...options,
  };
}
