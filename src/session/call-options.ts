// Options of the methods of a session, and whether what was given is possible.

import { checkExecuteOptions } from '../execution/execute-options.ts';
import { requireKnownOptions } from '../execution/setting-checks.ts';

/** Options of {@link Session.prepare}. */
export interface PrepareOptions {
  /** Keyspace of tables named without one. Protocol v5. */
  keyspace?: string;
  customPayload?: Readonly<Record<string, Uint8Array>>;
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

/** Options of {@link Session.setKeyspace}. */
export interface SetKeyspaceOptions {
  /** Milliseconds; `null`: no limit. Default: that of the session. */
  timeout?: number | null;
  signal?: AbortSignal;
}

/** How to wait for schema agreement. */
export interface SchemaAgreementOptions {
  /** Milliseconds to wait; 0 or less: not at all. Default: `maxSchemaAgreementWait` of the cluster. */
  timeout?: number;
  signal?: AbortSignal;
}

const OF_PREPARE: ReadonlySet<string> = new Set<keyof PrepareOptions>([
  ...(['keyspace', 'customPayload', 'timeout', 'signal'] as const),
]);
const OF_SET_KEYSPACE: ReadonlySet<string> = new Set<keyof SetKeyspaceOptions>(['timeout', 'signal']);

/** @throws {InvalidArgumentError} for an option that does not exist or is of a wrong kind. */
export function checkPrepareOptions(options: PrepareOptions): void {
  checkExecuteOptions(options);
  requireKnownOptions(options, OF_PREPARE, 'prepare');
}

/** @throws {InvalidArgumentError} for an option that does not exist or is of a wrong kind. */
export function checkSetKeyspaceOptions(options: SetKeyspaceOptions): void {
  checkExecuteOptions(options);
  requireKnownOptions(options, OF_SET_KEYSPACE, 'setKeyspace');
}
