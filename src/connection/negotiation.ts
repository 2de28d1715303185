// What the two sides agree on, worked out from what a user allows and what SUPPORTED offers.

import { ProtocolError } from '../errors.ts';

/** What the server said it offers, in SUPPORTED: each option with its values. */
export type Supported = ReadonlyMap<string, readonly string[]>;

/** The protocol versions that the driver speaks. */
export type ProtocolVersionNumber = 3 | 4 | 5;

/** The STARTUP option, and the key of SUPPORTED, with which ScyllaDB announces a code of its own for its rate limit. */
export const RATE_LIMIT_OPTION = 'SCYLLA_RATE_LIMIT_ERROR';

/** A compression, by the server's spelling and by the core's number. */
export interface AgreedCompression {
  readonly name: string;
  readonly number: 1 | 2;
}

/** The versions to try for what a user asked for, best first; snappy does not exist in v5. */
export function versionsToTry(options: {
  readonly protocolVersion?: ProtocolVersionNumber | undefined;
  readonly minProtocolVersion?: ProtocolVersionNumber | undefined;
  readonly compression?: 'lz4' | 'snappy' | undefined;
}): ProtocolVersionNumber[] {
  if (options.protocolVersion !== undefined) return [options.protocolVersion];
  const max = options.compression === 'snappy' ? 4 : 5;
  const min = options.minProtocolVersion ?? 3;
  return ([5, 4, 3] as const).filter((version) => version <= max && version >= min);
}

/** Whether an error says that the other side wants another protocol version. */
export function isVersionRefusal(error: unknown): error is ProtocolError {
  return error instanceof ProtocolError && /\bversion\b/i.test(error.message);
}

/**
 * Throws ProtocolError if the server lists its versions, as `5/v5`, and this one is missing or marked as beta: an early
 * v5 has no segments.
 */
export function checkVersionList(version: ProtocolVersionNumber, supported: Supported): void {
  const list = supported.get('PROTOCOL_VERSIONS');
  if (list === undefined || list.includes(`${version}/v${version}`)) return;
  throw new ProtocolError(`expected protocol version ${version} to be supported, got ${list.join(', ')}`);
}

/** The compression to use: the one that was asked for, if the server and the version have it. */
export function chooseCompression(
  version: ProtocolVersionNumber,
  wanted: 'lz4' | 'snappy' | undefined,
  supported: Supported,
): AgreedCompression | undefined {
  if (wanted === undefined || (version === 5 && wanted === 'snappy')) return undefined;
  const name = supported.get('COMPRESSION')?.find((offered) => offered.toLowerCase() === wanted);
  return name === undefined ? undefined : { name, number: wanted === 'lz4' ? 1 : 2 };
}

/** The error code that ScyllaDB announced for its rate limit; -1 if there is none that can be one. */
export function rateLimitCode(supported: Supported): number {
  const code = Number(/^ERROR_CODE=(\d{1,10})$/.exec(supported.get(RATE_LIMIT_OPTION)?.[0] ?? '')?.[1] ?? -1);
  return code <= 0x7fffffff ? code : -1;
}
