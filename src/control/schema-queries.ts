// The tables that describe the schema, and the queries that read them: whole, of one keyspace, or of one object.
// Cassandra 3.0 and later, ScyllaDB.

import { protectValue } from '../types/identifier.ts';

/** The tables by what their rows describe. Not every server has every one. */
export const SCHEMA_TABLES = Object.freeze({
  keyspaces: 'system_schema.keyspaces',
  tables: 'system_schema.tables',
  columns: 'system_schema.columns',
  types: 'system_schema.types',
  functions: 'system_schema.functions',
  aggregates: 'system_schema.aggregates',
  indexes: 'system_schema.indexes',
  views: 'system_schema.views',
  triggers: 'system_schema.triggers',
  /** Cassandra 5.0 and later. */
  masks: 'system_schema.column_masks',
  /** ScyllaDB. */
  scyllaKeyspaces: 'system_schema.scylla_keyspaces',
  /** ScyllaDB. */
  scyllaTables: 'system_schema.scylla_tables',
  /** Cassandra 4.0 and later. */
  virtualKeyspaces: 'system_virtual_schema.keyspaces',
  virtualTables: 'system_virtual_schema.tables',
  virtualColumns: 'system_virtual_schema.columns',
});

/** What the rows of a schema table describe. */
export type SchemaTable = keyof typeof SCHEMA_TABLES;

/** The tables without which there is no schema: that they are missing is not silently passed over. */
export const REQUIRED_TABLES: ReadonlySet<SchemaTable> = new Set(['keyspaces', 'tables', 'columns']);

const ALL_TABLES = Object.keys(SCHEMA_TABLES) as SchemaTable[];
const VIRTUAL_TABLES = ALL_TABLES.filter((table) => table.startsWith('virtual'));

/** Which tables are read for what. */
export const TABLES_OF = Object.freeze({
  schema: ALL_TABLES,
  keyspace: ALL_TABLES.filter((table) => !VIRTUAL_TABLES.includes(table)),
  virtualKeyspace: VIRTUAL_TABLES,
  /** A table or a view: events call both TABLE. */
  relation: ['tables', 'views', 'columns', 'indexes', 'triggers', 'masks', 'scyllaTables'] as const,
  type: ['types'] as const,
  function: ['functions'] as const,
  aggregate: ['aggregates'] as const,
});

/** Every server has these columns; the others of this largest table are not needed. */
const COLUMNS_OF_COLUMNS = 'keyspace_name, table_name, column_name, clustering_order, kind, position, type';

/** Column that follows `keyspace_name` in the key. */
const NAME_COLUMN: Partial<Record<SchemaTable, string>> = {
  types: 'type_name',
  views: 'view_name',
  functions: 'function_name',
  aggregates: 'aggregate_name',
};

/** The query of a schema table; of one keyspace, or of what has one name in it, where these are given. */
export function selectSchema(table: SchemaTable, keyspace?: string, name?: string): string {
  const columns = table === 'columns' ? COLUMNS_OF_COLUMNS : '*';
  const select = `SELECT ${columns} FROM ${SCHEMA_TABLES[table]}`;
  if (keyspace === undefined) return select;
  const ofKeyspace = `${select} WHERE keyspace_name = ${protectValue(keyspace)}`;
  return name === undefined
    ? ofKeyspace
    : `${ofKeyspace} AND ${NAME_COLUMN[table] ?? 'table_name'} = ${protectValue(name)}`;
}
