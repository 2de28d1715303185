// Every CQL type from a real Apache Cassandra as an Apache Arrow table, with nulls, over several pages, without a copy where that is
// possible, and through Arrow's own file format.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { RecordBatch, type Table, tableFromIPC, tableToIPC, type Vector as ArrowVector } from 'apache-arrow';
import { toArrow } from '../../src/arrow.ts';
import {
  Cluster,
  Decimal,
  Duration,
  InvalidArgumentError,
  LocalDate,
  LocalTime,
  TimeUuid,
  Tuple,
  Uuid,
  type ColumnBatch,
  type CqlValue,
  type ResultSet,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const uuid = Uuid.parse('756716f7-2e54-4715-9f00-91dcbea6cf50');
const timeuuid = TimeUuid.parse('e7ae5cf3-d358-1d99-b900-85902fda9bb1');

/** CQL type, Arrow type, whether memory is shared, two values, and what Arrow gives for them. */
const COLUMNS: readonly (readonly [
  cql: string,
  arrow: string,
  shared: boolean,
  values: readonly [CqlValue, CqlValue],
  expected: readonly [unknown, unknown],
])[] = [
  ['ascii', 'Utf8', true, ['a', ''], ['a', '']],
  ['text', 'Utf8', true, ['Ä🦀', 'x'.repeat(20_000)], ['Ä🦀', 'x'.repeat(20_000)]],
  ['tinyint', 'Int8', false, [-128, 127], [-128, 127]],
  ['smallint', 'Int16', false, [-32_768, 32_767], [-32_768, 32_767]],
  ['int', 'Int32', true, [-(2 ** 31), 7], [-(2 ** 31), 7]],
  ['bigint', 'Int64', true, [-(2n ** 63n), 9_007_199_254_740_993n], [-(2n ** 63n), 9_007_199_254_740_993n]],
  ['varint', 'Utf8', false, [2n ** 100n, -1n], [String(2n ** 100n), '-1']],
  ['decimal', 'Utf8', false, [Decimal.parse('-1.25'), new Decimal(1n, -3)], ['-1.25', '1E+3']],
  ['float', 'Float32', false, [1.5, -0.25], [1.5, -0.25]],
  ['double', 'Float64', true, [1e300, NaN], [1e300, NaN]],
  ['boolean', 'Bool', false, [true, false], [true, false]],
  ['blob', 'Binary', true, [Uint8Array.of(0, 255), new Uint8Array()], [Uint8Array.of(0, 255), new Uint8Array()]],
  ['uuid', 'FixedSizeBinary[16]', true, [uuid, uuid], [uuid.bytes, uuid.bytes]],
  ['timeuuid', 'FixedSizeBinary[16]', true, [timeuuid, timeuuid], [timeuuid.bytes, timeuuid.bytes]],
  ['timestamp', 'Timestamp<MILLISECOND, UTC>', false, [new Date(-1), new Date(1.7e12)], [-1, 1.7e12]],
  ['date', 'Date32<DAY>', true, [new LocalDate(1969, 12, 31), new LocalDate(2026, 2, 28)], [-864e5, 20_512 * 864e5]],
  ['time', 'Time64<NANOSECOND>', true, [new LocalTime(1n), new LocalTime(5n)], [1n, 5n]],
  ['inet', 'Utf8', true, ['127.0.0.1', '2001:db8::1'], ['127.0.0.1', '2001:db8::1']],
  [
    'duration',
    'Interval<MONTH_DAY_NANO>',
    true,
    [new Duration(14, 3, 2n ** 40n), new Duration(-1, -2, -3n)],
    [Int32Array.of(14, 3, 0, 256), Int32Array.of(-1, -2, -3, -1)],
  ],
  ['frozen<list<text>>', 'List<Utf8>', false, [['a', 'ö'], []], [['a', 'ö'], []]],
  ['frozen<set<uuid>>', 'List<FixedSizeBinary[16]>', false, [[uuid], []], [[uuid.bytes], []]],
  [
    'frozen<map<text, bigint>>',
    'Map<{key:Utf8, value:Int64}>',
    false,
    [new Map([['a', 1n]]), new Map()],
    [[['a', 1n]], []],
  ],
  [
    'frozen<tuple<int, duration>>',
    'Struct<{0:Int32, 1:Interval<MONTH_DAY_NANO>}>',
    false,
    [new Tuple(1, null), new Tuple(null, new Duration(0, 0, -1n))],
    [
      [1, null],
      [null, Int32Array.of(0, 0, -1, -1)],
    ],
  ],
  [
    'frozen<address>',
    'Struct<{street:Utf8, ok:Bool, since:Date32<DAY>}>',
    false,
    [{ street: 'a', ok: true, since: '1970-01-02' }, { street: null }],
    [
      ['a', true, 864e5],
      [null, null, null],
    ],
  ],
  [
    'vector<float, 2>',
    'FixedSizeList[2]<Float32>',
    false,
    [
      [1, -0.5],
      [0, 2],
    ],
    [
      [1, -0.5],
      [0, 2],
    ],
  ],
  [
    'vector<text, 2>',
    'FixedSizeList[2]<Utf8>',
    false,
    [
      ['a', 'b'],
      ['', 'c'],
    ],
    [
      ['a', 'b'],
      ['', 'c'],
    ],
  ],
  [
    'frozen<list<frozen<tuple<boolean, timestamp, time, blob, double, tinyint, smallint>>>>',
    '',
    false,
    [[new Tuple(true, new Date(1), new LocalTime(2n), Uint8Array.of(3), 0.5, 4, 5)], []],
    [[[true, 1, 2n, Uint8Array.of(3), 0.5, 4, 5]], []],
  ],
];

describe('Arrow tables', () => {
  let cluster: Cluster;
  let session: Session;
  let result: ResultSet<ColumnBatch>;
  let table: Table;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({
      contactPoints,
      types: { uuid: 'string', decimal: 'string', timestamp: 'number', map: 'object' },
    });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE arrow WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace('arrow');
    await session.execute('CREATE TYPE address (street text, ok boolean, since date)');
    const columns = COLUMNS.map(([cql], i) => `c${i} ${cql}`);
    await session.execute(`CREATE TABLE all_types (part int, row int, ${columns.join(', ')}, PRIMARY KEY (part, row))`);
    const names = COLUMNS.map((_, i) => `c${i}`);
    const insert = `INSERT INTO all_types (part, row, ${names.join(', ')}) VALUES (?, ?, ${names.map(() => '?').join(', ')})`;
    await session.execute(insert, [1, 0, ...COLUMNS.map(([, , , [value]]) => value)]);
    await session.execute('INSERT INTO all_types (part, row) VALUES (1, 1)');
    await session.execute(insert, [1, 2, ...COLUMNS.map(([, , , [, value]]) => value)]);
    result = await session.execute<ColumnBatch>('SELECT * FROM all_types WHERE part = 1', [], {
      rowFactory: 'columns',
    });
    table = toArrow(result);
  });

  after(() => cluster.shutdown());

  for (const [i, [cql, arrow, shared, , expected]] of COLUMNS.entries()) {
    test(`have the values of ${cql}, and null`, () => {
      const column = table.getChild(`c${i}`);
      assert.ok(column !== null);
      if (arrow !== '') assert.equal(String(column.type), arrow);
      assert.equal(column.nullCount, 1);
      assert.deepEqual(
        [plain(column.get(0)), plain(column.get(1)), plain(column.get(2))],
        [expected[0], null, expected[1]],
      );
      const { data } = (result.one() as ColumnBatch).column(`c${i}`);
      const isShared =
        data !== undefined && (column.data[0]?.values as ArrayBufferView | undefined)?.buffer === data.buffer;
      assert.equal(isShared, shared);
    });
  }

  test('come from Arrow’s own format as they went there', () => {
    const again = tableFromIPC(tableToIPC(table, 'stream'));
    assert.equal(again.numRows, 3);
    for (const [i] of COLUMNS.entries()) {
      const values = (column: ArrowVector | null) => Array.from({ length: 3 }, (_, row) => plain(column?.get(row)));
      assert.deepEqual(values(again.getChild(`c${i}`)), values(table.getChild(`c${i}`)));
    }
  });

  test('are made of one page, of one result, and of all pages', async () => {
    const options = { rowFactory: 'columns', fetchSize: 1 } as const;
    const paged = await session.execute<ColumnBatch>('SELECT row, c1 FROM all_types WHERE part = 1', [], options);
    const first = toArrow(paged.one() as ColumnBatch);
    assert.ok(first instanceof RecordBatch);
    assert.equal(first.numRows, 1);
    assert.equal(toArrow(paged).numRows, 1);
    const all = toArrow(await paged.all());
    assert.deepEqual([...(all.getChild('row') ?? [])], [0, 1, 2]);
    assert.ok(all.batches.length >= 3);
  });

  test('are made of a result without rows, and of no page', async () => {
    const nothing = await session.execute<ColumnBatch>('SELECT row, c1 FROM all_types WHERE part = 9', [], {
      rowFactory: 'columns',
    });
    const empty = toArrow(nothing);
    assert.equal(empty.numRows, 0);
    assert.deepEqual(empty.schema.names, ['row', 'c1']);
    assert.equal(toArrow([]).numRows, 0);
  });

  test('are not made of rows', async () => {
    const rows = await session.execute('SELECT row FROM all_types WHERE part = 1');
    for (const source of [rows, [{}], null, 'x', { rows: 5 }]) {
      assert.throws(
        () => toArrow(source as never),
        (error) => error instanceof InvalidArgumentError && error.field === 'source',
      );
    }
  });
});

/** Vectors, maps and structs as arrays. */
function plain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(plain);
  const parts: unknown[] = [...(value as Iterable<unknown>)];
  const isVector = 'getChildAt' in value;
  return parts.map((part) => plain(isVector ? part : isEntry(value, part)));
}

/** Structs iterate over names and values, maps over keys and values. */
function isEntry(value: object, part: unknown): unknown {
  const isStruct = value.constructor.name !== 'MapRow';
  return isStruct ? (part as readonly unknown[])[1] : part;
}
