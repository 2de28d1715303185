// The public names, one by one.

export { Cluster } from './cluster.ts';
export type { AddProfileOptions, ConnectOptions, RefreshOptions } from './cluster/call-options.ts';
export {
  executeConcurrent,
  executeConcurrentStream,
  executeConcurrentWithArgs,
  type ConcurrentOptions,
  type ConcurrentSession,
  type ExecutionResult,
  type StatementAndParams,
} from './concurrent.ts';
export { Session } from './session.ts';
export type { PrepareOptions, SchemaAgreementOptions, SetKeyspaceOptions } from './session/call-options.ts';
export type { RequestInfo, RequestInterceptor } from './session/interceptors.ts';
export { REQUEST_CHANNEL, type RequestMessage } from './session/request-channel.ts';
export { requestLogger, type RequestLoggerOptions } from './session/request-logger.ts';
export { ResponseFuture, type ResultOptions } from './session/response-future.ts';
export { RowStream, type StreamOptions } from './session/row-stream.ts';
export type { SessionCluster } from './session/services.ts';
export type { ShutdownOptions } from './session/shutdown-options.ts';
export type { RequestInitListener } from './session/watchers.ts';
export type { ClusterEvents, SchemaChangeInfo } from './cluster/events.ts';
export type { ClusterOptions } from './options.ts';
export type { ContactPoint } from './options/contact-points.ts';
export type { PoolingOptions } from './options/pooling.ts';
export {
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  type ExecutionProfileOptions,
  type ProfileKey,
} from './execution/profile.ts';
export type { ExecutionProfiles } from './execution/profile-table.ts';
export type { ExecuteOptions } from './execution/execute-options.ts';
export type { Query } from './execution/statement-executor.ts';

export { SimpleStatement, type SimpleStatementOptions } from './statement/simple.ts';
export { BoundStatement, PreparedStatement } from './statement/prepared.ts';
export { BatchStatement, BatchType, type BatchStatementOptions, type BatchTypeName } from './statement/batch.ts';
export { bindParams } from './statement/bind-params.ts';
export { Encoder, type ValueClass } from './statement/literals.ts';
export { Statement, type StatementOptions } from './statement/statement.ts';
export { cql, CqlFragment, identifier, raw, type TemplateValue } from './statement/template.ts';
export { ValueSequence } from './statement/value-sequence.ts';

export { ResultSet, type AllOptions } from './result/result-set.ts';
export type { PagesOptions } from './result/page-sequence.ts';
export type { ExecutionInfo, QueryTrace, TraceEvent, TraceOptions } from './result/execution-info.ts';
export {
  dictFactory,
  namedTupleFactory,
  orderedDictFactory,
  tupleFactory,
  type BuiltinRowFactory,
  type RowFactory,
  type ShapedRows,
} from './result/rows.ts';
export { ColumnBatch, Column, type ColumnData, type ColumnLayout } from './result/columns.ts';
export { OrderedMap, SortedSet, type SetSource } from './result/collections.ts';
export type { TypeMappingOptions } from './result/type-mapping.ts';

