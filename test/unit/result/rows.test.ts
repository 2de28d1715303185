// Rows in every shape that users can ask for.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError, UnsupportedOperationError } from '../../../src/errors.ts';
import { Page } from '../../../src/result/page.ts';
import {
  dictFactory,
  namedTupleFactory,
  orderedDictFactory,
  rowDecoder,
  tupleFactory,
  type RowFactory,
} from '../../../src/result/rows.ts';
import { DEFAULT_TYPE_MAPPING } from '../../../src/result/type-mapping.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { columnsOf, tapeOf, type TapeCell } from './tape-builder.ts';

const columns = columnsOf([
  ['id', CqlType.native('int')],
  ['name', CqlType.native('text')],
  ['id', CqlType.native('bigint')],
]);
const rows: TapeCell[][] = [
  [1, 'one', 10n],
  [2, null, 20n],
];

function rowsAs<Row>(factory: RowFactory<Row>): Row[] {
  const { delivery, records } = tapeOf(
    columns.map(({ type }) => type),
    rows,
  );
  const page = new Page(delivery, records[0] ?? 0);
  const decoder = rowDecoder(columns, factory, DEFAULT_TYPE_MAPPING);
  return Array.from({ length: decoder.count(page) }, (_, i) => decoder.row(page, i));
}

test('object rows have the names of the server, the last of equal ones winning', () => {
  assert.deepEqual(rowsAs('object'), [
    { id: 10n, name: 'one' },
    { id: 20n, name: null },
  ]);
});

test('tuple rows have every value in order', () => {
  assert.deepEqual(rowsAs('tuple'), [
    [1, 'one', 10n],
    [2, null, 20n],
  ]);
});

test('map rows are Maps by name', () => {
  assert.deepEqual(rowsAs('map'), [
    new Map<string, unknown>([
      ['id', 10n],
      ['name', 'one'],
    ]),
    new Map<string, unknown>([
      ['id', 20n],
      ['name', null],
    ]),
  ]);
});

test('the names of the Python driver stand for the same shapes', () => {
  assert.deepEqual(rowsAs(namedTupleFactory), rowsAs('object'));
  assert.deepEqual(rowsAs(dictFactory), rowsAs('object'));
  assert.deepEqual(rowsAs(tupleFactory), rowsAs('tuple'));
  assert.deepEqual(rowsAs(orderedDictFactory), rowsAs('map'));
});

test('a function is given the columns once and the values of each row', () => {
  let calls = 0;
  const made = rowsAs((given) => {
    calls++;
    assert.equal(given, columns);
    return (values) => values.length;
  });
  assert.equal(calls, 1);
  assert.deepEqual(made, [3, 3]);
});

test('what a function throws reaches whoever asked for the row', () => {
  const failure = new Error('mine');
  assert.throws(
    () =>
      rowsAs(() => () => {
        throw failure;
      }),
    (error) => error === failure,
  );
});

test('a decoder tells names and types', () => {
  const decoder = rowDecoder(columns, 'object', DEFAULT_TYPE_MAPPING);
  assert.deepEqual(decoder.columnNames, ['id', 'name', 'id']);
  assert.deepEqual(decoder.columnTypes.map(String), ['int', 'text', 'bigint']);
  assert.equal(decoder.wantsColumns, false);
  assert.equal(rowDecoder(columns, 'columns', DEFAULT_TYPE_MAPPING).wantsColumns, true);
});

test('a page that was decoded as rows is not taken for columns', () => {
  assert.throws(() => rowsAs('columns'), UnsupportedOperationError);
});

test('an unknown row factory is refused by name', () => {
  assert.throws(
    () => rowsAs('dict' as 'object'),
    (error) =>
      error instanceof InvalidArgumentError && error.field === 'rowFactory' && error.message.includes('"dict"'),
  );
  assert.throws(() => rowsAs((() => null) as never), InvalidArgumentError);
});
