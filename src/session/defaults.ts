// What holds for requests of a session that say nothing themselves. A user may change it at any time; each profile's
// settings are put together with it once, and again only after such a change.

import { InvalidArgumentError } from '../errors.ts';
import { EXEC_PROFILE_DEFAULT, ExecutionProfile, type ProfileKey } from '../execution/profile.ts';
import type { ProfileTable } from '../execution/profile-table.ts';
import {
  checkedBoolean,
  checkedFetchSize,
  checkedRowFactory,
  checkedSerialConsistency,
  checkedTimeout,
} from '../execution/setting-checks.ts';
import type { SettingDefaults } from '../execution/settings.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryPolicy } from '../policies/retry.ts';
import type { SpeculativeExecutionPolicy } from '../policies/speculative-execution.ts';
import type { TimestampGenerator } from '../policies/timestamps.ts';
import type { RowFactory } from '../result/rows.ts';
import {
  consistencyName,
  type Consistency,
  type ConsistencyName,
  type SerialConsistency,
} from '../types/consistency.ts';
import { describe } from '../types/describe.ts';

/** What the cluster gives to a session. */
export interface SessionDefaultsOptions {
  readonly profiles: ProfileTable;
  readonly requestTimeout: number | null;
  readonly consistencyLevel: ConsistencyName;
  readonly serialConsistencyLevel?: SerialConsistency | undefined;
  readonly fetchSize: number | null;
  readonly policy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  readonly speculativeExecutionPolicy: SpeculativeExecutionPolicy;
  readonly timestampGenerator: TimestampGenerator | null;
  /** Makes a load balancing policy known that came with a profile of a single request. */
  borrowPolicy(policy: LoadBalancingPolicy): void;
}

/** Settings that both a session and a profile have, by their names in each. */
interface SharedSettings {
  timeoutMs: number | null;
  consistency: ConsistencyName;
  serialConsistency: ConsistencyName | undefined;
  fetchSize: number | null;
  rowFactory: RowFactory<unknown>;
}

const IN_PROFILE = Object.freeze({
  timeoutMs: 'requestTimeout',
  consistency: 'consistencyLevel',
  serialConsistency: 'serialConsistencyLevel',
  fetchSize: 'fetchSize',
  rowFactory: 'rowFactory',
} as const satisfies Record<keyof SharedSettings, keyof ExecutionProfile>);

export class SessionDefaults {
  readonly #options: SessionDefaultsOptions;
  readonly #shared: SharedSettings;
  #useClientTimestamp = true;
  #timestampGenerator: TimestampGenerator | null;
  /** Put together when first asked for; given up at every change. */
  #base: SettingDefaults | null = null;
  #perProfile = new WeakMap<ExecutionProfile, SettingDefaults>();

