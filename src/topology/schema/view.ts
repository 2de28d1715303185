// A materialized view.

import { quoteIdentifier } from '../../types/identifier.ts';
import type { ColumnMetadata } from './column.ts';
import { layout, type CqlDescribable } from './describable.ts';
import { namesOf, primaryKeyClause, qualifiedName, withClause, type RelationParts } from './relation.ts';
import type { TableOptions } from './table-options.ts';

/** What a {@link MaterializedViewMetadata} is made of. */
export interface ViewParts extends RelationParts {
  readonly baseTableName: string;
  readonly includeAllColumns: boolean;
  readonly whereClause: string;
  readonly isGenerated: boolean;
}

/** A materialized view. Immutable. */
export class MaterializedViewMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly name: string;
  readonly baseTableName: string;
  /** True if it was made with `SELECT *`. */
  readonly includeAllColumns: boolean;
  /** What follows WHERE, as CQL. */
  readonly whereClause: string;
  readonly partitionKey: readonly ColumnMetadata[];
  readonly clusteringKey: readonly ColumnMetadata[];
  /** Partition key and clustering key. */
  readonly primaryKey: readonly ColumnMetadata[];
  readonly columns: ReadonlyMap<string, ColumnMetadata>;
  readonly options: TableOptions;
  readonly extensions: Readonly<Record<string, Uint8Array>>;
  /** True if the server makes it along with another object, such as a ScyllaDB index; an export leaves it out. */
  readonly isGenerated: boolean;

  constructor(parts: ViewParts) {
    this.keyspaceName = parts.keyspaceName;
    this.name = parts.name;
    this.baseTableName = parts.baseTableName;
    this.includeAllColumns = parts.includeAllColumns;
    this.whereClause = parts.whereClause;
    this.partitionKey = Object.freeze([...parts.partitionKey]);
    this.clusteringKey = Object.freeze([...parts.clusteringKey]);
    this.primaryKey = Object.freeze([...parts.partitionKey, ...parts.clusteringKey]);
    this.columns = parts.columns;
    this.options = parts.options;
    this.extensions = parts.extensions;
    this.isGenerated = parts.isGenerated;
    Object.freeze(this);
  }

  asCqlQuery(formatted = false): string {
    const { line, indent } = layout(formatted);
    const clauses = [
      `CREATE MATERIALIZED VIEW ${qualifiedName(this.keyspaceName, this.name)} AS`,
      `SELECT ${this.includeAllColumns ? '*' : namesOf(this.columns.values())}`,
      `FROM ${quoteIdentifier(this.keyspaceName)}.${quoteIdentifier(this.baseTableName)}`,
      `WHERE ${this.whereClause}`,
      primaryKeyClause(this),
    ];
    return clauses.join(indent) + withClause(this, 'view', false, indent).replace(/^ /, line);
  }

  exportAsString(): string {
    return `${this.asCqlQuery(true)};`;
  }
}
