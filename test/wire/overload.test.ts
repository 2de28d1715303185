// More requests than can be served: queues have ends, deadlines hold, errors are typed and come at once, and nothing is lost.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  OperationTimedOutError,
  RequestThrottledError,
  type ClusterOptions,
  type Session,
} from '../../src/index.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT v FROM ks.t';

async function connect(t: TestContext, options: ClusterOptions): Promise<{ server: FakeServer; session: Session }> {
  const server = await startServer(t);
  server.statement(/ks\.t/, { columns: [['v', 'text']], rows: [['one']] });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, session: await cluster.connect() };
}

/** The names of how promises ended, and how often. */
async function outcomes(promises: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const outcome of await Promise.allSettled(promises)) {
    const name = outcome.status === 'fulfilled' ? 'ok' : (outcome.reason as Error).constructor.name;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** Turns the event loop until it holds; what never does ends the test, not the run. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(30_000);
  while (!holds()) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('requests beyond the connection wait in turn, and those beyond the line are refused at once', async (t) => {
  const { server, session } = await connect(t, {
    pooling: { maxRequestsPerConnection: 4 },
    maxQueuedRequests: 10,
  });
  const order: number[] = [];
  const note = (i: number) => (): void => void order.push(i);
  const held = server.on({ cql: SELECT }).delay(20);
  const requests = Array.from({ length: 20 }, (_, i) => session.execute(SELECT).then(note(i)));
  const refused = requests.slice(14).map((request) => request.catch((error: unknown) => error));
  for (const error of await Promise.all(refused)) {
    assert(error instanceof RequestThrottledError);
    assert.equal(error.maybeApplied, false);
  }
  assert.deepEqual(order, []);
  assert.deepEqual([session.getPoolState().inFlight, session.getPoolState().queued], [4, 10]);
  held.remove();
  assert.deepEqual(await outcomes(requests), { ok: 14, RequestThrottledError: 6 });
  assert.deepEqual(
    order,
    Array.from({ length: 14 }, (_, i) => i),
  );
  assert.deepEqual([session.getPoolState().inFlight, session.getPoolState().queued], [0, 0]);
});

test('deadline and signal hold for who waits in line', async (t) => {
  const { server, session } = await connect(t, { pooling: { maxRequestsPerConnection: 1 } });
  const held = server.on({ cql: SELECT }).drop();
  const first = session.execute(SELECT, undefined, { timeout: null }).catch(() => undefined);
  await server.next({ cql: SELECT });
  const controller = new AbortController();
  const waiting = [
    session.execute(SELECT, undefined, { timeout: 20 }),
    session.execute(SELECT, undefined, { signal: controller.signal }),
  ];
  const settled = outcomes(waiting);
  controller.abort(new RangeError('enough'));
  assert.deepEqual(await settled, { OperationTimedOutError: 1, RangeError: 1 });
  assert.equal(session.getPoolState().queued, 0);
  held.remove();
  assert.equal(server.requests({ cql: SELECT }).length, 1);
  for (const connection of server.openConnections) connection.destroy();
  await first;
});

test('a throttler limits what is executed at once, and what waits', async (t) => {
  const { server, session } = await connect(t, { throttler: { maxConcurrentRequests: 3, maxQueueSize: 5 } });
  const held = server.on({ cql: SELECT }).delay(10);
  let most = 0;
  const requests = Array.from({ length: 10 }, () => session.execute(SELECT));
  const watch = setInterval(() => (most = Math.max(most, session.getPoolState().inFlight)), 1);
  assert.deepEqual(await outcomes(requests), { ok: 8, RequestThrottledError: 2 });
  clearInterval(watch);
  held.remove();
  assert(most <= 3, String(most));
  assert.equal((await session.execute(SELECT)).length, 1);
});

test('deadline and signal hold for who waits for the throttler; a prepare inside a request does not wait for itself', async (t) => {
  const { server, session } = await connect(t, { throttler: { maxConcurrentRequests: 1 } });
  const held = server.on({ cql: SELECT }).drop();
  const first = session.execute(SELECT, undefined, { timeout: 200 });
  await server.next({ cql: SELECT });
  const controller = new AbortController();
  const waiting = [
    session.execute(SELECT, undefined, { timeout: 20 }),
    session.execute(SELECT, undefined, { signal: controller.signal }),
  ];
  const settled = outcomes([first, ...waiting]);
  controller.abort(new RangeError('enough'));
  assert.deepEqual(await settled, { OperationTimedOutError: 2, RangeError: 1 });
  held.remove();
  const timedOut = await waiting[0]?.catch((error: unknown) => error);
  assert(timedOut instanceof OperationTimedOutError);
  assert.deepEqual([timedOut.maybeApplied, timedOut.query, timedOut.attempts], [false, SELECT, []]);
  const select = await session.prepare('SELECT v FROM ks.t WHERE k = 1');
  server.firstNode.prepared.clear();
  assert.equal((await session.execute(select)).length, 1);
});

test('a rate is kept to', async (t) => {
  const { session } = await connect(t, { throttler: { maxRequestsPerSecond: 200 } });
  const start = performance.now();
  await Promise.all(Array.from({ length: 60 }, () => session.execute(SELECT)));
  assert(performance.now() - start >= 190);
});

test('a server that stops reading fills no more memory than it may, and gets what it missed in order', async (t) => {
  const { server, session } = await connect(t, { maxQueuedRequests: 200 });
  const text = (i: number): string => `SELECT v FROM ks.t /* ${i} ${'x'.repeat(100_000)} */`;
  const [connection] = server.openConnections.slice(-1);
  assert(connection !== undefined);
  connection.stopReading();
  const requests = Array.from({ length: 400 }, (_, i) => session.execute(text(i), undefined, { timeout: null }));
  const settled = outcomes(requests);
  await new Promise((resolve) => setImmediate(resolve));
  const { inFlight, queued, available } = session.getPoolState();
  // 8 MiB wait for the socket, beyond what the kernel took; more waits in line, and the rest is refused.
  assert(inFlight < 250 && available === 0, `${inFlight} ${available}`);
  assert(queued > 50, String(queued));
  connection.resumeReading();
  const { ok = 0, RequestThrottledError: refused = 0 } = await settled;
  assert.deepEqual([ok, refused], [inFlight + queued, 400 - inFlight - queued]);
  const numbers = server.requests({ cql: /xxx/ }).map(({ cql }) => Number(cql?.match(/\d+/)?.[0]));
  assert.deepEqual(
    numbers,
    Array.from({ length: ok }, (_, i) => i),
  );
});

test('the accounts of the stream ids are right with lost answers, and worn connections are replaced', async (t) => {
  const maxRequestsPerConnection = 64;
  const { server, session } = await connect(t, { pooling: { maxRequestsPerConnection, connectionsPerHost: 2 } });
  server.on({ cql: SELECT, probability: 0.05 }).drop();
  let lost = 0;
  for (let round = 0; round < 40; round++) {
    const requests = Array.from({ length: 50 }, () => session.execute(SELECT, undefined, { timeout: 100 }));
    const { ok = 0, OperationTimedOutError: timedOut = 0 } = await outcomes(requests);
    assert.equal(ok + timedOut, 50);
    lost += timedOut;
    const { connections, inFlight, orphaned, queued, available } = session.getPoolState();
    assert.deepEqual([inFlight, queued], [0, 0]);
    assert.equal(available + orphaned, connections * maxRequestsPerConnection);
    // A quarter of the ids of a connection, until another is open in its place.
    await until(() => session.getPoolState().orphaned < (connections * maxRequestsPerConnection) / 4);
    if (lost > 40) break;
  }
  assert(lost > 20, String(lost));
  assert(server.connections.length > 3, String(server.connections.length));
});
