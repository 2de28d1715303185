// Pages as columns, over deliveries written by hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { ColumnBatch, type Column } from '../../../src/result/columns.ts';
import type { ExecutionInfo } from '../../../src/result/execution-info.ts';
import { Page, type DeliveryViews } from '../../../src/result/page.ts';
import { ResultSet } from '../../../src/result/result-set.ts';
import { rowDecoder } from '../../../src/result/rows.ts';
import { DEFAULT_TYPE_MAPPING, resolveTypeMapping } from '../../../src/result/type-mapping.ts';
import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { columnsOf } from './tape-builder.ts';

interface RawColumn {
  readonly kind: number;
  readonly data: ArrayBufferView;
  readonly offsets?: Int32Array;
  readonly validity?: Uint8Array;
  readonly nulls?: number;
}

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);

/**
 * Lays down a COLUMNS record: the record, its column table as cold words, the slots of nested columns, the null bitmap, and the arrays,
 * each at a multiple of 8 bytes.
 */
function pageOf(rowCount: number, columns: readonly RawColumn[], slots: readonly bigint[] = [], nulls = 0): Page {
  const parts: number[] = [];
  const table = 20;
  let end = align((table + 8 * columns.length) * 4);
  const bytes = new Uint8Array(4096);
  const put = (view: ArrayBufferView): number => {
    const start = align(end);
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), start);
    end = start + view.byteLength;
    return start;
  };
  const slotStart = put(BigInt64Array.from(slots));
  const nullStart = nulls === 0 ? 0 : put(Uint32Array.of(nulls));
  for (const column of columns) {
    const data = column.kind === 8 ? slotStart : put(column.data);
    const offsets = column.offsets === undefined ? 0 : put(column.offsets);
    const validity = column.validity === undefined ? 0 : put(column.validity);
    parts.push(column.kind, data, column.data.byteLength, offsets, validity, column.nulls ?? 0, 0, 0);
  }
  const delivery: DeliveryViews = {
    i32: new Int32Array(bytes.buffer),
    f64: new Float64Array(bytes.buffer),
    i64: new BigInt64Array(bytes.buffer),
    u8: bytes,
  };
  const record = [
    2,
    7,
    8,
    0,
    0,
    table,
    parts.length,
    3,
    rowCount,
    slotStart,
    slots.length,
    nullStart,
    0,
    0,
    0,
    0,
    0,
    0,
    0,
    table,
  ];
  delivery.i32.set(record);
  delivery.i32.set(parts, table);
  return new Page(delivery, 0);
}

function align(offset: number): number {
  return Math.ceil(offset / 8) * 8;
}

