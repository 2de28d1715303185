// The errors that a server answers with. Which code of the wire becomes which class is the business of protocol/.
import { define, DriverError } from '../errors.ts';
import type { DriverErrorFields } from '../errors.ts';

/** Names of the consistency levels that a server can mention. */
export type ServerConsistency =
  | 'ANY'
  | 'ONE'
  | 'TWO'
  | 'THREE'
  | 'QUORUM'
  | 'ALL'
  | 'LOCAL_QUORUM'
  | 'EACH_QUORUM'
  | 'SERIAL'
  | 'LOCAL_SERIAL'
  | 'LOCAL_ONE';

/** What kind of write did not come to its end; servers may add names. */
export type WriteType =
  'SIMPLE' | 'BATCH' | 'UNLOGGED_BATCH' | 'COUNTER' | 'BATCH_LOG' | 'CAS' | 'VIEW' | 'CDC' | (string & {});

/** Says that a server took a request and could not carry it out. */
export class RequestExecutionError extends DriverError {
  static {
    define(this, 'RequestExecutionError');
  }
}

/** What an `UnavailableError` tells. */
export interface UnavailableFields {
  /** The consistency level asked for. */
  readonly consistency: ServerConsistency;
  /** How many replicas it needs. */
  readonly requiredReplicas: number;
  /** How many of them were alive. */
  readonly aliveReplicas: number;
}

/**
 * Says that too few replicas were alive for the consistency level. Source: native_protocol_v5.spec 9, 0x1000.
 *
 * A coordinator checks each partition before it writes it, so that a write to several of them (an unlogged or counter batch, `IN`)
 * may be applied in part; and a conditional statement is accepted before it is committed. `maybeApplied` is true for these, and
 * false for all else: a logged batch is checked as a whole.
 */
export class UnavailableError extends RequestExecutionError implements UnavailableFields {
  static {
    define(this, 'UnavailableError');
  }
  readonly consistency: ServerConsistency;
  readonly requiredReplicas: number;
  readonly aliveReplicas: number;

  constructor(message: string, fields: DriverErrorFields & UnavailableFields) {
    super(message, fields);
    this.consistency = fields.consistency;
    this.requiredReplicas = fields.requiredReplicas;
    this.aliveReplicas = fields.aliveReplicas;
  }
}

/** What a `TimeoutError` tells. */
export interface TimeoutFields {
  /** The consistency level asked for. */
  readonly consistency: ServerConsistency;
  /** How many answers it needs. */
  readonly requiredResponses: number;
  /** How many came in time. */
  readonly receivedResponses: number;
}

/** Says that a coordinator did not hear from enough replicas in time. */
export class TimeoutError extends RequestExecutionError implements TimeoutFields {
  static {
    define(this, 'TimeoutError');
  }
  readonly consistency: ServerConsistency;
  readonly requiredResponses: number;
  readonly receivedResponses: number;

  constructor(message: string, fields: DriverErrorFields & TimeoutFields) {
    super(message, fields);
    this.consistency = fields.consistency;
    this.requiredResponses = fields.requiredResponses;
    this.receivedResponses = fields.receivedResponses;
  }
}

/** Says that too few replicas answered a read in time. Source: native_protocol_v5.spec 9, 0x1200. */
export class ReadTimeoutError extends TimeoutError {
  static {
    define(this, 'ReadTimeoutError');
  }
  /** True if the replica that was asked for the data itself has answered. */
  readonly dataRetrieved: boolean;

  constructor(message: string, fields: DriverErrorFields & TimeoutFields & { readonly dataRetrieved: boolean }) {
    super(message, fields);
    this.dataRetrieved = fields.dataRetrieved;
  }
}

/** Says that too few replicas acknowledged a write in time; it may be applied. Source: native_protocol_v5.spec 9, 0x1100. */
export class WriteTimeoutError extends TimeoutError {
  static {
    define(this, 'WriteTimeoutError');
  }
  /** What kind of write it was. */
  readonly writeType: WriteType;
  /** How often another conditional statement came between; only from protocol v5 on, and only for `CAS`. */
  declare readonly contentions?: number;

  constructor(
    message: string,
    fields: DriverErrorFields &
      TimeoutFields & { readonly writeType: WriteType; readonly contentions?: number | undefined },
  ) {
    super(message, fields);
    this.writeType = fields.writeType;
    if (fields.contentions !== undefined) this.contentions = fields.contentions;
  }
}

