// What a user touches of a session, on a real Apache Cassandra: profiles, streams, futures, templates, batches and bulk runs.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  BatchStatement,
  Cluster,
  cql,
  ExecutionProfile,
  executeConcurrentStream,
  FallthroughRetryPolicy,
  identifier,
  InvalidRequestError,
  raw,
  RoundRobinPolicy,
  ValueSequence,
  type LoadBalancingPolicy,
  type ResultSet,
  type Session,
  type SpeculativeExecutionPolicy,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

interface Event {
  readonly at: number;
  readonly note: string;
}

const SELECT = 'SELECT at, note FROM events WHERE day = 1';

/** Counts the plans that are asked for. */
class CountingPolicy extends RoundRobinPolicy {
  plans = 0;

  override makeQueryPlan(
    ...args: Parameters<LoadBalancingPolicy['makeQueryPlan']>
  ): ReturnType<RoundRobinPolicy['makeQueryPlan']> {
    this.plans++;
    return super.makeQueryPlan(...args);
  }
}

describe('the surface of a session', { timeout: 120_000 }, () => {
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({
      contactPoints,
      executionProfiles: {
        traced: { tracing: true, consistencyLevel: 'QUORUM', serialConsistencyLevel: 'LOCAL_SERIAL', fetchSize: 7 },
        rows: { rowFactory: 'tuple', requestTimeout: 60_000 },
      },
    });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE surface WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace('surface');
    await session.execute('CREATE TABLE events (day int, at int, note text, PRIMARY KEY (day, at))');
    await session.execute('CREATE TABLE counts (id int PRIMARY KEY, hits counter)');
    const insert = await session.prepare('INSERT INTO events (day, at, note) VALUES (1, ?, ?)');
    const items = Array.from({ length: 100 }, (_, at) => [insert, [at, `note ${at}`]] as const);
    for await (const { success } of executeConcurrentStream(session, items)) assert.ok(success);
  });

  after(() => cluster.shutdown());

  test('a profile decides on consistency, page size and tracing, by name, by itself and with a change', async () => {
    const byName = await session.execute(SELECT, [], { executionProfile: 'traced' });
    assert.deepEqual([byName.length, byName.info.achievedConsistency], [7, 'QUORUM']);
    const trace = await byName.getQueryTrace();
    assert.equal(trace?.parameters['consistency_level'], 'QUORUM');
    assert.equal(trace.parameters['serial_consistency_level'], 'LOCAL_SERIAL');
    assert.equal(trace.parameters['page_size'], '7');
    const retryPolicy = new FallthroughRetryPolicy();
    const itself = new ExecutionProfile({ consistencyLevel: 'TWO', retryPolicy });
    await assert.rejects(session.execute(SELECT, [], { executionProfile: itself }), { code: 'CQL_UNAVAILABLE' });
    const changed = session.executionProfileCloneUpdate('traced', { fetchSize: 5, tracing: false });
    const result = await session.execute(SELECT, [], { executionProfile: changed });
    assert.deepEqual([result.length, result.info.tracingId], [5, undefined]);
    assert.equal((await session.execute(SELECT, [], { executionProfile: 'traced', fetchSize: 2 })).length, 2);
  });

  test('a profile decides on rows, hosts and speculation', async () => {
    const [first] = (await session.execute(SELECT, [], { executionProfile: 'rows' })).rows;
    assert.deepEqual(first, [0, 'note 0']);
    const loadBalancingPolicy = new CountingPolicy();
    let plans = 0;
    const speculativeExecutionPolicy: SpeculativeExecutionPolicy = {
      newPlan: () => ({ nextExecution: () => (plans++, -1) }),
    };
    const profile = new ExecutionProfile({ loadBalancingPolicy, speculativeExecutionPolicy });
    assert.equal((await session.execute(SELECT, [], { executionProfile: profile })).length, 100);
    const patient = profile.with({ requestTimeout: null });
    assert.equal((await session.execute(SELECT, [], { executionProfile: patient })).length, 100);
    assert.equal(loadBalancingPolicy.plans, 2);
    assert.equal(plans, 2);
  });

  test('a stream gives all rows, no more pages than it may read, and ends however its loop does', async () => {
    const all: number[] = [];
    for await (const { at } of session.executeStream<Event>(SELECT, [], { fetchSize: 9, prefetch: 2 })) all.push(at);
    assert.deepEqual(
      all,
      Array.from({ length: 100 }, (_, at) => at),
    );
    let pages = 0;
    const onPage = (): void => {
      pages++;
    };
    const stream = session.executeStream<Event>(SELECT, [], { fetchSize: 10, maxPages: 3, onPage });
    let rows = 0;
    for await (const row of stream) rows += row.note.length > 0 ? 1 : 0;
    assert.deepEqual([pages, rows], [3, 30]);
    const boom = new Error('boom');
    const controller = new AbortController();
    const failing = async (): Promise<void> => {
      for await (const { at } of session.executeStream<Event>(SELECT, [], { fetchSize: 10 })) if (at === 15) throw boom;
    };
    await assert.rejects(failing(), (thrown) => thrown === boom);
    const seen: number[] = [];
    const aborted = async (): Promise<void> => {
      const { signal } = controller;
      for await (const { at } of session.executeStream<Event>(SELECT, [], { fetchSize: 10, signal })) {
        seen.push(at);
        if (at === 15) controller.abort(boom);
      }
    };
    await assert.rejects(aborted(), (thrown) => thrown === boom);
    assert.ok(seen.length < 100);
    const prepared = await session.prepare<Event>('SELECT at, note FROM events WHERE day = ?');
    const texts: string[] = [];
    for await (const { note } of session.executeStream(prepared, [1], { fetchSize: 40 }).toReadableStream())
      texts.push(note);
    assert.equal(texts.at(-1), 'note 99');
  });

  test('a future calls back with each page, can be waited for again, and can be given up', async () => {
    const prepared = await session.prepare<Event>('SELECT at, note FROM events WHERE day = ?');
    const future = session.executeAsync(prepared, [1], { fetchSize: 30 });
    const lengths: number[] = [];
    await new Promise<void>((resolve, reject: (error: Error) => void) => {
      future.addCallbacks((page: ResultSet<Event>) => {
        lengths.push(page.length);
        if (future.hasMorePages) future.startFetchingNextPage();
        else resolve();
      }, reject);
    });
    assert.deepEqual(lengths, [30, 30, 30, 10]);
    assert.equal((await future.result({ timeout: 1_000 })).length, 10);
    const given = session.executeAsync(SELECT);
    given.cancel();
    await assert.rejects(given.result(), { name: 'AbortError' });
    await assert.rejects(session.executeAsync('SELECT nothing FROM events').result(), InvalidRequestError);
  });

  test('a template binds values, lists and nothing, and takes over names, text and other templates', async () => {
    const table = identifier('events');
    await session.execute`INSERT INTO ${table} (day, at, note) VALUES (${2}, ${1}, ${"it's; DROP TABLE"})`;
    await session.execute`INSERT INTO ${table} (day, at, note) VALUES (${2}, ${2}, ${'kept'})`;
    await session.execute`INSERT INTO ${table} (at, note, day) VALUES (${2}, ${undefined}, ${2})`;
    const where = cql`day = ${2} AND at IN ${[1, 2]}`;
    const rows = await session.execute<Event>(cql`SELECT ${raw('at, note')} FROM ${table} WHERE ${where} LIMIT ${5}`);
    assert.deepEqual(
      rows.rows.map(({ note }) => note),
      ["it's; DROP TABLE", 'kept'],
    );
    const few = await session.execute(`SELECT at FROM events WHERE day = %s AND at IN %s`, [
      1,
      new ValueSequence([3, 5, 999]),
    ]);
    assert.equal(few.length, 2);
    const none = await session.execute`SELECT at FROM events WHERE day = ${1} AND at IN ${[]}`;
    assert.equal(none.length, 0);
  });

  test('a batch may be empty, mixed, conditional or of counters, and has its limits', async () => {
    assert.equal((await session.execute(new BatchStatement())).length, 0);
    const insert = await session.prepare('INSERT INTO events (day, at, note) VALUES (?, ?, ?)');
    const batch = new BatchStatement()
      .add("INSERT INTO events (day, at, note) VALUES (3, 1, 'plain')")
      .add(insert, [3, 2, 'prepared'])
      .add(insert.bind({ day: 3, at: 3, note: 'bound' }))
      .add('INSERT INTO events (day, at, note) VALUES (%s, %s, %s)', [3, 4, 'text'])
      .add(cql`INSERT INTO events (day, at, note) VALUES (${3}, ${5}, ${'template'})`);
    await session.execute(batch);
    const { rows } = await session.execute<Event>('SELECT note FROM events WHERE day = 3');
    assert.deepEqual(
      rows.map(({ note }) => note),
      ['plain', 'prepared', 'bound', 'text', 'template'],
    );
    const conditional = (at: number): BatchStatement =>
      new BatchStatement({ serialConsistencyLevel: 'LOCAL_SERIAL' }).add(
        'INSERT INTO events (day, at, note) VALUES (4, ?, ?) IF NOT EXISTS',
        [at, 'once'],
      );
    assert.equal((await session.execute(conditional(1))).wasApplied, true);
    assert.equal((await session.execute(conditional(1), undefined, { rowFactory: 'tuple' })).wasApplied, false);
    const hit = 'UPDATE counts SET hits = hits + ? WHERE id = ?';
    await session.execute(new BatchStatement({ batchType: 'COUNTER' }).add(hit, [2n, 1]).add(hit, [3n, 1]));
    assert.equal((await session.execute('SELECT hits FROM counts WHERE id = 1')).one()?.['hits'], 5n);
    await assert.rejects(
      session.execute(new BatchStatement().add(hit, [1n, 1]).add(insert, [3, 9, 'x'])),
      InvalidRequestError,
    );
  });

  test('a bulk run gives results in the order of its statements, failures among them', async () => {
    const items = Array.from({ length: 50 }, (_, at) =>
      at === 20 ? (['SELECT nothing FROM events'] as const) : ([`${SELECT} AND at = ?`, [at]] as const),
    );
    const seen: (number | undefined)[] = [];
    const options = { concurrency: 8, raiseOnFirstError: false };
    for await (const each of executeConcurrentStream<Event>(session, items, options)) {
      seen.push(each.success ? each.result.one()?.at : undefined);
    }
    assert.deepEqual(
      seen,
      items.map((_, at) => (at === 20 ? undefined : at)),
    );
  });
});
