// Sessions on a real Apache Cassandra: parameters, paging, conditional statements, batches, tracing, and what goes wrong.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  AlreadyExistsError,
  BatchStatement,
  Cluster,
  CodecError,
  CqlSyntaxError,
  executeConcurrent,
  InvalidArgumentError,
  InvalidRequestError,
  OperationTimedOutError,
  UNSET_VALUE,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

describe('session', () => {
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE sessions WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace('sessions');
    await session.execute('CREATE TABLE users (id int PRIMARY KEY, name text, age int, tags set<text>)');
    await session.execute('CREATE TABLE events (day int, at int, note text, PRIMARY KEY (day, at))');
    const insert = await session.prepare('INSERT INTO events (day, at, note) VALUES (?, ?, ?)');
    await executeConcurrent(
      session,
      Array.from({ length: 1_000 }, (_, at) => [insert, [1, at, `note ${at}`]] as const),
    );
  });

  after(() => cluster.shutdown());

  test('negotiates the highest protocol version', () => {
    assert.equal(cluster.protocolVersion, 5);
  });

  for (const [style, cql, params] of [
    ['?', 'INSERT INTO users (id, name, age) VALUES (?, ?, ?)', [1, "O'Neil", 42]],
    [':name', 'INSERT INTO users (id, name, age) VALUES (:id, :name, :age)', { id: 1, name: "O'Neil", age: 42 }],
    ['%s', 'INSERT INTO users (id, name, age) VALUES (%s, %s, %s)', [1, "O'Neil", 42]],
    [
      '%(name)s',
      'INSERT INTO users (id, name, age) VALUES (%(id)s, %(name)s, %(age)s)',
      { id: 1, name: "O'Neil", age: 42 },
    ],
  ] as const) {
    test(`binds ${style} markers on the server`, async () => {
      await session.execute('TRUNCATE users');
      await session.execute(cql, params);
      assert.deepEqual(
        { ...(await session.execute('SELECT id, name, age FROM users')).one() },
        { id: 1, name: "O'Neil", age: 42 },
      );
    });
  }

  test('leaves an unset column as it is and writes null over it', async () => {
    await session.execute('INSERT INTO users (id, name, age) VALUES (?, ?, ?)', [2, 'Ann', 30]);
    await session.execute('INSERT INTO users (id, name, age) VALUES (?, ?, ?)', [2, UNSET_VALUE, null]);
    await session.execute('INSERT INTO users (id, name) VALUES (?, ?)', [2, undefined]);
    assert.deepEqual(
      { ...(await session.execute('SELECT name, age FROM users WHERE id = 2')).one() },
      { name: 'Ann', age: null },
    );
  });

  test('iterates over every page, and over one page', async () => {
    const result = await session.execute<{ at: number }>('SELECT at FROM events WHERE day = 1', undefined, {
      fetchSize: 100,
    });
    assert.equal([...result].length, 100);
    assert.equal(result.hasMorePages, true);
    const seen: number[] = [];
    for await (const row of result) seen.push(row.at);
    assert.deepEqual(
      seen,
      Array.from({ length: 1_000 }, (_, at) => at),
    );
  });

  test('continues from a paging state', async () => {
    const first = await session.execute('SELECT at FROM events WHERE day = ?', [1], { fetchSize: 10 });
    const state = first.pagingState;
    assert(state !== undefined);
    const next = await session.execute('SELECT at FROM events WHERE day = ?', [1], {
      fetchSize: 10,
      pagingState: state,
    });
    assert.equal(next.one()?.['at'], 10);
    const followed = await first.fetchNextPage();
    assert.deepEqual([...(followed ?? [])], [...next]);
  });

  test('collects all pages, and refuses more rows than allowed', async () => {
    const result = await session.execute('SELECT at FROM events WHERE day = 1', undefined, { fetchSize: 300 });
    assert.equal((await result.all()).length, 1_000);
    await assert.rejects(
      session
        .execute('SELECT at FROM events WHERE day = 1', undefined, { fetchSize: 300 })
        .then((again) => again.all({ maxRows: 500 })),
    );
  });

  test('tells whether a conditional statement was applied', async () => {
    await session.execute('DELETE FROM users WHERE id = 3');
    const insert = 'INSERT INTO users (id, name) VALUES (?, ?) IF NOT EXISTS';
    assert.equal((await session.execute(insert, [3, 'first'])).wasApplied, true);
    const second = await session.execute(insert, [3, 'second']);
    assert.equal(second.wasApplied, false);
    assert.equal(second.one()?.['name'], 'first');
  });

  test('executes a batch of prepared and plain statements', async () => {
    const insert = await session.prepare('INSERT INTO users (id, name) VALUES (?, ?)');
    const batch = new BatchStatement()
      .add(insert, [10, 'ten'])
      .add("INSERT INTO users (id, name) VALUES (11, 'eleven')")
      .add('INSERT INTO users (id, name) VALUES (?, ?)', [12, 'twelve']);
    await session.executeBatch(batch);
    const rows = await session.execute('SELECT id, name FROM users WHERE id IN (10, 11, 12)');
    assert.deepEqual(
      [...rows].map((row) => ({ ...row })),
      [
        { id: 10, name: 'ten' },
        { id: 11, name: 'eleven' },
        { id: 12, name: 'twelve' },
      ],
    );
  });

  test('counts, alone and in a counter batch', async () => {
    await session.execute('CREATE TABLE visits (page text PRIMARY KEY, count counter)');
    const visit = 'UPDATE visits SET count = count + ? WHERE page = ?';
    await session.execute(visit, [2n ** 40n, 'home']);
    await session.executeBatch(
      new BatchStatement({ batchType: 'COUNTER' }).add(visit, [1, 'home']).add(visit, [-5n, 'about']),
    );
    const { rows } = await session.execute('SELECT page, count FROM visits');
    assert.deepEqual(
      new Map(rows.map((row) => [row['page'], row['count']])),
      new Map([
        ['home', 2n ** 40n + 1n],
        ['about', -5n],
      ]),
    );
  });

  test('traces a request', async () => {
    const result = await session.execute('SELECT * FROM users WHERE id = ?', [1], { trace: true });
    const trace = await result.getQueryTrace();
    assert(trace !== null);
    assert(trace.events.length > 0);
    assert.match(trace.requestType, /prepared/i);
  });

  test('reads rows of the new shape after a column was added', async () => {
    await session.execute('CREATE TABLE changing (id int PRIMARY KEY, a int)');
    await session.execute('INSERT INTO changing (id, a) VALUES (1, 2)');
    const select = await session.prepare('SELECT * FROM changing');
    assert.deepEqual({ ...(await session.execute(select, [])).one() }, { id: 1, a: 2 });
    await session.execute('ALTER TABLE changing ADD b text');
    await session.execute("UPDATE changing SET b = 'x' WHERE id = 1");
    assert.deepEqual({ ...(await session.execute(select, [])).one() }, { id: 1, a: 2, b: 'x' });
    assert.deepEqual({ ...(await session.execute(select, [])).one() }, { id: 1, a: 2, b: 'x' });
  });

  test('names the syntax error, the statement and the host', async () => {
    const error = await failure(session.execute('SELEC 1'));
    assert(error instanceof CqlSyntaxError);
    assert.equal(error.code, 'CQL_SYNTAX_EXCEPTION');
    assert.equal(error.maybeApplied, false);
    assert.match(error.query ?? '', /SELEC/);
    assert.equal(error.attempts.length, 1);
    assert.match(error.stack ?? '', /session\.test/);
  });

  test('refuses to connect to a keyspace that does not exist', async () => {
    const { contactPoints } = await sharedCluster();
    const other = new Cluster({ contactPoints, logger: 'off' });
    try {
      assert((await failure(other.connect('nowhere'))) instanceof InvalidRequestError);
      assert((await failure(session.setKeyspace('nowhere'))) instanceof InvalidRequestError);
      assert.equal(session.keyspace, 'sessions');
    } finally {
      await other.shutdown();
    }
  });

  test('names an unknown table and a keyspace that exists', async () => {
    assert((await failure(session.execute('SELECT * FROM nowhere'))) instanceof InvalidRequestError);
    const exists = await failure(
      session.execute(
        `CREATE KEYSPACE sessions WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      ),
    );
    assert(exists instanceof AlreadyExistsError);
    assert.equal(exists.keyspace, 'sessions');
  });

  test('refuses a value that does not fit, with its path, and goes on', async () => {
    const error = await failure(session.execute('INSERT INTO users (id, tags) VALUES (?, ?)', [1, ['a', 5]]));
    assert(error instanceof CodecError);
    assert.match(error.path, /\[1\].*\[1\]/);
    const overflow = await failure(session.execute('INSERT INTO users (id, age) VALUES (?, ?)', [1, 2 ** 31]));
    assert(overflow instanceof CodecError);
    assert.equal((await session.execute('SELECT id FROM users WHERE id = 1')).length, 1);
  });

  test('refuses the wrong number and the wrong names of parameters', async () => {
    const few = await failure(session.execute('INSERT INTO users (id, age) VALUES (?, ?)', [1]));
    assert(few instanceof InvalidArgumentError);
    const unknown = await failure(session.execute('INSERT INTO users (id) VALUES (:id)', { id: 1, idd: 2 }));
    assert(unknown instanceof InvalidArgumentError);
    assert.match(unknown.message, /idd/);
  });

  test('gives up at the deadline and at an abort, and goes on', async () => {
    const late = await failure(
      session
        .execute('SELECT * FROM events', undefined, { timeout: 1 })
        .then(() => session.execute('SELECT * FROM events', undefined, { timeout: 1 })),
    );
    assert(late === null || late instanceof OperationTimedOutError);
    const reason = new Error('the user left');
    assert.equal(
      await failure(session.execute('SELECT * FROM events', undefined, { signal: AbortSignal.abort(reason) })),
      reason,
    );
    const controller = new AbortController();
    const pending = failure(session.execute('SELECT * FROM events', undefined, { signal: controller.signal }));
    controller.abort(reason);
    assert.equal(await pending, reason);
    assert.equal((await session.execute('SELECT key FROM system.local')).length, 1);
  });
});

async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
    return null;
  } catch (error) {
    return error;
  }
}