export type { AddressLookup, LoadBalancingPolicy } from './policies/load-balancing.ts';
export { DCAwareRoundRobinPolicy, type DCAwareOptions } from './policies/load-balancing/dc-aware.ts';
export { DefaultLoadBalancingPolicy, type DefaultLoadBalancingOptions } from './policies/load-balancing/default.ts';
export { HostFilterPolicy } from './policies/load-balancing/host-filter.ts';
export { RackAwareRoundRobinPolicy, type RackAwareOptions } from './policies/load-balancing/rack-aware.ts';
export { RoundRobinPolicy } from './policies/load-balancing/round-robin.ts';
export { TokenAwarePolicy, type TokenAwareOptions } from './policies/load-balancing/token-aware.ts';
export { WhiteListRoundRobinPolicy } from './policies/load-balancing/white-list.ts';
export {
  ConstantReconnectionPolicy,
  DefaultReconnectionPolicy,
  ExponentialReconnectionPolicy,
  type ReconnectionPolicy,
} from './policies/reconnection.ts';
export {
  FallthroughRetryPolicy,
  NeverRetryPolicy,
  RetryPolicy,
  type ReadTimeoutInfo,
  type RetryContext,
  type RetryDecision,
  type UnavailableInfo,
  type WriteTimeoutInfo,
} from './policies/retry.ts';
export { ExponentialBackoffRetryPolicy, type ExponentialBackoffOptions } from './policies/retry-backoff.ts';
export { DowngradingConsistencyRetryPolicy } from './policies/retry-downgrading.ts';
export {
  ConstantSpeculativeExecutionPolicy,
  NoSpeculativeExecutionPolicy,
  PercentileSpeculativeExecutionPolicy,
  type SpeculativeExecutionPlan,
  type SpeculativeExecutionPolicy,
} from './policies/speculative-execution.ts';
export {
  MonotonicTimestampGenerator,
  type MonotonicTimestampOptions,
  type TimestampGenerator,
} from './policies/timestamps.ts';
export { SimpleConvictionPolicy, type ConvictionPolicy } from './policies/conviction.ts';
export type { HostPoolState, PoolState } from './pool/pool-state.ts';
export type { ThrottlerOptions } from './pool/throttler.ts';

export { Host } from './topology/host.ts';
export type { HostStateListener } from './topology/host-states.ts';
export { Metadata } from './topology/metadata.ts';
export { AggregateMetadata, type UserAggregateDescriptor } from './topology/schema/aggregate.ts';
export { ColumnMetadata, type ColumnKind } from './topology/schema/column.ts';
export type { CqlDescribable } from './topology/schema/describable.ts';
export { FunctionMetadata, type UserFunctionDescriptor } from './topology/schema/function.ts';
export { IndexMetadata } from './topology/schema/index-metadata.ts';
export { KeyspaceMetadata, type KeyspaceTablets } from './topology/schema/keyspace.ts';
export { TableMetadata } from './topology/schema/table.ts';
export type { OptionValue, TableOptions } from './topology/schema/table-options.ts';
export { TriggerMetadata } from './topology/schema/trigger.ts';
export { UserType } from './topology/schema/user-type.ts';
export { MaterializedViewMetadata } from './topology/schema/view.ts';
export {
  EverywhereStrategy,
  LocalStrategy,
  NetworkTopologyStrategy,
  ReplicationFactor,
  ReplicationStrategy,
  SimpleStrategy,
} from './topology/replication.ts';
export type { Replica } from './topology/placement.ts';
export { BytesToken, MD5Token, Murmur3Token, Token } from './topology/token.ts';
export { TokenMap } from './topology/token-map.ts';
export { TokenRange } from './topology/token-range.ts';
export type { TopologySnapshot } from './topology/topology.ts';

export {
  PlainTextAuthProvider,
  TransitionalModePlainTextAuthProvider,
  type Authenticator,
  type AuthProvider,
  type Credentials,
} from './connection/authenticator.ts';
export {
  EC2MultiRegionTranslator,
  IdentityTranslator,
  type AddressTranslator,
  type TranslationLookup,
} from './connection/address-translation.ts';
export { createNodeConnector, nodeConnector, type Connector, type ConnectRequest } from './connection/connector.ts';
export {
  DefaultEndPoint,
  SniEndPoint,
  SniEndPointFactory,
  UnixSocketEndPoint,
  type EndPoint,
  type EndPointFactory,
} from './connection/endpoint.ts';
export type { DuplexBytes } from './connection/duplex-bytes.ts';
export type { TlsOptions } from './connection/tls.ts';

