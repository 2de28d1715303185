// What a request gives: the rows of one page, and the way to the next. Asking for pages is left to a function that the execution
// hands in; nothing is asked for unless the caller awaits it.
import { InvalidArgumentError } from '../errors.ts';
import { requireSignalIn } from '../types/abort-signal.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { RowObject } from '../types/cql-value.ts';
import type { CqlType } from '../types/data-type.ts';
import { Column } from './columns.ts';
import type { ExecutionInfo, QueryTrace, TraceOptions } from './execution-info.ts';
import { PageSequence, type PagesOptions } from './page-sequence.ts';
import type { Page } from './page.ts';
import { AsyncRowSequence, RowSequence } from './row-sequence.ts';
import type { RowDecoder } from './rows.ts';
import { DEFAULT_TYPE_MAPPING } from './type-mapping.ts';

/** What a {@link ResultSet} is made of. */
export interface ResultSetParts<Row> {
  /** The page, and what makes its rows; both absent where the server sent no rows. */
  readonly page?: Page | undefined;
  readonly decoder?: RowDecoder<Row> | undefined;
  /** Where the next page begins; absent on the last page. */
  readonly pagingState?: Uint8Array | undefined;
  readonly info: ExecutionInfo;
  readonly origin: ResultOrigin<Row>;
}

/** Where a result came from, to be asked for what it does not hold itself. */
export interface ResultOrigin<Row> {
  /** Asks for the page that begins at a paging state. */
  fetchPage(pagingState: Uint8Array, options: { readonly signal?: AbortSignal }): Promise<ResultSet<Row>>;
  /** Reads the trace of this page's request; null if it was not traced. */
  readTrace(options: TraceOptions): Promise<QueryTrace | null>;
  /** Reads the traces of all requests so far. */
  readAllTraces(options: TraceOptions): Promise<QueryTrace[]>;
  /** Gives the future that the result came from, or one that is settled with it. */
  futureOf?(result: ResultSet<Row>): PromiseLike<ResultSet<Row>>;
}

/** How to collect all rows. */
export interface AllOptions {
  /** More rows than this are an error. Default: no limit. */
  maxRows?: number;
  /** Stops the reading. */
  signal?: AbortSignal;
}

const none: readonly never[] = Object.freeze([]);

/**
 * One page of a result. `for…of` goes over the rows of this page, `for await…of` over those of all pages, reading one page ahead.
 *
 * Rows are made while one iterates and are not kept; `rows` makes and keeps all of the page.
 *
 * @example for await (const row of await session.execute('select name from user')) console.log(row.name);
 */
export class ResultSet<Row = RowObject> implements Iterable<Row>, AsyncIterable<Row> {
  /** How the result came about. */
  readonly info: ExecutionInfo;
  /** Number of rows in this page. */
  readonly length: number;
  /** Where the next page begins, for a later request with `pagingState`; undefined on the last page. Only for the same statement. */
  readonly pagingState: Uint8Array | undefined;
  /**
   * False if the statement was conditional and its condition did not hold; true for every other statement. The first row of the
   * result says it, of a batch too.
   */
  readonly wasApplied: boolean;
  readonly #origin: ResultOrigin<Row>;
  readonly #decoder: RowDecoder<Row> | undefined;
  /** Given up once the rows are made. */
  #page: Page | undefined;
  #rows: readonly Row[] | undefined;

  constructor(parts: ResultSetParts<Row>) {
    const { page, decoder } = parts;
    const hasRows = page !== undefined && decoder !== undefined;
    this.info = parts.info;
    this.pagingState = parts.pagingState;
    this.length = hasRows ? decoder.count(page) : 0;
    this.wasApplied = !hasRows || readApplied(page, decoder.columns);
    this.#origin = parts.origin;
    this.#decoder = decoder;
    this.#page = page;
  }

