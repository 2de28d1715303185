// Objects of the schema, each from its rows. Every function throws a DriverError for rows that describe no such object.

import { ProtocolError } from '../errors.ts';
import { AggregateMetadata } from '../topology/schema/aggregate.ts';
import { FunctionMetadata } from '../topology/schema/function.ts';
import { IndexMetadata } from '../topology/schema/index-metadata.ts';
import { TableMetadata } from '../topology/schema/table.ts';
import { TriggerMetadata } from '../topology/schema/trigger.ts';
import { MaterializedViewMetadata } from '../topology/schema/view.ts';
import { relationParts, type RelationRows, type StorageLayout } from './schema-columns.ts';
import type { KeyspaceTypes } from './schema-types.ts';
import { optionalText, optionalTextSet, requireText, textList, textMap } from './schema-values.ts';
import type { SystemRow } from './system-tables.ts';

/** The rows of one table or view. */
export interface ObjectRows extends Omit<RelationRows, 'layout'> {
  readonly indexes: readonly SystemRow[];
  readonly triggers: readonly SystemRow[];
  /** The row of ScyllaDB's own table, where there is one. */
  readonly scylla: SystemRow | undefined;
}

/** What a table is made of besides its rows. */
export interface TableContext {
  readonly keyspace: string;
  readonly types: KeyspaceTypes;
  readonly views: ReadonlyMap<string, MaterializedViewMetadata>;
  readonly isVirtual: boolean;
  readonly isGenerated: boolean;
  /** Reads one object; `undefined`, and reported, if it cannot be read. */
  tryRead<T>(what: string, read: () => T): T | undefined;
}

export function readTableRows(rows: ObjectRows, context: TableContext): TableMetadata {
  const { keyspace, types, views, isVirtual, isGenerated } = context;
  const name = requireText(rows.row, 'table_name');
  const flags = optionalTextSet(rows.row, 'flags');
  const layout = isVirtual ? 'cql' : layoutOf(flags);
  const parts = relationParts(keyspace, name, { ...rows, layout }, types);
  const cdc = rows.scylla === undefined ? {} : textMap(rows.scylla, 'cdc');
  const keys = parts.partitionKey.length + parts.clusteringKey.length;
  const hasOneValue = parts.clusteringKey.length === 0 || parts.columns.size <= keys + 1;
  return new TableMetadata({
    ...parts,
    options: cdc['enabled'] === 'true' ? Object.freeze({ ...parts.options, cdc }) : parts.options,
    indexes: objectsByName(rows.indexes, 'index_name', (row) => readIndexRow(row, keyspace, name), context),
    triggers: objectsByName(rows.triggers, 'trigger_name', (row) => readTriggerRow(row, keyspace, name), context),
    views,
    isCompactStorage: layout !== 'cql',
    isCqlCompatible: layout === 'cql' || (flags?.has('super') !== true && hasOneValue),
    isVirtual,
    isGenerated,
  });
}

export function readViewRows(
  rows: Omit<ObjectRows, 'indexes' | 'triggers' | 'scylla'>,
  keyspace: string,
  types: KeyspaceTypes,
  isGenerated: boolean,
): MaterializedViewMetadata {
  const name = requireText(rows.row, 'view_name');
  return new MaterializedViewMetadata({
    ...relationParts(keyspace, name, { ...rows, layout: 'cql' }, types),
    baseTableName: requireText(rows.row, 'base_table_name'),
    includeAllColumns: rows.row['include_all_columns'] === true,
    whereClause: requireText(rows.row, 'where_clause'),
    isGenerated,
  });
}

export function readFunctionRow(row: SystemRow, keyspaceName: string, types: KeyspaceTypes): FunctionMetadata {
  const argumentNames = textList(row, 'argument_names');
  const argumentTypes = textList(row, 'argument_types').map((text) => types.parse(text));
  if (argumentNames.length !== argumentTypes.length) {
    const counts = `${argumentNames.length} names and ${argumentTypes.length} types`;
    throw new ProtocolError(`expected as many names as types of arguments, got ${counts}`);
  }
  return new FunctionMetadata({
    keyspaceName,
    name: requireText(row, 'function_name'),
    argumentNames,
    argumentTypes,
    returnType: types.parse(requireText(row, 'return_type')),
    language: requireText(row, 'language'),
    body: requireText(row, 'body'),
    calledOnNullInput: row['called_on_null_input'] === true,
  });
}

export function readAggregateRow(row: SystemRow, keyspaceName: string, types: KeyspaceTypes): AggregateMetadata {
  const returnType = types.parse(requireText(row, 'return_type'));
  return new AggregateMetadata({
    keyspaceName,
    name: requireText(row, 'aggregate_name'),
    argumentTypes: textList(row, 'argument_types').map((text) => types.parse(text)),
    returnType,
    stateFunction: requireText(row, 'state_func'),
    stateType: types.parse(requireText(row, 'state_type')),
    finalFunction: optionalText(row, 'final_func'),
    initialCondition: optionalText(row, 'initcond'),
  });
}

/** Objects by the name that one column of their rows has. */
function objectsByName<T>(
  rows: readonly SystemRow[],
  nameColumn: string,
  read: (row: SystemRow) => T,
  context: TableContext,
): ReadonlyMap<string, T> {
  const objects = new Map<string, T>();
  for (const row of rows) {
    const name = String(row[nameColumn]);
    const object = context.tryRead(`${nameColumn.replace('_name', '')} ${context.keyspace}.${name}`, () => read(row));
    if (object !== undefined) objects.set(name, object);
  }
  return objects;
}

function readIndexRow(row: SystemRow, keyspaceName: string, tableName: string): IndexMetadata {
  const indexOptions = textMap(row, 'options');
  const [name, kind] = [requireText(row, 'index_name'), requireText(row, 'kind')];
  if (indexOptions['target'] === undefined) throw new ProtocolError('expected options with a target, got none');
  return new IndexMetadata({ keyspaceName, tableName, name, kind, indexOptions });
}

function readTriggerRow(row: SystemRow, keyspaceName: string, tableName: string): TriggerMetadata {
  const [name, options] = [requireText(row, 'trigger_name'), textMap(row, 'options')];
  return new TriggerMetadata({ keyspaceName, tableName, name, options });
}

/** Tables of CQL are `compound` and not `dense`; others were made by Thrift or WITH COMPACT STORAGE. */
function layoutOf(flags: ReadonlySet<string> | undefined): StorageLayout {
  if (flags === undefined) return 'cql';
  if (flags.has('dense') || flags.has('super')) return 'dense';
  return flags.has('compound') ? 'cql' : 'static-compact';
}
