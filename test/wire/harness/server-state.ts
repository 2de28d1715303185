// What the parts of the fake server know of each other: plain state of the server, its nodes and their connections.
import type { NodeFacts } from './cluster-tables.ts';
import type { CompressionName } from './compression.ts';
import type { FakeServerOptions } from './fake-server-options.ts';
import type { Random } from './random.ts';
import type { DecodedRequest } from './request.ts';
import type { Observed, Rules } from './rules.ts';
import type { PreparedStatements, Statements } from './statements.ts';
import type { SystemTable } from './system-table.ts';

/** One request as it came in. */
export interface ReceivedRequest extends Observed {
  /** By the clock of the server. */
  readonly at: number;
  readonly headerFlags: number;
  /** Of the body on the wire, compressed or not. */
  readonly bodyLength: number;
  readonly wasCompressed: boolean;
  /** The bound port of the client. */
  readonly remotePort: number;
  /** Of the connection, with a Scylla server; else 0. */
  readonly shard: number;
  readonly request: DecodedRequest;
}

export interface NodeState extends NodeFacts {
  /** Counted from 1. */
  readonly number: number;
  readonly prepared: PreparedStatements;
  readonly shardAwarePort: number | undefined;
}

export interface ConnectionState {
  readonly number: number;
  readonly node: NodeState;
  readonly shard: number;
  phase: 'new' | 'authenticating' | 'ready';
  /** Of the first frame that was understood; every later one must have it. */
  version: number | undefined;
  compression: CompressionName | undefined;
  keyspace: string | undefined;
  usesMetadataId: boolean;
  readonly events: Set<string>;
}

export interface ServerState {
  readonly options: FakeServerOptions;
  readonly random: Random;
  readonly rules: Rules<ReceivedRequest>;
  readonly statements: Statements;
  readonly highestVersion: number;
  tablesOf(node: NodeState): readonly SystemTable[];
  record(request: ReceivedRequest): void;
  /** Notes that a client broke the protocol. */
  reportViolation(connection: number, what: string): void;
}
