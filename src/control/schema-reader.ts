// Reads the schema from the server's tables: all of it, a keyspace, or one object. Whoever calls it says how a query is asked,
// and keeps the snapshots; a reader only remembers which tables the server does not have, and what it has reported.

import type { Clock } from '../connection/clock.ts';
import { RequestValidationError } from '../errors/server-errors.ts';
import type { UserAggregateDescriptor } from '../topology/schema/aggregate.ts';
import type { UserFunctionDescriptor } from '../topology/schema/function.ts';
import type { KeyspaceMetadata } from '../topology/schema/keyspace.ts';
import { SchemaSnapshot } from '../topology/schema/schema-snapshot.ts';
import type { TableMetadata } from '../topology/schema/table.ts';
import type { Logger } from '../types/logger.ts';
import {
  bySignature,
  groupRows,
  indexOfView,
  loggedTable,
  readKeyspaceRows,
  tryRead,
  type ReadingContext,
  type SchemaRows,
} from './schema-keyspaces.ts';
import { readAggregateRow, readFunctionRow, readTableRows, readViewRows, type ObjectRows } from './schema-objects.ts';
import { REQUIRED_TABLES, selectSchema, TABLES_OF, type SchemaTable } from './schema-queries.ts';
import { KeyspaceTypes } from './schema-types.ts';
import type { SystemRow } from './system-tables.ts';

/** Asks for all rows of a query. */
export type SchemaQuery = (cql: string) => Promise<readonly SystemRow[]>;

export interface SchemaReaderOptions {
  readonly logger: Logger;
  readonly clock: Clock;
  /** How many queries are asked at once. */
  readonly maxQueries: number;
}

/** How many different reports a reader remembers in order not to repeat them. */
const MAX_REMEMBERED_REPORTS = 1_000;

/**
 * Reads snapshots of the schema. Methods that read a part take the snapshot so far and return the next one, which shares every
 * object that was not read. All reject with what the query rejected with.
 */
export class SchemaReader {
  readonly #logger: Logger;
  readonly #maxQueries: number;
  readonly #context: ReadingContext;
  readonly #reported = new Set<string>();
  /** Tables that this server does not have. */
  #absent = new Set<SchemaTable>();

  constructor({ logger, clock, maxQueries }: SchemaReaderOptions) {
    this.#logger = logger;
    this.#maxQueries = maxQueries;
    this.#context = { clock, report: (what, error) => this.#report(what, error.message) };
  }

