// A keyspace from the rows of all schema tables. It takes its turns in slices, so that thousands of tables do not hold up
// everything else; an object whose rows are nonsense is reported and left out.

import type { Clock } from '../connection/clock.ts';
import { DriverError, ProtocolError } from '../errors.ts';
import { parseReplication } from '../topology/replication.ts';
import { KeyspaceMetadata, type KeyspaceTablets } from '../topology/schema/keyspace.ts';
import type { TableMetadata } from '../topology/schema/table.ts';
import type { UserType } from '../topology/schema/user-type.ts';
import type { MaterializedViewMetadata } from '../topology/schema/view.ts';
import { readAggregateRow, readFunctionRow, readTableRows, readViewRows, type ObjectRows } from './schema-objects.ts';
import type { SchemaTable } from './schema-queries.ts';
import { KeyspaceTypes } from './schema-types.ts';
import { requireText, textMap } from './schema-values.ts';
import type { SystemRow } from './system-tables.ts';

/** Rows by the table that they are of. */
export type SchemaRows = Readonly<Partial<Record<SchemaTable, readonly SystemRow[]>>>;

/** What reading needs besides rows. */
export interface ReadingContext {
  readonly clock: Clock;
  /** Says once that an object is left out. */
  report(what: string, error: DriverError): void;
}

/** The rows of one keyspace. */
export interface KeyspaceRows {
  readonly row: SystemRow;
  readonly rows: SchemaRows;
  readonly isVirtual: boolean;
}

/** Longest time in which nothing else runs. */
const SLICE_MS = 8;

/** Makes a keyspace; `undefined`, and reported, if its own row is nonsense. */
export async function readKeyspaceRows(
  source: KeyspaceRows,
  context: ReadingContext,
): Promise<KeyspaceMetadata | undefined> {
  const name = String(source.row['keyspace_name']);
  const shell = tryRead(context, `keyspace ${name}`, () => emptyKeyspace(source));
  if (shell === undefined) return undefined;
  const reading = new KeyspaceReading(shell, source, context);
  return shell.with({
    userTypes: reading.userTypes(),
    functions: reading.functions(),
    aggregates: reading.aggregates(),
    views: await reading.views(),
    tables: await reading.tables(),
  });
}

/** Reads one object; `undefined`, and reported, if its rows are nonsense. */
export function tryRead<T>(context: ReadingContext, what: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DriverError)) throw error;
    context.report(what, error);
    return undefined;
  }
}

