// Every CQL type through a real Apache Cassandra, in every protocol version and compression: what was bound comes back.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  Cluster,
  Decimal,
  Duration,
  LocalDate,
  LocalTime,
  TimeUuid,
  Tuple,
  Uuid,
  type ClusterOptions,
  type CqlValue,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const uuid = Uuid.parse('756716f7-2e54-4715-9f00-91dcbea6cf50');
const timeuuid = TimeUuid.parse('e7ae5cf3-d358-4d99-b900-85902fda9bb1'.replace('4d99', '1d99'));

/** CQL type, values to bind, and what comes back where that is another thing. */
const VALUES: readonly (readonly [type: string, values: readonly CqlValue[], read?: readonly unknown[]])[] = [
  ['ascii', ['', 'plain text']],
  ['text', ['', 'Ärger', '羽田空港', '🦀', 'x'.repeat(70_000), 'ü'.repeat(20_000)]],
  ['tinyint', [-128, 0, 127]],
  ['smallint', [-32_768, 32_767]],
  ['int', [-(2 ** 31), -1, 0, 2 ** 31 - 1]],
  ['bigint', [-(2n ** 63n), -1n, 0n, 9_007_199_254_740_993n, 2n ** 63n - 1n]],
  ['varint', [0n, -1n, 128n, -129n, 2n ** 200n, -(2n ** 200n)]],
  ['decimal', [Decimal.parse('-1.25'), new Decimal(1n, -3), Decimal.parse('123456789012345678901234567890.5')]],
  ['float', [0, 1.5, -0.25, Infinity, -Infinity, NaN]],
  ['double', [0, -0, 1e300, Number.MIN_VALUE, Infinity, NaN]],
  ['boolean', [true, false]],
  ['blob', [new Uint8Array(), new Uint8Array([0, 255, 1])]],
  ['uuid', [uuid]],
  ['timeuuid', [timeuuid]],
  ['timestamp', [new Date(0), new Date(-1), new Date('2026-11-21T10:00:00.123Z')]],
  ['date', [LocalDate.parse('1970-01-01'), LocalDate.parse('1969-12-31'), new LocalDate(2026, 11, 21)]],
  ['time', [new LocalTime(0n), LocalTime.parse('23:59:59.999999999')]],
  ['inet', ['127.0.0.1', '::1', '2001:db8::ff00:42:8329']],
  ['list<int>', [[1, 2, 3]]],
  ['set<text>', [new Set(['a', 'ö'])]],
  [
    'map<text, bigint>',
    [
      new Map([
        ['a', 1n],
        ['b', -(2n ** 40n)],
      ]),
    ],
  ],
  [
    'map<int, frozen<list<text>>>',
    [
      new Map([
        [1, ['x', 'y']],
        [2, []],
      ]),
    ],
  ],
  ['list<frozen<map<text, frozen<set<int>>>>>', [[new Map([['k', new Set([1, 2])]]), new Map()]]],
  ['tuple<int, text, frozen<list<int>>>', [new Tuple(7, null, [1]), new Tuple(null, 'x', [])]],
  [
    'frozen<address>',
    [
      { street: 'Hauptstraße', zip: 78_723, tags: new Set(['a']) },
      { street: null, zip: null, tags: null },
    ],
  ],
  ['vector<float, 3>', [[1, 2, -0.5]], [new Float32Array([1, 2, -0.5])]],
  ['vector<int, 2>', [[1, -1]]],
  ['vector<text, 2>', [['a', 'bcd']]],
];
const DURATIONS: readonly CqlValue[] = [
  new Duration(1, 2, 3n),
  new Duration(-1, -2, -3n),
  new Duration(0, 0, 0n),
  Duration.parse('1y2mo3d4h'),
];

const VARIANTS: readonly ClusterOptions[] = [
  { protocolVersion: 5 },
  { protocolVersion: 5, compression: 'lz4' },
  { protocolVersion: 4 },
  { protocolVersion: 4, compression: 'lz4' },
  { protocolVersion: 4, compression: 'snappy' },
  { protocolVersion: 3 },
  { protocolVersion: 3, compression: 'snappy' },
];

for (const [number, variant] of VARIANTS.entries()) {
  const name = `v${variant.protocolVersion ?? 0}${typeof variant.compression === 'string' ? ` with ${variant.compression}` : ''}`;
  describe(`values over protocol ${name}`, () => {
    const keyspace = `values_${number}`;
    let cluster: Cluster;
    let session: Session;

    before(async () => {
      const { contactPoints } = await sharedCluster();
      cluster = new Cluster({ ...variant, contactPoints });
      session = await cluster.connect();
      await session.execute(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      await session.setKeyspace(keyspace);
      await session.execute('CREATE TYPE address (street text, zip int, tags frozen<set<text>>)');
      const columns = VALUES.map(([type], i) => `c${i} ${type}`);
      await session.execute(`CREATE TABLE all_types (id int PRIMARY KEY, ${columns.join(', ')}, d duration)`);
    });

    after(() => cluster.shutdown());

    for (const [column, [type, values, read = values]] of VALUES.entries()) {
      test(`${type} comes back as it was bound`, async () => {
        for (const [i, value] of values.entries()) {
          await session.execute(`INSERT INTO all_types (id, c${column}) VALUES (?, ?)`, [column, value]);
          const row = (await session.execute(`SELECT c${column} AS value FROM all_types WHERE id = ?`, [column])).one();
          assert.deepEqual(plain(row?.['value']), plain(read[i]));
        }
      });
    }

    test('duration comes back as it was bound', async () => {
      for (const value of DURATIONS) {
        await session.execute('INSERT INTO all_types (id, d) VALUES (-1, ?)', [value]);
        const row = (await session.execute('SELECT d FROM all_types WHERE id = -1')).one();
        assert.deepEqual(row?.['d'], value);
      }
    });

    test('null comes back for every type', async () => {
      await session.execute('INSERT INTO all_types (id) VALUES (?)', [1_000]);
      const row = (await session.execute('SELECT * FROM all_types WHERE id = 1000')).one();
      assert.deepEqual(new Set(Object.values(row ?? {})), new Set([1_000, null]));
    });
  });
}

/** Collections that compare by value become ordinary ones, so that `deepEqual` compares their contents. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [plain(k), plain(v)]));
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map(plain));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}
