// What sessions get of their cluster.

import type { Clock } from '../connection/clock.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import type { DriverError } from '../errors.ts';
import type { SchemaCoordinator } from '../control/schema-versions.ts';
import type { ExecutionObserver } from '../execution/observer.ts';
import type { ProfileTable } from '../execution/profile-table.ts';
import type { ResolvedOptions } from '../options.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { PolicySet } from '../policies/policy-set.ts';
import type { ReconnectionPolicy } from '../policies/reconnection.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import type { TimestampGenerator } from '../policies/timestamps.ts';
import type { Convictions } from '../pool/convictions.ts';
import type { ConnectionFactory } from '../pool/connection-factory.ts';
import type { SchemaChange } from '../protocol/events.ts';
import type { RequestEncoder, WireFormat } from '../protocol/requests.ts';
import type { ProgramTable } from '../result/programs.ts';
import type { TypeMapping } from '../result/type-mapping.ts';
import type { Host } from '../topology/host.ts';
import type { Topology } from '../topology/topology.ts';

/** What a session needs of its cluster. */
export interface SessionCluster {
  readonly isClosed: boolean;
  shutdown(): Promise<void>;
}

/** What all sessions of a cluster share. */
export interface SharedServices {
  readonly options: ResolvedOptions;
  readonly encoder: RequestEncoder;
  readonly wire: WireFormat;
  readonly programs: ProgramTable;
  readonly types: TypeMapping;
  readonly factory: ConnectionFactory;
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  readonly profiles: ProfileTable;
  /** That of the default profile. */
  readonly policy: LoadBalancingPolicy;
  /** Those of all profiles. */
  readonly policies: PolicySet;
  readonly reconnectionPolicy: ReconnectionPolicy;
  readonly convictions: Convictions;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
  /** Watches the requests of all sessions; `null` if nobody does. */
  readonly observer: ExecutionObserver | null;
  topology(): Topology;
  /** Makes a load balancing policy known that came with a profile of a single request. */
  borrowPolicy(policy: LoadBalancingPolicy): void;
  onHostUp(host: Host): void;
  onHostDown(host: Host, error: DriverError): void;
  /** Resolves to whether all nodes agree on the schema, as it is after a change that one of them made. */
  onSchemaChange(change: SchemaChange, coordinator: SchemaCoordinator): Promise<boolean>;
  /** Resolves to whether all nodes agree on the schema; asked for by a user. */
  waitForSchemaAgreement(maxWaitMs: number | undefined, signal: AbortSignal | undefined): Promise<boolean>;
  onSessionClosed(session: object): void;
}
