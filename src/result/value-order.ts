// The order of CQL values of one type, as SortedSet iterates them.
import { valueKey } from './value-key.ts';

interface Comparable {
  compare(other: unknown): number;
}

/**
 * Compares two values of one type: numbers by size, dates by time, value classes by their `compare`, bytes unsigned, lists and tuples
 * element by element, text by code units; null comes first. Negative if `a` comes first, 0 if neither does.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a !== 'object' || typeof b !== 'object') return compareRelational(a, b);
  if (a.constructor === b.constructor) {
    if (isComparable(a)) return a.compare(b);
    if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
    if (Symbol.iterator in a && Symbol.iterator in b)
      return compareSequences([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
  }
  return compareRelational(valueKey(a), valueKey(b));
}

/** NaN comes last. */
function compareRelational(a: unknown, b: unknown): number {
  if ((a as number) < (b as number)) return -1;
  if ((a as number) > (b as number)) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}

function compareSequences(a: readonly unknown[], b: readonly unknown[]): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const order = compareValues(a[i], b[i]);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function isComparable(value: object): value is Comparable {
  return 'compare' in value && typeof value.compare === 'function';
}
