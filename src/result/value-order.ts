// The order of CQL values of one type, as SortedSet iterates them.
import { isTemporal } from '../types/temporal.ts';
import { valueKey } from './value-key.ts';

interface Comparable {
  compare(other: unknown): number;
}

/**
 * Compares two values of one type: numbers by size, dates by time, value classes by their `compare`, bytes unsigned, lists, tuples and
 * values of user-defined types part by part, text by code units; null comes first. Negative if `a` comes first, 0 if neither does.
 */
export function compareValues(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a !== 'object' || typeof b !== 'object') return compareRelational(a, b);
  if (a.constructor === b.constructor) {
    if (isComparable(a)) return a.compare(b);
    if (isTemporalClass(a.constructor)) return a.constructor.compare(a, b);
    if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
    if (Symbol.iterator in a && Symbol.iterator in b)
      return compareSequences([...(a as Iterable<unknown>)], [...(b as Iterable<unknown>)]);
    if (haveFields(a, b)) return compareSequences(Object.values(a), Object.values(b));
  }
  return compareRelational(valueKey(a), valueKey(b));
}

/** Whether both are made of the same properties in the same order, as values of one user-defined type are. */
function haveFields(a: object, b: object): boolean {
  const names = Object.keys(a);
  const others = Object.keys(b);
  return names.length > 0 && names.length === others.length && names.every((name, i) => name === others[i]);
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

interface TemporalClass {
  compare(a: object, b: object): number;
}

/** Instants, dates and times compare by a static method; durations only with a date to start from. */
function isTemporalClass(type: unknown): type is TemporalClass {
  const { compare, prototype } = type as { readonly compare?: unknown; readonly prototype: object };
  return (
    typeof compare === 'function' &&
    (isTemporal(prototype, 'Instant') || isTemporal(prototype, 'PlainDate') || isTemporal(prototype, 'PlainTime'))
  );
}

function isComparable(value: object): value is Comparable {
  return 'compare' in value && typeof value.compare === 'function';
}