  constructor(options: SessionDefaultsOptions) {
    const { base } = options.profiles;
    const serial = base.serialConsistencyLevel ?? options.serialConsistencyLevel;
    this.#options = options;
    this.#timestampGenerator = options.timestampGenerator;
    this.#shared = {
      timeoutMs: base.requestTimeout === undefined ? options.requestTimeout : base.requestTimeout,
      consistency: consistencyName(base.consistencyLevel ?? options.consistencyLevel),
      serialConsistency: serial === undefined ? undefined : consistencyName(serial),
      fetchSize: base.fetchSize === undefined ? options.fetchSize : base.fetchSize,
      rowFactory: base.rowFactory ?? 'object',
    };
  }

  /**
   * The settings of requests with a profile, given by name or itself; of all others where it is `undefined`.
   *
   * @throws {InvalidArgumentError} if there is no such profile.
   */
  of(profile: ProfileKey | ExecutionProfile | undefined): SettingDefaults {
    if (profile === undefined || profile === EXEC_PROFILE_DEFAULT) return (this.#base ??= this.#baseSettings());
    const found = this.profile(profile);
    const known = this.#perProfile.get(found);
    if (known !== undefined) return known;
    const settings = this.#settingsOf(found);
    this.#perProfile.set(found, settings);
    return settings;
  }

  /** The profile of that name, or the profile itself. */
  profile(profile: ProfileKey | ExecutionProfile): ExecutionProfile {
    if (profile instanceof ExecutionProfile) return profile;
    if (typeof profile === 'string' || profile === EXEC_PROFILE_DEFAULT) return this.#options.profiles.get(profile);
    throw new InvalidArgumentError(`expected an execution profile or its name, got ${describe(profile)}`, {
      field: 'executionProfile',
    });
  }

  /** The default profile with everything that holds now. */
  effectiveBase(): ExecutionProfile {
    const { timeoutMs, consistency, serialConsistency, ...rest } = this.of(undefined);
    const { fetchSize, tracing, rowFactory, loadBalancingPolicy, retryPolicy, speculativeExecutionPolicy } = rest;
    return new ExecutionProfile({
      ...{ fetchSize, tracing, rowFactory, loadBalancingPolicy, retryPolicy, speculativeExecutionPolicy },
      requestTimeout: timeoutMs,
      consistencyLevel: consistency,
      serialConsistencyLevel: serialConsistency as SerialConsistency | undefined,
    });
  }

  get timeout(): number | null {
    return this.#shared.timeoutMs;
  }

  set timeout(timeout: number | null) {
    this.#set('timeoutMs', 'defaultTimeout', checkedTimeout('defaultTimeout', timeout));
  }

  get consistencyLevel(): Consistency {
    return this.#shared.consistency;
  }

  set consistencyLevel(level: Consistency) {
    const name = 'defaultConsistencyLevel';
    this.#set('consistency', name, consistencyName(level, name));
  }

  get serialConsistencyLevel(): SerialConsistency | undefined {
    return this.#shared.serialConsistency as SerialConsistency | undefined;
  }

  set serialConsistencyLevel(level: SerialConsistency | undefined) {
    const name = 'defaultSerialConsistencyLevel';
    this.#set('serialConsistency', name, level === undefined ? undefined : checkedSerialConsistency(name, level));
  }

  get fetchSize(): number | null {
    return this.#shared.fetchSize;
  }

  set fetchSize(rows: number | null) {
    this.#set('fetchSize', 'defaultFetchSize', checkedFetchSize('defaultFetchSize', rows));
  }

  get rowFactory(): RowFactory<unknown> {
    return this.#shared.rowFactory;
  }

  set rowFactory(factory: RowFactory<unknown>) {
    this.#set('rowFactory', 'rowFactory', checkedRowFactory('rowFactory', factory));
  }

  get useClientTimestamp(): boolean {
    return this.#useClientTimestamp;
  }

  set useClientTimestamp(use: boolean) {
    this.#useClientTimestamp = checkedBoolean('useClientTimestamp', use);
    this.#forget();
  }

  get timestampGenerator(): TimestampGenerator | null {
    return this.#timestampGenerator;
  }

  set timestampGenerator(generator: TimestampGenerator | null) {
    if (generator !== null && typeof generator !== 'function') {
      throw new InvalidArgumentError(`expected timestampGenerator as a function or null, got ${describe(generator)}`, {
        field: 'timestampGenerator',
      });
    }
    this.#timestampGenerator = generator;
    this.#forget();
  }

  #set<K extends keyof SharedSettings>(key: K, name: string, value: SharedSettings[K]): void {
    if (this.#options.profiles.base[IN_PROFILE[key]] !== undefined) {
      throw new InvalidArgumentError(
        `expected ${name} to be set in the default execution profile, which sets ${IN_PROFILE[key]} already`,
        { field: name },
      );
    }
    this.#shared[key] = value;
    this.#forget();
  }

  #forget(): void {
    this.#base = null;
    this.#perProfile = new WeakMap();
  }

  #baseSettings(): SettingDefaults {
    const { profiles, policy, retryPolicy, speculativeExecutionPolicy } = this.#options;
    const { base } = profiles;
    return {
      ...this.#shared,
      tracing: base.tracing ?? false,
      loadBalancingPolicy: policy,
      retryPolicy: base.retryPolicy ?? retryPolicy,
      speculativeExecutionPolicy: base.speculativeExecutionPolicy ?? speculativeExecutionPolicy,
      timestampGenerator: this.#useClientTimestamp ? this.#timestampGenerator : null,
    };
  }

  #settingsOf(profile: ExecutionProfile): SettingDefaults {
    const base = this.of(undefined);
    if (profile.loadBalancingPolicy !== undefined) this.#options.borrowPolicy(profile.loadBalancingPolicy);
    return {
      timeoutMs: profile.requestTimeout === undefined ? base.timeoutMs : profile.requestTimeout,
      consistency:
        profile.consistencyLevel === undefined ? base.consistency : consistencyName(profile.consistencyLevel),
      serialConsistency:
        profile.serialConsistencyLevel === undefined
          ? base.serialConsistency
          : consistencyName(profile.serialConsistencyLevel),
      fetchSize: profile.fetchSize === undefined ? base.fetchSize : profile.fetchSize,
      tracing: profile.tracing ?? base.tracing,
      rowFactory: profile.rowFactory ?? base.rowFactory,
      loadBalancingPolicy: profile.loadBalancingPolicy ?? base.loadBalancingPolicy,
      retryPolicy: profile.retryPolicy ?? base.retryPolicy,
      speculativeExecutionPolicy: profile.speculativeExecutionPolicy ?? base.speculativeExecutionPolicy,
      timestampGenerator: base.timestampGenerator,
    };
  }
}
