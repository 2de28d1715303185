// The values of an `IN` clause as one parameter.
import { InvalidArgumentError } from '../errors.ts';
import type { CqlValue } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';

/**
 * Binds several values to the one marker of `IN ?` or `IN %s`. An array does the same; this class is there for code that follows
 * the Python driver, whose lists are not sequences.
 *
 * @example session.execute('select * from flight where origin in %s', [new ValueSequence(['BOS', 'JFK'])])
 */
export class ValueSequence extends Array<CqlValue> {
  /** Copies the values. Throws `InvalidArgumentError` for what cannot be iterated, and for text, whose characters nobody means. */
  constructor(values: Iterable<CqlValue>) {
    if (typeof values !== 'object' || (values as unknown) === null || !(Symbol.iterator in values)) {
      throw new InvalidArgumentError(`expected an array or another iterable, got ${describe(values)}`, {
        field: 'values',
      });
    }
    super();
    for (const value of values) this.push(value);
  }

  /** Methods such as `map` make plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