/** Says that nobody knows whether a conditional statement was applied. Source: native_protocol_v5.spec 9, 0x1700. */
export class CasWriteUnknownError extends TimeoutError {
  static {
    define(this, 'CasWriteUnknownError');
  }
}

/** What a `CoordinationFailureError` tells. */
export interface CoordinationFailureFields extends TimeoutFields {
  /** How many replicas failed. */
  readonly failures: number;
  /** Why each replica failed, as numbers of the server, by address; only from protocol v5 on. */
  readonly errorCodeMap?: ReadonlyMap<string, number> | undefined;
}

/** Says that replicas answered a coordinator with an error. */
export class CoordinationFailureError extends RequestExecutionError {
  static {
    define(this, 'CoordinationFailureError');
  }
  /** The consistency level asked for. */
  readonly consistency: ServerConsistency;
  /** How many answers it needs. */
  readonly requiredResponses: number;
  /** How many came. */
  readonly receivedResponses: number;
  /** How many replicas failed. */
  readonly failures: number;
  /** Why each replica failed, as numbers of the server, by address; only from protocol v5 on. */
  declare readonly errorCodeMap?: ReadonlyMap<string, number>;

  constructor(message: string, fields: DriverErrorFields & CoordinationFailureFields) {
    super(message, fields);
    this.consistency = fields.consistency;
    this.requiredResponses = fields.requiredResponses;
    this.receivedResponses = fields.receivedResponses;
    this.failures = fields.failures;
    if (fields.errorCodeMap !== undefined) this.errorCodeMap = fields.errorCodeMap;
  }
}

/** Says that replicas failed to read. Source: native_protocol_v5.spec 9, 0x1300. */
export class ReadFailureError extends CoordinationFailureError {
  static {
    define(this, 'ReadFailureError');
  }
  /** True if the replica that was asked for the data itself has answered. */
  readonly dataRetrieved: boolean;

  constructor(
    message: string,
    fields: DriverErrorFields & CoordinationFailureFields & { readonly dataRetrieved: boolean },
  ) {
    super(message, fields);
    this.dataRetrieved = fields.dataRetrieved;
  }
}

/** Says that replicas failed to write; others may have written. Source: native_protocol_v5.spec 9, 0x1500. */
export class WriteFailureError extends CoordinationFailureError {
  static {
    define(this, 'WriteFailureError');
  }
  /** What kind of write it was. */
  readonly writeType: WriteType;

  constructor(
    message: string,
    fields: DriverErrorFields & CoordinationFailureFields & { readonly writeType: WriteType },
  ) {
    super(message, fields);
    this.writeType = fields.writeType;
  }
}

/** What a `FunctionFailureError` tells. */
export interface FunctionFailureFields {
  /** Keyspace of the function. */
  readonly keyspace: string;
  /** Its name. */
  readonly function: string;
  /** CQL types of its arguments. */
  readonly argTypes: readonly string[];
}

/** Says that a user-defined function threw. Source: native_protocol_v5.spec 9, 0x1400. */
export class FunctionFailureError extends RequestExecutionError implements FunctionFailureFields {
  static {
    define(this, 'FunctionFailureError');
  }
  readonly keyspace: string;
  readonly function: string;
  readonly argTypes: readonly string[];

  constructor(message: string, fields: DriverErrorFields & FunctionFailureFields) {
    super(message, fields);
    this.keyspace = fields.keyspace;
    this.function = fields.function;
    this.argTypes = fields.argTypes;
  }
}

/** Says that a write was refused because the space for change data capture is full. Source: native_protocol_v5.spec 9, 0x1600. */
export class CDCWriteFailureError extends RequestExecutionError {
  static {
    define(this, 'CDCWriteFailureError');
  }
}

/** What a `RateLimitReachedError` tells. */
export interface RateLimitFields {
  /** What was limited. */
  readonly opType: 'read' | 'write';
  /** True if the coordinator refused; false if replicas did, so that others may have applied a write. */
  readonly rejectedByCoordinator: boolean;
}

/** Says that a partition is asked more often than its table allows. Source: ScyllaDB's extension SCYLLA_RATE_LIMIT_ERROR. */
export class RateLimitReachedError extends RequestExecutionError implements RateLimitFields {
  static {
    define(this, 'RateLimitReachedError');
  }
  readonly opType: 'read' | 'write';
  readonly rejectedByCoordinator: boolean;

  constructor(message: string, fields: DriverErrorFields & RateLimitFields) {
    const maybeApplied = fields.maybeApplied ?? (fields.opType === 'write' && !fields.rejectedByCoordinator);
    super(message, { ...fields, maybeApplied });
    this.opType = fields.opType;
    this.rejectedByCoordinator = fields.rejectedByCoordinator;
  }
}

