// When two values of CQL are the same, for values that have values in them.

interface HasEquals {
  equals(other: unknown): boolean;
}

/**
 * Says whether two values are the same: value classes by their `equals`, bytes, arrays, sets, maps and plain objects by what is in
 * them and its order, dates by their time, everything else as `Object.is` does, with 0 and -0 being the same.
 */
export function valuesEqual(a: unknown, b: unknown): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (hasEquals(a)) return a.equals(b);
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  return sequencesEqual(contents(a), contents(b));
}

function sequencesEqual(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, i) => valuesEqual(value, b[i]));
}

function contents(value: object): readonly unknown[] {
  return Symbol.iterator in value ? [...(value as Iterable<unknown>)] : Object.entries(value);
}

function hasEquals(value: object): value is HasEquals {
  return 'equals' in value && typeof value.equals === 'function';
}
