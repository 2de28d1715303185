// Checks of arguments that several value classes share: each passes, or throws an InvalidArgumentError.
import { InvalidArgumentError } from '../errors.ts';
import { describe } from './describe.ts';

/** Says whether a value is a `Uint8Array`, also one of another realm. */
export function isBytes(value: unknown): value is Uint8Array {
  if (!ArrayBuffer.isView(value)) return false;
  return (
    value instanceof Uint8Array || (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'Uint8Array'
  );
}

/** Returns a number if it is a 32-bit integer, with -0 as 0. */
export function checkInt32(value: unknown, field: string): number {
  if (typeof value === 'number' && (value | 0) === value) return value | 0;
  throw new InvalidArgumentError(`expected a 32-bit integer as ${field}, got ${describeNumber(value)}`, { field });
}

/** Checks that an index is one of `length` elements. */
export function checkIndex(index: unknown, length: number): void {
  if (Number.isInteger(index) && Number(index) >= 0 && Number(index) < length) return;
  throw new InvalidArgumentError(`expected an index below ${length}, got ${describeNumber(index)}`, { field: 'index' });
}

/** Checks that the other side of a comparison or sum is of the right class. */
export function checkClass<T>(
  other: unknown,
  type: abstract new (...args: never[]) => T,
  name: string,
): asserts other is T {
  if (other instanceof type) return;
  throw new InvalidArgumentError(`expected a ${name}, got ${describe(other)}`, { field: 'other' });
}

/** Tells a number itself, for arguments that are no data; of anything else what it is. */
export function describeNumber(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}