export {
  ConsistencyLevel,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from './types/consistency.ts';
export type { CqlValue, Params, RowObject } from './types/cql-value.ts';
export type { Codec } from './types/codec.ts';
export type { ColumnSpec } from './types/column-spec.ts';
export { CqlType, type CqlTypeKind } from './types/data-type.ts';
export { Decimal } from './types/decimal.ts';
export { Duration } from './types/duration.ts';
export { Metrics } from './execution/metrics.ts';
export type { HostMetrics } from './execution/host-metrics.ts';
export type { Histogram } from './types/histogram.ts';
export type { Attempt, HostDistance, HostInfo } from './types/host-info.ts';
export { cqlKeywords, cqlKeywordsReserved, cqlKeywordsUnreserved } from './types/cql-keywords.ts';
export {
  escapeName,
  isValidName,
  protectName,
  protectNames,
  protectValue,
  quoteIdentifier,
} from './types/identifier.ts';
export { Inet } from './types/inet.ts';
export { LocalDate } from './types/local-date.ts';
export { LocalTime } from './types/local-time.ts';
export type { Logger, LogLevel } from './types/logger.ts';
export type { QueryInfo } from './types/query-info.ts';
export { enumCodec, jsonCodec } from './types/ready-codecs.ts';
export type { TemporalDuration, TemporalInstant, TemporalPlainDate, TemporalPlainTime } from './types/temporal.ts';
export {
  datetimeFromTimestamp,
  datetimeFromUuid1,
  HIGHEST_TIME_UUID,
  LOWEST_TIME_UUID,
  maxUuidFromTime,
  minUuidFromTime,
  TimeUuid,
  unixTimeFromUuid1,
  uuidFromTime,
} from './types/time-uuid.ts';
export { Tuple } from './types/tuple.ts';
export { UNSET_VALUE } from './types/unset.ts';
export type { UserTypeClass, UserTypeFactory, UserTypeShape } from './types/user-types.ts';
export { Uuid } from './types/uuid.ts';
export { Vector } from './types/vector.ts';

export {
  AuthenticationFailed,
  AuthenticationFailedError,
  Busy,
  CodecError,
  ConnectionBusy,
  ConnectionBusyError,
  ConnectionError,
  ConnectionException,
  ConnectionShutdown,
  ConnectionShutdownError,
  CrcMismatch,
  CrcMismatchError,
  DriverError,
  DriverException,
  InvalidArgument,
  InvalidArgumentError,
  NoConnectionsAvailable,
  NoConnectionsAvailableError,
  NoHostAvailable,
  NoHostAvailableError,
  OperationTimedOut,
  OperationTimedOutError,
  ProtocolError,
  ProtocolVersionUnsupported,
  ProtocolVersionUnsupportedError,
  QueryExhausted,
  QueryExhaustedError,
  RequestThrottled,
  RequestThrottledError,
  TraceUnavailable,
  TraceUnavailableError,
  UnresolvableContactPoints,
  UnresolvableContactPointsError,
  UnsupportedOperation,
  UnsupportedOperationError,
  UserTypeDoesNotExist,
  UserTypeDoesNotExistError,
  type DriverErrorFields,
  type ErrorAttempt,
  type ErrorEndPoint,
  type ErrorHost,
} from './errors.ts';
export {
  AlreadyExists,
  AlreadyExistsError,
  CasWriteUnknown,
  CasWriteUnknownError,
  CDCWriteFailure,
  CDCWriteFailureError,
  ConfigurationError,
  ConfigurationException,
  CoordinationFailure,
  CoordinationFailureError,
  CqlSyntaxError,
  FunctionFailure,
  FunctionFailureError,
  InvalidRequest,
  InvalidRequestError,
  IsBootstrapping,
  IsBootstrappingError,
  Overloaded,
  OverloadedError,
  RateLimitReached,
  RateLimitReachedError,
  ReadFailure,
  ReadFailureError,
  ReadTimeout,
  ReadTimeoutError,
  RequestExecutionError,
  RequestExecutionException,
  RequestValidationError,
  RequestValidationException,
  ServerError,
  SyntaxException,
  Timeout,
  TimeoutError,
  TruncateError,
  Unauthorized,
  UnauthorizedError,
  Unavailable,
  UnavailableError,
  Unprepared,
  UnpreparedError,
  WriteFailure,
  WriteFailureError,
  WriteTimeout,
  WriteTimeoutError,
  type WriteType,
} from './errors/server-errors.ts';
