// Sessions in daily use: options, keyspaces, settings of statements, pages, errors, batches, concurrent requests and metrics.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  AlreadyExistsError,
  BatchStatement,
  Cluster,
  ConsistencyLevel,
  CqlSyntaxError,
  DCAwareRoundRobinPolicy,
  executeConcurrentWithArgs,
  InvalidRequestError,
  NoHostAvailable,
  NoHostAvailableError,
  OperationTimedOutError,
  orderedDictFactory,
  PlainTextAuthProvider,
  ProtocolVersionUnsupportedError,
  SimpleStatement,
  tupleFactory,
  Uuid,
  type ColumnSpec,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const KEYSPACE = 'tutorial_sessions';

describe('a session', () => {
  let contactPoints: readonly string[];
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    const { localDatacenter } = ({ contactPoints } = await sharedCluster());
    cluster = new Cluster({
      contactPoints,
      port: 9042,
      authProvider: new PlainTextAuthProvider('cassandra', 'cassandra'),
      loadBalancingPolicy: new DCAwareRoundRobinPolicy({ localDc: localDatacenter }),
    });
    session = await cluster.connect();
    await session.execute(`
      CREATE KEYSPACE IF NOT EXISTS ${KEYSPACE}
      WITH REPLICATION = { 'class': 'SimpleStrategy', 'replication_factor': 1 }
    `);
    await session.setKeyspace(KEYSPACE);
    await session.execute(
      'CREATE TABLE IF NOT EXISTS users (id uuid PRIMARY KEY, name text, email text, created_at timestamp)',
    );
    await session.execute('CREATE TABLE IF NOT EXISTS numbers (part int, n int, PRIMARY KEY (part, n))');
    await executeConcurrentWithArgs(
      session,
      'INSERT INTO numbers (part, n) VALUES (0, ?)',
      Array.from({ length: 250 }, (_, n) => [n]),
      { concurrency: 50 },
    );
  });

  after(() => cluster.shutdown());

  test('is opened in a keyspace, or put into one later', async () => {
    const other = await cluster.connect(KEYSPACE);
    assert.equal(other.keyspace, KEYSPACE);
    assert.equal((await other.execute('SELECT * FROM numbers LIMIT 1')).length, 1);
    const third = await cluster.connect();
    assert.equal(third.keyspace, undefined);
    await assert.rejects(third.execute('SELECT * FROM numbers'), InvalidRequestError);
    await third.setKeyspace(KEYSPACE);
    assert.equal((await third.execute('SELECT * FROM numbers LIMIT 1')).length, 1);
    await other.shutdown();
    await third.close();
    assert(other.isClosed && third.isClosed && !session.isClosed);
  });

  test('prepares once and executes often, with what is read by name', async () => {
    const insert = await session.prepare('INSERT INTO users (id, name, email, created_at) VALUES (?, ?, ?, ?)');
    const select = await session.prepare<{ name: string; created_at: Date }>('SELECT * FROM users WHERE id = ?');
    for (const name of ['Alice Smith', 'Bob Jones']) {
      const [id, now] = [Uuid.random(), new Date()];
      await session.execute(insert, [id, name, `${name.slice(0, 3).toLowerCase()}@example.com`, now]);
      const user = (await session.execute(select, [id])).one();
      assert.equal(user?.name, name);
      assert.deepEqual(user.created_at, now);
      const bound = insert.bind([id, 'Someone', null, now]);
      await session.execute(bound);
      assert.equal((await session.execute(select, [id])).one()?.name, 'Someone');
    }
  });

  test('prepares a statement of another keyspace without naming it in the text', async () => {
    const other = await cluster.connect();
    const prepared = await other.prepare('SELECT n FROM numbers WHERE part = ?', { keyspace: KEYSPACE });
    assert.equal((await other.execute(prepared, [0])).length, 250);
    await other.close();
  });

  test('makes rows the way that it is told, for itself or for one request', async () => {
    const other = await cluster.connect(KEYSPACE);
    const query = 'SELECT part, n FROM numbers LIMIT 1';
    assert.deepEqual((await other.execute(query)).one(), { part: 0, n: 0 });
    other.rowFactory = tupleFactory;
    assert.deepEqual((await other.execute<unknown>(query)).one(), [0, 0]);
    const map = await other.execute(query, undefined, { rowFactory: orderedDictFactory });
    assert.deepEqual(
      [...(map.one() ?? [])],
      [
        ['part', 0],
        ['n', 0],
      ],
    );
    const text = await other.execute(query, undefined, {
      rowFactory: (columns: readonly ColumnSpec[]) => (values: readonly unknown[]) =>
        columns.map(({ name }, i) => `${name}=${String(values[i])}`).join(' '),
    });
    assert.equal(text.one(), 'part=0 n=0');
    await other.close();
  });

  test('asks with the consistency, timeout and page size of itself, of the statement or of the call', async () => {
    session.defaultConsistencyLevel = ConsistencyLevel.ONE;
    session.defaultFetchSize = 100;
    const query = 'SELECT n FROM numbers WHERE part = 0';
    assert.equal((await session.execute(query)).length, 100);
    const statement = new SimpleStatement(query, { fetchSize: 10, consistencyLevel: 'LOCAL_QUORUM' });
    assert.equal((await session.execute(statement)).length, 10);
    assert.equal((await session.execute(statement, undefined, { fetchSize: 7 })).length, 7);
    assert.equal((await session.execute(query, undefined, { fetchSize: null, timeout: null })).length, 250);
    session.defaultFetchSize = 5_000;
    assert.equal(session.defaultConsistencyLevel, 'ONE');
  });

  test('goes through all pages, or page by page, or on from where another result ended', async () => {
    const statement = new SimpleStatement('SELECT n FROM numbers WHERE part = 0', { fetchSize: 100 });
    const numbers: unknown[] = [];
    for await (const row of await session.execute(statement)) numbers.push(row['n']);
    assert.deepEqual(
      numbers,
      Array.from({ length: 250 }, (_, n) => n),
    );
    const first = await session.execute(statement);
    assert(first.hasMorePages);
    assert.equal(first.currentRows.length, 100);
    const { pagingState } = first;
    assert(pagingState !== undefined);
    const second = await session.execute(statement, undefined, { pagingState });
    assert.equal(second.one()?.['n'], 100);
    const lengths: number[] = [];
    for await (const page of first.pages()) lengths.push(page.length);
    assert.deepEqual(lengths, [100, 100, 50]);
    assert.equal((await (await session.execute(statement)).all()).length, 250);
    assert.deepEqual(first.columnNames, ['n']);
    assert.deepEqual(first.columnTypes.map(String), ['int']);
  });

  test('executes on the one host that is named', async () => {
    const [host] = cluster.metadata.allHosts();
    assert(host !== undefined);
    const result = await session.execute('SELECT key FROM system.local', undefined, { host });
    assert.equal(result.info.coordinator, host);
    assert(host.isUp === true && host.releaseVersion !== undefined);
  });

  test('executes batches of texts with values and of prepared statements', async () => {
    const [first, second] = [Uuid.random(), Uuid.random()];
    const batch = new BatchStatement();
    batch.add('INSERT INTO users (id, name) VALUES (?, ?)', [first, 'Alice']);
    batch.add(await session.prepare('INSERT INTO users (id, name) VALUES (?, ?)'), [second, 'Bob']);
    batch.isIdempotent = true;
    await session.executeBatch(batch);
    const rows = await session.execute('SELECT name FROM users WHERE id IN (?, ?)', [first, second]);
    assert.deepEqual(rows.rows.map((row) => row['name']).sort(), ['Alice', 'Bob']);
  });

  test('executes one statement with many values, and tells which of them failed', async () => {
    const results = await executeConcurrentWithArgs(
      session,
      'SELECT n FROM numbers WHERE part = 0 AND n = ?',
      [[1], [2], ['three'], [4]],
      { concurrency: 2, raiseOnFirstError: false },
    );
    assert.deepEqual(
      results.map((item) => (item.success ? item.result.one()?.['n'] : item.error.name)),
      [1, 2, 'CodecError', 4],
    );
  });

  test('tells errors apart by their class, and keeps going', async () => {
    await assert.rejects(session.execute('SELECT * FROM invalid_table'), InvalidRequestError);
    await assert.rejects(session.execute('SELECT FROM'), CqlSyntaxError);
    await assert.rejects(session.execute('CREATE TABLE users (id int PRIMARY KEY)'), (error) => {
      assert(error instanceof AlreadyExistsError);
      assert.deepEqual([error.keyspace, error.table], [KEYSPACE, 'users']);
      return true;
    });
    await assert.rejects(
      session.execute('SELECT * FROM numbers', undefined, { signal: AbortSignal.timeout(0) }).then(() => {
        throw new DOMException('it was faster', 'TimeoutError');
      }),
      { name: 'TimeoutError' },
    );
    assert.equal((await session.execute('SELECT key FROM system.local', undefined, { timeout: 5_000 })).length, 1);
    assert.equal(OperationTimedOutError.name, 'OperationTimedOutError');
  });

  test('shows how a request went on the server', async () => {
    const result = await session.execute('SELECT * FROM system.local', undefined, { trace: true });
    const trace = await result.getQueryTrace();
    assert(trace !== null && trace.events.length > 0);
    for (const { description, source, sourceElapsedMicros } of trace.events) {
      assert.notEqual(description, '');
      assert.equal(source, '127.0.0.1');
      assert(sourceElapsedMicros >= 0);
    }
    assert.equal(trace.coordinator, '127.0.0.1');
    assert.equal(await session.execute('SELECT * FROM system.local').then((plain) => plain.getQueryTrace()), null);
  });

  test('is counted and timed', async () => {
    const { metrics } = cluster;
    assert(metrics !== null);
    const [count, errors] = [metrics.requestTimer.count, metrics.otherErrors];
    await session.execute('SELECT key FROM system.local');
    await assert.rejects(session.execute('SELECT FROM'));
    assert.equal(metrics.requestTimer.count, count + 2);
    assert.equal(metrics.otherErrors, errors + 1);
    assert.deepEqual([metrics.knownHosts, metrics.connectedTo], [1, 1]);
    assert(metrics.openConnections >= 1);
    assert(metrics.requestTimer.percentile(99) >= metrics.requestTimer.percentile(50));
    const [host] = metrics.perHost().values();
    assert(host !== undefined && host.latency.count > 0);
    assert.match(metrics.toPrometheus(), /^ferrocql_known_hosts\{cluster="[^"]+"\} 1$/m);
  });
});

