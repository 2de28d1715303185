// The rows of a query as a stream: pages are asked for as rows are taken, a bounded number of them ahead. A stream holds
// nothing before the first row is asked for, and nothing once its loop has ended, however it ended.

import { InvalidArgumentError } from '../errors.ts';
import { PageSequence } from '../result/page-sequence.ts';
import type { ResultSet } from '../result/result-set.ts';
import { AsyncRowSequence } from '../result/row-sequence.ts';
import type { RowObject } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';
import { isPromiseLike } from '../types/user-call.ts';

/** Options of `session.executeStream` beside those of `execute`. */
export interface StreamOptions {
  /** Pages to read at most. Default: all. */
  maxPages?: number;
  /** Pages to read ahead of the one whose rows are taken, 0 or more. Default: 1. */
  prefetch?: number;
  /**
   * Called before the rows of a page are given: its number, from 1 on, and how many rows it has. They wait for a promise that
   * it returns. A throw or a rejection ends the stream.
   */
  onPage?: (page: number, rows: number) => void | Promise<void>;
}

/** With the signal of the request, which ends the stream. */
interface SignalledOptions extends StreamOptions {
  signal?: AbortSignal;
}

/** Asks for the first page; the signal ends with the stream. */
export type FirstPage<Row> = (signal: AbortSignal) => Promise<ResultSet<Row>>;

const finished: IteratorReturnResult<undefined> = Object.freeze({ done: true, value: undefined });

/**
 * Rows of all pages, for one loop. Nothing need be closed: leaving the loop in any way gives up what is on its way.
 *
 * @example for await (const row of session.executeStream('SELECT * FROM events')) console.log(row);
 */
export class RowStream<Row = RowObject> implements AsyncIterable<Row> {
  readonly #first: FirstPage<Row>;
  readonly #options: SignalledOptions;
  #pages: StreamPages<Row> | null = null;
  #rows: AsyncRowSequence<Row> | null = null;
  #isClosed = false;

  /** Streams are made by `session.executeStream`. Throws `InvalidArgumentError` for options out of their limits. */
  constructor(first: FirstPage<Row>, options: SignalledOptions) {
    const { maxPages, prefetch, onPage } = options;
    if (maxPages !== undefined) requireCount('maxPages', maxPages, 1);
    if (prefetch !== undefined) requireCount('prefetch', prefetch, 0);
    if (onPage !== undefined && typeof onPage !== 'function') throw refused('onPage', 'a function', onPage);
    this.#first = first;
    this.#options = options;
  }

  /**
   * Goes over the rows.
   *
   * @throws {InvalidArgumentError} if the stream is being read already.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Row, undefined> {
    return (this.#rows = new AsyncRowSequence(this.pages(), this.#options.signal));
  }

  /**
   * Goes over the pages.
   *
   * @throws {InvalidArgumentError} if the stream is being read already.
   */
  pages(): AsyncIterableIterator<ResultSet<Row>, undefined> {
    if (this.#pages !== null) {
      throw new InvalidArgumentError('expected a stream that nobody reads; it can be read once', { field: 'stream' });
    }
    this.#pages = new StreamPages(this.#first, this.#options);
    if (this.#isClosed) void this.#pages.return();
    return this.#pages;
  }

  /**
   * A web stream of the rows, which asks for a page when its reader wants more; cancelling it closes this stream. In Node,
   * `Readable.fromWeb` makes a Node stream of it.
   *
   * @throws {InvalidArgumentError} if the stream is being read already.
   */
  toReadableStream(): ReadableStream<Row> {
    const rows = this[Symbol.asyncIterator]();
    return new ReadableStream<Row>(
      {
        async pull(controller) {
          const row = await rows.next();
          if (row.done === true) controller.close();
          else controller.enqueue(row.value);
        },
        async cancel() {
          await rows.return?.();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** Ends the stream: what is on its way is given up, and who reads it finds its end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await (this.#rows ?? this.#pages)?.return();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** The pages of a stream, the first included. */
class StreamPages<Row> implements AsyncIterableIterator<ResultSet<Row>, undefined> {
  readonly #first: FirstPage<Row>;
  readonly #options: StreamOptions;
  readonly #controller = new AbortController();
  #sequence: PageSequence<LimitedPage<Row>> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #given = 0;

  constructor(first: FirstPage<Row>, options: StreamOptions) {
    this.#first = first;
    this.#options = options;
  }

  #hasEnded(): boolean {
    return this.#controller.signal.aborted;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls that do not wait for one another get their pages in order. */
  next(): Promise<IteratorResult<ResultSet<Row>, undefined>> {
    const page = this.#turn.then(() => this.#advance());
    this.#turn = page.catch(() => undefined);
    return page;
  }

  async return(): Promise<IteratorResult<ResultSet<Row>, undefined>> {
    this.#controller.abort();
    await this.#sequence?.return();
    return finished;
  }

  async #advance(): Promise<IteratorResult<ResultSet<Row>, undefined>> {
    try {
      if (this.#hasEnded()) return finished;
      const step = await (this.#sequence ?? (await this.#start(this.#controller.signal))).next();
      // What came after the end is nobody's.
      if (this.#hasEnded() || step.done === true) return finished;
      const { page } = step.value;
      const told: unknown = this.#options.onPage?.(++this.#given, page.length);
      if (isPromiseLike(told)) await told;
      return this.#hasEnded() ? finished : { done: false, value: page };
    } catch (error) {
      if (this.#hasEnded()) return finished;
      await this.return();
      throw error;
    }
  }

  async #start(signal: AbortSignal): Promise<PageSequence<LimitedPage<Row>>> {
    const { maxPages = Infinity, prefetch = 1 } = this.#options;
    const first = new LimitedPage(await this.#first(signal), maxPages);
    return (this.#sequence = new PageSequence(first, { prefetch, signal }));
  }
}

/** A page that knows how many may follow it. */
class LimitedPage<Row> {
  readonly page: ResultSet<Row>;
  readonly #left: number;

  constructor(page: ResultSet<Row>, left: number) {
    this.page = page;
    this.#left = left;
  }

  get hasMorePages(): boolean {
    return this.#left > 1 && this.page.hasMorePages;
  }

  async fetchNextPage(options: { readonly signal: AbortSignal }): Promise<LimitedPage<Row> | null> {
    const next = await this.page.fetchNextPage(options);
    return next === null ? null : new LimitedPage(next, this.#left - 1);
  }
}

function requireCount(field: string, value: unknown, minimum: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum) return;
  throw refused(field, `an integer of at least ${minimum}`, value);
}

function refused(field: string, expected: string, value: unknown): InvalidArgumentError {
  const got = typeof value === 'number' ? String(value) : describe(value);
  return new InvalidArgumentError(`expected ${field} as ${expected}, got ${got}`, { field });
}
