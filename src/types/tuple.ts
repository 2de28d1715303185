// Tuples: a fixed number of values of different types.
import { checkIndex } from './check.ts';
import { inspectSymbol } from './inspect.ts';
import { valuesEqual } from './value-equality.ts';

/**
 * Holds a `tuple` value. Immutable, array-like: has indexes, a length, and can be destructured. Null stands for a component
 * that is not set.
 *
 * @example const [name, age] = new Tuple('Ada', 36);
 */
export class Tuple implements Iterable<unknown> {
  readonly [index: number]: unknown;
  /** How many components there are. */
  declare readonly length: number;

  /** Takes the components in order. */
  constructor(...values: readonly unknown[]) {
    Object.assign(this, values);
    Object.defineProperty(this, 'length', { value: values.length });
    Object.freeze(this);
  }

  /** Returns a component. Throws `InvalidArgumentError` if there is none at this index. */
  get(index: number): unknown {
    checkIndex(index, this.length);
    return this[index];
  }

  *[Symbol.iterator](): Generator<unknown, void> {
    for (let i = 0; i < this.length; i++) yield this[i];
  }

  /** Says whether `other` is a `Tuple` with equal components. */
  equals(other: unknown): boolean {
    return (
      other instanceof Tuple &&
      this.length === other.length &&
      [...this].every((value, i) => valuesEqual(value, other[i]))
    );
  }

  /** Writes the components in parentheses. */
  toString(): string {
    return `(${[...this].map(String).join(', ')})`;
  }

  /** Returns the components as an array. */
  toJSON(): unknown[] {
    return [...this];
  }

  [inspectSymbol](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): string {
    return `Tuple ${inspect === undefined ? this.toString() : inspect([...this], options)}`;
  }
}
