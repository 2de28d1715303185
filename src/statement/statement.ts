// What every statement carries beside its text and values, and the base class of all statements.
import { InvalidArgumentError } from '../errors.ts';
import { consistencyNumber, serialConsistencyNumber } from '../types/consistency.ts';
import type { Consistency, SerialConsistency } from '../types/consistency.ts';
import { isBytes } from '../types/check.ts';
import { describe } from '../types/describe.ts';

/** A retry policy as statements see it: they carry it to where it is asked, and know nothing of what it decides. */
export interface RetryPolicyLike {
  onReadTimeout(context: never, info: never): unknown;
  onWriteTimeout(context: never, info: never): unknown;
  onUnavailable(context: never, info: never): unknown;
  onRequestError(context: never, error: never): unknown;
}

/** Settings of one statement. What is not set is taken from the request, the execution profile or the session, in this order. */
export interface StatementOptions {
  /** Consistency level, by name or number. */
  consistencyLevel?: Consistency | undefined;
  /** Consistency level of the Paxos phase of a conditional statement. */
  serialConsistencyLevel?: SerialConsistency | undefined;
  /** Decides what happens after an error. */
  retryPolicy?: RetryPolicyLike | undefined;
  /** Rows of a page, 1 to 2^31 - 1; null leaves it to the server. */
  fetchSize?: number | null | undefined;
  /** Keyspace of the tables that are named without one. Sent to the server from protocol v5 on; used for routing in all. */
  keyspace?: string | undefined;
  /** Table that the statement goes to; used for routing. */
  table?: string | undefined;
  /** The encoded partition key, or its encoded components in order; used for routing. */
  routingKey?: Uint8Array | readonly Uint8Array[] | undefined;
  /** Bytes for a custom query handler of the server, by name. */
  customPayload?: Readonly<Record<string, Uint8Array>> | undefined;
  /** True if executing the statement twice has the effect of executing it once: only then an error may be retried. */
  isIdempotent?: boolean | undefined;
  /** Timestamp of the write, in microseconds since 1970-01-01. */
  timestamp?: bigint | number | undefined;
}

const MOST_ROWS = 0x7fff_ffff;

/**
 * The base of all statements. Settings may be changed until the statement is executed.
 *
 * Throws `InvalidArgumentError` for a setting that does not exist or is out of its limits.
 */
export abstract class Statement<Row = Record<string, unknown>> implements StatementOptions {
  /** The type of the rows; no property exists. */
  declare protected readonly rowType: Row;
  /** See {@link StatementOptions.consistencyLevel}. */
  consistencyLevel: Consistency | undefined;
  /** See {@link StatementOptions.serialConsistencyLevel}. */
  serialConsistencyLevel: SerialConsistency | undefined;
  /** See {@link StatementOptions.retryPolicy}. */
  retryPolicy: RetryPolicyLike | undefined;
  /** See {@link StatementOptions.fetchSize}. */
  fetchSize: number | null | undefined;
  /** See {@link StatementOptions.keyspace}. */
  keyspace: string | undefined;
  /** See {@link StatementOptions.table}. */
  table: string | undefined;
  /** See {@link StatementOptions.customPayload}. */
  customPayload: Readonly<Record<string, Uint8Array>> | undefined;
  /** See {@link StatementOptions.isIdempotent}. */
  isIdempotent: boolean | undefined;
  /** See {@link StatementOptions.timestamp}. */
  timestamp: bigint | number | undefined;
  #routingKey: Uint8Array | readonly Uint8Array[] | undefined;

  /** `own`: the one option that only this kind of statement has. */
  constructor(options: StatementOptions, own?: string) {
    checkOptions(options, own);
    this.consistencyLevel = options.consistencyLevel;
    this.serialConsistencyLevel = options.serialConsistencyLevel;
    this.retryPolicy = options.retryPolicy;
    this.fetchSize = options.fetchSize;
    this.keyspace = options.keyspace;
    this.table = options.table;
    this.customPayload = options.customPayload;
    this.isIdempotent = options.isIdempotent;
    this.timestamp = options.timestamp;
    this.#routingKey = options.routingKey;
  }

  /** See {@link StatementOptions.routingKey}. */
  get routingKey(): Uint8Array | readonly Uint8Array[] | undefined {
    return this.#routingKey;
  }

