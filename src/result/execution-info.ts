// What happened to a request on its way to a result.
import type { ConsistencyName } from '../types/consistency.ts';
import type { Attempt, HostInfo } from '../types/host-info.ts';
import type { Uuid } from '../types/uuid.ts';

/** How a result came about. */
export interface ExecutionInfo {
  /** The host that answered. */
  readonly coordinator: HostInfo;
  /** Every try, in the order they began. */
  readonly attempts: readonly Attempt[];
  /** Warnings of the server. */
  readonly warnings: readonly string[];
  /** Bytes that a custom query handler of the server sent, by name. */
  readonly customPayload: Readonly<Record<string, Uint8Array>> | undefined;
  /** Id of the trace, if the request was traced. */
  readonly tracingId: Uuid | undefined;
  /** False if the request changed the schema and not all hosts agreed on it in time. */
  readonly isSchemaAgreed: boolean;
  /** The consistency level that was asked for in the end. */
  readonly achievedConsistency: ConsistencyName;
  /** How many attempts ran beside the first one. */
  readonly speculativeExecutions: number;
  /** Bytes of the request frame. */
  readonly requestBytes: number;
  /** Bytes of the response frame. */
  readonly responseBytes: number;
}

/** One step of a traced request. */
export interface TraceEvent {
  readonly description: string;
  readonly datetime: Date;
  /** Address of the host where it happened. */
  readonly source: string;
  /** Microseconds since that host began to work on the request. */
  readonly sourceElapsedMicros: number;
  readonly threadName: string;
}

/** What the hosts wrote down of a traced request. */
export interface QueryTrace {
  readonly traceId: Uuid;
  /** What was done, in the words of the server. */
  readonly requestType: string;
  readonly durationMicros: number;
  /** Address of the host that coordinated. */
  readonly coordinator: string;
  /** Address of the client. */
  readonly client: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly startedAt: Date;
  /** The steps, in order. */
  readonly events: readonly TraceEvent[];
}

/** How to read a trace. */
export interface TraceOptions {
  /** How long to wait until the trace is complete, in milliseconds. Default: the session's `maxTraceWait`. */
  maxWait?: number;
  /** Consistency level of the queries that read it. Default: `LOCAL_ONE`. */
  queryCl?: ConsistencyName;
  /** Stops the waiting. */
  signal?: AbortSignal;
}
