// What tables and views have in common: columns, keys, their order, options.

import { quoteIdentifier } from '../../types/identifier.ts';
import type { ColumnMetadata } from './column.ts';
import { optionClauses, type TableOptions } from './table-options.ts';

/** What tables and views are both made of. */
export interface RelationParts {
  readonly keyspaceName: string;
  readonly name: string;
  readonly partitionKey: readonly ColumnMetadata[];
  readonly clusteringKey: readonly ColumnMetadata[];
  /** All columns, in the order in which `SELECT *` gives them. */
  readonly columns: ReadonlyMap<string, ColumnMetadata>;
  readonly options: TableOptions;
  readonly extensions: Readonly<Record<string, Uint8Array>>;
}

/** `ks.name`, each quoted where CQL needs it. */
export function qualifiedName(keyspace: string, name: string): string {
  return `${quoteIdentifier(keyspace)}.${quoteIdentifier(name)}`;
}

/** The clause `PRIMARY KEY ((a, b), c)`. */
export function primaryKeyClause(relation: Pick<RelationParts, 'partitionKey' | 'clusteringKey'>): string {
  const partition = namesOf(relation.partitionKey);
  const first = relation.partitionKey.length > 1 ? `(${partition})` : partition;
  return `PRIMARY KEY (${[first, ...relation.clusteringKey.map(({ name }) => quoteIdentifier(name))].join(', ')})`;
}

/** What follows WITH, joined by AND; empty where there is nothing. */
export function withClause(
  relation: RelationParts,
  owner: 'table' | 'view',
  isCompact: boolean,
  indent: string,
): string {
  const clauses: string[] = isCompact ? ['COMPACT STORAGE'] : [];
  if (relation.clusteringKey.length > 0) clauses.push(clusteringOrder(relation.clusteringKey));
  clauses.push(...optionClauses(relation.options, owner));
  return clauses.length === 0 ? '' : ` WITH ${clauses.join(`${indent}AND `)}`;
}

/** Names of columns, quoted where needed, with commas between. */
export function namesOf(columns: Iterable<ColumnMetadata>): string {
  return Array.from(columns, ({ name }) => quoteIdentifier(name)).join(', ');
}

function clusteringOrder(clusteringKey: readonly ColumnMetadata[]): string {
  const columns = clusteringKey.map(
    ({ name, isReversed }) => `${quoteIdentifier(name)} ${isReversed ? 'DESC' : 'ASC'}`,
  );
  return `CLUSTERING ORDER BY (${columns.join(', ')})`;
}
