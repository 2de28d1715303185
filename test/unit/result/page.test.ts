// Where a page finds its slots, nulls and text.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { Page } from '../../../src/result/page.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { TapeBuilder, tapeOf } from './tape-builder.ts';

const int = CqlType.native('int');
const text = CqlType.native('text');

function pageOf(values: readonly string[]): Page {
  const { delivery, records } = tapeOf(
    [text],
    values.map((value) => [value]),
  );
  return new Page(delivery, records[0] ?? 0);
}

test('a page tells its rows, program and flags', () => {
  const { delivery, records } = tapeOf([int], [[1], [2]], 1 | 4);
  const page = new Page(delivery, records[0] ?? 0);
  assert.equal(page.rowCount, 2);
  assert.equal(page.program, 40);
  assert.equal(page.hasMorePages, true);
  assert.equal(page.isMetadataChanged, false);
  assert.equal(page.isProgramNew, true);
  assert.equal(page.columnTable, -1);
});

test('slots are read at their place in a delivery that does not begin with its buffer', () => {
  const { delivery, records } = new TapeBuilder()
    .page(
      [int, int],
      [
        [1, 2],
        [-3, 4],
      ],
    )
    .build(64);
  const page = new Page(delivery, records[0] ?? 0);
  assert.deepEqual(
    [0, 1, 2, 3].map((slot) => page.lo(slot)),
    [1, 2, -3, 4],
  );
});

test('null bits are read across words of the bitmap', () => {
  const rows = Array.from({ length: 100 }, (_, i) => [i % 7 === 0 || i === 31 || i === 32 ? null : i]);
  const { delivery, records } = tapeOf([int], rows);
  const page = new Page(delivery, records[0] ?? 0);
  assert.deepEqual(
    rows.map((_, i) => page.isNull(i)),
    rows.map(([value]) => value === null),
  );
});

test('a page without nulls has none, whatever the delivery begins with', () => {
  const { delivery, records } = tapeOf([int], [[0], [0]]);
  const page = new Page(delivery, records[0] ?? 0);
  assert.equal(page.nullsWord, 0);
  assert.equal(page.isNull(1), false);
});

test('ASCII and other text come back across blocks of 16 KiB', () => {
  const values = Array.from({ length: 3000 }, (_, i) => (i % 3 === 0 ? `naïve ${i} ☃ 𝒳` : `plain ${i}`));
  const page = pageOf(values);
  assert.deepEqual(
    values.map((_, i) => page.text(i)),
    values,
  );
});

test('text longer than a block comes back whole, and what follows it too', () => {
  const values = [
    'a'.repeat(16_384),
    'b'.repeat(16_385),
    'c',
    'é'.repeat(8_193),
    'ü',
    `${'x'.repeat(8_191)}😀${'y'.repeat(20_000)}`,
    'ß',
  ];
  const page = pageOf(values);
  assert.deepEqual(
    values.map((_, i) => page.text(i)),
    values,
  );
});

test('empty text needs no block', () => {
  const page = pageOf(['', '']);
  assert.equal(page.text(0) + page.text(1), '');
});

test('a byte order mark is kept', () => {
  assert.equal(pageOf(['\ufeffa']).text(0), '\ufeffa');
});

test('small pages of one delivery decode their text together', () => {
  const builder = new TapeBuilder();
  for (let i = 0; i < 2000; i++) builder.page([text], [[`row ${i} of many`], [`é${i}`]]);
  const { delivery, records } = builder.build();
  const windows = new Set<unknown>();
  const read = records.map((record) => {
    const page = new Page(delivery, record);
    const values = [page.text(0), page.text(1)];
    windows.add(delivery.textWindow);
    return values;
  });
  assert.deepEqual(
    read,
    records.map((_, i) => [`row ${i} of many`, `é${i}`]),
  );
  assert.ok(windows.size < 5, `decoded ${windows.size} times`);
});

test('pages of one delivery can be read in any order', () => {
  const values = Array.from({ length: 50 }, (_, i) => String(i).repeat(500));
  const builder = new TapeBuilder();
  for (const value of values) builder.page([text], [[value]]);
  const { delivery, records } = builder.build();
  for (const i of [49, 0, 25, 24, 26, 1, 48]) assert.equal(new Page(delivery, records[i] ?? 0).text(0), values[i]);
});

test('any list of well-formed strings comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 50 }), (values) => {
      const page = pageOf(values);
      assert.deepEqual(
        values.map((_, i) => page.text(i)),
        values,
      );
    }),
    { numRuns: 200 },
  );
});
