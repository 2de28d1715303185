// Versions of the schema as nodes have them. What the node of the control connection says of itself and of its peers may all
// be what was before a change that another node has made: that one is asked itself.

import { NoConnectionsAvailableError } from '../errors.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Host } from '../topology/host.ts';
import { readSystemRows, type ControlQueryOptions } from './control-query.ts';
import { SELECT_LOCAL_SCHEMA_VERSION, type SystemRow } from './system-tables.ts';

/** The host that made a schema change, and where it is reached; it is asked until it is gone or down. */
export interface SchemaCoordinator {
  readonly host: Host;
  pool(): HostPool | undefined;
}

/** What the coordinator says of itself; no row where there is none to ask. Rejects if it cannot be asked now. */
export async function versionOfCoordinator(
  coordinator: SchemaCoordinator | undefined,
  query: ControlQueryOptions,
): Promise<readonly SystemRow[]> {
  const pool = coordinator?.pool();
  if (pool === undefined || pool.host.isUp === false) return [];
  const connection = pool.borrow();
  if (connection === null) {
    const message = `${pool.host.toString()}, which changed the schema, has no connection free`;
    throw new NoConnectionsAvailableError(message, { maybeApplied: false });
  }
  return readSystemRows(connection, SELECT_LOCAL_SCHEMA_VERSION, query);
}

/** The different versions in rows; nodes that tell none are left out. */
export function versionsOf(rows: readonly SystemRow[]): ReadonlySet<string> {
  const versions = rows.map((row) => row['schema_version']).filter((version) => version !== null);
  return new Set(versions.map(String));
}
