// Rows that decode a column when it is first read.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { lazyBuilder } from '../../../src/result/lazy-row.ts';
import type { BuiltObject, Cell } from '../../../src/result/object-builder.ts';
import { Page } from '../../../src/result/page.ts';
import { rowDecoder } from '../../../src/result/rows.ts';
import { DEFAULT_TYPE_MAPPING } from '../../../src/result/type-mapping.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { columnsOf, tapeOf, type TapeCell } from './tape-builder.ts';

const columns = columnsOf([
  ['id', CqlType.native('int')],
  ['name', CqlType.native('text')],
  ['tags', CqlType.list(CqlType.native('text'))],
]);
const rows: TapeCell[][] = [
  [1, 'one', ['a', 'b']],
  [2, null, []],
];

function pageOf(types: readonly CqlType[], cells: readonly (readonly TapeCell[])[]): Page {
  const { delivery, records } = tapeOf(types, cells);
  return new Page(delivery, records[0] ?? 0);
}

function lazyRow(index: number): Record<string, unknown> & { toJSON(): unknown } {
  const page = pageOf(
    columns.map(({ type }) => type),
    rows,
  );
  return rowDecoder<Record<string, unknown> & { toJSON(): unknown }>(columns, 'lazy', DEFAULT_TYPE_MAPPING).row(
    page,
    index,
  );
}

test('a lazy row has the value of every column, null included', () => {
  const row = lazyRow(1);
  assert.equal(row['id'], 2);
  assert.equal(row['name'], null);
  assert.deepEqual(row['tags'], []);
  assert.equal(row['other'], undefined);
});

test('a lazy row decodes a column once, when it is first read, and no other', () => {
  const reads: string[] = [];
  const cell = (name: string): Cell => ({
    inline: 'none',
    read: () => {
      reads.push(name);
      return { name };
    },
  });
  const build = lazyBuilder(['a', 'b', 'c'], [cell('a'), cell('b'), cell('c')]);
  const row = build(pageOf([CqlType.native('int'), CqlType.native('int'), CqlType.native('int')], [[1, 2, 3]]), 0);
  assert.deepEqual(reads, []);
  assert.equal(row['b'], row['b']);
  assert.deepEqual(reads, ['b']);
});

test('a lazy row tells its columns to for…in, JSON and the console', () => {
  const row = lazyRow(0);
  const names: string[] = [];
  for (const name in row) names.push(name);
  assert.deepEqual(names.sort(), ['id', 'name', 'tags']);
  const plain = { id: 1, name: 'one', tags: ['a', 'b'] };
  assert.deepEqual(JSON.parse(JSON.stringify(row)), plain);
  assert.deepEqual(row.toJSON(), plain);
  assert.equal(inspect(row), inspect(plain));
});

test('rows with a column named toJSON have all their columns in JSON', () => {
  const types = [CqlType.native('int'), CqlType.native('text')];
  const named = columnsOf([
    ['id', CqlType.native('int')],
    ['toJSON', CqlType.native('text')],
  ]);
  const row = rowDecoder<BuiltObject>(named, 'lazy', DEFAULT_TYPE_MAPPING).row(pageOf(types, [[1, 'x']]), 0);
  assert.deepEqual(JSON.parse(JSON.stringify(row)), { id: 1, toJSON: 'x' });
});

test('columns of any name are reached, the last of equal ones winning', () => {
  const names = ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'read', '#page', 'x', 'x'];
  const types = names.map(() => CqlType.native('int'));
  const page = pageOf(types, [names.map((_, i) => i)]);
  const decoder = rowDecoder<BuiltObject>(columnsOf(names.map((name) => [name, CqlType.native('int')])), 'lazy', {
    ...DEFAULT_TYPE_MAPPING,
  });
  const row = decoder.row(page, 0);
  assert.deepEqual(
    names.map((name) => row[name]),
    [0, 1, 2, 3, 4, 5, 7, 7],
  );
});

test('a lazy row cannot be written to', () => {
  'use strict';
  const row = lazyRow(0);
  assert.throws(() => (row['id'] = 5), TypeError);
  assert.equal(row['id'], 1);
});
