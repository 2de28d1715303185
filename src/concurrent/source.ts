// Where the statements of a bulk run come from: taken one by one, without a promise where the source needs none.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';

/** What statements are taken from. */
export type Source<T> = Iterable<T> | AsyncIterable<T>;

export class SourceReader<T> {
  readonly #iterator: Iterator<T, unknown, undefined> | AsyncIterator<T, unknown, undefined>;
  readonly #isAsync: boolean;
  #isEnded = false;
  #taking: Promise<void> | null = null;

  /** @throws {InvalidArgumentError} for what cannot be iterated. */
  constructor(source: Source<T>) {
    const given: unknown = source;
    if (typeof given !== 'object' || given === null || !(Symbol.asyncIterator in given || Symbol.iterator in given)) {
      throw new InvalidArgumentError(`expected an iterable of statements or parameters, got ${describe(source)}`, {
        field: 'statements',
      });
    }
    this.#isAsync = Symbol.asyncIterator in source;
    this.#iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Settles when the item that is waited for has come; `null` where none is. */
  get taking(): Promise<void> | null {
    return this.#taking;
  }

  /**
   * Takes items as long as `wants` says so. An item that comes later goes on from where it comes; what the source or `take`
   * throws goes to `fail`, now or later.
   */
  pump(wants: () => boolean, take: (item: T) => void, fail: (error: unknown) => void): void {
    try {
      while (!this.#isEnded && this.#taking === null && wants()) {
        const step = this.#iterator.next();
        if (!this.#isAsync) {
          this.#accept(step as IteratorResult<T, unknown>, take);
          continue;
        }
        this.#taking = Promise.resolve(step)
          .then((result) => {
            this.#taking = null;
            this.#accept(result, take);
            this.pump(wants, take, fail);
          })
          .catch((error: unknown) => {
            this.#taking = null;
            this.#isEnded = true;
            fail(error);
          });
      }
    } catch (error) {
      this.#isEnded = true;
      fail(error);
    }
  }

  /** Takes no more. Not awaited: a generator that still waits for its next item would hold the caller back. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    try {
      Promise.resolve(this.#iterator.return?.()).catch(() => undefined);
    } catch {
      // A source that cannot even be left has nothing to say to who leaves it.
    }
  }

  #accept(step: IteratorResult<T, unknown>, take: (item: T) => void): void {
    if (this.#isEnded) return;
    if (step.done === true) {
      this.#isEnded = true;
      return;
    }
    try {
      take(step.value);
    } catch (error) {
      this.end();
      throw error;
    }
  }
}
