// The settings of one request: what the call says, else the statement, else the session.

import { InvalidArgumentError } from '../errors.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { TimestampGenerator } from '../policies/timestamps.ts';
import type { PayloadEntry } from '../protocol/requests.ts';
import type { RowFactory } from '../result/rows.ts';
import type { Statement } from '../statement/statement.ts';
import type { Host } from '../topology/host.ts';
import {
  consistencyName,
  consistencyNumber,
  serialConsistencyNumber,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from '../types/consistency.ts';

/** Options of one request. What is not set is taken from the statement, then from the session. */
export interface ExecuteOptions<Row = Record<string, unknown>> {
  /** Milliseconds for the request with all its retries, anew for each page; `null`: no limit. */
  timeout?: number | null;
  /** Gives the request up, and those for further pages; they reject with the reason of the signal. */
  signal?: AbortSignal;
  /** Asks the server to trace the request: see `getQueryTrace` of the result. */
  trace?: boolean;
  consistencyLevel?: Consistency;
  serialConsistencyLevel?: SerialConsistency;
  retryPolicy?: RetryPolicy;
  /** Rows of a page; `null`: the server decides. */
  fetchSize?: number | null;
  /** Where to continue; bytes, or their hexadecimal form. Not authenticated: never take it from a user unsigned. */
  pagingState?: Uint8Array | string;
  /** The one host to ask. */
  host?: Host;
  /** Keyspace of tables named without one, for this request. Protocol v5. */
  keyspace?: string;
  customPayload?: Readonly<Record<string, Uint8Array>>;
  /** The user to act for, where the server allows it (DSE proxy execution). */
  executeAs?: string;
  /** True if executing twice has the effect of executing once. */
  isIdempotent?: boolean;
  /** Microseconds since 1970. */
  timestamp?: bigint | number;
  rowFactory?: RowFactory<Row>;
  /** `true` prepares text without parameters too; `false` refuses parameters, as only a prepared statement knows their types. */
  prepare?: boolean;
}

/** What of the options becomes settings. */
export type SettingOptions = Omit<ExecuteOptions<unknown>, 'rowFactory'>;

/** What a session gives where neither call nor statement say anything. */
export interface SettingDefaults {
  readonly timeoutMs: number | null;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: SerialConsistency | undefined;
  readonly fetchSize: number | null;
  readonly retryPolicy: RetryPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
}

/** The settings of one request, ready to be encoded. */
export interface RequestSettings {
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** What holds for every further page, however much of the time the first one took. */
  readonly pages: { readonly timeoutMs: number | null; readonly signal: AbortSignal | undefined };
  readonly tracing: boolean;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: ConsistencyName | undefined;
  readonly retryPolicy: RetryPolicy;
  readonly pageSize: number | undefined;
  readonly pagingState: Uint8Array | undefined;
  readonly host: Host | undefined;
  readonly keyspace: string | undefined;
  readonly payload: readonly PayloadEntry[] | undefined;
  readonly isIdempotent: boolean | undefined;
  readonly timestamp: bigint | number | undefined;
  /** Makes the timestamp where none is set; `null` leaves it to the server. */
  readonly timestampGenerator: TimestampGenerator | null;
}

const NONE: Partial<Statement> = Object.freeze({});

/**
 * Settles the settings of a request.
 *
 * @throws {InvalidArgumentError} naming the option that is wrong.
 */
export function resolveSettings(
  options: SettingOptions,
  statement: Partial<Statement> = NONE,
  defaults: SettingDefaults,
): RequestSettings {
  const serial = options.serialConsistencyLevel ?? statement.serialConsistencyLevel ?? defaults.serialConsistency;
  const fetchSize = first(options.fetchSize, statement.fetchSize, defaults.fetchSize);
  const timeoutMs = first(options.timeout, undefined, defaults.timeoutMs);
  if (timeoutMs !== null && !(Number.isFinite(timeoutMs) && timeoutMs >= 0)) {
    throw new InvalidArgumentError(`expected timeout in milliseconds or null, got ${timeoutMs}`, { field: 'timeout' });
  }
  if (fetchSize !== null && !(Number.isInteger(fetchSize) && fetchSize > 0 && fetchSize < 2 ** 31)) {
    throw new InvalidArgumentError(`expected fetchSize from 1 to 2147483647 or null, got ${fetchSize}`, {
      field: 'fetchSize',
    });
  }
  return {
    timeoutMs,
    signal: options.signal,
    pages: { timeoutMs, signal: options.signal },
    tracing: options.trace ?? false,
    consistency: consistencyName(options.consistencyLevel ?? statement.consistencyLevel ?? defaults.consistency),
    serialConsistency: serial === undefined ? undefined : serialName(serial),
    retryPolicy: options.retryPolicy ?? (statement.retryPolicy as RetryPolicy | undefined) ?? defaults.retryPolicy,
    pageSize: fetchSize ?? undefined,
    pagingState: options.pagingState === undefined ? undefined : pagingStateBytes(options.pagingState),
    host: options.host,
    keyspace: options.keyspace ?? statement.keyspace,
    payload: payloadOf(options, statement.customPayload),
    isIdempotent: options.isIdempotent ?? statement.isIdempotent,
    timestamp: options.timestamp ?? statement.timestamp,
    timestampGenerator: defaults.timestampGenerator,
  };
}

function first<T>(option: T | undefined, statement: T | undefined, fallback: T): T {
  if (option !== undefined) return option;
  return statement === undefined ? fallback : statement;
}

function serialName(level: SerialConsistency): ConsistencyName {
  serialConsistencyNumber(level);
  return consistencyName(level);
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
