// Connecting and shutting down at awkward moments: every promise settles, nothing stays open, and what one session or one policy
// does wrong is no other's trouble.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  ConnectionShutdownError,
  DriverError,
  InvalidRequestError,
  NoHostAvailableError,
  RoundRobinPolicy,
  type ClusterOptions,
} from '../../src/index.ts';
import { error } from './harness/error-response.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT v FROM ks.t';

async function start(
  t: TestContext,
  options: ClusterOptions = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<{ server: FakeServer; cluster: Cluster }> {
  const server = await startServer(t, serverOptions);
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one']] });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, cluster };
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}

/** Turns the event loop until it holds; what never does ends the test, not the run. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(30_000);
  while (!holds()) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('a shutdown while the system tables are read ends connecting and closes its connection', async (t) => {
  const { server, cluster } = await start(t);
  server.on({ cql: /system\.peers/ }).drop();
  const connecting = failure(cluster.connect());
  await server.next({ cql: /system\.peers/ });
  await cluster.shutdown();
  assert((await connecting) instanceof ConnectionShutdownError);
  await until(() => server.openConnections.length === 0);
});

test('a keyspace that is never answered ends connecting within its limit', async (t) => {
  const { server, cluster } = await start(t, { connectTimeout: 100 });
  server.on({ cql: /^USE/ }).drop();
  const reason = await failure(cluster.connect('ks'));
  assert(reason instanceof NoHostAvailableError, String(reason));
  assert.match(reason.message, /USE/);
});

test('a shutdown while a keyspace is asked for waits for nothing', async (t) => {
  const { server, cluster } = await start(t, { connectTimeout: 60_000 });
  server.on({ cql: /^USE/ }).drop();
  const connecting = failure(cluster.connect('ks'));
  await server.next({ cql: /^USE/ });
  await cluster.shutdown();
  assert((await connecting) instanceof ConnectionShutdownError);
  await until(() => server.openConnections.length === 0);
});

test('a keyspace that one session cannot have does not make the host one that is down', async (t) => {
  const { server, cluster } = await start(t);
  await cluster.connect();
  server.on({ cql: /nowhere/ }).reply(error('INVALID', 'no such keyspace'));
  assert((await failure(cluster.connect('nowhere'))) instanceof InvalidRequestError);
  assert.equal(cluster.metadata.allHosts()[0]?.isUp, true);
});

test('a keyspace that the first session cannot have does not make the host one that is down either', async (t) => {
  const { server, cluster } = await start(t);
  const down: string[] = [];
  cluster.on('hostDown', (host) => void down.push(host.address));
  server.on({ cql: /nowhere/ }).reply(error('INVALID', 'no such keyspace'));
  assert((await failure(cluster.connect('nowhere'))) instanceof InvalidRequestError);
  assert.deepEqual(down, []);
  assert.notEqual(cluster.metadata.allHosts()[0]?.isUp, false);
});

test('a connection that misses answers goes on until another one takes its place, and is closed with the session', async (t) => {
  const { server, cluster } = await start(t, { pooling: { maxRequestsPerConnection: 8 } });
  const session = await cluster.connect();
  server.on({ cql: /silent/ }).drop();
  const pending = failure(session.execute('SELECT silent FROM ks.t', undefined, { timeout: null }));
  for (let i = 0; i < 2; i++) await failure(session.execute('SELECT silent FROM ks.t', undefined, { timeout: 10 }));
  for (let i = 0; i < 50; i++) assert.equal((await session.execute(SELECT)).length, 1);
  assert.equal(server.openConnections.length, 3);
  await cluster.shutdown();
  assert((await pending) instanceof ConnectionShutdownError);
  await until(() => server.openConnections.length === 0);
});

test('every connection gets the keyspace that was set last', async (t) => {
  const { server, cluster } = await start(t, {}, { nodes: 3 });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  await Promise.all(['a', 'b', 'c', 'd'].map((keyspace) => session.setKeyspace(keyspace)));
  const last = new Map(server.requests({ cql: /^USE/ }).map(({ connection, cql }) => [connection, cql]));
  assert.equal(last.size, 3);
  assert.deepEqual(new Set(last.values()), new Set([`USE ${session.keyspace ?? ''}`]));
});

test('policies that throw are reported and change nothing', async (t) => {
  class Throwing extends RoundRobinPolicy {
    onUp(): void {
      throw new Error('onUp');
    }

    onAdd(): void {
      throw new Error('onAdd');
    }

    onDown(): void {
      throw new Error('onDown');
    }
  }
  const reported: string[] = [];
  const note = (...args: unknown[]): void => void reported.push(String(args[1]));
  const { server, cluster } = await start(t, {
    loadBalancingPolicy: new Throwing(),
    reconnectionPolicy: {
      newSchedule: () => {
        throw new Error('newSchedule');
      },
    },
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: note },
  });
  const session = await cluster.connect();
  assert.equal((await session.execute(SELECT)).length, 1);
  for (const connection of server.openConnections) connection.destroy();
  await until(() => reported.some((text) => text.includes('newSchedule')));
  assert(DriverError.isDriverError(await failure(session.execute(SELECT))));
  for (const what of ['onUp', 'onAdd', 'onDown']) assert(reported.some((text) => text.includes(what)));
});

test('a policy that wants no host says so', async (t) => {
  const { cluster } = await start(t, { localDc: 'elsewhere' });
  const reason = await failure(cluster.connect());
  assert(reason instanceof NoHostAvailableError);
  assert.match(reason.message, /localDc/);
});