describe('a cluster', () => {
  test('closes at the end of its block, with all its sessions', async () => {
    const { contactPoints } = await sharedCluster();
    let closed: Cluster;
    let session: Session;
    {
      await using cluster = new Cluster([...contactPoints]);
      session = await cluster.connect();
      await session.execute('SELECT key FROM system.local');
      closed = cluster;
    }
    assert(closed.isClosed && session.isClosed);
  });

  test('speaks the version of the protocol that it is told, or the highest of both sides', async () => {
    const { contactPoints } = await sharedCluster();
    for (const [asked, spoken] of [
      [undefined, 5],
      [4, 4],
      [3, 3],
    ] as const) {
      const cluster = new Cluster({ contactPoints, ...(asked === undefined ? {} : { protocolVersion: asked }) });
      await cluster.connect();
      assert.equal(cluster.protocolVersion, spoken);
      await cluster.shutdown();
    }
  });

  test('says of each contact point why no host is available', async () => {
    const cluster = new Cluster({ contactPoints: ['127.0.0.1:1', '127.0.0.1:2'], logger: 'off' });
    await assert.rejects(cluster.connect(), (error) => {
      assert(error instanceof NoHostAvailableError);
      assert(error instanceof NoHostAvailable);
      assert.deepEqual([...error.errors.keys()].sort(), ['127.0.0.1:1', '127.0.0.1:2']);
      return true;
    });
    await cluster.shutdown();
    assert.equal(ProtocolVersionUnsupportedError.name, 'ProtocolVersionUnsupportedError');
  });
});