/**
 * Says that a coordinator has more work than it can do. Source: native_protocol_v5.spec 9, 0x1001.
 *
 * Mostly it refuses before it reads the request. But Cassandra says the same when it holds too many hints for replicas that are
 * down, and finds that out after it has stored a logged batch (or any write to a table with views), after it has sent other
 * partitions of a batch, or while it commits a conditional statement. Nothing in the answer tells these apart, so that
 * `maybeApplied` is true: a write is sent again only if it is idempotent.
 */
export class OverloadedError extends RequestExecutionError {
  static {
    define(this, 'OverloadedError');
  }
}

/** Says that the coordinator is still joining the cluster. Source: native_protocol_v5.spec 9, 0x1002. */
export class IsBootstrappingError extends RequestExecutionError {
  static {
    define(this, 'IsBootstrappingError');
  }
}

/** Says that TRUNCATE failed. Source: native_protocol_v5.spec 9, 0x1003. */
export class TruncateError extends RequestExecutionError {
  static {
    define(this, 'TruncateError');
  }
}

/** Says that something unexpected happened in the server. Source: native_protocol_v5.spec 9, 0x0000. */
export class ServerError extends RequestExecutionError {
  static {
    define(this, 'ServerError');
  }
}

/** Says that a server refuses a request as it stands. */
export class RequestValidationError extends DriverError {
  static {
    define(this, 'RequestValidationError');
  }
}

/** Says that the text is not CQL. Source: native_protocol_v5.spec 9, 0x2000. */
export class CqlSyntaxError extends RequestValidationError {
  static {
    define(this, 'CqlSyntaxError');
  }
}

/** Says that the text is CQL, and asks for something that does not exist or is not allowed. Source: native_protocol_v5.spec 9, 0x2200. */
export class InvalidRequestError extends RequestValidationError {
  static {
    define(this, 'InvalidRequestError');
  }
}

/** Says that the role has no right to do this. Source: native_protocol_v5.spec 9, 0x2100. */
export class UnauthorizedError extends RequestValidationError {
  static {
    define(this, 'UnauthorizedError');
  }
}

/** Says that a host does not know a prepared statement, even after it was prepared again. Source: native_protocol_v5.spec 9, 0x2500. */
export class UnpreparedError extends RequestValidationError {
  static {
    define(this, 'UnpreparedError');
  }
  /** The id that the host does not know. */
  readonly queryId: Uint8Array;

  constructor(message: string, fields: DriverErrorFields & { readonly queryId: Uint8Array }) {
    super(message, fields);
    this.queryId = fields.queryId;
  }
}

/** Says that the request does not fit the configuration of the server or its schema. Source: native_protocol_v5.spec 9, 0x2300. */
export class ConfigurationError extends RequestValidationError {
  static {
    define(this, 'ConfigurationError');
  }
}

/** Says that a keyspace or table to be created exists. Source: native_protocol_v5.spec 9, 0x2400. */
export class AlreadyExistsError extends ConfigurationError {
  static {
    define(this, 'AlreadyExistsError');
  }
  /** The keyspace. */
  readonly keyspace: string;
  /** The table; absent if it is the keyspace that exists. */
  declare readonly table?: string;

  constructor(
    message: string,
    fields: DriverErrorFields & { readonly keyspace: string; readonly table?: string | undefined },
  ) {
    super(message, fields);
    this.keyspace = fields.keyspace;
    if (fields.table !== undefined) this.table = fields.table;
  }
}

export {
  AlreadyExistsError as AlreadyExists,
  CasWriteUnknownError as CasWriteUnknown,
  CDCWriteFailureError as CDCWriteFailure,
  ConfigurationError as ConfigurationException,
  CoordinationFailureError as CoordinationFailure,
  CqlSyntaxError as SyntaxException,
  FunctionFailureError as FunctionFailure,
  InvalidRequestError as InvalidRequest,
  IsBootstrappingError as IsBootstrapping,
  OverloadedError as Overloaded,
  RateLimitReachedError as RateLimitReached,
  ReadFailureError as ReadFailure,
  ReadTimeoutError as ReadTimeout,
  RequestExecutionError as RequestExecutionException,
  RequestValidationError as RequestValidationException,
  TimeoutError as Timeout,
  UnauthorizedError as Unauthorized,
  UnavailableError as Unavailable,
  UnpreparedError as Unprepared,
  WriteFailureError as WriteFailure,
  WriteTimeoutError as WriteTimeout,
};
