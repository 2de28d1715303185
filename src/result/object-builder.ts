// Makes one object or array out of neighbouring slots: rows, and the values of user-defined types. Generates code where the
// runtime allows it, which is several times faster, and is a plain loop elsewhere; both give the same.
import type { Page } from './page.ts';

/** Reads a slot that is not null. */
export type CellReader = (page: Page, slot: number) => unknown;

/** Kinds whose slots generated code reads by itself; `none` calls the reader. */
export type InlineKind = 'none' | 'int' | 'boolean' | 'double' | 'bigint' | 'text';

/** How one component is read. */
export interface Cell {
  readonly inline: InlineKind;
  readonly read: CellReader;
}

/** Makes the object whose components are the slots from `first` on. */
export type SlotBuilder<T> = (page: Page, first: number) => T;

/** An object with these properties. */
export type BuiltObject = Record<string, unknown>;

// An object literal of more properties is no faster than the loop and takes long to compile.
const MOST_GENERATED = 1024;
let generationAllowed: boolean | undefined;

/**
 * Returns a builder of objects with the given names, in order; of equal names the last one counts.
 * With a name `__proto__` the objects have no prototype.
 */
export function objectBuilder(
  names: readonly string[],
  cells: readonly Cell[],
  generate = true,
): SlotBuilder<BuiltObject> {
  const places = new Map(names.map((name, i) => [name, i]));
  if (generate && mayGenerate(cells))
    return generatedBuilder<BuiltObject>(cells, (cell) => objectLiteral(places, cell));
  return keyedBuilder(places, cells);
}

/** Returns a builder of arrays of all components. */
export function arrayBuilder(cells: readonly Cell[], generate = true): SlotBuilder<unknown[]> {
  if (generate && mayGenerate(cells)) {
    return generatedBuilder<unknown[]>(cells, (cell) => `[${cells.map((_, i) => cell(i)).join(', ')}]`);
  }
  return (page, first) => {
    const values: unknown[] = [];
    for (const cell of cells) values.push(readCell(cell, page, first + values.length));
    return values;
  };
}

function mayGenerate(cells: readonly Cell[]): boolean {
  return cells.length <= MOST_GENERATED && isGenerationAllowed();
}

/** Finds out once whether the runtime forbids code generation from strings. */
function isGenerationAllowed(): boolean {
  if (generationAllowed === undefined) {
    try {
      generationAllowed = compile('return true')() === true;
    } catch {
      generationAllowed = false;
    }
  }
  return generationAllowed;
}

function compile(body: string): (...args: unknown[]) => unknown {
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- rows from literals cost a fifth of rows from keyed stores; nothing but JSON-quoted names and numbers goes in
  return new Function('readers', `'use strict';\n${body}`) as (...args: unknown[]) => unknown;
}

function objectLiteral(places: ReadonlyMap<string, number>, cell: (i: number) => string): string {
  const properties = [...places].map(([name, i]) => `${propertyKey(name)}: ${cell(i)}`);
  if (places.has('__proto__')) properties.unshift('__proto__: null');
  return `{ ${properties.join(', ')} }`;
}

/** A plain `"__proto__":` would set the prototype, a computed one makes a property. */
function propertyKey(name: string): string {
  return name === '__proto__' ? '["__proto__"]' : JSON.stringify(name);
}

/** A builder in two variants: the one that looks for nulls is made when the first page with a null comes. */
function generatedBuilder<T>(cells: readonly Cell[], literal: (cell: (i: number) => string) => string): SlotBuilder<T> {
  const readers = cells.map((cell) => cell.read);
  const make = (cell: (i: number) => string): SlotBuilder<T> => {
    const bound = cells.flatMap(({ inline }, i) => (inline === 'none' ? [`const r${i} = readers[${i}];\n`] : []));
    return compile(`${bound.join('')}return (page, first) => {
      const d = page.delivery, s = page.slotCell + first, w = 2 * s;${viewsOf(cells)}
      return ${literal(cell)};
    };`)(readers) as SlotBuilder<T>;
  };
  const value = (i: number): string => expression((cells[i] as Cell).inline, i);
  const withoutNulls = make(value);
  let withNulls: SlotBuilder<T> | undefined;
  return (page, first) => {
    if (page.nullsWord === 0) return withoutNulls(page, first);
    withNulls ??= make((i) => `page.isNull(first + ${i}) ? null : ${value(i)}`);
    return withNulls(page, first);
  };
}

function viewsOf(cells: readonly Cell[]): string {
  const uses = (...kinds: InlineKind[]): boolean => cells.some((cell) => kinds.includes(cell.inline));
  return [
    uses('int', 'boolean', 'text') ? ' const i = d.i32;' : '',
    uses('double') ? ' const f = d.f64;' : '',
    uses('bigint') ? ' const l = d.i64;' : '',
  ].join('');
}

function expression(inline: InlineKind, i: number): string {
  switch (inline) {
    case 'none':
      return `r${i}(page, first + ${i})`;
    case 'int':
      return `i[w + ${2 * i}]`;
    case 'boolean':
      return `i[w + ${2 * i}] !== 0`;
    case 'double':
      return `f[s + ${i}]`;
    case 'bigint':
      return `l[s + ${i}]`;
    case 'text':
      return `page.textAt(i[w + ${2 * i}], i[w + ${2 * i + 1}])`;
  }
}

/** Reads one component. */
export function readCell(cell: Cell, page: Page, slot: number): unknown {
  return page.isNull(slot) ? null : cell.read(page, slot);
}

/** Copies a template that has every property already, so that no name meets a setter of the prototype. */
function keyedBuilder(places: ReadonlyMap<string, number>, cells: readonly Cell[]): SlotBuilder<BuiltObject> {
  const template: BuiltObject = Object.fromEntries([...places.keys()].map((name) => [name, null]));
  const hasPrototype = !places.has('__proto__');
  const entries = [...places].map(([name, i]) => ({ name, i, cell: cells[i] as Cell }));
  return (page, first) => {
    const object: BuiltObject = hasPrototype ? { ...template } : { __proto__: null, ...template };
    for (const { name, i, cell } of entries) object[name] = readCell(cell, page, first + i);
    return object;
  };
}