  /** Reads everything. */
  async readAll(query: SchemaQuery): Promise<SchemaSnapshot> {
    this.#absent = new Set();
    const rows = await this.#rows(query, TABLES_OF.schema);
    const parts = partsByKeyspace(rows);
    const keyspaces = new Map<string, KeyspaceMetadata>();
    for (const isVirtual of [true, false]) {
      for (const row of (isVirtual ? rows.virtualKeyspaces : rows.keyspaces) ?? []) {
        const part = parts.get(String(row['keyspace_name'])) ?? {};
        const keyspace = await readKeyspaceRows({ row, rows: part, isVirtual }, this.#context);
        if (keyspace !== undefined) keyspaces.set(keyspace.name, keyspace);
      }
    }
    return new SchemaSnapshot(keyspaces);
  }

  /** Reads a keyspace with all that is in it; one that is gone is gone from the next snapshot. */
  async readKeyspace(query: SchemaQuery, previous: SchemaSnapshot, name: string): Promise<SchemaSnapshot> {
    const isVirtual = previous.keyspaces.get(name)?.isVirtual ?? false;
    const rows = await this.#rows(query, isVirtual ? TABLES_OF.virtualKeyspace : TABLES_OF.keyspace, name);
    const [row] = (isVirtual ? rows.virtualKeyspaces : rows.keyspaces) ?? [];
    const keyspace = row === undefined ? undefined : await readKeyspaceRows({ row, rows, isVirtual }, this.#context);
    return keyspace === undefined ? previous.without(name) : previous.with(keyspace);
  }

  /**
   * Reads a table, or a view of that name: events tell them apart as little. Reads the whole keyspace where others depend on
   * the table, or it on what is not known yet.
   */
  async readTable(
    query: SchemaQuery,
    previous: SchemaSnapshot,
    keyspace: string,
    name: string,
  ): Promise<SchemaSnapshot> {
    const known = previous.keyspaces.get(keyspace);
    if (known === undefined || known.isVirtual || (known.tables.get(name)?.views.size ?? 0) > 0) {
      return this.readKeyspace(query, previous, keyspace);
    }
    const rows = await this.#rows(query, TABLES_OF.relation, keyspace, name);
    const next = this.#withRelation(known, name, rows);
    return next === undefined ? this.readKeyspace(query, previous, keyspace) : previous.with(next);
  }

  /** The same as {@link readTable}. */
  readView(query: SchemaQuery, previous: SchemaSnapshot, keyspace: string, name: string): Promise<SchemaSnapshot> {
    return this.readTable(query, previous, keyspace, name);
  }

  /** Reads a user-defined type; where it was known otherwise, the whole keyspace, as all in it may be made of that type. */
  async readUserType(
    query: SchemaQuery,
    previous: SchemaSnapshot,
    keyspace: string,
    name: string,
  ): Promise<SchemaSnapshot> {
    const known = previous.keyspaces.get(keyspace);
    if (known === undefined || known.isVirtual) return this.readKeyspace(query, previous, keyspace);
    const { types: rows = [] } = await this.#rows(query, TABLES_OF.type, keyspace, name);
    const others = withoutEntry(known.userTypes, name);
    const types = new KeyspaceTypes(keyspace, [], others);
    const [read] = this.#readAll(rows, `type ${keyspace}.${name}`, (row) => types.userType(row));
    const before = known.userTypes.get(name);
    const isChanged = read !== undefined && before !== undefined && !read.cqlType.equals(before.cqlType);
    if (isChanged || !types.isComplete) return this.readKeyspace(query, previous, keyspace);
    return previous.with(known.with({ userTypes: read === undefined ? others : withEntry(others, name, read) }));
  }

  /** Reads a user-defined function, and others of the same name. */
  async readFunction(
    query: SchemaQuery,
    previous: SchemaSnapshot,
    keyspace: string,
    descriptor: Pick<UserFunctionDescriptor, 'name'>,
  ): Promise<SchemaSnapshot> {
    const known = previous.keyspaces.get(keyspace);
    if (known === undefined) return this.readKeyspace(query, previous, keyspace);
    const { functions: rows = [] } = await this.#rows(query, TABLES_OF.function, keyspace, descriptor.name);
    const types = new KeyspaceTypes(keyspace, [], known.userTypes);
    const read = this.#readAll(rows, `function ${keyspace}.${descriptor.name}`, (row) =>
      readFunctionRow(row, keyspace, types),
    );
    if (!types.isComplete) return this.readKeyspace(query, previous, keyspace);
    const others = [...known.functions.values()].filter(({ name }) => name !== descriptor.name);
    return previous.with(known.with({ functions: bySignature([...others, ...read]) }));
  }

  /** Reads a user-defined aggregate, and others of the same name. */
  async readAggregate(
    query: SchemaQuery,
    previous: SchemaSnapshot,
    keyspace: string,
    descriptor: Pick<UserAggregateDescriptor, 'name'>,
  ): Promise<SchemaSnapshot> {
    const known = previous.keyspaces.get(keyspace);
    if (known === undefined) return this.readKeyspace(query, previous, keyspace);
    const { aggregates: rows = [] } = await this.#rows(query, TABLES_OF.aggregate, keyspace, descriptor.name);
    const types = new KeyspaceTypes(keyspace, [], known.userTypes);
    const what = `aggregate ${keyspace}.${descriptor.name}`;
    const read = this.#readAll(rows, what, (row) => readAggregateRow(row, keyspace, types));
    if (!types.isComplete) return this.readKeyspace(query, previous, keyspace);
    const others = [...known.aggregates.values()].filter(({ name }) => name !== descriptor.name);
    return previous.with(known.with({ aggregates: bySignature([...others, ...read]) }));
  }

  /** The keyspace with what the rows of one name describe; `undefined` if that takes more than these rows. */
  #withRelation(known: KeyspaceMetadata, name: string, rows: SchemaRows): KeyspaceMetadata | undefined {
    const keyspace = withoutRelation(known, name);
    const types = new KeyspaceTypes(known.name, [], known.userTypes);
    const [viewRow] = rows.views ?? [];
    const [tableRow] = rows.tables ?? [];
    if (viewRow !== undefined) {
      const base = keyspace.tables.get(String(viewRow['base_table_name']));
      if (base === undefined) return undefined;
      const index = rows.scyllaTables?.[0] === undefined ? undefined : indexOfView(name);
      const isGenerated = index !== undefined && base.indexes.has(index);
      const view = tryRead(this.#context, `view ${known.name}.${name}`, () =>
        readViewRows(objectRows(viewRow, rows), known.name, types, isGenerated),
      );
      if (!types.isComplete) return undefined;
      if (view === undefined) return keyspace;
      return keyspace.with({
        views: withEntry(keyspace.views, name, view),
        tables: withEntry(keyspace.tables, base.name, base.with({ views: withEntry(base.views, name, view) })),
      });
    }
    if (tableRow === undefined) return keyspace;
    const logged = loggedTable(name);
    const table = tryRead(this.#context, `table ${known.name}.${name}`, () =>
      readTableRows(objectRows(tableRow, rows), {
        keyspace: known.name,
        types,
        views: new Map(),
        isVirtual: false,
        isGenerated: logged !== undefined && rows.scyllaTables?.[0] !== undefined && keyspace.tables.has(logged),
        tryRead: (what, read) => tryRead(this.#context, what, read),
      }),
    );
    if (!types.isComplete) return undefined;
    return table === undefined ? keyspace : keyspace.with({ tables: withEntry(keyspace.tables, name, table) });
  }

  #readAll<T>(rows: readonly SystemRow[], what: string, read: (row: SystemRow) => T): T[] {
    const objects = rows.map((row) => tryRead(this.#context, what, () => read(row)));
    return objects.filter((object) => object !== undefined);
  }

  /** The rows of several tables, several asked for at once; none for a table that the server does not have. */
  async #rows(
    query: SchemaQuery,
    tables: readonly SchemaTable[],
    keyspace?: string,
    name?: string,
  ): Promise<SchemaRows> {
    const waiting = tables.filter((table) => !this.#absent.has(table));
    const answers: [SchemaTable, readonly SystemRow[]][] = [];
    const askInTurn = async (): Promise<void> => {
      for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) {
        answers.push([table, await this.#ask(query, table, keyspace, nameIn(table, name))]);
      }
    };
    await Promise.all(Array.from({ length: Math.min(this.#maxQueries, waiting.length) }, askInTurn));
    return Object.fromEntries(answers);
  }

  async #ask(query: SchemaQuery, table: SchemaTable, keyspace?: string, name?: string): Promise<readonly SystemRow[]> {
    try {
      return await query(selectSchema(table, keyspace, name));
    } catch (error) {
      if (REQUIRED_TABLES.has(table) || !(error instanceof RequestValidationError)) throw error;
      this.#absent.add(table);
      return [];
    }
  }

  #report(what: string, reason: string): void {
    if (this.#reported.has(what) || this.#reported.size >= MAX_REMEMBERED_REPORTS) return;
    this.#reported.add(what);
    this.#logger.warn(`the metadata of ${what} is left out, as its rows cannot be read: ${reason}`);
  }
}

/** Tables of keyspaces alone have no names below them. */
function nameIn(table: SchemaTable, name: string | undefined): string | undefined {
  return table === 'scyllaKeyspaces' ? undefined : name;
}

/** All rows, by keyspace. */
function partsByKeyspace(rows: SchemaRows): ReadonlyMap<string, SchemaRows> {
  const parts = new Map<string, Partial<Record<SchemaTable, readonly SystemRow[]>>>();
  for (const table of TABLES_OF.schema) {
    for (const [keyspace, group] of groupRows(rows[table], 'keyspace_name')) {
      const part = parts.get(keyspace) ?? {};
      part[table] = group;
      parts.set(keyspace, part);
    }
  }
  return parts;
}

function objectRows(row: SystemRow, rows: SchemaRows): ObjectRows {
  const { columns = [], masks = [], indexes = [], triggers = [], scyllaTables = [] } = rows;
  return { row, columns, masks, indexes, triggers, scylla: scyllaTables[0] };
}

/** The keyspace without the table or view of a name. */
function withoutRelation(keyspace: KeyspaceMetadata, name: string): KeyspaceMetadata {
  const view = keyspace.views.get(name);
  let tables: ReadonlyMap<string, TableMetadata> = withoutEntry(keyspace.tables, name);
  const base = view === undefined ? undefined : tables.get(view.baseTableName);
  if (base !== undefined) tables = withEntry(tables, base.name, base.with({ views: withoutEntry(base.views, name) }));
  return keyspace.with({ tables, views: withoutEntry(keyspace.views, name) });
}

function withEntry<T>(map: ReadonlyMap<string, T>, key: string, value: T): ReadonlyMap<string, T> {
  return new Map(map).set(key, value);
}

function withoutEntry<T>(map: ReadonlyMap<string, T>, key: string): ReadonlyMap<string, T> {
  if (!map.has(key)) return map;
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}
