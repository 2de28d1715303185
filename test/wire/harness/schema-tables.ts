// system_schema and system_virtual_schema (columns of Cassandra 5.0), from a short description of keyspaces and tables.
import type { CqlType } from './cql-type.ts';
import type { SystemRow, SystemTable } from './system-table.ts';

export interface KeyspaceDescription {
  readonly name: string;
  readonly replication: Readonly<Record<string, string>>;
}

export interface TableDescription {
  readonly keyspace: string;
  readonly name: string;
  readonly columns: readonly ColumnDescription[];
}

export interface ColumnDescription {
  readonly name: string;
  /** As CQL text. */
  readonly type: string;
  readonly kind: 'partition_key' | 'clustering' | 'static' | 'regular';
  /** Within its kind; -1 for static and regular ones. */
  readonly position: number;
}

export interface SchemaDescription {
  readonly keyspaces: readonly KeyspaceDescription[];
  readonly tables: readonly TableDescription[];
}

type Columns = Readonly<Record<string, CqlType>>;

const LOCAL_STRATEGY = { class: 'org.apache.cassandra.locator.LocalStrategy' };
const SYSTEM_KEYSPACES: readonly KeyspaceDescription[] = ['system', 'system_schema'].map((name) => ({
  name,
  replication: LOCAL_STRATEGY,
}));

const TABLE_OPTIONS: Columns = {
  additional_write_policy: 'text',
  allow_auto_snapshot: 'boolean',
  bloom_filter_fp_chance: 'double',
  caching: { map: ['text', 'text'] },
  cdc: 'boolean',
  comment: 'text',
  compaction: { map: ['text', 'text'] },
  compression: { map: ['text', 'text'] },
  crc_check_chance: 'double',
  dclocal_read_repair_chance: 'double',
  default_time_to_live: 'int',
  extensions: { map: ['text', 'blob'] },
  gc_grace_seconds: 'int',
  id: 'uuid',
  incremental_backups: 'boolean',
  max_index_interval: 'int',
  memtable: 'text',
  memtable_flush_period_in_ms: 'int',
  min_index_interval: 'int',
  read_repair: 'text',
  read_repair_chance: 'double',
  speculative_retry: 'text',
};

/** Tables that stay empty: no test has needed their rows yet, every driver asks for them. */
const EMPTY_TABLES: Readonly<Record<string, Columns>> = {
  types: {
    keyspace_name: 'text',
    type_name: 'text',
    field_names: { list: 'text' },
    field_types: { list: 'text' },
  },
  functions: {
    keyspace_name: 'text',
    function_name: 'text',
    argument_types: { list: 'text' },
    argument_names: { list: 'text' },
    body: 'text',
    called_on_null_input: 'boolean',
    language: 'text',
    return_type: 'text',
  },
  aggregates: {
    keyspace_name: 'text',
    aggregate_name: 'text',
    argument_types: { list: 'text' },
    final_func: 'text',
    initcond: 'text',
    return_type: 'text',
    state_func: 'text',
    state_type: 'text',
  },
  indexes: {
    keyspace_name: 'text',
    table_name: 'text',
    index_name: 'text',
    kind: 'text',
    options: { map: ['text', 'text'] },
  },
  views: {
    keyspace_name: 'text',
    view_name: 'text',
    base_table_id: 'uuid',
    base_table_name: 'text',
    include_all_columns: 'boolean',
    where_clause: 'text',
    ...TABLE_OPTIONS,
  },
  triggers: { keyspace_name: 'text', table_name: 'text', trigger_name: 'text', options: { map: ['text', 'text'] } },
  dropped_columns: {
    keyspace_name: 'text',
    table_name: 'text',
    column_name: 'text',
    dropped_time: 'timestamp',
    kind: 'text',
    type: 'text',
  },
};

const KEYSPACE_COLUMNS: Columns = {
  keyspace_name: 'text',
  durable_writes: 'boolean',
  replication: { map: ['text', 'text'] },
};

const TABLE_COLUMNS: Columns = {
  keyspace_name: 'text',
  table_name: 'text',
  flags: { set: 'text' },
  ...TABLE_OPTIONS,
};

const COLUMN_COLUMNS: Columns = {
  keyspace_name: 'text',
  table_name: 'text',
  column_name: 'text',
  clustering_order: 'text',
  column_name_bytes: 'blob',
  kind: 'text',
  position: 'int',
  type: 'text',
};

/** All schema tables of a server. */
export function schemaTables(schema: SchemaDescription): SystemTable[] {
  const table = (name: string, columns: Columns, rows: readonly SystemRow[] = []): SystemTable => ({
    keyspace: 'system_schema',
    name,
    columns,
    rows,
  });
  return [
    table('keyspaces', KEYSPACE_COLUMNS, [...SYSTEM_KEYSPACES, ...schema.keyspaces].map(keyspaceRow)),
    table('tables', TABLE_COLUMNS, schema.tables.map(tableRow)),
    table('columns', COLUMN_COLUMNS, schema.tables.flatMap(columnRows)),
    ...Object.entries(EMPTY_TABLES).map(([name, columns]) => table(name, columns)),
    ...virtualTables(),
  ];
}

function virtualTables(): SystemTable[] {
  const tables: Readonly<Record<string, Columns>> = {
    keyspaces: { keyspace_name: 'text' },
    tables: { keyspace_name: 'text', table_name: 'text', comment: 'text' },
    columns: {
      keyspace_name: 'text',
      table_name: 'text',
      column_name: 'text',
      clustering_order: 'text',
      column_name_bytes: 'blob',
      kind: 'text',
      position: 'int',
      type: 'text',
    },
  };
  return Object.entries(tables).map(([name, columns]) => ({
    keyspace: 'system_virtual_schema',
    name,
    columns,
    rows: [],
  }));
}

function keyspaceRow({ name, replication }: KeyspaceDescription): SystemRow {
  return { keyspace_name: name, durable_writes: true, replication: Object.entries(replication) };
}

function tableRow({ keyspace, name }: TableDescription): SystemRow {
  return {
    keyspace_name: keyspace,
    table_name: name,
    flags: ['compound'],
    bloom_filter_fp_chance: 0.01,
    caching: [['keys', 'ALL']],
    comment: '',
    compaction: [['class', 'org.apache.cassandra.db.compaction.SizeTieredCompactionStrategy']],
    compression: [['class', 'org.apache.cassandra.io.compress.LZ4Compressor']],
    crc_check_chance: 1,
    default_time_to_live: 0,
    extensions: [],
    gc_grace_seconds: 864000,
    max_index_interval: 2048,
    memtable_flush_period_in_ms: 0,
    min_index_interval: 128,
    speculative_retry: '99p',
  };
}

function columnRows({ keyspace, name, columns }: TableDescription): SystemRow[] {
  return columns.map((column) => ({
    keyspace_name: keyspace,
    table_name: name,
    column_name: column.name,
    clustering_order: column.kind === 'clustering' ? 'asc' : 'none',
    column_name_bytes: new TextEncoder().encode(column.name),
    kind: column.kind,
    position: column.position,
    type: column.type,
  }));
}
