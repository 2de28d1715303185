// Streams of rows: how many pages are asked for and when, and that nothing stays behind however a loop ends.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RowStream } from '../../../src/index.ts';
import type { FakeServer } from '../harness/fake-server.ts';
import { error } from '../harness/error-response.ts';
import { connect, refusal, SELECT } from './connect.ts';

interface Row {
  readonly n: number;
}

const asked = (server: FakeServer): number => server.requests({ opcode: 'QUERY', cql: SELECT }).length;

/** Lets everything happen that is under way on loopback: a request that another one follows. */
async function settle(session: { execute(cql: string): Promise<unknown> }): Promise<void> {
  await session.execute('SELECT key FROM system.local');
  await new Promise(setImmediate);
}

test('a stream gives the rows of all pages in order', async (t) => {
  const { server, session } = await connect(t);
  const stream = session.executeStream<Row>(SELECT, [], { fetchSize: 3 });
  assert.ok(stream instanceof RowStream);
  const seen: number[] = [];
  for await (const { n } of stream) seen.push(n);
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(asked(server), 4);
});

test('a stream asks for nothing before it is read', async (t) => {
  const { server, session } = await connect(t);
  session.executeStream(SELECT);
  await settle(session);
  assert.equal(asked(server), 0);
});

test('no more pages are read ahead than were asked for', async (t) => {
  const { server, session } = await connect(t);
  for (const prefetch of [0, 1, 2]) {
    const before = asked(server);
    const pages = session.executeStream<Row>(SELECT, [], { fetchSize: 2, prefetch }).pages();
    await pages.next();
    await settle(session);
    await settle(session);
    assert.equal(asked(server) - before, 1 + prefetch);
    await pages.return?.();
  }
});

test('no more pages are asked for than a stream may read', async (t) => {
  const { server, session } = await connect(t);
  const seen: number[] = [];
  for await (const { n } of session.executeStream<Row>(SELECT, [], { fetchSize: 3, maxPages: 2, prefetch: 5 })) {
    seen.push(n);
  }
  assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
  assert.equal(asked(server), 2);
});

test('each page is told with its number and its rows', async (t) => {
  const { session } = await connect(t);
  const told: number[][] = [];
  const onPage = (page: number, rows: number): void => void told.push([page, rows]);
  const pages = [];
  for await (const page of session.executeStream<Row>(SELECT, [], { fetchSize: 4, onPage }).pages()) {
    pages.push(page.rows.map(({ n }) => n));
  }
  assert.deepEqual(told, [
    [1, 4],
    [2, 4],
    [3, 2],
  ]);
  assert.deepEqual(pages[2], [9, 10]);
});

test('a stream waits for what is told of a page, and ends if that fails', async (t) => {
  const { session } = await connect(t);
  const boom = new Error('boom');
  const seen: unknown[] = [];
  const onPage = async (page: number): Promise<void> => {
    await new Promise(setImmediate);
    seen.push(`page ${page}`);
    if (page === 2) throw boom;
  };
  const loop = async (): Promise<void> => {
    for await (const { n } of session.executeStream<Row>(SELECT, [], { fetchSize: 2, onPage })) seen.push(n);
  };
  await assert.rejects(loop(), (thrown) => thrown === boom);
  assert.deepEqual(seen, ['page 1', 1, 2, 'page 2']);
});

test('leaving a loop gives up what is on its way', async (t) => {
  const { server, session, cluster } = await connect(t);
  server.on({ cql: SELECT, nth: 2 }).drop();
  for await (const row of session.executeStream<Row>(SELECT, [], { fetchSize: 3 })) {
    assert.equal(row.n, 1);
    break;
  }
  assert.equal(session.hosts[0]?.inFlight, 0);
  await settle(session);
  assert.ok(asked(server) <= 2);
  await cluster.shutdown();
});

test('a loop that throws gives up what is on its way, and a failed page ends the loop', async (t) => {
  const { server, session } = await connect(t);
  const silent = server.on({ cql: SELECT, nth: 2 }).drop();
  const boom = new Error('boom');
  const loop = async (): Promise<void> => {
    for await (const row of session.executeStream<Row>(SELECT, [], { fetchSize: 3 })) if (row.n === 1) throw boom;
  };
  await assert.rejects(loop(), (thrown) => thrown === boom);
  assert.equal(session.hosts[0]?.inFlight, 0);
  silent.remove();
  server.on({ cql: SELECT, nth: 2 }).reply(error('INVALID', 'no'));
  const seen: number[] = [];
  const failing = async (): Promise<void> => {
    for await (const { n } of session.executeStream<Row>(SELECT, [], { fetchSize: 3 })) seen.push(n);
  };
  await assert.rejects(failing(), { code: 'CQL_INVALID_REQUEST' });
  assert.deepEqual(seen, [1, 2, 3]);
});

