// Results: rows of a page, pages one after the other, and what is asked for when.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { InvalidArgumentError } from '../../../src/errors.ts';
import type { ExecutionInfo } from '../../../src/result/execution-info.ts';
import { Page } from '../../../src/result/page.ts';
import { ResultSet } from '../../../src/result/result-set.ts';
import { rowDecoder, type RowFactory } from '../../../src/result/rows.ts';
import { DEFAULT_TYPE_MAPPING } from '../../../src/result/type-mapping.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { TapeBuilder, columnsOf, tapeOf, type TapeCell } from './tape-builder.ts';

interface Row {
  readonly n: number;
}

const info = { warnings: [] } as unknown as ExecutionInfo;
const columns = columnsOf([['n', CqlType.native('int')]]);

/** A result of several pages; page `i` is asked for with the paging state [i]. */
class Pages {
  /** Paging states asked for, in order. */
  readonly asked: number[] = [];
  /** Signals of the requests. */
  readonly signals: (AbortSignal | undefined)[] = [];
  /** Called before a page is answered. */
  answer: (index: number) => Promise<void> = () => Promise.resolve();
  readonly #pages: readonly (readonly number[])[];

  constructor(...pages: (readonly number[])[]) {
    this.#pages = pages;
  }

  page(index: number, factory: RowFactory<Row> = 'object'): ResultSet<Row> {
    const rows = (this.#pages[index] ?? []).map((n) => [n]);
    return new ResultSet<Row>({
      page: pageOf(rows),
      decoder: rowDecoder<Row>(columns, factory, DEFAULT_TYPE_MAPPING),
      pagingState: index + 1 < this.#pages.length ? Uint8Array.of(index + 1) : undefined,
      info,
      origin: {
        fetchPage: async (state, { signal }) => {
          const next = state[0] ?? -1;
          this.asked.push(next);
          this.signals.push(signal);
          await this.answer(next);
          signal?.throwIfAborted();
          return this.page(next, factory);
        },
        readTrace: () => Promise.resolve(null),
        readAllTraces: () => Promise.resolve([]),
      },
    });
  }
}

function pageOf(rows: readonly TapeCell[][], types = columns.map(({ type }) => type)): Page {
  const { delivery, records } = tapeOf(types, rows);
  return new Page(delivery, records[0] ?? 0);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('for…of goes over this page and asks for nothing', async () => {
  const pages = new Pages([1, 2], [3]);
  const result = pages.page(0);
  assert.deepEqual(
    Array.from(result, ({ n }) => n),
    [1, 2],
  );
  assert.equal(result.length, 2);
  await turn();
  assert.deepEqual(pages.asked, []);
});

test('for await…of goes over the rows of all pages, empty ones included', async () => {
  const pages = new Pages([1, 2], [], [3], []);
  assert.deepEqual(
    (await collect(pages.page(0))).map(({ n }) => n),
    [1, 2, 3],
  );
  assert.deepEqual(pages.asked, [1, 2, 3]);
});

test('for await…of reads exactly one page ahead', async () => {
  const pages = new Pages([1, 2], [3, 4], [5]);
  const rows = pages.page(0)[Symbol.asyncIterator]();
  await turn();
  assert.deepEqual(pages.asked, []);
  await rows.next();
  await turn();
  assert.deepEqual(pages.asked, [1]);
  await rows.next();
  await turn();
  assert.deepEqual(pages.asked, [1]);
  await rows.next();
  await turn();
  assert.deepEqual(pages.asked, [1, 2]);
});

test('leaving the loop gives up the page on its way and asks for no other', async () => {
  const pages = new Pages([1], [2], [3]);
  pages.answer = () => new Promise(() => undefined);
  for await (const row of pages.page(0)) {
    assert.equal(row.n, 1);
    break;
  }
  await turn();
  assert.deepEqual(pages.asked, [1]);
  assert.equal(pages.signals[0]?.aborted, true);
});

test('a page that fails rejects when it is reached, not before, and ends the loop', async () => {
  const pages = new Pages([1, 2], [3]);
  const failure = new Error('read timeout');
  pages.answer = () => Promise.reject(failure);
  const rows = pages.page(0)[Symbol.asyncIterator]();
  assert.equal((await rows.next()).value?.n, 1);
  await turn();
  assert.equal((await rows.next()).value?.n, 2);
  await assert.rejects(rows.next(), (error) => error === failure);
  assert.equal((await rows.next()).done, true);
});

test('a row that cannot be made rejects and gives up the page on its way', async () => {
  const pages = new Pages([1], [2]);
  pages.answer = () => new Promise(() => undefined);
  const failure = new Error('mine');
  const rows = pages
    .page(0, () => () => {
      throw failure;
    })
    [Symbol.asyncIterator]();
  await assert.rejects(rows.next(), (error) => error === failure);
  assert.equal((await rows.next()).done, true);
  assert.ok(pages.signals.every((signal) => signal?.aborted));
});

test('calls of next that do not wait for one another get their rows in order', async () => {
  const rows = new Pages([1], [2, 3], [], [4]).page(0)[Symbol.asyncIterator]();
  const results = await Promise.all(Array.from({ length: 6 }, () => rows.next()));
  assert.deepEqual(
    results.map(({ value }) => value?.n),
    [1, 2, 3, 4, undefined, undefined],
  );
});

test('rows are made once and are the same objects from then on', () => {
  const result = new Pages([1, 2]).page(0);
  const { rows } = result;
  assert.equal(result.rows, rows);
  assert.equal(result.currentRows, rows);
  assert.equal(result.one(), rows[0]);
  assert.deepEqual([...result], rows);
  assert.equal([...result][1], rows[1]);
});

test('iterating goes on when the rows are made meanwhile', () => {
  const result = new Pages([1, 2, 3]).page(0);
  const seen: number[] = [];
  for (const { n } of result) {
    seen.push(n);
    assert.equal(result.rows.length, 3);
  }
  assert.deepEqual(seen, [1, 2, 3]);
});

test('the delivery is given up once the rows are made', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const make = (): [WeakRef<object>, ResultSet<unknown>] => {
    const page = pageOf([[1]]);
    return [new WeakRef(page.delivery), resultOf(page)];
  };
  const [delivery, result] = make();
  await turn();
  collectGarbage();
  assert.notEqual(delivery.deref(), undefined);
  assert.equal(result.rows.length, 1);
  await turn();
  collectGarbage();
  assert.equal(delivery.deref(), undefined);
  assert.deepEqual(result.one(), { n: 1 });
});

test('one gives the first row or null', () => {
  assert.deepEqual(new Pages([7, 8]).page(0).one(), { n: 7 });
  assert.equal(new Pages([]).page(0).one(), null);
});

test('all collects the rows of all pages', async () => {
  assert.deepEqual(
    (await new Pages([1], [2, 3]).page(0).all()).map(({ n }) => n),
    [1, 2, 3],
  );
});

test('all refuses more rows than it may, and stops asking', async () => {
  const pages = new Pages([1], [2, 3], [4], [5]);
  await assert.rejects(
    pages.page(0).all({ maxRows: 2 }),
    (error) => error instanceof InvalidArgumentError && error.field === 'maxRows',
  );
  await turn();
  assert.ok(pages.asked.length <= 2);
  assert.equal((await pages.page(0).all({ maxRows: 5 })).length, 5);
  for (const maxRows of [-1, 1.5, NaN, '5' as never]) {
    await assert.rejects(pages.page(0).all({ maxRows }), InvalidArgumentError);
  }
});

test('all stops with the reason of the signal', async () => {
  const pages = new Pages([1], [2]);
  const controller = new AbortController();
  pages.answer = async () => {
    controller.abort(new Error('enough'));
    await turn();
  };
  await assert.rejects(pages.page(0).all({ signal: controller.signal }), /enough/);
  await assert.rejects(pages.page(0).all({ signal: controller.signal }), /enough/);
});

test('pages begin with the page at hand', async () => {
  const first = new Pages([1], [2], [3]).page(0);
  const all = await collect(first.pages());
  assert.equal(all[0], first);
  assert.deepEqual(
    all.map((page) => page.rows.map(({ n }) => n)),
    [[1], [2], [3]],
  );
});

test('pages without prefetch ask when the page is wanted', async () => {
  const pages = new Pages([1], [2]);
  const sequence = pages.page(0).pages({ prefetch: 0 });
  await sequence.next();
  await turn();
  assert.deepEqual(pages.asked, []);
  await sequence.next();
  assert.deepEqual(pages.asked, [1]);
});

test('pages read as many ahead as they are told', async () => {
  const pages = new Pages([1], [2], [3], [4], [5]);
  const sequence = pages.page(0).pages({ prefetch: 3 });
  await sequence.next();
  await turn();
  assert.deepEqual(pages.asked, [1, 2, 3]);
  await sequence.return?.();
  await turn();
  assert.deepEqual(pages.asked, [1, 2, 3]);
  assert.throws(() => pages.page(0).pages({ prefetch: -1 }), InvalidArgumentError);
});

test('a sequence of pages leaves no listener on the signal', async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  signal.addEventListener = (_type: string, listener: unknown) => listeners.add(listener);
  signal.removeEventListener = (_type: string, listener: unknown) => listeners.delete(listener);
  new Pages([1], [2]).page(0).pages({ signal });
  assert.equal(listeners.size, 0);
  for await (const page of new Pages([1], [2]).page(0).pages({ signal }))
    assert.equal(listeners.size, 1, String(page.length));
  assert.equal(listeners.size, 0);
});

