// Literals that the encoder writes, read back by a real Apache Cassandra as the same values: without a type, with one, and through
// parameters put into text.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  bindParams,
  Cluster,
  Decimal,
  Duration,
  Inet,
  LocalDate,
  LocalTime,
  TimeUuid,
  Tuple,
  Uuid,
  Vector,
  type CqlValue,
  type Session,
} from '../../src/index.ts';
import { parseType } from '../../src/types/parse-type.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const uuid = Uuid.parse('756716f7-2e54-4715-9f00-91dcbea6cf50');
const timeuuid = TimeUuid.parse('e7ae5cf3-d358-1d99-b900-85902fda9bb1');

/** CQL type, values whose literals are stored, and what is read where that is another thing. */
const VALUES: readonly (readonly [type: string, values: readonly CqlValue[], read?: readonly unknown[]])[] = [
  ['ascii', ['', 'plain', "'quoted'", '$$']],
  ['text', ['', "O'Hare ''", 'Ärger 🦀\n', '%s /* -- ?', '\0']],
  ['tinyint', [-128, 127]],
  ['smallint', [-32_768, 32_767]],
  ['int', [-(2 ** 31), 0, 2 ** 31 - 1]],
  ['bigint', [-(2n ** 63n), 9_007_199_254_740_993n, 2n ** 63n - 1n]],
  ['varint', [0n, 2n ** 200n, -(2n ** 200n)]],
  [
    'decimal',
    [Decimal.parse('-1.25'), Decimal.parse('1E+3'), Decimal.parse('1.5E-10'), new Decimal(7n, 0), new Decimal(0n, 2)],
  ],
  ['float', [0, 1.5, -0.25, Math.fround(1e-7), Infinity, -Infinity, NaN]],
  ['double', [0, -0, 1, 1e300, -1e21, Number.MIN_VALUE, Infinity, -Infinity, NaN]],
  ['boolean', [true, false]],
  ['blob', [new Uint8Array(), Uint8Array.of(0, 255, 1)]],
  ['uuid', [uuid]],
  ['timeuuid', [timeuuid]],
  [
    'timestamp',
    [new Date(0), new Date(-1), new Date('2026-11-21T10:00:00.123Z'), new Date(8.64e15), new Date(-8.64e15)],
  ],
  [
    'date',
    [
      LocalDate.parse('1970-01-01'),
      LocalDate.parse('0001-01-01'),
      LocalDate.parse('9999-12-31'),
      LocalDate.parse('0000-12-31'),
      LocalDate.parse('+12345-06-07'),
      LocalDate.fromDaysSinceEpoch(-(2 ** 31)),
      LocalDate.fromDaysSinceEpoch(2 ** 31 - 1),
    ],
  ],
  ['time', [new LocalTime(0n), LocalTime.parse('23:59:59.999999999')]],
  [
    'inet',
    [Inet.parse('127.0.0.1'), Inet.parse('2001:db8::1'), Inet.parse('::ffff:1.2.3.4')],
    ['127.0.0.1', '2001:db8::1', '1.2.3.4'],
  ],
  [
    'duration',
    [new Duration(14, 3, 4n), new Duration(-1, -2, -3n), new Duration(0, 0, 0n), new Duration(0, 0, 2n ** 63n - 1n)],
  ],
  ['list<int>', [[1, 2, 3]]],
  ['set<text>', [new Set(['a', "o'"])]],
  [
    'map<text, bigint>',
    [
      new Map([
        ["k'", 1n],
        ['l', -1n],
      ]),
      { a: 1n },
    ],
    [
      new Map([
        ["k'", 1n],
        ['l', -1n],
      ]),
      new Map([['a', 1n]]),
    ],
  ],
  [
    'map<int, frozen<list<text>>>',
    [
      new Map<number, string[]>([
        [1, ['x']],
        [2, []],
      ]),
    ],
  ],
  ['tuple<int, text, frozen<list<int>>>', [new Tuple(7, null, [1]), new Tuple(null, 'x', [])]],
  [
    'vector<float, 3>',
    [new Vector([1, 2, -0.5]), Float32Array.of(1, 2, -0.5)],
    [Float32Array.of(1, 2, -0.5), Float32Array.of(1, 2, -0.5)],
  ],
  ['vector<text, 2>', [['a', "b'c"]]],
];

class Address {
  readonly street: string;
  readonly Zip: number | null;
  constructor(street: string, zip: number | null) {
    this.street = street;
    this.Zip = zip;
  }
}

describe('literals', () => {
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE literals WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace('literals');
    await session.execute('CREATE TYPE address (street text, "Zip" int)');
    const columns = VALUES.map(([type], i) => `c${i} ${type}`);
    await session.execute(
      `CREATE TABLE all_types (id int PRIMARY KEY, ${columns.join(', ')}, home frozen<address>, homes list<frozen<address>>)`,
    );
  });

  after(() => cluster.shutdown());

  const stored = async (column: string, literal: string): Promise<unknown> => {
    await session.execute(`INSERT INTO all_types (id, ${column}) VALUES (1, ${literal})`);
    return (await session.execute(`SELECT ${column} AS value FROM all_types WHERE id = 1`)).one()?.['value'];
  };

  for (const [i, [type, values, read = values]] of VALUES.entries()) {
    test(`those of ${type} are read as the same values, with and without the type`, async () => {
      for (const [n, value] of values.entries()) {
        const literals = [
          session.encoder.encode(value, parseType(type)),
          session.encoder.encode(value),
          bindParams('%s', [value]),
        ];
        for (const literal of new Set(literals)) {
          assert.deepEqual(plain(await stored(`c${i}`, literal)), plain(read[n]), literal);
        }
      }
    });
  }

  test('those of user-defined types are read as the same values', async () => {
    const home = new Address("O'Hare", null);
    const literal = session.encoder.encode(home);
    assert.deepEqual({ ...((await stored('home', literal)) as object) }, { street: "O'Hare", Zip: null });
    const homes = session.encoder.encode(
      [home, { street: 'x', Zip: 5 }].map((each) => new Address(each.street, each.Zip)),
    );
    assert.deepEqual(await stored('homes', homes), [
      { street: "O'Hare", Zip: null },
      { street: 'x', Zip: 5 },
    ]);
  });

  test('null is read as null', async () => {
    assert.equal(await stored('c0', session.encoder.encode(null)), null);
  });

  test('a statement that changes the schema takes them', async () => {
    const cql = bindParams('CREATE TABLE notes (id int PRIMARY KEY) WITH comment = %s', ["it's 100 %"]);
    await session.execute(cql);
    const { comment } = (
      await session.execute(
        "SELECT comment FROM system_schema.tables WHERE keyspace_name = 'literals' AND table_name = 'notes'",
      )
    ).one() as { comment: string };
    assert.equal(comment, "it's 100 %");
  });
});

/** Collections that compare by value become ordinary ones, so that `deepEqual` compares their contents. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [plain(k), plain(v)]));
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map(plain));
  if (Array.isArray(value)) return value.map(plain);
  return value;
}
