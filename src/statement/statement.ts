// What every statement carries beside its text and values, and the base class of all statements.
import { InvalidArgumentError } from '../errors.ts';
import { consistencyNumber, serialConsistencyNumber } from '../types/consistency.ts';
import type { Consistency, SerialConsistency } from '../types/consistency.ts';

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
  timestamp?: bigint | undefined;
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
  timestamp: bigint | undefined;
  #routingKey: Uint8Array | readonly Uint8Array[] | undefined;

  constructor(options: StatementOptions) {
    checkOptions(options);
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

function checkOptions(options: StatementOptions): void {
  const { consistencyLevel, serialConsistencyLevel, fetchSize } = options;
  if (consistencyLevel !== undefined) consistencyNumber(consistencyLevel);
  if (serialConsistencyLevel !== undefined) serialConsistencyNumber(serialConsistencyLevel);
  const isCount = Number.isInteger(fetchSize) && (fetchSize as number) >= 1 && (fetchSize as number) <= MOST_ROWS;
  if (fetchSize !== undefined && fetchSize !== null && !isCount) {
    throw new InvalidArgumentError(`expected null or 1 to ${MOST_ROWS} as fetchSize, got ${String(fetchSize)}`, {
      field: 'fetchSize',
    });
  }
}
