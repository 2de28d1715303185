// The root of every error that the driver throws, and the errors that the driver finds out by itself; what a server answers
// is in errors/server-errors.ts. Lowest layer: the shapes of hosts and attempts, as errors tell them, are declared here.
import { redactCql } from './errors/redact-cql.ts';
import { ERROR_TABLE } from './errors/table.ts';
import type { ErrorDefinition } from './errors/table.ts';

/** Where a host listens, as errors tell it. */
export interface ErrorEndPoint {
  readonly address: string;
  readonly port: number;
}

/** The least that is known of a host. Plain data: no pool, no connection, no credentials. */
export interface ErrorHost {
  /** Where the driver connects to. */
  readonly endpoint: ErrorEndPoint;
  /** The address that the node has for clients. */
  readonly address: string;
  /** Its datacenter, as far as it is known. */
  readonly datacenter?: string | undefined;
  /** Its rack, as far as it is known. */
  readonly rack?: string | undefined;
  /** The id that the node keeps over changes of address, as far as it is known. */
  readonly hostId?: { toString(): string };
}

/** One try of a request on one host, as errors tell it. */
export interface ErrorAttempt {
  /** The host that was asked. */
  readonly host: ErrorHost;
  /** The shard that was asked; only on ScyllaDB. */
  readonly shard?: number;
  /** When it began, in milliseconds since 1970-01-01. */
  readonly startedAt: number;
  /** How long it took, in milliseconds; absent while it runs. */
  readonly durationMs?: number;
  /** Why it failed; absent if it did not. */
  readonly error?: Error;
  /** True if it ran beside another attempt. */
  readonly speculative: boolean;
  /** How many retries came before it. */
  readonly retry: number;
}

/** What any error of the driver may know beside its message. */
export interface DriverErrorFields {
  /** Text of the statement; values in it are redacted before it is kept. */
  readonly query?: string | undefined;
  /** The host that answered. */
  readonly coordinator?: ErrorHost | undefined;
  /** Every try, in the order in which they began. */
  readonly attempts?: readonly ErrorAttempt[] | undefined;
  /** Overrides what the class says of itself. */
  readonly maybeApplied?: boolean | undefined;
  /** What lies under this error. */
  readonly cause?: unknown;
}

const brand = Symbol.for('ferrocql.DriverError');
const definitions: ReadonlyMap<string, ErrorDefinition> = new Map(ERROR_TABLE.map((row) => [row.name, row]));
const noAttempts: readonly ErrorAttempt[] = Object.freeze([]);

/**
 * Gives a class its name and its row of the table; called in a static block of every error class. The name is a text, so
 * that it survives minifiers, and stands on the prototype, so that stack traces begin with it.
 */
export function define(errorClass: { readonly prototype: DriverError }, name: string): void {
  const definition = definitions.get(name);
  if (definition === undefined) throw new Error(`${name} is missing in the table of errors`);
  Object.defineProperty(errorClass, 'definition', { value: definition });
  Object.defineProperty(errorClass.prototype, 'name', { value: name, writable: true, configurable: true });
}

/**
 * Is the root of every error that the driver throws.
 *
 * Switch on the class or on `code`, never on the message. Across realms and copies of the package, where `instanceof` fails,
 * use `code` or `DriverError.isDriverError`.
 */
export class DriverError extends Error {
  /** The row of the class in the table of errors. */
  declare static readonly definition: ErrorDefinition;
  static {
    define(this, 'DriverError');
    Object.defineProperty(this.prototype, brand, { value: true });
  }

  /** The stable code of the class, such as `CQL_READ_TIMEOUT`. */
  readonly code: string;
  /**
   * False only if no byte of the request was written, or a server refused it before applying it. True says that sending it
   * again can apply it twice.
   */
  readonly maybeApplied: boolean;
  /** Text of the statement, with `?` in the place of every literal; absent where there is none. */
  declare readonly query?: string;
  /** The host that answered, as it was then; absent where none did. */
  declare readonly coordinator?: ErrorHost;
  /** Every try of the request, in the order in which they began; empty if there was none. */
  readonly attempts: readonly ErrorAttempt[];

  constructor(message: string, fields: DriverErrorFields = {}) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.code = new.target.definition.code;
    this.maybeApplied = fields.maybeApplied ?? new.target.definition.maybeApplied;
    this.attempts = noAttempts;
    addFacts(this, fields);
  }

  /** Says whether a value is an error of this driver, also of another realm or another copy of the package. */
  static isDriverError(value: unknown): value is DriverError {
    return typeof value === 'object' && value !== null && (value as { [brand]?: unknown })[brand] === true;
  }

  /** Returns what a log needs: name, code, message, and the facts as plain data; causes as text. */
  toJSON(): Record<string, unknown> {
    const json: Record<string, unknown> = { name: this.name, code: this.code, message: this.message };
    json['maybeApplied'] = this.maybeApplied;
    if (this.query !== undefined) json['query'] = this.query;
    if (this.coordinator !== undefined) json['coordinator'] = hostText(this.coordinator);
    json['attempts'] = this.attempts.map((attempt) => {
      const { host, error, ...rest } = attempt;
      return { ...rest, host: hostText(host), ...(error === undefined ? {} : { error: causeText(error) }) };
    });
    if (this.cause !== undefined) json['cause'] = causeText(this.cause);
    return json;
  }
}

