// What the options make of the first frames of a connection: which versions are tried, and what STARTUP says.

import { InvalidArgumentError } from '../errors.ts';
import type { ResolvedOptions } from '../options.ts';
import { VERSION } from '../version.ts';

/** Versions in the order in which they are tried. v5 has no Snappy: asking for it caps the version. */
export function versionsToTry(options: ResolvedOptions): readonly (3 | 4 | 5)[] {
  const { protocolVersion, minProtocolVersion, compression } = options;
  if (protocolVersion === 5 && compression === 'snappy') {
    throw new InvalidArgumentError('expected compression lz4 with protocolVersion 5, which has no snappy', {
      field: 'compression',
    });
  }
  if (protocolVersion !== undefined) return [protocolVersion];
  const highest = compression === 'snappy' ? 4 : 5;
  return ([5, 4, 3] as const).filter((version) => version <= highest && version >= minProtocolVersion);
}

/** Options of STARTUP; operators find them in `system_views.clients`. */
export function startupOptions(options: ResolvedOptions, sessionId: string): Map<string, string> {
  const { name, version, clientId } = options.applicationInfo;
  const startup = new Map([
    ['CQL_VERSION', options.cqlVersion],
    ['DRIVER_NAME', 'ferrocql'],
    ['DRIVER_VERSION', VERSION],
    ['SESSION_ID', sessionId],
  ]);
  if (name !== undefined) startup.set('APPLICATION_NAME', name);
  if (version !== undefined) startup.set('APPLICATION_VERSION', version);
  if (clientId !== undefined) startup.set('CLIENT_ID', clientId);
  return startup;
}
