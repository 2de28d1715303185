// Rows that decode a column when it is first read: worth it where few of many columns are looked at. The names of the columns are
// getters of a class made once per shape of rows; everything else about a row is out of their way in private fields.
import { inspectSymbol } from '../types/inspect.ts';
import { objectBuilder, readCell, type BuiltObject, type Cell, type SlotBuilder } from './object-builder.ts';
import type { Page } from './page.ts';

/**
 * Returns what makes lazy rows of these columns; of equal names the last one counts.
 *
 * A row keeps its page for as long as it is kept itself. Its columns are getters that `for…in` finds and `Object.keys`, spreading and
 * comparing do not: `row.toJSON()` makes a plain object of all of them. Rows with a column of that name are not lazy: `JSON.stringify`
 * would find no column of them.
 */
export function lazyBuilder(names: readonly string[], cells: readonly Cell[]): SlotBuilder<BuiltObject> {
  if (names.includes('toJSON')) return objectBuilder(names, cells);
  const places = new Map(names.map((name, i) => [name, i]));
  const Row = lazyRowClass(places, cells);
  return (page, first) => new Row(page, first) as unknown as BuiltObject;
}

type LazyRowClass = new (page: Page, first: number) => object;

function lazyRowClass(places: ReadonlyMap<string, number>, cells: readonly Cell[]): LazyRowClass {
  class LazyRow {
    readonly #page: Page;
    readonly #first: number;
    /** What was read so far; made when the first column is read. */
    #values: unknown[] | undefined;

    constructor(page: Page, first: number) {
      this.#page = page;
      this.#first = first;
    }

    static read(row: LazyRow, i: number): unknown {
      const values = (row.#values ??= new Array<unknown>(cells.length));
      const known = values[i];
      if (known !== undefined) return known;
      return (values[i] = readCell(cells[i] as Cell, row.#page, row.#first + i));
    }

    toJSON(): BuiltObject {
      return plainRow(this, places);
    }

    [inspectSymbol](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): unknown {
      const row = plainRow(this, places);
      return inspect === undefined ? row : inspect(row, options);
    }
  }
  for (const [name, i] of places) {
    // Not a literal's get: a column may have any name, also one that a class cannot spell, such as __proto__ or constructor.
    Object.defineProperty(LazyRow.prototype, name, {
      get(this: LazyRow) {
        return LazyRow.read(this, i);
      },
      enumerable: true,
      configurable: true,
    });
  }
  return LazyRow;

  function plainRow(row: LazyRow, columns: ReadonlyMap<string, number>): BuiltObject {
    return Object.fromEntries([...columns].map(([name, i]) => [name, LazyRow.read(row, i)]));
  }
}