/** The facts that whoever passes an error on may add. */
export type ErrorFacts = Pick<DriverErrorFields, 'query' | 'coordinator' | 'attempts' | 'maybeApplied'>;

/**
 * Copies what somebody else rejects with too, as each request adds facts of its own; what is no error of the driver is given back.
 *
 * The copy is an error for every test of that there is: class, `instanceof`, stack, cause.
 */
export function ownError(reason: unknown): unknown {
  if (!DriverError.isDriverError(reason)) return reason;
  const copy = Object.setPrototypeOf(new Error(reason.message), Object.getPrototypeOf(reason) as object) as Error;
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(reason));
}

/** Adds what an error does not know yet of its request, and returns it; what it knows already stays, but for `maybeApplied`. */
export function addFacts<E extends DriverError>(error: E, facts: ErrorFacts): E {
  const known: { query?: string; coordinator?: ErrorHost; attempts: readonly ErrorAttempt[]; maybeApplied: boolean } =
    error;
  if (facts.maybeApplied !== undefined) known.maybeApplied = facts.maybeApplied;
  if (facts.query !== undefined) known.query ??= redactCql(facts.query);
  if (facts.coordinator !== undefined) known.coordinator ??= plainHost(facts.coordinator);
  if (facts.attempts !== undefined && known.attempts.length === 0) {
    known.attempts = Object.freeze(facts.attempts.map((attempt) => ({ ...attempt, host: plainHost(attempt.host) })));
  }
  return error;
}

/** Keeps what is safe to print: whatever else hangs on a host, its TLS key too, would show up wherever an error is inspected. */
function plainHost({ endpoint, address, datacenter, rack, hostId }: ErrorHost): ErrorHost {
  return Object.freeze({
    endpoint: plainEndPoint(endpoint),
    address,
    ...(datacenter === undefined ? {} : { datacenter }),
    ...(rack === undefined ? {} : { rack }),
    ...(hostId === undefined ? {} : { hostId }),
  });
}

function plainEndPoint({ address, port }: ErrorEndPoint): ErrorEndPoint {
  return Object.freeze({ address, port });
}

/** Says that an option or a call is wrong: names the field, the value, and what is allowed. */
export class InvalidArgumentError extends DriverError {
  static {
    define(this, 'InvalidArgumentError');
  }
  /** The option or parameter that is wrong. */
  readonly field: string;

  constructor(message: string, fields: DriverErrorFields & { readonly field: string }) {
    super(message, fields);
    this.field = fields.field;
  }
}

/** Says that a value does not fit its CQL type; thrown before a byte is written, or when a cell cannot be read. */
export class CodecError extends DriverError {
  static {
    define(this, 'CodecError');
  }
  /** Where the value is: `values[3].tags[2]`. */
  readonly path: string;
  /** The CQL type that it does not fit. */
  readonly cqlType: string;

  constructor(message: string, fields: DriverErrorFields & { readonly path: string; readonly cqlType: string }) {
    super(message, fields);
    this.path = fields.path;
    this.cqlType = fields.cqlType;
  }
}

/** Says that the driver, the negotiated protocol version or this runtime cannot do what was asked. */
export class UnsupportedOperationError extends DriverError {
  static {
    define(this, 'UnsupportedOperationError');
  }
}

/** Says that the driver stopped waiting: no answer came within the timeout of the request. */
export class OperationTimedOutError extends DriverError {
  static {
    define(this, 'OperationTimedOutError');
  }
  /** The host that was asked last; absent where none was. */
  declare readonly lastHost?: ErrorHost;
  /** How many requests waited on the connection of the last attempt. */
  declare readonly inFlight?: number;

  constructor(
    message: string,
    fields: DriverErrorFields & {
      readonly lastHost?: ErrorHost | undefined;
      readonly inFlight?: number | undefined;
    } = {},
  ) {
    super(message, fields);
    if (fields.lastHost !== undefined) this.lastHost = plainHost(fields.lastHost);
    if (fields.inFlight !== undefined) this.inFlight = fields.inFlight;
  }
}

/** Says that a queue or the throttler is full: the request was not sent. */
export class RequestThrottledError extends DriverError {
  static {
    define(this, 'RequestThrottledError');
  }
}

/** Says that no host could serve a request or take a connection. The message lists the cause of every host. */
export class NoHostAvailableError extends DriverError {
  static {
    define(this, 'NoHostAvailableError');
  }
  /** Why each host failed, by `address:port`. */
  readonly errors: ReadonlyMap<string, Error>;

  constructor(message: string, fields: DriverErrorFields & { readonly errors: ReadonlyMap<string, Error> }) {
    const causes = [...fields.errors].map(([host, error]) => `${host} (${causeText(error)})`);
    const maybeApplied = fields.maybeApplied ?? [...fields.errors.values()].some(mayHaveApplied);
    super(causes.length === 0 ? message : `${message}: ${causes.join(', ')}`, { ...fields, maybeApplied });
    this.errors = new Map(fields.errors);
  }

