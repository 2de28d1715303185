// A keyspace and all objects in it.

import { quoteIdentifier } from '../../types/identifier.ts';
import type { ReplicationStrategy } from '../replication.ts';
import type { AggregateMetadata } from './aggregate.ts';
import { inOrderOfNames, type CqlDescribable } from './describable.ts';
import type { FunctionMetadata } from './function.ts';
import type { IndexMetadata } from './index-metadata.ts';
import type { TableMetadata } from './table.ts';
import { inOrderOfUse, type UserType } from './user-type.ts';
import type { MaterializedViewMetadata } from './view.ts';

/** What a {@link KeyspaceMetadata} is made of. */
export interface KeyspaceParts {
  readonly name: string;
  readonly durableWrites: boolean;
  readonly replicationStrategy: ReplicationStrategy;
  readonly tables: ReadonlyMap<string, TableMetadata>;
  readonly views: ReadonlyMap<string, MaterializedViewMetadata>;
  readonly userTypes: ReadonlyMap<string, UserType>;
  readonly functions: ReadonlyMap<string, FunctionMetadata>;
  readonly aggregates: ReadonlyMap<string, AggregateMetadata>;
  readonly isVirtual: boolean;
  readonly tablets?: KeyspaceTablets | undefined;
}

/** How ScyllaDB cuts the tables of a keyspace into tablets. */
export interface KeyspaceTablets {
  /** Tablets of a new table; absent where the server chooses. */
  readonly initial?: number;
}

/** A keyspace. Immutable. */
export class KeyspaceMetadata implements CqlDescribable {
  readonly name: string;
  readonly durableWrites: boolean;
  readonly replicationStrategy: ReplicationStrategy;
  readonly tables: ReadonlyMap<string, TableMetadata>;
  /** Materialized views of all tables. */
  readonly views: ReadonlyMap<string, MaterializedViewMetadata>;
  /** Indexes of all tables. */
  readonly indexes: ReadonlyMap<string, IndexMetadata>;
  readonly userTypes: ReadonlyMap<string, UserType>;
  /** By signature: `add(int, list<text>)`. */
  readonly functions: ReadonlyMap<string, FunctionMetadata>;
  /** By signature: `average(int)`. */
  readonly aggregates: ReadonlyMap<string, AggregateMetadata>;
  /** True if the server makes up what is in it. */
  readonly isVirtual: boolean;
  /** Present if a ScyllaDB keyspace uses tablets. */
  readonly tablets?: KeyspaceTablets;

  constructor(parts: KeyspaceParts) {
    this.name = parts.name;
    this.durableWrites = parts.durableWrites;
    this.replicationStrategy = parts.replicationStrategy;
    this.tables = parts.tables;
    this.views = parts.views;
    this.indexes = new Map([...parts.tables.values()].flatMap((table) => [...table.indexes]));
    this.userTypes = parts.userTypes;
    this.functions = parts.functions;
    this.aggregates = parts.aggregates;
    this.isVirtual = parts.isVirtual;
    if (parts.tablets !== undefined) this.tablets = parts.tablets;
    Object.freeze(this);
  }

  /** The same keyspace with other parts. */
  with(changes: Partial<KeyspaceParts>): KeyspaceMetadata {
    return new KeyspaceMetadata(Object.assign({}, this, changes));
  }

  /** True if the server makes this keyspace by itself, so that no export of a schema names it. */
  get isSystem(): boolean {
    return this.isVirtual || this.replicationStrategy.name === 'LocalStrategy' || SYSTEM_KEYSPACES.has(this.name);
  }

  asCqlQuery(): string {
    const clauses = [
      `replication = ${this.replicationStrategy.exportForSchema()}`,
      `durable_writes = ${this.durableWrites}`,
    ];
    if (this.tablets !== undefined) clauses.push(`tablets = ${tabletsLiteral(this.tablets)}`);
    return `CREATE KEYSPACE ${quoteIdentifier(this.name)} WITH ${clauses.join(' AND ')}`;
  }

  exportAsString(): string {
    const objects: CqlDescribable[] = [
      ...inOrderOfUse(this.userTypes.values()),
      ...inOrderOfNames(this.functions),
      ...inOrderOfNames(this.aggregates),
      ...inOrderOfNames(this.tables).filter((table) => !table.isGenerated),
    ];
    const text = objects.map((object) => object.exportAsString()).join('\n\n');
    const title = `Keyspace ${quoteIdentifier(this.name)}`;
    if (this.isVirtual) return `/* ${title.replaceAll('*/', '* /')} is virtual: the server makes it. */\n\n${text}`;
    return `${this.asCqlQuery()};${text === '' ? '' : `\n\n${text}`}`;
  }
}

const SYSTEM_KEYSPACES: ReadonlySet<string> = new Set([
  ...['system', 'system_auth', 'system_distributed', 'system_schema', 'system_traces', 'system_cluster_metadata'],
  ...['system_views', 'system_virtual_schema', 'system_distributed_everywhere', 'system_replicated_keys'],
]);

function tabletsLiteral({ initial }: KeyspaceTablets): string {
  return initial === undefined ? `{'enabled': true}` : `{'enabled': true, 'initial': ${initial}}`;
}
