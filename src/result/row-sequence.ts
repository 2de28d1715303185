// Goes over rows: those of one page without a promise, those of all pages with one each. Written by hand, as generators cost
// several times as much per row.

const finished: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/** Makes one row after the other. */
export class RowSequence<Row> implements IterableIterator<Row> {
  readonly #length: number;
  readonly #row: (index: number) => Row;
  #next = 0;

  constructor(length: number, row: (index: number) => Row) {
    this.#length = length;
    this.#row = row;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<Row, undefined> {
    if (this.#next >= this.#length) return finished;
    return { done: false, value: this.#row(this.#next++) };
  }

  return(): IteratorResult<Row, undefined> {
    this.#next = this.#length;
    return finished;
  }
}

/** Goes over the rows of one page after the other. Calls of `next` that do not wait for one another get their rows in order. */
export class AsyncRowSequence<Row> implements AsyncIterableIterator<Row> {
  readonly #pages: AsyncIterator<Iterable<Row>, undefined>;
  /** Rows of the page at hand; undefined before the first page and after the end. */
  #rows: Iterator<Row, unknown> | undefined;
  readonly #signal: AbortSignal | undefined;
  /** The last call that had to wait for a page. */
  #turn: Promise<unknown> | undefined;

  /** `signal` ends it between rows too: what is left of the page at hand is not given. */
  constructor(pages: AsyncIterator<Iterable<Row>, undefined>, signal?: AbortSignal) {
    this.#pages = pages;
    this.#signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Row, undefined>> {
    if (this.#turn !== undefined) return this.#afterTurn(this.#turn);
    if (this.#signal?.aborted === true && this.#rows !== undefined) return this.#fail(this.#signal.reason);
    try {
      const row = this.#rows?.next();
      return row === undefined || row.done === true ? this.#afterTurn(Promise.resolve()) : Promise.resolve(row);
    } catch (error) {
      return this.#fail(error);
    }
  }

  async return(): Promise<IteratorResult<Row, undefined>> {
    this.#rows = undefined;
    await this.#pages.return?.();
    return finished;
  }

  #afterTurn(turn: Promise<unknown>): Promise<IteratorResult<Row, undefined>> {
    const result = turn.then(() => this.#advance());
    const settled: Promise<void> = result.then(
      () => this.#endTurn(settled),
      () => this.#endTurn(settled),
    );
    this.#turn = settled;
    return result;
  }

  #endTurn(turn: Promise<void>): void {
    if (this.#turn === turn) this.#turn = undefined;
  }

  async #advance(): Promise<IteratorResult<Row, undefined>> {
    try {
      for (;;) {
        const row = this.#rows?.next();
        if (row !== undefined && row.done !== true) return row;
        const page = await this.#pages.next();
        if (page.done === true) return finished;
        this.#rows = page.value[Symbol.iterator]();
      }
    } catch (error) {
      return this.#fail(error);
    }
  }

  /** Gives up the pages on their way, as a loop does not call `return` after an error. */
  async #fail(error: unknown): Promise<never> {
    await this.return();
    throw error;
  }
}
