// Columns, keys and options of tables and views, from their rows.

import { ProtocolError } from '../errors.ts';
import { ColumnMetadata, type ColumnKind } from '../topology/schema/column.ts';
import type { RelationParts } from '../topology/schema/relation.ts';
import type { OptionValue, TableOptions } from '../topology/schema/table-options.ts';
import { quoteIdentifier, quoteTypeName } from '../types/identifier.ts';
import type { KeyspaceTypes } from './schema-types.ts';
import { bytesMap, isTextMap, requireText, textList } from './schema-values.ts';
import type { SystemRow } from './system-tables.ts';

/** Which columns of a table made without CQL are only there for the storage engine. */
export type StorageLayout = 'cql' | 'dense' | 'static-compact';

export interface RelationRows {
  readonly row: SystemRow;
  readonly columns: readonly SystemRow[];
  readonly masks: readonly SystemRow[];
  readonly layout: StorageLayout;
}

const EMPTY_TYPE = 'org.apache.cassandra.db.marshal.EmptyType';
const KINDS: ReadonlySet<string> = new Set(['partition_key', 'clustering', 'regular', 'static']);

/** Makes what tables and views have in common. Throws a DriverError for rows that describe no relation. */
export function relationParts(
  keyspaceName: string,
  name: string,
  rows: RelationRows,
  types: KeyspaceTypes,
): RelationParts {
  const masks = new Map(rows.masks.map((mask) => [mask['column_name'], mask]));
  const placed = rows.columns.map((row) => placedColumn(row, rows.layout, types, masks));
  const columns = placed.filter((column) => column !== null);
  const partitionKey = keyOf(columns, 'partition_key');
  if (partitionKey.length === 0) throw new ProtocolError('expected a partition key, got none');
  const clusteringKey = keyOf(columns, 'clustering');
  const others = (['static', 'regular'] as const).flatMap((kind) =>
    columns.filter(({ column }) => column.kind === kind).map(({ column }) => column),
  );
  return {
    keyspaceName,
    name,
    partitionKey,
    clusteringKey,
    columns: new Map([...partitionKey, ...clusteringKey, ...others].map((column) => [column.name, column])),
    options: optionsOf(rows.row),
    extensions: bytesMap(rows.row, 'extensions'),
  };
}

interface PlacedColumn {
  readonly column: ColumnMetadata;
  readonly position: number;
}

/** `null` for a column that the storage engine alone knows. */
function placedColumn(
  row: SystemRow,
  layout: StorageLayout,
  types: KeyspaceTypes,
  masks: ReadonlyMap<unknown, SystemRow>,
): PlacedColumn | null {
  const name = requireText(row, 'column_name');
  const type = types.parse(requireText(row, 'type'));
  let kind = requireText(row, 'kind');
  if (!KINDS.has(kind)) throw new ProtocolError(`expected a kind of column, got ${JSON.stringify(kind.slice(0, 40))}`);
  if (layout === 'dense' && kind === 'regular' && type.className === EMPTY_TYPE) return null;
  if (layout === 'static-compact') {
    // The columns that users know are stored as static ones, beside names and values of dynamic columns.
    if (kind === 'clustering' || kind === 'regular') return null;
    if (kind === 'static') kind = 'regular';
  }
  const isReversed = kind === 'clustering' && String(row['clustering_order']).toLowerCase() === 'desc';
  const maskRow = masks.get(name);
  const mask = maskRow === undefined ? undefined : maskCall(maskRow);
  const column = new ColumnMetadata({ name, type, kind: kind as ColumnKind, isReversed, mask });
  return { column, position: typeof row['position'] === 'number' ? row['position'] : -1 };
}

function keyOf(columns: readonly PlacedColumn[], kind: ColumnKind): ColumnMetadata[] {
  const key = columns.filter(({ column }) => column.kind === kind).sort((a, b) => a.position - b.position);
  const gap = key.findIndex(({ position }, i) => position !== i);
  if (gap >= 0) throw new ProtocolError(`expected a ${kind} column at position ${gap}, got none`);
  return key.map(({ column }) => column);
}

/** Columns of rows that are no options. */
const NO_OPTIONS: ReadonlySet<string> = new Set([
  ...['keyspace_name', 'table_name', 'view_name', 'id', 'flags', 'extensions'],
  ...['base_table_id', 'base_table_name', 'include_all_columns', 'where_clause'],
]);

function optionsOf(row: SystemRow): TableOptions {
  const options: [string, OptionValue][] = [];
  for (const [name, value] of Object.entries(row)) {
    if (NO_OPTIONS.has(name)) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      options.push([name, value]);
    else if (isTextMap(value)) options.push([name, Object.freeze(Object.fromEntries(value))]);
  }
  return Object.freeze(Object.fromEntries(options));
}

const QUOTED_TYPES: ReadonlySet<string> = new Set(['ascii', 'text', 'varchar', 'inet', 'date', 'time', 'timestamp']);

/** The call of a masking function: `system.mask_inner(1, null)`. */
function maskCall(row: SystemRow): string {
  const types = textList(row, 'function_argument_types');
  const values = textList(row, 'function_argument_values');
  const nulls = Array.isArray(row['function_argument_nulls']) ? (row['function_argument_nulls'] as unknown[]) : [];
  const args = values.map((value, i) => (nulls[i] === true ? 'null' : argumentLiteral(types[i] ?? '', value)));
  const keyspace = quoteIdentifier(requireText(row, 'function_keyspace'));
  return `${keyspace}.${quoteTypeName(requireText(row, 'function_name'))}(${args.join(', ')})`;
}

/** The server stores arguments as text without the marks of a literal. */
function argumentLiteral(type: string, value: string): string {
  if (type === 'blob') return value.startsWith('0x') ? value : `0x${value}`;
  return QUOTED_TYPES.has(type) ? `'${value.replaceAll("'", "''")}'` : value;
}
