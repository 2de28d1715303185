// The settings of one request: what the call says, else the statement, else the execution profile, else the session.

import { InvalidArgumentError } from '../errors.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import type { TimestampGenerator } from '../policies/timestamps.ts';
import type { PayloadEntry } from '../protocol/requests.ts';
import type { RowFactory } from '../result/rows.ts';
import { checkCarried, type Statement } from '../statement/statement.ts';
import type { Host } from '../topology/host.ts';
import {
  consistencyName,
  consistencyNumber,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from '../types/consistency.ts';
import { NO_OPTIONS, WATCHED, type WatchedOptions } from './execute-options.ts';
import { checkedFetchSize, checkedSerialConsistency, checkedTimeout } from './setting-checks.ts';

/** What of the options becomes settings. */
export type SettingOptions = WatchedOptions<unknown>;

/** What holds where neither call nor statement say anything: of a profile and the session, put together once. */
export interface SettingDefaults {
  readonly timeoutMs: number | null;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: ConsistencyName | undefined;
  readonly fetchSize: number | null;
  readonly tracing: boolean;
  readonly rowFactory: RowFactory<unknown>;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
  /** The settings of requests that say nothing themselves, which share them; made for the first one. */
  plain?: RequestSettings;
}

/** The settings of one request, ready to be encoded. */
export interface RequestSettings {
  /** What every page has, however much of the time the one before it took. */
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  readonly tracing: boolean;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: ConsistencyName | undefined;
  readonly rowFactory: RowFactory<unknown>;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly pageSize: number | undefined;
  readonly pagingState: Uint8Array | undefined;
  readonly host: Host | undefined;
  readonly keyspace: string | undefined;
  readonly payload: readonly PayloadEntry[] | undefined;
  readonly isIdempotent: boolean | undefined;
  readonly timestamp: bigint | number | undefined;
  /** Makes the timestamp where none is set; `null` leaves it to the server. */
  readonly timestampGenerator: TimestampGenerator | null;
  /** What those who watch know the request by. */
  readonly watched: object | undefined;
}

const NONE: Partial<Statement> = Object.freeze({});

/**
 * Settles the settings of a request. The defaults have been checked; what the call says is checked here.
 *
 * @throws {InvalidArgumentError} naming the option that is wrong.
 */
export function resolveSettings(
  options: SettingOptions,
  statement: Partial<Statement> = NONE,
  defaults: SettingDefaults,
): RequestSettings {
  if (options !== NO_OPTIONS || !isSilent(statement)) return settle(options, statement, defaults);
  return (defaults.plain ??= settle(options, statement, defaults));
}

/** Whether a statement says nothing of how it is executed. */
function isSilent(statement: Partial<Statement>): boolean {
  return (
    statement === NONE ||
    (statement.consistencyLevel === undefined &&
      statement.serialConsistencyLevel === undefined &&
      statement.retryPolicy === undefined &&
      statement.fetchSize === undefined &&
      statement.keyspace === undefined &&
      statement.table === undefined &&
      statement.customPayload === undefined &&
      statement.isIdempotent === undefined &&
      statement.timestamp === undefined)
  );
}

function settle(options: SettingOptions, statement: Partial<Statement>, defaults: SettingDefaults): RequestSettings {
  if (statement !== NONE) checkCarried(statement);
  const timeoutMs = options.timeout === undefined ? defaults.timeoutMs : checkedTimeout('timeout', options.timeout);
  return {
    timeoutMs,
    signal: options.signal,
    tracing: options.trace ?? defaults.tracing,
    consistency: consistencyOf(options.consistencyLevel ?? statement.consistencyLevel, defaults),
    serialConsistency: serialConsistencyOf(
      options.serialConsistencyLevel ?? statement.serialConsistencyLevel,
      defaults,
    ),
    rowFactory: options.rowFactory ?? defaults.rowFactory,
    loadBalancingPolicy: defaults.loadBalancingPolicy,
    retryPolicy: options.retryPolicy ?? (statement.retryPolicy as RetryPolicy | undefined) ?? defaults.retryPolicy,
    speculativeExecutionPolicy: defaults.speculativeExecutionPolicy,
    pageSize: pageSizeOf(options.fetchSize === undefined ? statement.fetchSize : options.fetchSize, defaults),
    pagingState: options.pagingState === undefined ? undefined : pagingStateBytes(options.pagingState),
    host: options.host,
    keyspace: options.keyspace ?? statement.keyspace,
    payload: payloadOf(options, statement.customPayload),
    isIdempotent: options.isIdempotent ?? statement.isIdempotent,
    timestamp: options.timestamp ?? statement.timestamp,
    timestampGenerator: defaults.timestampGenerator,
    watched: options[WATCHED],
  };
}

function consistencyOf(level: Consistency | undefined, defaults: SettingDefaults): ConsistencyName {
  return level === undefined ? defaults.consistency : consistencyName(level);
}

function serialConsistencyOf(
  level: SerialConsistency | undefined,
  defaults: SettingDefaults,
): ConsistencyName | undefined {
  return level === undefined ? defaults.serialConsistency : checkedSerialConsistency('serialConsistencyLevel', level);
}

function pageSizeOf(fetchSize: number | null | undefined, defaults: SettingDefaults): number | undefined {
  return (fetchSize === undefined ? defaults.fetchSize : checkedFetchSize('fetchSize', fetchSize)) ?? undefined;
}

/** The number of a level on the wire. */
export function wireConsistency(name: ConsistencyName): number {
  return consistencyNumber(name);
}

function pagingStateBytes(state: Uint8Array | string): Uint8Array {
  if (state instanceof Uint8Array) return state;
  if (typeof state === 'string' && /^(?:[0-9a-f]{2})*$/i.test(state)) {
    return Uint8Array.from(state.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  throw new InvalidArgumentError('expected pagingState as bytes or their hexadecimal form', { field: 'pagingState' });
}

function payloadOf(
  options: SettingOptions,
  statementPayload: Readonly<Record<string, Uint8Array>> | undefined,
): readonly PayloadEntry[] | undefined {
  const { customPayload, executeAs } = options;
  if (customPayload === undefined && executeAs === undefined && statementPayload === undefined) return undefined;
  const entries: PayloadEntry[] = Object.entries({ ...statementPayload, ...customPayload });
  if (executeAs !== undefined) entries.push(['ProxyExecute', new TextEncoder().encode(executeAs)]);
  return entries;
}
