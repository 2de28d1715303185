// The values of an `IN` clause as one parameter.
import type { CqlValue } from '../types/cql-value.ts';

/**
 * Binds several values to the one marker of `IN ?` or `IN %s`. An array does the same; this class is there for code that follows
 * the Python driver, whose lists are not sequences.
 *
 * @example session.execute('select * from flight where origin in %s', [new ValueSequence(['BOS', 'JFK'])])
 */
export class ValueSequence extends Array<CqlValue> {
  /** Copies the values. */
  constructor(values: Iterable<CqlValue>) {
    super();
    for (const value of values) this.push(value);
  }

  /** Methods such as `map` make plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }
}
