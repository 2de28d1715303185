// The settings of a session that a user may read and change, and its execution profiles. Each setter checks what it is given.

import {
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  type ExecutionProfileOptions,
  type ProfileKey,
} from '../execution/profile.ts';
import { InvalidArgumentError } from '../errors.ts';
import type { TimestampGenerator } from '../policies/timestamps.ts';
import type { RowFactory } from '../result/rows.ts';
import type { Consistency, SerialConsistency } from '../types/consistency.ts';
import { describe } from '../types/describe.ts';
import type { SessionDefaults } from './defaults.ts';

/** What a {@link Session} lets its user set. */
export abstract class SessionSettings {
  readonly #defaults: SessionDefaults;
  #maxTraceWait = 2_000;

  constructor(defaults: SessionDefaults) {
    this.#defaults = defaults;
  }

  /** Milliseconds for a request with all its retries; `null`: no limit. */
  get defaultTimeout(): number | null {
    return this.#defaults.timeout;
  }

  set defaultTimeout(timeout: number | null) {
    this.#defaults.timeout = timeout;
  }

  /** Consistency of requests that name none. Setters throw where the default execution profile decides. */
  get defaultConsistencyLevel(): Consistency {
    return this.#defaults.consistencyLevel;
  }

  set defaultConsistencyLevel(level: Consistency) {
    this.#defaults.consistencyLevel = level;
  }

  /** Consistency of the Paxos phase of conditional statements that name none. */
  get defaultSerialConsistencyLevel(): SerialConsistency | undefined {
    return this.#defaults.serialConsistencyLevel;
  }

  set defaultSerialConsistencyLevel(level: SerialConsistency | undefined) {
    this.#defaults.serialConsistencyLevel = level;
  }

  /** Rows of a page; `null`: the server decides. */
  get defaultFetchSize(): number | null {
    return this.#defaults.fetchSize;
  }

  set defaultFetchSize(rows: number | null) {
    this.#defaults.fetchSize = rows;
  }

  /** How rows are made of requests that name no row factory. */
  get rowFactory(): RowFactory<unknown> {
    return this.#defaults.rowFactory;
  }

  set rowFactory(factory: RowFactory<unknown>) {
    this.#defaults.rowFactory = factory;
  }

  /** Whether requests carry a timestamp of this process. */
  get useClientTimestamp(): boolean {
    return this.#defaults.useClientTimestamp;
  }

  set useClientTimestamp(use: boolean) {
    this.#defaults.useClientTimestamp = use;
  }

  /** Makes the timestamps, in microseconds since 1970; `null` leaves them to the server. */
  get timestampGenerator(): TimestampGenerator | null {
    return this.#defaults.timestampGenerator;
  }

  set timestampGenerator(generator: TimestampGenerator | null) {
    this.#defaults.timestampGenerator = generator;
  }

  /** Milliseconds that a trace may take to be complete. Default: 2,000. */
  get maxTraceWait(): number {
    return this.#maxTraceWait;
  }

  set maxTraceWait(maxWait: number) {
    if (!(Number.isFinite(maxWait) && maxWait >= 0)) {
      const got = typeof maxWait === 'number' ? String(maxWait) : describe(maxWait);
      throw new InvalidArgumentError(`expected maxTraceWait in milliseconds, finite and at least 0, got ${got}`, {
        field: 'maxTraceWait',
      });
    }
    this.#maxTraceWait = maxWait;
  }

  /**
   * The execution profile of a name; by {@link EXEC_PROFILE_DEFAULT} what holds for requests that name none.
   *
   * @throws {InvalidArgumentError} if there is none of that name.
   */
  getExecutionProfile(name: ProfileKey): ExecutionProfile {
    return name === EXEC_PROFILE_DEFAULT ? this.#defaults.effectiveBase() : this.#defaults.profile(name);
  }

  /**
   * A copy of an execution profile, given by name or itself, with some settings changed; policies are shared. It is no
   * profile of the cluster: pass it with requests, or add it by `cluster.addExecutionProfile`.
   *
   * @throws {InvalidArgumentError} for a profile or a setting that does not exist.
   */
  executionProfileCloneUpdate(
    profile: ProfileKey | ExecutionProfile,
    changes: ExecutionProfileOptions,
  ): ExecutionProfile {
    const base = profile instanceof ExecutionProfile ? profile : this.getExecutionProfile(profile);
    return base.with(changes);
  }
}