test('a signal ends a stream with its reason', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT, nth: 2 }).drop();
  const controller = new AbortController();
  const reason = new Error('enough');
  const loop = async (): Promise<void> => {
    for await (const { n } of session.executeStream<Row>(SELECT, [], { fetchSize: 3, signal: controller.signal })) {
      if (n === 3) setImmediate(() => controller.abort(reason));
    }
  };
  await assert.rejects(loop(), (thrown) => thrown === reason);
  assert.equal(session.hosts[0]?.inFlight, 0);
});

test('a signal ends a stream between two rows of a page', async (t) => {
  const { session } = await connect(t);
  const controller = new AbortController();
  const reason = new Error('enough');
  const seen: number[] = [];
  const loop = async (): Promise<void> => {
    for await (const { n } of session.executeStream<Row>(SELECT, [], { signal: controller.signal })) {
      if (seen.push(n) === 2) controller.abort(reason);
    }
  };
  await assert.rejects(loop(), (thrown) => thrown === reason);
  assert.deepEqual(seen, [1, 2]);
});

test('closing a stream ends the loop that reads it, also one that waits for a page', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT, nth: 2 }).drop();
  const stream = session.executeStream<Row>(SELECT, [], { fetchSize: 3, prefetch: 0 });
  const seen: number[] = [];
  for await (const { n } of stream) {
    seen.push(n);
    if (n === 3) setImmediate(() => void stream.close());
  }
  assert.deepEqual(seen, [1, 2, 3]);
  await stream.close();
  const closed = session.executeStream<Row>(SELECT);
  await closed.close();
  for await (const row of closed) assert.fail(`got a row ${row.n} of a closed stream`);
});

test('a stream is let go at the end of its block', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT, nth: 2 }).drop();
  {
    await using stream = session.executeStream<Row>(SELECT, [], { fetchSize: 3 });
    const rows: AsyncIterator<Row> = stream[Symbol.asyncIterator]();
    const first: unknown = (await rows.next()).value;
    assert.deepEqual(first, { n: 1 });
  }
  assert.equal(session.hosts[0]?.inFlight, 0);
});

test('a stream is read once', async (t) => {
  const { session } = await connect(t);
  const stream = session.executeStream<Row>(SELECT);
  for await (const row of stream) assert.ok(row.n > 0);
  assert.throws(() => stream.pages(), refusal('stream'));
  assert.throws(() => stream.toReadableStream(), refusal('stream'));
});

test('a web stream asks for pages as its reader takes rows', async (t) => {
  const { server, session } = await connect(t);
  const reader = session.executeStream<Row>(SELECT, [], { fetchSize: 3, prefetch: 0 }).toReadableStream().getReader();
  await settle(session);
  assert.equal(asked(server), 0);
  const seen: number[] = [];
  for (let step = await reader.read(); !step.done && seen.push(step.value.n) < 4; step = await reader.read());
  await settle(session);
  assert.deepEqual([seen, asked(server)], [[1, 2, 3, 4], 2]);
  await reader.cancel();
  await settle(session);
  assert.equal(asked(server), 2);
});

test('a web stream ends behind the last row, and fails as the request does', async (t) => {
  const { server, session } = await connect(t);
  let rows = 0;
  for await (const { n } of session.executeStream<Row>(SELECT, [], { fetchSize: 4 }).toReadableStream()) {
    assert.equal(n, ++rows);
  }
  assert.equal(rows, 10);
  server.on({ cql: SELECT }).reply(error('INVALID', 'no'));
  const reader = session.executeStream(SELECT).toReadableStream().getReader();
  await assert.rejects(reader.read(), { code: 'CQL_INVALID_REQUEST' });
});

test('options of a stream are checked where it is made, those of the request when it is read', async (t) => {
  const { session } = await connect(t);
  assert.throws(() => session.executeStream(SELECT, [], { maxPages: 0 }), refusal('maxPages'));
  assert.throws(() => session.executeStream(SELECT, [], { prefetch: -1 }), refusal('prefetch'));
  assert.throws(() => session.executeStream(SELECT, [], { onPage: 1 as never }), refusal('onPage'));
  await assert.rejects(session.executeStream(SELECT, [], { fetchSize: 0 }).pages().next(), refusal('fetchSize'));
});