function columnOf(type: CqlType, rowCount: number, raw: RawColumn): Column {
  const batch = new ColumnBatch(columnsOf([['c', type]]), pageOf(rowCount, [raw]), DEFAULT_TYPE_MAPPING);
  return batch.column('c');
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

const text = (...values: string[]): RawColumn => {
  const encoded = values.map((value) => Buffer.from(value));
  let end = 0;
  const offsets = Int32Array.of(0, ...encoded.map(({ length }) => (end += length)));
  return { kind: 5, data: Buffer.concat(encoded), offsets };
};

const cases: readonly (readonly [CqlType, RawColumn, string, readonly unknown[]])[] = [
  [native('int'), { kind: 1, data: Int32Array.of(1, -2) }, 'int32', [1, -2]],
  [native('tinyint'), { kind: 1, data: Int32Array.of(1, -2) }, 'int32', [1, -2]],
  [native('date'), { kind: 1, data: Int32Array.of(-1) }, 'int32', [LocalDate.parse('1969-12-31')]],
  [native('double'), { kind: 2, data: Float64Array.of(0.5, NaN) }, 'float64', [0.5, NaN]],
  [native('timestamp'), { kind: 2, data: Float64Array.of(5) }, 'float64', [new Date(5)]],
  [native('bigint'), { kind: 3, data: BigInt64Array.of(-1n, 2n) }, 'int64', [-1n, 2n]],
  [native('time'), { kind: 3, data: BigInt64Array.of(1n) }, 'int64', [new LocalTime(1n)]],
  [native('boolean'), { kind: 4, data: Uint8Array.of(0, 1) }, 'boolean', [false, true]],
  [native('text'), text('a', '', 'grün☃'), 'text', ['a', '', 'grün☃']],
  [native('inet'), text('::1'), 'text', ['::1']],
  [
    native('blob'),
    { kind: 6, data: Uint8Array.of(1, 2, 3), offsets: Int32Array.of(0, 2, 3) },
    'bytes',
    [Uint8Array.of(1, 2), Uint8Array.of(3)],
  ],
  [
    native('varint'),
    { kind: 6, data: Uint8Array.of(0xff, 0x7f, 1), offsets: Int32Array.of(0, 2, 3) },
    'bytes',
    [-129n, 1n],
  ],
  [
    native('decimal'),
    { kind: 6, data: Uint8Array.of(0, 0, 0, 2, 0x83), offsets: Int32Array.of(0, 5) },
    'bytes',
    [Decimal.parse('-1.25')],
  ],
  [
    native('uuid'),
    { kind: 7, data: Buffer.from('00112233445566778899aabbccddeeff'.repeat(2), 'hex') },
    'fixed16',
    [Uuid.parse('00112233-4455-6677-8899-aabbccddeeff'), Uuid.parse('00112233-4455-6677-8899-aabbccddeeff')],
  ],
  [
    native('duration'),
    { kind: 7, data: BigInt64Array.of((2n << 32n) | 1n, 3n, 0n, 4n) },
    'fixed16',
    [new Duration(1, 2, 3n), new Duration(0, 0, 4n)],
  ],
];

for (const [type, raw, layout, values] of cases) {
  test(`a column of ${type.toString()} gives its values and its arrays`, () => {
    const column = columnOf(type, values.length, raw);
    assert.deepEqual([...column], values);
    assert.equal(column.layout, layout);
    assert.equal(column.length, values.length);
    assert.equal(column.nullCount, 0);
    assert.equal(column.validity, undefined);
    assert.deepEqual(column.offsets, raw.offsets);
    assert.deepEqual(bytesOf(column.data ?? new Uint8Array(0)), bytesOf(raw.data));
  });
}

test('a null is null, and is counted', () => {
  const column = columnOf(native('int'), 10, {
    kind: 1,
    data: new Int32Array(10),
    validity: Uint8Array.of(0b11111101, 0b01),
    nulls: 2,
  });
  assert.equal(column.get(0), 0);
  assert.equal(column.get(1), null);
  assert.equal(column.isNull(9), true);
  assert.equal(column.isNull(8), false);
  assert.equal(column.nullCount, 2);
  assert.deepEqual(column.validity, Uint8Array.of(0b11111101, 0b01));
});

test('a nested column is read from its slots', () => {
  // Two rows of list<int>: [7, null] and null; the elements are slots 2 and 3.
  const slots = [(2n << 32n) | 2n, 0n, 7n, 0n];
  const page = pageOf(
    2,
    [{ kind: 8, data: new Uint8Array(16), validity: Uint8Array.of(0b01), nulls: 1 }],
    slots,
    0b1010,
  );
  const batch = new ColumnBatch(columnsOf([['c', CqlType.list(native('int'))]]), page, DEFAULT_TYPE_MAPPING);
  assert.deepEqual([...batch.column(0)], [[7, null], null]);
  assert.equal(batch.column(0).layout, 'nested');
  assert.equal(batch.column(0).data, undefined);
});

test('columns are found by name, the last of equal ones, and by index', () => {
  const page = pageOf(1, [
    { kind: 1, data: Int32Array.of(1) },
    { kind: 1, data: Int32Array.of(2) },
  ]);
  const batch = new ColumnBatch(
    columnsOf([
      ['a', native('int')],
      ['a', native('int')],
    ]),
    page,
    DEFAULT_TYPE_MAPPING,
  );
  assert.equal(batch.column('a').get(0), 2);
  assert.equal(batch.column(0).get(0), 1);
  for (const which of ['b', 2, -1, '__proto__']) assert.throws(() => batch.column(which), InvalidArgumentError);
  for (const row of [1, -1, 0.5]) assert.throws(() => batch.column(0).get(row), InvalidArgumentError);
});

test('the choice of types holds for single values', () => {
  const specs = columnsOf([['a', native('bigint')]]);
  const page = pageOf(2, [{ kind: 3, data: BigInt64Array.of(-5n, 2n ** 53n) }]);
  const column = new ColumnBatch(specs, page, resolveTypeMapping({ bigint: 'number' })).column('a');
  assert.equal(column.get(0), -5);
  assert.throws(() => column.get(1), /53 bits/);
});

test('a result in columns has one row a page, and tells whether it was applied', () => {
  const specs = columnsOf([['[applied]', native('boolean')]]);
  const result = new ResultSet<ColumnBatch>({
    page: pageOf(1, [{ kind: 4, data: Uint8Array.of(0) }]),
    decoder: rowDecoder<ColumnBatch>(specs, 'columns', DEFAULT_TYPE_MAPPING),
    info: {} as ExecutionInfo,
    origin: {
      fetchPage: () => assert.fail('asked for a page'),
      readTrace: () => Promise.resolve(null),
      readAllTraces: () => Promise.resolve([]),
    },
  });
  assert.equal(result.length, 1);
  assert.equal(result.rows[0]?.length, 1);
  assert.equal(result.wasApplied, false);
});
