// Requests on the runtime's diagnostics channel: who subscribes hears of them, and of their context.

import { strict as assert } from 'node:assert';
import { AsyncLocalStorage } from 'node:async_hooks';
import { channel, subscribe, tracingChannel, unsubscribe } from 'node:diagnostics_channel';
import { test, type TestContext } from 'node:test';
import { Cluster, InvalidRequestError, type RequestMessage, type Session } from '../../src/index.ts';
import { error } from './harness/error-response.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = "SELECT v FROM ks.t WHERE name = 'secret'";
const REDACTED = 'SELECT v FROM ks.t WHERE name = ?';

async function connect(t: TestContext): Promise<{ server: FakeServer; session: Session }> {
  const server = await startServer(t, {});
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one']] });
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
  t.after(() => cluster.shutdown());
  return { server, session: await cluster.connect() };
}

function heard(t: TestContext): [event: string, message: RequestMessage][] {
  const all: [string, RequestMessage][] = [];
  const tell = (event: string) => (message: unknown) => void all.push([event, message as RequestMessage]);
  const handlers = {
    start: tell('start'),
    end: tell('end'),
    asyncStart: tell('asyncStart'),
    asyncEnd: tell('asyncEnd'),
    error: tell('error'),
  };
  const requests = tracingChannel('ferrocql:request');
  requests.subscribe(handlers);
  t.after(() => requests.unsubscribe(handlers));
  return all;
}

test('a request is told from its start to its result, without the literals of its text', async (t) => {
  const { session } = await connect(t);
  const all = heard(t);
  const result = await session.execute(SELECT);
  assert.deepEqual(
    all.map(([event]) => event),
    ['start', 'end', 'asyncStart', 'asyncEnd'],
  );
  const [, message] = all[0] ?? [];
  assert(message !== undefined && all.every(([, other]) => other === message));
  assert.equal(message.query, REDACTED);
  assert.equal(message.keyspace, undefined);
  assert.equal(message.result, result);
});

test('a failure is told with its error', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT }).reply(error('INVALID', 'no'));
  const all = heard(t);
  await assert.rejects(session.execute(SELECT), InvalidRequestError);
  const [, message] = all.find(([event]) => event === 'error') ?? [];
  assert(message?.error instanceof InvalidRequestError);
  assert.equal(message.result, undefined);
});

test('a store that a tracer binds to the start reaches what runs for the request', async (t) => {
  const { session } = await connect(t);
  const spans = new AsyncLocalStorage<string>();
  const start = channel('tracing:ferrocql:request:start');
  start.bindStore(spans, (message) => `span of ${(message as RequestMessage).query}`);
  t.after(() => start.unbindStore(spans));
  let seen: string | undefined;
  session.addInterceptor({ onRequest: () => void (seen = spans.getStore()) });
  await session.execute(SELECT);
  assert.equal(seen, `span of ${REDACTED}`);
  assert.equal(spans.getStore(), undefined);
});

test('nobody is told once nobody listens', async (t) => {
  const { session } = await connect(t);
  const all: unknown[] = [];
  const take = (message: unknown): void => void all.push(message);
  subscribe('tracing:ferrocql:request:start', take);
  await session.execute(SELECT);
  unsubscribe('tracing:ferrocql:request:start', take);
  await session.execute(SELECT);
  assert.equal(all.length, 1);
});
