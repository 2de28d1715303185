// Requests that are not waited for, large results as streams, what a request did on the servers, and sessions in other
// threads and processes.

import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { MessageChannel } from 'node:worker_threads';
import {
  Cluster,
  executeConcurrentWithArgs,
  InvalidRequestError,
  QueryExhausted,
  SimpleStatement,
  type ResponseFuture,
  type ResultSet,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const KEYSPACE = 'tutorial_async';
const ROWS = 1_000;

interface Song {
  readonly id: number;
  readonly title: string;
}

describe('a session, asynchronously', () => {
  let contactPoints: readonly string[];
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    ({ contactPoints } = await sharedCluster());
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace(KEYSPACE);
    await session.execute('CREATE TABLE songs (part int, id int, title text, PRIMARY KEY (part, id))');
    await executeConcurrentWithArgs(
      session,
      'INSERT INTO songs (part, id, title) VALUES (0, ?, ?)',
      Array.from({ length: ROWS }, (_, id) => [id, `song ${id}`]),
      { concurrency: 100 },
    );
  });

  after(() => cluster.shutdown());

  test('starts a request, does other things, and asks for the result', async () => {
    const future = session.executeAsync<Song>('SELECT * FROM songs WHERE part = 0 AND id = 7');
    const other = 6 * 7;
    const rows = await future.result();
    assert.equal(rows.one()?.title, 'song 7');
    assert.equal(other, 42);
    assert.equal((await future).one()?.id, 7);
    await assert.rejects(session.executeAsync('SELECT * FROM nothing').result(), InvalidRequestError);
  });

  test('calls back with the rows, or with the error', async () => {
    const print = (rows: ResultSet): string[] => [...rows].map((row) => `${String(row['id'])} ${String(row['title'])}`);
    const printed = await new Promise((resolve, reject) => {
      session
        .executeAsync('SELECT id, title FROM songs WHERE part = 0 LIMIT 2')
        .addCallbacks((rows) => resolve(print(rows)), reject);
    });
    assert.deepEqual(printed, ['0 song 0', '1 song 1']);
    const error = await new Promise((resolve, reject) => {
      session.executeAsync('SELECT * FROM nothing').addCallbacks(reject, resolve);
    });
    assert(error instanceof InvalidRequestError);
  });

  test('gives callbacks what they were registered with, also when the result is there already', async () => {
    const future = session.executeAsync('SELECT id FROM songs WHERE part = 0 LIMIT 1');
    await future.result();
    const took = await new Promise<[ResultSet, number, string]>((resolve) => {
      future.addCallback(
        (rows: ResultSet, startedAt: number, label: string) => resolve([rows, startedAt, label]),
        5,
        'label',
      );
    });
    assert.deepEqual([took[0].length, took[1], took[2]], [1, 5, 'label']);
  });

  test('asks for further pages one by one, until there are none', async () => {
    const statement = new SimpleStatement<Song>('SELECT * FROM songs WHERE part = 0', { fetchSize: 400 });
    const ids: number[] = [];
    await new Promise<void>((resolve, reject) => {
      const future: ResponseFuture<Song> = session.executeAsync<Song>(statement);
      future.addCallbacks((page) => {
        for (const row of page) ids.push(row.id);
        if (future.hasMorePages) future.startFetchingNextPage();
        else {
          assert.throws(() => future.startFetchingNextPage(), QueryExhausted);
          resolve();
        }
      }, reject);
    });
    assert.deepEqual(
      ids,
      Array.from({ length: ROWS }, (_, id) => id),
    );
  });

  test('shows the events of a traced request, from its future', async () => {
    const future = session.executeAsync('SELECT * FROM system.local', undefined, { trace: true });
    await future.result();
    const trace = await future.getQueryTrace();
    assert(trace !== null && trace.events.length > 0);
    const elapsed = trace.events.map((event) => event.sourceElapsedMicros);
    assert(elapsed.every((micros) => Number.isInteger(micros) && micros >= 0));
    assert(trace.events.every((event) => event.description !== ''));
  });

  test('tells a listener of each request before it is sent', async () => {
    const seen: string[] = [];
    const listener = (future: ResponseFuture, label: string): void => {
      seen.push(`${label}: ${future.query instanceof SimpleStatement ? future.query.queryString : '?'}`);
    };
    session.addRequestInitListener(listener as never, 'slow log');
    await session.execute('SELECT key FROM system.local');
    session.removeRequestInitListener(listener as never, 'slow log');
    await session.execute('SELECT key FROM system.local');
    assert.deepEqual(seen, ['slow log: SELECT key FROM system.local']);
  });

  test('streams rows, and pages, with no more of them at hand than was asked for', async () => {
    let counted = 0;
    await using stream = session.executeStream<Song>('SELECT * FROM songs WHERE part = ?', [0], {
      fetchSize: 100,
      onPage: (_page, rows) => {
        assert(rows <= 100);
        counted += rows;
      },
    });
    let next = 0;
    for await (const row of stream) assert.equal(row.id, next++);
    assert.deepEqual([next, counted], [ROWS, ROWS]);
    const lengths: number[] = [];
    const byPage = session.executeStream<Song>('SELECT * FROM songs WHERE part = 0', undefined, {
      fetchSize: 300,
      maxPages: 2,
    });
    for await (const page of byPage.pages()) lengths.push(page.length);
    assert.deepEqual(lengths, [300, 300]);
    const abandoned = session.executeStream('SELECT * FROM songs WHERE part = 0', undefined, { fetchSize: 10 });
    for await (const row of abandoned) if (row['id'] === 5) break;
    await abandoned.close();
  });

  test('cannot be sent to another thread', () => {
    const { port1 } = new MessageChannel();
    assert.throws(() => port1.postMessage(session), /thread/);
    assert.throws(() => structuredClone(session), /thread/);
    port1.close();
  });

  test('is made anew in each process, whose sessions end by themselves', async () => {
    const program = fileURLToPath(new URL('./tutorial-child.js', import.meta.url));
    const child = fork(program, [contactPoints[0] ?? ''], { serialization: 'advanced' });
    assert.throws(() => child.send(session), /thread/);
    const answer = await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('error', reject);
      child.once('exit', (code) => reject(new Error(`the child ended with ${code ?? 'a signal'}`)));
    });
    const version = (await session.execute('SELECT release_version FROM system.local')).one()?.['release_version'];
    assert.equal(answer, version);
  });
});