test('fetchNextPage gives the next page, and null behind the last one', async () => {
  const first = new Pages([1], [2]).page(0);
  assert.equal(first.hasMorePages, true);
  assert.deepEqual(first.pagingState, Uint8Array.of(1));
  const second = await first.fetchNextPage();
  assert.deepEqual(second?.rows, [{ n: 2 }]);
  assert.equal(second.hasMorePages, false);
  assert.equal(await second.fetchNextPage(), null);
});

test('a result without rows has no columns and was applied', () => {
  const result = resultOf(undefined);
  assert.deepEqual(
    [result.length, result.rows, result.columns, result.columnNames, result.columnTypes],
    [0, [], [], [], []],
  );
  assert.equal(result.one(), null);
  assert.equal(result.wasApplied, true);
  assert.equal(result.hasMorePages, false);
});

test('columns are told by name and type', () => {
  const result = new Pages([1]).page(0);
  assert.equal(result.columns, columns);
  assert.deepEqual(result.columnNames, ['n']);
  assert.deepEqual(result.columnTypes.map(String), ['int']);
});

for (const factory of ['object', 'tuple', 'map'] as const) {
  test(`wasApplied is what the first row says, with ${factory} rows`, () => {
    const conditional = columnsOf([
      ['[applied]', CqlType.native('boolean')],
      ['n', CqlType.native('int')],
    ]);
    const types = conditional.map(({ type }) => type);
    const applied = (cells: TapeCell[][]): boolean =>
      resultOf(pageOf(cells, types), rowDecoder(conditional, factory, DEFAULT_TYPE_MAPPING)).wasApplied;
    assert.equal(
      applied([
        [false, 1],
        [false, 2],
      ]),
      false,
    );
    assert.equal(applied([[true, null]]), true);
  });
}