  override toJSON(): Record<string, unknown> {
    return { ...super.toJSON(), errors: Object.fromEntries([...this.errors].map(([host, e]) => [host, causeText(e)])) };
  }
}

/** Says that a page was asked for after the last one. */
export class QueryExhaustedError extends DriverError {
  static {
    define(this, 'QueryExhaustedError');
  }
}

/** Says that a user-defined type is registered that the keyspace does not have. */
export class UserTypeDoesNotExistError extends DriverError {
  static {
    define(this, 'UserTypeDoesNotExistError');
  }
  /** The keyspace. */
  readonly keyspace: string;
  /** The type it does not have. */
  readonly userType: string;

  constructor(message: string, fields: DriverErrorFields & { readonly keyspace: string; readonly userType: string }) {
    super(message, fields);
    this.keyspace = fields.keyspace;
    this.userType = fields.userType;
  }
}

/** Says that the trace of a request was not complete within the time given. */
export class TraceUnavailableError extends DriverError {
  static {
    define(this, 'TraceUnavailableError');
  }
}

/** Says that no contact point has an address. */
export class UnresolvableContactPointsError extends DriverError {
  static {
    define(this, 'UnresolvableContactPointsError');
  }
}

/** Says that a server does not accept the credentials, or asks for an authentication that the driver will not do. */
export class AuthenticationFailedError extends DriverError {
  static {
    define(this, 'AuthenticationFailedError');
  }
}

/** What an error of a connection may know. */
export type ConnectionErrorFields = DriverErrorFields & { readonly endPoint?: ErrorEndPoint | undefined };

/** Says that a connection could not be made or did not survive. */
export class ConnectionError extends DriverError {
  static {
    define(this, 'ConnectionError');
  }
  /** Where the connection goes. */
  declare readonly endPoint?: ErrorEndPoint;

  constructor(message: string, fields: ConnectionErrorFields = {}) {
    super(message, fields);
    if (fields.endPoint !== undefined) this.endPoint = plainEndPoint(fields.endPoint);
  }
}

/** Says that a connection was closed while, or before, a request was on it. */
export class ConnectionShutdownError extends ConnectionError {
  static {
    define(this, 'ConnectionShutdownError');
  }
}

/** Says that every stream id of a connection is taken; the request was not written. */
export class ConnectionBusyError extends ConnectionError {
  static {
    define(this, 'ConnectionBusyError');
  }
}

/** Says that the pool of a host has no open connection; the request was not written. */
export class NoConnectionsAvailableError extends ConnectionError {
  static {
    define(this, 'NoConnectionsAvailableError');
  }
}

/** Says that one side breaks the protocol. */
export class ProtocolError extends ConnectionError {
  static {
    define(this, 'ProtocolError');
  }
}

/** Says that the server does not speak a protocol version that the driver may use. */
export class ProtocolVersionUnsupportedError extends ConnectionError {
  static {
    define(this, 'ProtocolVersionUnsupportedError');
  }
  /** The version that the driver asked for. */
  readonly startupVersion: number;

  constructor(message: string, fields: ConnectionErrorFields & { readonly startupVersion: number }) {
    super(message, fields);
    this.startupVersion = fields.startupVersion;
  }
}

/** Says that the checksum of a segment is wrong. */
export class CrcMismatchError extends ConnectionError {
  static {
    define(this, 'CrcMismatchError');
  }
}

function mayHaveApplied(error: Error): boolean {
  return !DriverError.isDriverError(error) || error.maybeApplied;
}

function hostText(host: ErrorHost): string {
  const { address, port } = host.endpoint;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Name and message of a cause; the parts of an AggregateError, whose own message is empty where a host has several addresses. */
function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const message =
    cause.message === '' && cause instanceof AggregateError ? cause.errors.map(causeText).join('; ') : cause.message;
  return message === '' ? cause.name : `${cause.name}: ${message}`;
}

export {
  AuthenticationFailedError as AuthenticationFailed,
  ConnectionBusyError as ConnectionBusy,
  ConnectionError as ConnectionException,
  ConnectionShutdownError as ConnectionShutdown,
  CrcMismatchError as CrcMismatch,
  DriverError as DriverException,
  InvalidArgumentError as InvalidArgument,
  NoConnectionsAvailableError as NoConnectionsAvailable,
  NoHostAvailableError as NoHostAvailable,
  OperationTimedOutError as OperationTimedOut,
  ProtocolVersionUnsupportedError as ProtocolVersionUnsupported,
  QueryExhaustedError as QueryExhausted,
  RequestThrottledError as Busy,
  RequestThrottledError as RequestThrottled,
  TraceUnavailableError as TraceUnavailable,
  UnresolvableContactPointsError as UnresolvableContactPoints,
  UnsupportedOperationError as UnsupportedOperation,
  UserTypeDoesNotExistError as UserTypeDoesNotExist,
};
