// What a caller may say of one request, and whether what was said is possible. Checked once, at the door.

import { InvalidArgumentError } from '../errors.ts';
import { requireRetryPolicy } from '../policies/checks.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { RowFactory } from '../result/rows.ts';
import { Host } from '../topology/host.ts';
import type { Consistency, SerialConsistency } from '../types/consistency.ts';
import { describe } from '../types/describe.ts';
import type { ExecutionProfile, ProfileKey } from './profile.ts';
import { checkedBoolean, checkedRowFactory, checkedText, requireKnownOptions } from './setting-checks.ts';

/** Options of one request. What is not set is taken from the statement, then the execution profile, then the session. */
export interface ExecuteOptions<Row = Record<string, unknown>> {
  /** Milliseconds for the request with all its retries, anew for each page; `null`: no limit. */
  timeout?: number | null;
  /** Gives the request up, and those for further pages; they reject with the reason of the signal. */
  signal?: AbortSignal;
  /** Asks the server to trace the request: see `getQueryTrace` of the result. */
  trace?: boolean;
  consistencyLevel?: Consistency;
  serialConsistencyLevel?: SerialConsistency;
  /** The profile whose settings hold where neither call nor statement say anything: its name, or itself. */
  executionProfile?: ProfileKey | ExecutionProfile;
  retryPolicy?: RetryPolicy;
  /** Rows of a page; `null`: the server decides. */
  fetchSize?: number | null;
  /** Where to continue; bytes, or their hexadecimal form. Not authenticated: never take it from a user unsigned. */
  pagingState?: Uint8Array | string;
  /** The one host to ask. */
  host?: Host;
  /** Keyspace of tables named without one, for this request. Protocol v5. */
  keyspace?: string;
  /** Bytes for a custom query handler of the server, by name; laid over those of the statement. Protocol v4. */
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

/** Where the session puts what those who watch know a request by; users do not see it. */
export const WATCHED: unique symbol = Symbol('watched');

/** Options as the session hands them on. */
export interface WatchedOptions<Row> extends ExecuteOptions<Row> {
  [WATCHED]?: object | undefined;
}

/** No options; known by identity, so that nothing is checked. */
export const NO_OPTIONS: ExecuteOptions<never> = Object.freeze({});

const KNOWN: ReadonlySet<string> = new Set<keyof ExecuteOptions>([
  ...(['timeout', 'signal', 'trace', 'consistencyLevel', 'serialConsistencyLevel', 'executionProfile'] as const),
  ...(['retryPolicy', 'fetchSize', 'pagingState', 'host', 'keyspace', 'customPayload', 'executeAs'] as const),
  ...(['isIdempotent', 'timestamp', 'rowFactory', 'prepare'] as const),
]);

/**
 * Checks what is not checked where it is used.
 *
 * @throws {InvalidArgumentError} for an option that does not exist or is of a wrong kind.
 */
export function checkExecuteOptions(options: ExecuteOptions<unknown>): void {
  if (options === NO_OPTIONS) return;
  if (typeof options !== 'object' || (options as unknown) === null) throw refused('options', 'an object', options);
  requireKnownOptions(options, KNOWN, 'execute');
  const { signal, trace, retryPolicy, host, keyspace, customPayload, executeAs, isIdempotent, rowFactory } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw refused('signal', 'an AbortSignal', signal);
  if (trace !== undefined) checkedBoolean('trace', trace);
  if (retryPolicy !== undefined) requireRetryPolicy('retryPolicy', retryPolicy);
  if (host !== undefined && !(host instanceof Host)) throw refused('host', 'a host of the cluster', host);
  if (keyspace !== undefined) checkedText('keyspace', keyspace);
  if (customPayload !== undefined) checkPayload(customPayload);
  if (executeAs !== undefined) checkedText('executeAs', executeAs);
  if (isIdempotent !== undefined) checkedBoolean('isIdempotent', isIdempotent);
  if (rowFactory !== undefined) checkedRowFactory('rowFactory', rowFactory);
  if (options.prepare !== undefined) checkedBoolean('prepare', options.prepare);
}

function checkPayload(payload: Readonly<Record<string, Uint8Array>>): void {
  if (typeof payload !== 'object' || (payload as unknown) === null) {
    throw refused('customPayload', 'an object', payload);
  }
  for (const name of Object.keys(payload)) {
    if (!(payload[name] instanceof Uint8Array)) {
      throw refused('customPayload', `bytes under ${JSON.stringify(name)}`, payload[name]);
    }
  }
}

function refused(field: string, expected: string, value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${field} as ${expected}, got ${describe(value)}`, { field });
}