/** Rows by the text of a column. */
export function groupRows(rows: readonly SystemRow[] | undefined, column: string): ReadonlyMap<string, SystemRow[]> {
  const groups = new Map<string, SystemRow[]>();
  for (const row of rows ?? []) {
    const key = String(row[column]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}

/** The name of the table of which ScyllaDB keeps the changes in a table of this name. */
export function loggedTable(name: string): string | undefined {
  return name.endsWith('_scylla_cdc_log') ? name.slice(0, -'_scylla_cdc_log'.length) : undefined;
}

/** The name of the index for which ScyllaDB makes a view of this name. */
export function indexOfView(name: string): string | undefined {
  return name.endsWith('_index') ? name.slice(0, -'_index'.length) : undefined;
}

class KeyspaceReading {
  readonly #name: string;
  readonly #rows: SchemaRows;
  readonly #isVirtual: boolean;
  readonly #context: ReadingContext;
  readonly #types: KeyspaceTypes;
  readonly #columns: ReadonlyMap<string, SystemRow[]>;
  readonly #masks: ReadonlyMap<string, SystemRow[]>;
  readonly #indexes: ReadonlyMap<string, SystemRow[]>;
  readonly #triggers: ReadonlyMap<string, SystemRow[]>;
  readonly #scylla: ReadonlyMap<string, SystemRow[]>;
  readonly #viewsOfTable = new Map<string, Map<string, MaterializedViewMetadata>>();
  #sliceStart: number;

  constructor({ name }: KeyspaceMetadata, { rows, isVirtual }: KeyspaceRows, context: ReadingContext) {
    this.#name = name;
    this.#rows = rows;
    this.#isVirtual = isVirtual;
    this.#context = context;
    this.#types = new KeyspaceTypes(name, rows.types ?? []);
    this.#columns = groupRows(isVirtual ? rows.virtualColumns : rows.columns, 'table_name');
    this.#masks = groupRows(rows.masks, 'table_name');
    this.#indexes = groupRows(rows.indexes, 'table_name');
    this.#triggers = groupRows(rows.triggers, 'table_name');
    this.#scylla = groupRows(rows.scyllaTables, 'table_name');
    this.#sliceStart = context.clock.now();
  }

  userTypes(): ReadonlyMap<string, UserType> {
    return this.#named(this.#rows.types, 'type_name', 'type', (row) => this.#types.userType(row));
  }

  functions(): KeyspaceMetadata['functions'] {
    const read = (row: SystemRow) => readFunctionRow(row, this.#name, this.#types);
    return bySignature(this.#all(this.#rows.functions, 'function_name', 'function', read));
  }

  aggregates(): KeyspaceMetadata['aggregates'] {
    const read = (row: SystemRow) => readAggregateRow(row, this.#name, this.#types);
    return bySignature(this.#all(this.#rows.aggregates, 'aggregate_name', 'aggregate', read));
  }

  async views(): Promise<ReadonlyMap<string, MaterializedViewMetadata>> {
    const views = new Map<string, MaterializedViewMetadata>();
    for (const row of this.#rows.views ?? []) {
      await this.#takeTurns();
      const [view] = this.#all([row], 'view_name', 'view', () => this.#view(row));
      if (view === undefined) continue;
      views.set(view.name, view);
      const siblings = this.#viewsOfTable.get(view.baseTableName) ?? new Map<string, MaterializedViewMetadata>();
      this.#viewsOfTable.set(view.baseTableName, siblings.set(view.name, view));
    }
    return views;
  }

  /** After `views`, as tables have theirs. */
  async tables(): Promise<ReadonlyMap<string, TableMetadata>> {
    const tables = new Map<string, TableMetadata>();
    for (const row of (this.#isVirtual ? this.#rows.virtualTables : this.#rows.tables) ?? []) {
      await this.#takeTurns();
      const [table] = this.#all([row], 'table_name', 'table', () => this.#table(row));
      if (table !== undefined) tables.set(table.name, table);
    }
    return tables;
  }

  #view(row: SystemRow): MaterializedViewMetadata {
    const index = this.#scylla.size === 0 ? undefined : indexOfView(String(row['view_name']));
    const indexes = this.#indexes.get(String(row['base_table_name'])) ?? [];
    const isGenerated = index !== undefined && indexes.some((other) => other['index_name'] === index);
    return readViewRows(this.#objectRows(row, 'view_name'), this.#name, this.#types, isGenerated);
  }

  #table(row: SystemRow): TableMetadata {
    const name = String(row['table_name']);
    const logged = loggedTable(name);
    return readTableRows(this.#objectRows(row, 'table_name'), {
      keyspace: this.#name,
      types: this.#types,
      views: this.#viewsOfTable.get(name) ?? new Map<string, MaterializedViewMetadata>(),
      isVirtual: this.#isVirtual,
      isGenerated: logged !== undefined && this.#scylla.has(logged),
      tryRead: (what, read) => tryRead(this.#context, what, read),
    });
  }

  #objectRows(row: SystemRow, nameColumn: string): ObjectRows {
    const name = String(row[nameColumn]);
    return {
      row,
      columns: this.#columns.get(name) ?? [],
      masks: this.#masks.get(name) ?? [],
      indexes: this.#indexes.get(name) ?? [],
      triggers: this.#triggers.get(name) ?? [],
      scylla: this.#scylla.get(name)?.[0],
    };
  }

  #named<T>(
    rows: readonly SystemRow[] | undefined,
    nameColumn: string,
    what: string,
    read: (row: SystemRow) => T & { readonly name: string },
  ): ReadonlyMap<string, T> {
    return new Map(this.#all(rows, nameColumn, what, read).map((object) => [object.name, object]));
  }

  /** What can be read of all rows. */
  #all<T>(rows: readonly SystemRow[] | undefined, nameColumn: string, what: string, read: (row: SystemRow) => T): T[] {
    const objects = (rows ?? []).map((row) =>
      tryRead(this.#context, `${what} ${this.#name}.${String(row[nameColumn])}`, () => read(row)),
    );
    return objects.filter((object) => object !== undefined);
  }

  /** Lets others run once a slice is over. */
  async #takeTurns(): Promise<void> {
    const { clock } = this.#context;
    if (clock.now() - this.#sliceStart < SLICE_MS) return;
    await new Promise<void>((resolve) => clock.setTimeout(resolve, 0));
    this.#sliceStart = clock.now();
  }
}

function emptyKeyspace({ row, rows, isVirtual }: KeyspaceRows): KeyspaceMetadata {
  const name = requireText(row, 'keyspace_name');
  const replication = textMap(row, 'replication');
  if (!isVirtual && replication['class'] === undefined) {
    throw new ProtocolError('expected replication with a class, got none');
  }
  return new KeyspaceMetadata({
    name,
    durableWrites: row['durable_writes'] !== false,
    replicationStrategy: parseReplication(new Map(Object.entries(replication))),
    tables: new Map(),
    views: new Map(),
    userTypes: new Map(),
    functions: new Map(),
    aggregates: new Map(),
    isVirtual,
    tablets: tabletsOf(rows.scyllaKeyspaces?.[0]),
  });
}

function tabletsOf(row: SystemRow | undefined): KeyspaceTablets | undefined {
  const initial = row?.['initial_tablets'];
  if (typeof initial !== 'number') return undefined;
  return initial > 0 ? { initial } : {};
}

/** Functions and aggregates by name and types of arguments. */
export function bySignature<T extends { readonly signature: string }>(objects: readonly T[]): ReadonlyMap<string, T> {
  return new Map(objects.map((object) => [object.signature, object]));
}