  set routingKey(key: Uint8Array | readonly Uint8Array[] | undefined) {
    this.#routingKey = key;
  }

  /** The routing key that was set, not one that follows from bound values. */
  get givenRoutingKey(): Uint8Array | readonly Uint8Array[] | undefined {
    return this.#routingKey;
  }

  /** True for a conditional statement, as far as the server has told. */
  get isLwt(): boolean {
    return false;
  }
}

const KNOWN: ReadonlySet<string> = new Set<keyof StatementOptions>([
  ...(['consistencyLevel', 'serialConsistencyLevel', 'retryPolicy', 'fetchSize', 'keyspace', 'table'] as const),
  ...(['routingKey', 'customPayload', 'isIdempotent', 'timestamp'] as const),
]);
const POLICY_METHODS = ['onReadTimeout', 'onWriteTimeout', 'onUnavailable', 'onRequestError'] as const;

function checkOptions(options: StatementOptions, own: string | undefined): void {
  if (typeof options !== 'object' || (options as unknown) === null) throw refused('options', 'an object', options);
  // What is bound takes the settings of what was prepared.
  if (!(options instanceof Statement)) checkNames(options, own);
  const { consistencyLevel, serialConsistencyLevel, fetchSize, routingKey } = options;
  if (consistencyLevel !== undefined) consistencyNumber(consistencyLevel);
  if (serialConsistencyLevel !== undefined) serialConsistencyNumber(serialConsistencyLevel);
  const isCount = Number.isInteger(fetchSize) && (fetchSize as number) >= 1 && (fetchSize as number) <= MOST_ROWS;
  if (fetchSize !== undefined && fetchSize !== null && !isCount) {
    throw new InvalidArgumentError(`expected null or 1 to ${MOST_ROWS} as fetchSize, got ${String(fetchSize)}`, {
      field: 'fetchSize',
    });
  }
  const isKey = isBytes(routingKey) || (Array.isArray(routingKey) && routingKey.every(isBytes));
  if (routingKey !== undefined && !isKey) throw refused('routingKey', 'bytes, or an array of them', routingKey);
  checkCarried(options);
}

/**
 * Checks the settings that are used as they are: when a statement is made, and when it is executed, as they may have changed.
 *
 * @throws {InvalidArgumentError} naming the setting that is of a wrong kind.
 */
export function checkCarried(settings: StatementOptions): void {
  const { keyspace, table, customPayload, isIdempotent, timestamp, retryPolicy } = settings;
  if (keyspace !== undefined) checkText('keyspace', keyspace);
  if (table !== undefined) checkText('table', table);
  if (customPayload !== undefined) checkPayload(customPayload);
  if (isIdempotent !== undefined && typeof isIdempotent !== 'boolean') {
    throw refused('isIdempotent', 'a boolean', isIdempotent);
  }
  if (timestamp !== undefined && typeof timestamp !== 'bigint' && !Number.isSafeInteger(timestamp)) {
    throw refused('timestamp', 'an integer of microseconds', timestamp);
  }
  if (retryPolicy === undefined) return;
  const policy = retryPolicy as Partial<RetryPolicyLike> | null;
  if (!POLICY_METHODS.every((name) => typeof policy?.[name] === 'function')) {
    throw refused('retryPolicy', 'a retry policy', retryPolicy);
  }
}

function checkNames(options: object, own: string | undefined): void {
  for (const field in options) {
    if (KNOWN.has(field) || field === own || (options as Record<string, unknown>)[field] === undefined) continue;
    throw new InvalidArgumentError(`unknown statement option ${JSON.stringify(field)}`, { field });
  }
}

function checkText(field: string, text: unknown): void {
  if (typeof text !== 'string' || text === '') throw refused(field, 'text that is not empty', text);
}

function checkPayload(payload: unknown): void {
  if (typeof payload !== 'object' || payload === null) throw refused('customPayload', 'an object', payload);
  for (const [name, bytes] of Object.entries(payload)) {
    if (!isBytes(bytes)) throw refused('customPayload', `bytes under ${JSON.stringify(name)}`, bytes);
  }
}

function refused(field: string, expected: string, value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${field} as ${expected}, got ${describe(value)}`, { field });
}
