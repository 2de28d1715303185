// Rows as users want them: plain objects, arrays, maps, whole columns, or what a function of theirs makes of the values.
import { InvalidArgumentError } from '../errors.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { CqlType } from '../types/data-type.ts';
import { describe } from '../types/describe.ts';
import { ColumnBatch } from './columns.ts';
import { lazyBuilder } from './lazy-row.ts';
import { arrayBuilder, objectBuilder, type Cell, type SlotBuilder } from './object-builder.ts';
import type { Page } from './page.ts';
import { columnCell } from './readers.ts';
import type { TypeMapping } from './type-mapping.ts';

/** The shapes of rows that need no function of the user's. */
export type BuiltinRowFactory = 'object' | 'tuple' | 'map' | 'columns' | 'lazy';

/**
 * How rows are made. `'object'`: plain objects with the server's column names; of equal names the last one counts. `'tuple'`: arrays
 * of all values, in order. `'map'`: Maps by column name. `'columns'`: the only row of a page is a {@link ColumnBatch}. `'lazy'`:
 * objects that decode a column when it is first read, which pays where few of many columns are read; a row keeps its page, its
 * columns are getters of its prototype, and `row.toJSON()` makes a plain object of it.
 * A function is called once per shape of rows, and what it returns once per row.
 */
export type RowFactory<Row> =
  BuiltinRowFactory | ((columns: readonly ColumnSpec[]) => (values: readonly unknown[]) => Row);

/** What rows are by the factories that have a type of their own; the others make whatever the statement says. */
export interface ShapedRows {
  tuple: unknown[];
  map: Map<string, unknown>;
  columns: ColumnBatch;
}

/** Rows as plain objects: the Python driver's name for `'object'`. */
export const dictFactory = 'object';
/** Rows as plain objects, whose properties are read as attributes: the Python driver's name for `'object'`. */
export const namedTupleFactory = 'object';
/** Rows as arrays: the Python driver's name for `'tuple'`. */
export const tupleFactory = 'tuple';
/** Rows as Maps in the order of the columns: the Python driver's name for `'map'`. */
export const orderedDictFactory = 'map';

/** Makes the rows of all pages that have the same columns. */
export interface RowDecoder<Row> {
  readonly columns: readonly ColumnSpec[];
  readonly columnNames: readonly string[];
  readonly columnTypes: readonly CqlType[];
  /** True if pages must come as columns, not as rows. */
  readonly wantsColumns: boolean;
  /** How many rows it makes of a page. */
  count(page: Page): number;
  /** Makes one row. */
  row(page: Page, index: number): Row;
}

/**
 * Returns what makes rows of pages with these columns. Worth keeping: it may generate code.
 *
 * Throws `InvalidArgumentError` for a row factory that does not exist.
 */
export function rowDecoder<Row>(
  columns: readonly ColumnSpec[],
  factory: RowFactory<Row>,
  mapping: TypeMapping,
): RowDecoder<Row> {
  const shape = {
    columns,
    columnNames: Object.freeze(columns.map(({ name }) => name)),
    columnTypes: Object.freeze(columns.map(({ type }) => type)),
  };
  if (factory === 'columns') {
    const row = (page: Page): Row => new ColumnBatch(columns, page, mapping) as Row;
    return { ...shape, wantsColumns: true, count: () => 1, row };
  }
  const build = rowBuilder(columns, factory, mapping) as SlotBuilder<Row>;
  const width = columns.length;
  return {
    ...shape,
    wantsColumns: false,
    count: (page) => page.rowCount,
    row: (page, index) => build(page, index * width),
  };
}

function rowBuilder(columns: readonly ColumnSpec[], factory: unknown, mapping: TypeMapping): SlotBuilder<unknown> {
  const names = columns.map(({ name }) => name);
  const cells = columns.map((column) => columnCell(column, mapping));
  switch (factory) {
    case 'object':
      return objectBuilder(names, cells);
    case 'tuple':
      return arrayBuilder(cells);
    case 'map':
      return mapBuilder(names, cells);
    case 'lazy':
      return lazyBuilder(names, cells);
    default:
      if (typeof factory !== 'function') throw unknownFactory(factory);
      return customBuilder((factory as (columns: readonly ColumnSpec[]) => unknown)(columns), cells);
  }
}

function mapBuilder(names: readonly string[], cells: readonly Cell[]): SlotBuilder<Map<string, unknown>> {
  const build = arrayBuilder(cells);
  return (page, first) => {
    const values = build(page, first);
    const row = new Map<string, unknown>();
    for (let i = 0; i < names.length; i++) row.set(names[i] as string, values[i]);
    return row;
  };
}

function customBuilder(make: unknown, cells: readonly Cell[]): SlotBuilder<unknown> {
  if (typeof make !== 'function') {
    throw new InvalidArgumentError(`expected rowFactory to return a function, got ${describe(make)}`, {
      field: 'rowFactory',
    });
  }
  const build = arrayBuilder(cells);
  const makeRow = make as (values: readonly unknown[]) => unknown;
  return (page, first) => makeRow(build(page, first));
}

function unknownFactory(factory: unknown): InvalidArgumentError {
  const got = typeof factory === 'string' ? JSON.stringify(factory) : describe(factory);
  const message = `expected object, tuple, map, columns, lazy or a function as rowFactory, got ${got}`;
  return new InvalidArgumentError(message, { field: 'rowFactory' });
}
