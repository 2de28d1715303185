// What a cluster object does beside its sessions: limits of connecting, credentials, its own name, and the end of it all.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  AuthenticationFailedError,
  Cluster,
  ConnectionShutdownError,
  InvalidArgumentError,
  OperationTimedOutError,
  type ClusterOptions,
} from '../../src/index.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';
import { until } from './until.ts';

async function start(
  t: TestContext,
  options: ClusterOptions = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<{ server: FakeServer; cluster: Cluster }> {
  const server = await startServer(t, serverOptions);
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, cluster };
}

test('connecting ends with its time while no server answers, and may be tried again', async (t) => {
  const { server, cluster } = await start(t, { connectTimeout: 300 });
  const silence = server.on({ opcode: 'OPTIONS' }).drop();
  await assert.rejects(cluster.connect(undefined, { timeout: 20 }), OperationTimedOutError);
  await assert.rejects(cluster.connect(), { name: 'NoHostAvailableError' });
  silence.remove();
  assert.equal((await (await cluster.connect()).execute('SELECT key FROM system.local')).length, 1);
});

test('connecting ends with its time while a session connects, and leaves the control connection alone', async (t) => {
  const { server, cluster } = await start(t, {}, { nodes: 3 });
  server.on({ cql: /^USE/ }).drop();
  await assert.rejects(cluster.connect('ks', { timeout: 200 }), OperationTimedOutError);
  await until(() => server.openConnections.length === 1);
  assert.equal((await cluster.connect(undefined, { timeout: 10_000 })).isClosed, false);
});

test('a time that is none is refused', async (t) => {
  const { cluster } = await start(t);
  await assert.rejects(
    cluster.connect(undefined, { timeout: -1 }),
    (error) => error instanceof InvalidArgumentError && error.field === 'timeout',
  );
});

test('createWithAuth gives the name and the password to every server that asks', async (t) => {
  const auth = { username: 'ann', password: 'secret' };
  const server = await startServer(t, { auth });
  const points = [`127.0.0.1:${server.port}`];
  const cluster = Cluster.createWithAuth(points, auth.username, auth.password, { logger: 'off' });
  t.after(() => cluster.shutdown());
  await cluster.connect();
  const wrong = Cluster.createWithAuth(points, auth.username, 'guess', { logger: 'off' });
  t.after(() => wrong.shutdown());
  await assert.rejects(wrong.connect(), AuthenticationFailedError);
});

test('every connection of a cluster object names it, and none another one', async (t) => {
  const { server, cluster } = await start(t, {}, { nodes: 3 });
  await cluster.connect(undefined, { waitForAllPools: true });
  const names = server
    .requests({ opcode: 'STARTUP' })
    .map(({ request }) => (request.opcode === 'STARTUP' ? request.options['SESSION_ID'] : undefined));
  assert(names.length >= 4);
  assert.deepEqual(new Set(names), new Set([cluster.sessionId]));
  assert.notEqual(new Cluster({ logger: 'off' }).sessionId, cluster.sessionId);
});

test('a cluster that is shut down at any moment of connecting leaves no connection behind', async (t) => {
  const { server } = await start(t, {}, { nodes: 3 });
  for (let turns = 0; turns < 60; turns++) {
    const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
    const connecting = cluster.connect().then(
      () => null,
      (error: unknown) => error,
    );
    const refreshing = cluster.refreshNodes().catch((error: unknown) => error);
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    await cluster.shutdown();
    const error = await connecting;
    assert(error === null || error instanceof ConnectionShutdownError, String(error));
    await refreshing;
    await until(() => server.openConnections.length === 0);
  }
});

test('a cluster that is shut down between two steps of its reading leaves no connection behind', async (t) => {
  const { server } = await start(t, {}, { nodes: 2 });
  for (let steps = 0; steps < 60; steps++) {
    const cluster: Cluster = new Cluster({
      contactPoints: [`127.0.0.1:${server.port}`],
      port: server.port,
      logger: 'off',
      // Reading the nodes is the last that needs an answer, and translating an address the last of that.
      schemaMetadataEnabled: false,
      tokenMetadataEnabled: false,
      addressTranslator: {
        translate: (address) => {
          void shutDownAfter(cluster, steps);
          return address;
        },
      },
    });
    await assert.rejects(cluster.connect(), ConnectionShutdownError);
    await until(() => server.openConnections.length === 0);
  }
});

async function shutDownAfter(cluster: Cluster, microtasks: number): Promise<void> {
  for (let i = 0; i < microtasks; i++) await Promise.resolve();
  await cluster.shutdown();
}
