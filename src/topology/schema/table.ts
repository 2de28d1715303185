// A table and what belongs to it: indexes, triggers and views.

import type { ColumnMetadata } from './column.ts';
import { inOrderOfNames, layout, type CqlDescribable } from './describable.ts';
import type { IndexMetadata } from './index-metadata.ts';
import { primaryKeyClause, qualifiedName, withClause, type RelationParts } from './relation.ts';
import type { TableOptions } from './table-options.ts';
import type { TriggerMetadata } from './trigger.ts';
import type { MaterializedViewMetadata } from './view.ts';

/** What a {@link TableMetadata} is made of. */
export interface TableParts extends RelationParts {
  readonly indexes: ReadonlyMap<string, IndexMetadata>;
  readonly triggers: ReadonlyMap<string, TriggerMetadata>;
  readonly views: ReadonlyMap<string, MaterializedViewMetadata>;
  readonly isCompactStorage: boolean;
  readonly isCqlCompatible: boolean;
  readonly isVirtual: boolean;
  readonly isGenerated: boolean;
}

/** A table. Immutable. */
export class TableMetadata implements CqlDescribable {
  readonly keyspaceName: string;
  readonly name: string;
  readonly partitionKey: readonly ColumnMetadata[];
  readonly clusteringKey: readonly ColumnMetadata[];
  /** Partition key and clustering key. */
  readonly primaryKey: readonly ColumnMetadata[];
  /** All columns, in the order in which `SELECT *` gives them. */
  readonly columns: ReadonlyMap<string, ColumnMetadata>;
  readonly indexes: ReadonlyMap<string, IndexMetadata>;
  readonly triggers: ReadonlyMap<string, TriggerMetadata>;
  /** Materialized views of this table. */
  readonly views: ReadonlyMap<string, MaterializedViewMetadata>;
  readonly options: TableOptions;
  /** What extensions of the server keep with the table, as they keep it. */
  readonly extensions: Readonly<Record<string, Uint8Array>>;
  /** True for tables made WITH COMPACT STORAGE or by Thrift. */
  readonly isCompactStorage: boolean;
  /** False if no CQL statement can make such a table: it is exported as a comment. */
  readonly isCqlCompatible: boolean;
  /** True for tables that only exist while the server runs; they are exported as comments. */
  readonly isVirtual: boolean;
  /** True if the server makes it along with another object, such as a ScyllaDB change log; an export leaves it out. */
  readonly isGenerated: boolean;

  constructor(parts: TableParts) {
    this.keyspaceName = parts.keyspaceName;
    this.name = parts.name;
    this.partitionKey = Object.freeze([...parts.partitionKey]);
    this.clusteringKey = Object.freeze([...parts.clusteringKey]);
    this.primaryKey = Object.freeze([...parts.partitionKey, ...parts.clusteringKey]);
    this.columns = parts.columns;
    this.indexes = parts.indexes;
    this.triggers = parts.triggers;
    this.views = parts.views;
    this.options = parts.options;
    this.extensions = parts.extensions;
    this.isCompactStorage = parts.isCompactStorage;
    this.isCqlCompatible = parts.isCqlCompatible;
    this.isVirtual = parts.isVirtual;
    this.isGenerated = parts.isGenerated;
    Object.freeze(this);
  }

  /** The same table with other parts. */
  with(changes: Partial<TableParts>): TableMetadata {
    return new TableMetadata(Object.assign({}, this, changes));
  }

  asCqlQuery(formatted = false): string {
    const { line, indent } = layout(formatted);
    const lines = [...Array.from(this.columns.values(), String), primaryKeyClause(this)];
    const [first, last] = formatted ? [indent, line] : ['', ''];
    const name = qualifiedName(this.keyspaceName, this.name);
    const body = `CREATE TABLE ${name} (${first}${lines.join(`,${indent}`)}${last})`;
    return body + withClause(this, 'table', this.isCompactStorage, indent);
  }

  exportAsString(): string {
    const views = inOrderOfNames(this.views).filter((view) => !view.isGenerated);
    const parts = [...inOrderOfNames(this.indexes), ...inOrderOfNames(this.triggers), ...views];
    const statements = [`${this.asCqlQuery(true)};`, ...parts.map((part) => part.exportAsString())];
    const text = statements.join('\n\n');
    if (this.isVirtual) return comment(`${this.#title()} is virtual: the server makes it. For reference:`, text);
    if (this.isCqlCompatible) return text;
    return comment(`${this.#title()} was made by other means than CQL, which cannot make its like. Roughly:`, text);
  }

  #title(): string {
    return `Table ${qualifiedName(this.keyspaceName, this.name)}`;
  }
}

/** Text that nothing executes, whatever stands in it. */
function comment(title: string, text: string): string {
  return `/*\n${title}\n\n${text}`.replaceAll('*/', '* /').concat('\n*/');
}
