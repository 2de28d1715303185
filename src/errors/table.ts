// The one table of every error class: its aliases, its stable code, its base, and what it says of a request by default.

/** A row of the table of errors. */
export interface ErrorDefinition {
  /** Name of the class. */
  readonly name: string;
  /** Other names that the same class is exported under. */
  readonly aliases: readonly string[];
  /** The stable code, the same in every release. */
  readonly code: string;
  /** Name of the class it extends; empty for the root. */
  readonly base: string;
  /** What `maybeApplied` is where the thrower does not know better. */
  readonly maybeApplied: boolean;
}

type Row = readonly [name: string, aliases: string, code: string, base: string, applied: 'maybe' | 'no'];

// A code is CQL_ and the bare name of the class: its first alias, or its own name where it has none.
// prettier-ignore
const rows: readonly Row[] = [
  ['DriverError', 'DriverException', 'CQL_DRIVER_EXCEPTION', '', 'maybe'],
  ['InvalidArgumentError', 'InvalidArgument', 'CQL_INVALID_ARGUMENT', 'DriverError', 'no'],
  ['CodecError', '', 'CQL_CODEC_ERROR', 'DriverError', 'no'],
  ['UnsupportedOperationError', 'UnsupportedOperation', 'CQL_UNSUPPORTED_OPERATION', 'DriverError', 'no'],
  ['OperationTimedOutError', 'OperationTimedOut', 'CQL_OPERATION_TIMED_OUT', 'DriverError', 'maybe'],
  ['RequestThrottledError', 'RequestThrottled Busy', 'CQL_REQUEST_THROTTLED', 'DriverError', 'no'],
  ['NoHostAvailableError', 'NoHostAvailable', 'CQL_NO_HOST_AVAILABLE', 'DriverError', 'maybe'],
  ['QueryExhaustedError', 'QueryExhausted', 'CQL_QUERY_EXHAUSTED', 'DriverError', 'no'],
  ['UserTypeDoesNotExistError', 'UserTypeDoesNotExist', 'CQL_USER_TYPE_DOES_NOT_EXIST', 'DriverError', 'no'],
  ['TraceUnavailableError', 'TraceUnavailable', 'CQL_TRACE_UNAVAILABLE', 'DriverError', 'no'],
  ['UnresolvableContactPointsError', 'UnresolvableContactPoints', 'CQL_UNRESOLVABLE_CONTACT_POINTS', 'DriverError', 'no'],
  ['AuthenticationFailedError', 'AuthenticationFailed', 'CQL_AUTHENTICATION_FAILED', 'DriverError', 'no'],
  ['ConnectionError', 'ConnectionException', 'CQL_CONNECTION_EXCEPTION', 'DriverError', 'maybe'],
  ['ConnectionShutdownError', 'ConnectionShutdown', 'CQL_CONNECTION_SHUTDOWN', 'ConnectionError', 'maybe'],
  ['ConnectionBusyError', 'ConnectionBusy', 'CQL_CONNECTION_BUSY', 'ConnectionError', 'no'],
  ['NoConnectionsAvailableError', 'NoConnectionsAvailable', 'CQL_NO_CONNECTIONS_AVAILABLE', 'ConnectionError', 'no'],
  ['ProtocolError', '', 'CQL_PROTOCOL_ERROR', 'ConnectionError', 'maybe'],
  ['ProtocolVersionUnsupportedError', 'ProtocolVersionUnsupported', 'CQL_PROTOCOL_VERSION_UNSUPPORTED', 'ConnectionError', 'no'],
  ['CrcMismatchError', 'CrcMismatch', 'CQL_CRC_MISMATCH', 'ConnectionError', 'maybe'],
  ['RequestExecutionError', 'RequestExecutionException', 'CQL_REQUEST_EXECUTION_EXCEPTION', 'DriverError', 'maybe'],
  ['UnavailableError', 'Unavailable', 'CQL_UNAVAILABLE', 'RequestExecutionError', 'no'],
  ['TimeoutError', 'Timeout', 'CQL_TIMEOUT', 'RequestExecutionError', 'maybe'],
  ['ReadTimeoutError', 'ReadTimeout', 'CQL_READ_TIMEOUT', 'TimeoutError', 'maybe'],
  ['WriteTimeoutError', 'WriteTimeout', 'CQL_WRITE_TIMEOUT', 'TimeoutError', 'maybe'],
  ['CasWriteUnknownError', 'CasWriteUnknown', 'CQL_CAS_WRITE_UNKNOWN', 'TimeoutError', 'maybe'],
  ['CoordinationFailureError', 'CoordinationFailure', 'CQL_COORDINATION_FAILURE', 'RequestExecutionError', 'maybe'],
  ['ReadFailureError', 'ReadFailure', 'CQL_READ_FAILURE', 'CoordinationFailureError', 'maybe'],
  ['WriteFailureError', 'WriteFailure', 'CQL_WRITE_FAILURE', 'CoordinationFailureError', 'maybe'],
  ['FunctionFailureError', 'FunctionFailure', 'CQL_FUNCTION_FAILURE', 'RequestExecutionError', 'maybe'],
  ['CDCWriteFailureError', 'CDCWriteFailure', 'CQL_CDC_WRITE_FAILURE', 'RequestExecutionError', 'maybe'],
  ['RateLimitReachedError', 'RateLimitReached', 'CQL_RATE_LIMIT_REACHED', 'RequestExecutionError', 'maybe'],
  ['OverloadedError', 'Overloaded', 'CQL_OVERLOADED', 'RequestExecutionError', 'maybe'],
  ['IsBootstrappingError', 'IsBootstrapping', 'CQL_IS_BOOTSTRAPPING', 'RequestExecutionError', 'no'],
  ['TruncateError', '', 'CQL_TRUNCATE_ERROR', 'RequestExecutionError', 'maybe'],
  ['ServerError', '', 'CQL_SERVER_ERROR', 'RequestExecutionError', 'maybe'],
  ['RequestValidationError', 'RequestValidationException', 'CQL_REQUEST_VALIDATION_EXCEPTION', 'DriverError', 'no'],
  ['CqlSyntaxError', 'SyntaxException', 'CQL_SYNTAX_EXCEPTION', 'RequestValidationError', 'no'],
  ['InvalidRequestError', 'InvalidRequest', 'CQL_INVALID_REQUEST', 'RequestValidationError', 'no'],
  ['UnauthorizedError', 'Unauthorized', 'CQL_UNAUTHORIZED', 'RequestValidationError', 'no'],
  ['UnpreparedError', 'Unprepared', 'CQL_UNPREPARED', 'RequestValidationError', 'no'],
  ['ConfigurationError', 'ConfigurationException', 'CQL_CONFIGURATION_EXCEPTION', 'RequestValidationError', 'no'],
  ['AlreadyExistsError', 'AlreadyExists', 'CQL_ALREADY_EXISTS', 'ConfigurationError', 'no'],
];

/** Every error class of the driver, each after the class it extends. */
export const ERROR_TABLE: readonly ErrorDefinition[] = Object.freeze(
  rows.map(([name, aliases, code, base, applied]) =>
    Object.freeze({
      name,
      aliases: Object.freeze(aliases.split(' ').filter((alias) => alias !== '')),
      code,
      base,
      maybeApplied: applied === 'maybe',
    }),
  ),
);
