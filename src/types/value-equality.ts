// When two values of CQL are the same, for values that have values in them.
import { isBytes } from './check.ts';

interface HasEquals {
  equals(other: unknown): boolean;
}

/**
 * Says whether two values are the same: value classes by their `equals`, bytes however they are viewed, arrays by what is in them and its
 * order, sets, maps and objects by what is in them, dates by their time, everything else as `Object.is` does, with 0 and -0 being the same.
 * What was bound equals what is read: a Set or Map and one that compares by value can be the same.
 */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (a instanceof Set && b instanceof Set) return a.size === b.size && hasAll(a, b) && hasAll(b, a);
  if (a instanceof Map && b instanceof Map) return a.size === b.size && hasEntries(a, b) && hasEntries(b, a);
  if (isBytes(a) && isBytes(b)) return sequencesEqual(Array.from(a), Array.from(b));
  if (hasEquals(a)) return a.equals(b);
  if (kindOf(a) !== kindOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (Symbol.iterator in a) return sequencesEqual([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
  return fieldsEqual(a as Fields, b as Fields);
}

type Fields = Readonly<Record<string, unknown>>;

function sequencesEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(value, b[i]));
}

function fieldsEqual(a: Fields, b: Fields): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => Object.hasOwn(b, name) && valuesEqual(a[name], b[name]));
}

function hasAll(set: ReadonlySet<unknown>, values: Iterable<unknown>): boolean {
  for (const value of values) {
    if (!set.has(value) && ![...set].some((own) => valuesEqual(own, value))) return false;
  }
  return true;
}

function hasEntries(map: ReadonlyMap<unknown, unknown>, entries: Iterable<readonly [unknown, unknown]>): boolean {
  for (const [key, value] of entries) {
    const isThere = map.has(key)
      ? valuesEqual(map.get(key), value)
      : [...map].some(([own, held]) => valuesEqual(own, key) && valuesEqual(held, value));
    if (!isThere) return false;
  }
  return true;
}

/** What objects must share: their prototype, of which plain objects have one or none. */
function kindOf(value: object): unknown {
  return Object.getPrototypeOf(value) ?? Object.prototype;
}

function hasEquals(value: object): value is HasEquals {
  return 'equals' in value && typeof value.equals === 'function';
}