  /** The rows of this page. The same array each time, and the same objects. */
  get rows(): readonly Row[] {
    if (this.#rows === undefined) {
      const rows: Row[] = [];
      for (let i = 0; i < this.length; i++) rows.push(this.#row(i));
      this.#rows = rows;
      this.#page = undefined;
    }
    return this.#rows;
  }

  /** The same as `rows`. */
  get currentRows(): readonly Row[] {
    return this.rows;
  }

  /** The columns: name, type and table of each; empty where the server sent no rows. */
  get columns(): readonly ColumnSpec[] {
    return this.#decoder?.columns ?? none;
  }

  /** Names of the columns, in order. */
  get columnNames(): readonly string[] {
    return this.#decoder?.columnNames ?? none;
  }

  /** Types of the columns, in order. */
  get columnTypes(): readonly CqlType[] {
    return this.#decoder?.columnTypes ?? none;
  }

  /** True if there are rows behind this page; the next page may turn out to be empty. */
  get hasMorePages(): boolean {
    return this.pagingState !== undefined;
  }

  /** The future that the result came from; where it was awaited from `execute`, one that is settled with it. */
  get responseFuture(): PromiseLike<ResultSet<Row>> | undefined {
    return this.#origin.futureOf?.(this);
  }

  /** Returns the first row of this page, null if it has none. */
  one(): Row | null {
    return this.length === 0 ? null : this.#row(0);
  }

  /**
   * Collects the rows of all pages.
   *
   * Rejects with `InvalidArgumentError` if there are more than `maxRows`, with what a page failed for, or with the reason of the signal.
   */
  async all(options: AllOptions = {}): Promise<Row[]> {
    requireSignalIn(options);
    const { maxRows = Infinity, signal } = options;
    if (!(Number.isInteger(maxRows) || maxRows === Infinity) || maxRows < 0) {
      throw new InvalidArgumentError(`expected an integer of at least 0 as maxRows, got ${maxRows}`, {
        field: 'maxRows',
      });
    }
    const all: Row[] = [];
    for await (const page of this.pages({ signal })) {
      if (all.length + page.length > maxRows) {
        throw new InvalidArgumentError(`expected at most ${maxRows} rows, got more`, { field: 'maxRows' });
      }
      for (const row of page) all.push(row);
    }
    return all;
  }

  /** Asks for the next page; null behind the last one. Rejects with what the request fails for. */
  async fetchNextPage(options: { readonly signal?: AbortSignal } = {}): Promise<ResultSet<Row> | null> {
    requireSignalIn(options);
    return this.pagingState === undefined ? null : await this.#origin.fetchPage(this.pagingState, options);
  }

  /** Goes over the pages, beginning with this one. */
  pages(options: PagesOptions = {}): AsyncIterableIterator<ResultSet<Row>, undefined> {
    return new PageSequence<ResultSet<Row>>(this, options);
  }

  /** Goes over the rows of this page. */
  [Symbol.iterator](): IterableIterator<Row, undefined> {
    return new RowSequence(this.length, (i) => this.#row(i));
  }

  /** Goes over the rows of all pages, reading one page ahead. Leaving the loop gives up what was asked for. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Row, undefined> {
    return new AsyncRowSequence(this.pages());
  }

  /** Reads the trace of the request; null if it was not traced. */
  getQueryTrace(options: TraceOptions = {}): Promise<QueryTrace | null> {
    return this.#origin.readTrace(options);
  }

  /** Reads the traces of the requests for all pages so far. */
  getAllQueryTraces(options: TraceOptions = {}): Promise<QueryTrace[]> {
    return this.#origin.readAllTraces(options);
  }

  #row(index: number): Row {
    if (this.#rows !== undefined) return this.#rows[index] as Row;
    return (this.#decoder as RowDecoder<Row>).row(this.#page as Page, index);
  }
}

/** Reads the column that only conditional statements have. */
function readApplied(page: Page, columns: readonly ColumnSpec[]): boolean {
  const [first] = columns;
  if (first?.name !== '[applied]' || first.type.kind !== 'boolean' || page.rowCount === 0) return true;
  if (page.columnTable === -1) return page.lo(0) !== 0;
  return new Column(first, page, page.columnTable, DEFAULT_TYPE_MAPPING).get(0) !== false;
}
