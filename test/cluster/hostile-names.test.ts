// Names and values that are anything but harmless, through a real server: quoted names mean what they say, values stay values.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  bindParams,
  Cluster,
  executeConcurrent,
  executeConcurrentWithArgs,
  quoteIdentifier,
  type CqlValue,
  type Session,
} from '../../src/index.ts';
import { canonical } from '../values/canonical.ts';
import { hostileTexts } from '../values/hostile-texts.ts';
import { randomName } from '../values/random-names.ts';
import { nextSeed, Random } from '../wire/harness/random.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const KEYSPACE = 'hostile_names';
const TEXTS = 3_000;
const LITERALS = 1_000;
const RANDOM_NAMES = 300;
const NAMES = [
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'then', 'default', 'select', 'Mixed', ' ', '0'],
  ...['a b', 'a"b', "a'b", 'a\\b', '$$', '?', '%s', ';', '--', '/*', '🦀', 'é', 'e\u0301', '\n', '\t'],
];

describe('hostile names and values', () => {
  let cluster: Cluster;
  let session: Session;
  const untouched = Object.getOwnPropertyDescriptors(Object.prototype);

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace(KEYSPACE);
  });

  after(async () => {
    await cluster.shutdown();
    assert.deepEqual(Object.getOwnPropertyDescriptors(Object.prototype), untouched);
  });

  test('columns with hostile names are written, read and named as they are', async () => {
    const columns = NAMES.map((name) => `${quoteIdentifier(name)} int`);
    await session.execute(`CREATE TABLE columns_of_all_kinds (id int PRIMARY KEY, ${columns.join(', ')})`);
    const names = NAMES.map(quoteIdentifier).join(', ');
    const marks = NAMES.map(() => '?').join(', ');
    await session.execute(`INSERT INTO columns_of_all_kinds (id, ${names}) VALUES (0, ${marks})`, [...NAMES.keys()]);
    for (const query of ['SELECT * FROM columns_of_all_kinds', `SELECT ${names} FROM columns_of_all_kinds`]) {
      const row = (await session.execute(query)).one();
      for (const [i, name] of NAMES.entries()) assert.equal(row?.[name], i, JSON.stringify(name));
    }
  });

  test('the same column twice is reachable twice', async () => {
    const version = (await session.execute('SELECT cql_version FROM system.local')).one()?.['cql_version'];
    const query = 'SELECT key, key, cql_version AS key FROM system.local';
    assert.equal((await session.execute(query)).one()?.['key'], version);
    const row = (await session.execute(query, undefined, { rowFactory: 'tuple' })).one();
    assert.deepEqual(row, ['local', 'local', version]);
  });

  test('random names make a round trip through CREATE, the schema tables and DROP', async () => {
    const random = new Random(nextSeed());
    const names = new Set<string>();
    while (names.size < RANDOM_NAMES) names.add(randomName(random));
    const columns = [...names].map((name) => `${quoteIdentifier(name)} int`);
    await session.execute(`CREATE TABLE "Random" (id int PRIMARY KEY, ${columns.join(', ')})`);
    const read = await session.execute<{ column_name: string }>(
      'SELECT column_name FROM system_schema.columns WHERE keyspace_name = ? AND table_name = ?',
      [KEYSPACE, 'Random'],
    );
    const found = new Set((await read.all()).map((row) => row.column_name));
    assert.deepEqual(found, new Set(['id', ...names]));
    await session.execute(`DROP TABLE ${quoteIdentifier('Random')}`);
    const tables = await session.execute('SELECT table_name FROM system_schema.tables WHERE keyspace_name = ?', [
      KEYSPACE,
    ]);
    assert(!tables.rows.some((row) => row['table_name'] === 'Random'));
  });

  test('hostile texts come back equal, and nothing else happened', async () => {
    await session.execute('CREATE TABLE texts (id int PRIMARY KEY, v text, w blob)');
    const texts = [...hostileTexts(TEXTS, nextSeed())];
    const encoder = new TextEncoder();
    await executeConcurrentWithArgs(
      session,
      'INSERT INTO texts (id, v, w) VALUES (?, ?, ?)',
      texts.map((text, id) => [id, text, encoder.encode(text)]),
      { concurrency: 100 },
    );
    let count = 0;
    for await (const row of await session.execute<{ id: number; v: string; w: Uint8Array }>('SELECT * FROM texts')) {
      assert.equal(row.v, texts[row.id]);
      assert.deepEqual(Buffer.from(row.w), Buffer.from(encoder.encode(texts[row.id])));
      count++;
    }
    assert.equal(count, TEXTS);
  });

  test('hostile texts and blobs put into statements as literals come back equal', async () => {
    await session.execute(
      'CREATE TABLE literals (id int PRIMARY KEY, v text, w blob, x map<text, frozen<list<text>>>)',
    );
    const texts = [...hostileTexts(LITERALS, nextSeed())];
    const insert = 'INSERT INTO literals (id, v, w, x) VALUES (%s, %s, %s, %s)';
    const valuesOf = (text: string, id: number): CqlValue[] => [
      id,
      text,
      new TextEncoder().encode(text),
      new Map([[text, [text, '']]]),
    ];
    await executeConcurrent(
      session,
      texts.map((text, id) => [bindParams(insert, valuesOf(text, id))] as const),
      { concurrency: 50 },
    );
    const query = 'SELECT id, v, w, x FROM literals';
    let count = 0;
    for await (const row of await session.execute<{ id: number; v: string; w: Uint8Array; x: unknown }>(query)) {
      const expected = valuesOf(texts[row.id] ?? '', row.id);
      assert.deepEqual([row.id, row.v, row.w, row.x].map(canonical), expected.map(canonical));
      count++;
    }
    assert.equal(count, LITERALS);
  });
});
