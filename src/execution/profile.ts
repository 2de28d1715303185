// Execution profiles: settings under a name, for requests of one kind. A profile never changes; it is put together with
// those of its session once, not for each request.

import { InvalidArgumentError } from '../errors.ts';
import {
  requireLoadBalancingPolicy,
  requireRetryPolicy,
  requireSpeculativeExecutionPolicy,
} from '../policies/checks.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import type { RowFactory } from '../result/rows.ts';
import { consistencyName, type Consistency, type SerialConsistency } from '../types/consistency.ts';
import { describe } from '../types/describe.ts';
import {
  checkedBoolean,
  checkedFetchSize,
  checkedRowFactory,
  checkedSerialConsistency,
  checkedTimeout,
  requireKnownOptions,
} from './setting-checks.ts';

/** The key of the profile that holds for requests that name none: of option `executionProfiles`, to replace it. */
export const EXEC_PROFILE_DEFAULT: unique symbol = Symbol('EXEC_PROFILE_DEFAULT');

/** What a profile is found by: its name, or {@link EXEC_PROFILE_DEFAULT}. */
export type ProfileKey = string | typeof EXEC_PROFILE_DEFAULT;

/** Settings of requests. What is not set is that of the session, which begins with those of the default profile. */
export interface ExecutionProfileOptions {
  /** Chooses the hosts; hosts that it calls near get connections, whatever other policies say. */
  loadBalancingPolicy?: LoadBalancingPolicy | undefined;
  retryPolicy?: RetryPolicy | undefined;
  speculativeExecutionPolicy?: SpeculativeExecutionPolicy | undefined;
  consistencyLevel?: Consistency | undefined;
  /** Consistency of the Paxos phase of conditional statements. */
  serialConsistencyLevel?: SerialConsistency | undefined;
  /** Milliseconds for one request with all its retries; `null`: no limit. */
  requestTimeout?: number | null | undefined;
  rowFactory?: RowFactory<unknown> | undefined;
  /** Rows of a page, 1 to 2^31 - 1; `null`: the server decides. */
  fetchSize?: number | null | undefined;
  /** Whether requests are traced by the server. */
  tracing?: boolean | undefined;
}

const KNOWN: ReadonlySet<string> = new Set<keyof ExecutionProfileOptions>([
  'loadBalancingPolicy',
  'retryPolicy',
  'speculativeExecutionPolicy',
  'consistencyLevel',
  'serialConsistencyLevel',
  'requestTimeout',
  'rowFactory',
  'fetchSize',
  'tracing',
]);

/**
 * Settings for one kind of requests, chosen by name or by the profile itself in option `executionProfile` of a request.
 *
 * @example new Cluster({ executionProfiles: { reports: { consistencyLevel: 'ONE', requestTimeout: 60_000 } } })
 */
export class ExecutionProfile implements ExecutionProfileOptions {
  readonly loadBalancingPolicy: LoadBalancingPolicy | undefined;
  readonly retryPolicy: RetryPolicy | undefined;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy | undefined;
  readonly consistencyLevel: Consistency | undefined;
  readonly serialConsistencyLevel: SerialConsistency | undefined;
  readonly requestTimeout: number | null | undefined;
  readonly rowFactory: RowFactory<unknown> | undefined;
  readonly fetchSize: number | null | undefined;
  readonly tracing: boolean | undefined;

  /** @throws {InvalidArgumentError} for a setting that does not exist or is out of its limits. */
  constructor(options: ExecutionProfileOptions = {}) {
    requireObject(options);
    requireKnownOptions(options, KNOWN, 'execution profile');
    this.loadBalancingPolicy = options.loadBalancingPolicy;
    this.retryPolicy = options.retryPolicy;
    this.speculativeExecutionPolicy = options.speculativeExecutionPolicy;
    this.consistencyLevel = given(options.consistencyLevel, (level) => consistencyName(level));
    this.serialConsistencyLevel = given(options.serialConsistencyLevel, serialName);
    this.requestTimeout = given(options.requestTimeout, (timeout) => checkedTimeout('requestTimeout', timeout));
    this.rowFactory = given(options.rowFactory, (factory) => checkedRowFactory('rowFactory', factory));
    this.fetchSize = given(options.fetchSize, (rows) => checkedFetchSize('fetchSize', rows));
    this.tracing = given(options.tracing, (tracing) => checkedBoolean('tracing', tracing));
    requirePolicies(options);
    Object.freeze(this);
  }

  /** A profile with some settings changed; policies that are not changed are shared. `undefined` unsets a setting. */
  with(changes: ExecutionProfileOptions): ExecutionProfile {
    requireObject(changes);
    return new ExecutionProfile(Object.assign({}, this, changes));
  }
}

function given<T, R>(value: T | undefined, check: (value: T) => R): R | undefined {
  return value === undefined ? undefined : check(value);
}

function serialName(level: SerialConsistency): SerialConsistency {
  return checkedSerialConsistency('serialConsistencyLevel', level) as SerialConsistency;
}

function requireObject(options: unknown): void {
  if (typeof options === 'object' && options !== null) return;
  throw new InvalidArgumentError(
    `expected the settings of an execution profile as an object, got ${describe(options)}`,
    {
      field: 'executionProfile',
    },
  );
}

function requirePolicies(options: ExecutionProfileOptions): void {
  const { loadBalancingPolicy, retryPolicy, speculativeExecutionPolicy } = options;
  if (loadBalancingPolicy !== undefined) requireLoadBalancingPolicy('loadBalancingPolicy', loadBalancingPolicy);
  if (retryPolicy !== undefined) requireRetryPolicy('retryPolicy', retryPolicy);
  if (speculativeExecutionPolicy !== undefined) {
    requireSpeculativeExecutionPolicy('speculativeExecutionPolicy', speculativeExecutionPolicy);
  }
}