test('a conditional result without a row was applied, whatever follows in the delivery', () => {
  const specs = columnsOf([['[applied]', CqlType.native('boolean')]]);
  const types = specs.map(({ type }) => type);
  const { delivery, records } = new TapeBuilder()
    .page(types, [])
    .page(types, [[false]])
    .build();
  const decoder = rowDecoder<unknown>(specs, 'object', DEFAULT_TYPE_MAPPING);
  const applied = records.map((record) => resultOf(new Page(delivery, record), decoder).wasApplied);
  assert.deepEqual(applied, [true, false]);
});

test('a column called [applied] of another type says nothing', () => {
  const specs = columnsOf([['[applied]', CqlType.native('int')]]);
  const result = resultOf(pageOf([[0]]), rowDecoder(specs, 'object', DEFAULT_TYPE_MAPPING));
  assert.equal(result.wasApplied, true);
});

test('traces are read by whoever made the result', async () => {
  const result = new Pages([1]).page(0);
  assert.equal(await result.getQueryTrace(), null);
  assert.deepEqual(await result.getAllQueryTraces(), []);
});

function resultOf(
  page: Page | undefined,
  decoder = rowDecoder<unknown>(columns, 'object', DEFAULT_TYPE_MAPPING),
): ResultSet<unknown> {
  return new ResultSet<unknown>({
    page,
    decoder: page && decoder,
    info,
    origin: {
      fetchPage: () => assert.fail('asked for a page'),
      readTrace: () => Promise.resolve(null),
      readAllTraces: () => Promise.resolve([]),
    },
  });
}
