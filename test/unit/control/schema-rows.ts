// Rows of schema tables as a server gives them, for tests of what is made of them.

import type { Clock } from '../../../src/connection/clock.ts';
import { SchemaReader, type SchemaQuery } from '../../../src/control/schema-reader.ts';
import type { SystemRow } from '../../../src/control/system-tables.ts';
import { InvalidRequestError } from '../../../src/errors/server-errors.ts';

/** Rows by table: `{ tables: [...], columns: [...] }`; a table that is not here does not exist on the server. */
export type Tables = Readonly<Record<string, readonly SystemRow[]>>;

const REPLICATION = new Map([
  ['class', 'org.apache.cassandra.locator.SimpleStrategy'],
  ['replication_factor', '1'],
]);

export function keyspaceRow(changes: SystemRow = {}): SystemRow {
  return { keyspace_name: 'ks', durable_writes: true, replication: REPLICATION, ...changes };
}

export function tableRow(name: string, changes: SystemRow = {}): SystemRow {
  return { keyspace_name: 'ks', table_name: name, flags: new Set(['compound']), comment: '', ...changes };
}

export function columnRow(table: string, name: string, type: string, kind = 'regular', position = -1): SystemRow {
  const order = kind === 'clustering' ? 'asc' : 'none';
  return { keyspace_name: 'ks', table_name: table, column_name: name, clustering_order: order, kind, position, type };
}

export function viewRow(name: string, baseTable: string, changes: SystemRow = {}): SystemRow {
  const where = 'v IS NOT NULL AND k IS NOT NULL';
  const view = { base_table_name: baseTable, include_all_columns: true, where_clause: where };
  return { keyspace_name: 'ks', view_name: name, ...view, ...changes };
}

export function typeRow(name: string, fields: Readonly<Record<string, string>>): SystemRow {
  return {
    keyspace_name: 'ks',
    type_name: name,
    field_names: Object.keys(fields),
    field_types: Object.values(fields),
  };
}

/** A table `t` with one key, in a keyspace `ks`. */
export const SMALL: Tables = {
  keyspaces: [keyspaceRow()],
  tables: [tableRow('t')],
  columns: [columnRow('t', 'k', 'int', 'partition_key', 0), columnRow('t', 'v', 'text')],
};

/** Each look at it finds it a millisecond later; its timers run at once, and are counted. */
class HurriedClock implements Clock {
  pauses = 0;
  #now = 0;

  now(): number {
    return (this.#now += 1);
  }

  setTimeout(callback: () => void): undefined {
    this.pauses += 1;
    callback();
  }

  clearTimeout(): void {
    // Nothing waits.
  }
}

/** A server with these rows: it answers the reader's queries, equality in WHERE included. */
export class FakeSchema {
  tables: Tables;
  readonly queries: string[] = [];
  readonly reports: string[] = [];
  readonly clock = new HurriedClock();
  readonly reader: SchemaReader;

  constructor(tables: Tables) {
    this.tables = tables;
    const ignore = (): void => undefined;
    const warn = (...args: unknown[]): void => void this.reports.push(String(args[0]));
    const logger = { debug: ignore, info: ignore, warn, error: warn };
    this.reader = new SchemaReader({ logger, clock: this.clock, maxQueries: 4 });
  }

  readonly query: SchemaQuery = (cql) => {
    this.queries.push(cql);
    const match = /^SELECT .* FROM (?:system_schema|(system_virtual)_schema)\.(\w+)(?: WHERE (.*))?$/.exec(cql);
    const [, virtual, table = '', where = ''] = match ?? [];
    const rows = this.tables[virtual === undefined ? table : `virtual_${table}`];
    if (rows === undefined) return Promise.reject(new InvalidRequestError(`unconfigured table ${table}`));
    const conditions = [...where.matchAll(/(\w+) = '((?:[^']|'')*)'/g)];
    return Promise.resolve(
      rows.filter((row) =>
        conditions.every(([, column = '', value = '']) => row[column] === value.replaceAll("''", "'")),
      ),
    );
  };
}
