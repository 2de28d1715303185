// Columns of a result with names that mean something to JavaScript, or nothing to anybody: rows stay plain data.

import { strict as assert } from 'node:assert';
import { afterEach, test, type TestContext } from 'node:test';
import { Cluster, type ColumnBatch, type Session } from '../../src/index.ts';
import { startServer } from './harness/test-context.ts';

const NAMES = [
  ...[
    '__proto__',
    'constructor',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__defineGetter__',
    'then',
    'toJSON',
    'length',
  ],
  ...['', ' ', '0', '-1', 'a b', 'a"b', "a'b", 'a\\b', 'a`b', '${a}', 'a\nb', '\u2028', '\0', '🦀', 'é', 'e\u0301'],
  ...['default', 'await', 'arguments', 'x'.repeat(48 * 1024)],
];
const QUERY = 'SELECT * FROM ks.names';
const DUPLICATES = 'SELECT a, a, __proto__, __proto__ FROM ks.names';

async function connect(t: TestContext): Promise<Session> {
  const server = await startServer(t, {});
  server.statement(QUERY, {
    columns: NAMES.map((name) => [name, 'int'] as const),
    rows: [NAMES.map((_, i) => i), NAMES.map((_, i) => -i)],
  });
  server.statement(DUPLICATES, {
    columns: ['a', 'a', '__proto__', '__proto__'].map((name) => [name, 'int'] as const),
    rows: [[1, 2, 3, 4]],
  });
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
  t.after(() => cluster.shutdown());
  return cluster.connect();
}

const untouched = Object.getOwnPropertyDescriptors(Object.prototype);
afterEach(() => {
  assert.deepEqual(Object.getOwnPropertyDescriptors(Object.prototype), untouched);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

for (const rowFactory of ['object', 'lazy'] as const) {
  test(`every value is a property of a row made by '${rowFactory}', whatever its name`, async (t) => {
    const result = await (await connect(t)).execute(QUERY, undefined, { rowFactory });
    for (const [sign, row] of [
      [1, result.rows[0]],
      [-1, result.rows[1]],
    ] as const) {
      assert(row !== undefined);
      for (const [i, name] of NAMES.entries())
        assert.equal(row[name], sign * i || 0, JSON.stringify(name.slice(0, 20)));
      if (rowFactory === 'lazy') continue;
      assert.deepEqual(new Set(Object.keys(JSON.parse(JSON.stringify(row)) as object)), new Set(NAMES));
    }
  });
}

test('every value is reachable in arrays, Maps and columns', async (t) => {
  const session = await connect(t);
  const tuples = await session.execute(QUERY, undefined, { rowFactory: 'tuple' });
  assert.deepEqual(
    tuples.one(),
    NAMES.map((_, i) => i),
  );
  const maps = await session.execute(QUERY, undefined, { rowFactory: 'map' });
  assert.deepEqual(
    [...(maps.one() ?? [])],
    [...NAMES.entries()].map(([i, name]) => [name, i]),
  );
  const columns = (await session.execute(QUERY, undefined, { rowFactory: 'columns' })).one() as ColumnBatch;
  for (const [i, column] of [...columns.columns].entries()) assert.equal(column.name, NAMES[i]);
  assert.deepEqual(tuples.columnNames, NAMES);
});

test('of equal names the last one counts in objects; arrays and columns have all', async (t) => {
  const session = await connect(t);
  const row = (await session.execute(DUPLICATES)).one();
  assert.equal(row?.['a'], 2);
  assert.equal(row['__proto__'], 4);
  assert.equal(Object.getPrototypeOf(row), null);
  assert.deepEqual((await session.execute(DUPLICATES, undefined, { rowFactory: 'tuple' })).one(), [1, 2, 3, 4]);
  assert.deepEqual(
    [...((await session.execute(DUPLICATES, undefined, { rowFactory: 'map' })).one() ?? [])],
    [
      ['a', 2],
      ['__proto__', 4],
    ],
  );
});
