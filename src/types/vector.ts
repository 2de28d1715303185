// Vectors for binding: a fixed number of elements of one type. Vectors of float are read as Float32Array, others as Array.
import { InvalidArgumentError } from '../errors.ts';
import { checkIndex } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { valuesEqual } from './value-equality.ts';

const textShape = /^\s*\[([^\]]*)\]\s*$/;
const numberShape = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/**
 * Holds the elements of a `vector` value to be bound. Immutable.
 *
 * @example new Vector([0.25, 0.5, 1])
 */
export class Vector implements Iterable<unknown> {
  /** CQL type of the elements, as text; undefined if the column is to say it. */
  declare readonly subtype?: string;
  private readonly elements: Float32Array | readonly unknown[];

  /** Copies the elements. A `Float32Array` makes a vector of `float`. Throws `InvalidArgumentError` if `values` is no array. */
  constructor(values: Float32Array | readonly unknown[], subtype?: string) {
    if (!(values instanceof Float32Array) && !Array.isArray(values)) {
      throw new InvalidArgumentError(`expected an array or a Float32Array, got ${describe(values)}`, {
        field: 'values',
      });
    }
    this.elements =
      values instanceof Float32Array ? Float32Array.from(values) : Object.freeze([...(values as readonly unknown[])]);
    const type = subtype ?? (values instanceof Float32Array ? 'float' : undefined);
    if (type !== undefined) this.subtype = type;
    Object.freeze(this);
  }

  /** Reads numbers in brackets: `[0.25, 0.5, 1]`. Throws `InvalidArgumentError` for any other text. */
  static parse(text: string): Vector {
    const parts = typeof text === 'string' ? textShape.exec(text)?.[1]?.split(',') : undefined;
    if (parts?.every((part) => numberShape.test(part)) !== true) {
      throw new InvalidArgumentError(`expected numbers in brackets such as [0.25, 1], got ${describe(text)}`, {
        field: 'text',
      });
    }
    return new Vector(parts.map(Number));
  }

  /** How many elements there are. */
  get length(): number {
    return this.elements.length;
  }

  /** Returns an element. Throws `InvalidArgumentError` if there is none at this index. */
  get(index: number): unknown {
    checkIndex(index, this.length);
    return this.elements[index];
  }

  /** Returns a copy as floats, each the nearest to its number. Throws `InvalidArgumentError` if an element is not a number. */
  toFloat32Array(): Float32Array {
    const { elements } = this;
    if (elements instanceof Float32Array) return Float32Array.from(elements);
    const wrong = elements.findIndex((element) => typeof element !== 'number');
    if (wrong === -1) return Float32Array.from(elements as readonly number[]);
    throw new InvalidArgumentError(`expected numbers, got ${describe(elements[wrong])} at index ${wrong}`, {
      field: 'values',
    });
  }

  [Symbol.iterator](): Iterator<unknown> {
    return this.elements[Symbol.iterator]();
  }

  /** Says whether `other` is a `Vector` with equal elements, whether they came as floats or as an array. */
  equals(other: unknown): boolean {
    return (
      other instanceof Vector && this.length === other.length && [...this].every((v, i) => valuesEqual(v, other.get(i)))
    );
  }

  /** Writes the elements in brackets. */
  toString(): string {
    return `[${[...this].map(String).join(', ')}]`;
  }

  /** Returns the elements as an array. */
  toJSON(): unknown[] {
    return [...this];
  }

  [inspectSymbol](_depth: number, options: object, inspect?: (value: unknown, options: object) => string): string {
    return `Vector ${inspect === undefined ? this.toString() : inspect([...this], options)}`;
  }
}
