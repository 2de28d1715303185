// What operators are warned of, each once however many hosts there are.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { createNodeConnector, DEFAULT_SOCKET_OPTIONS, type Connector } from '../../src/connection/connector.ts';
import { Cluster, DefaultEndPoint, type ClusterOptions } from '../../src/index.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import { startServer } from './harness/test-context.ts';

/** Leads 10.0.0.x to 127.0.0.x, without TLS. */
function loopbackConnector(): Connector {
  const connector = createNodeConnector(DEFAULT_SOCKET_OPTIONS);
  return {
    connect: ({ endPoint: { address, port }, signal }) => {
      const endPoint = new DefaultEndPoint(address.replace(/^10\./, '127.'), port);
      return connector.connect({ endPoint, signal });
    },
  };
}

async function warningsOf(
  t: TestContext,
  options: ClusterOptions,
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<string[]> {
  const server = await startServer(t, { nodes: 3, ...serverOptions });
  const warnings: string[] = [];
  const cluster = new Cluster({
    contactPoints: [`10.0.0.1:${server.port}`],
    port: server.port,
    connector: loopbackConnector(),
    addressTranslator: { translate: (address) => address.replace(/^127\./, '10.') },
    logger: 'off',
    ...options,
  });
  cluster.on('warning', ({ message }) => warnings.push(message.replaceAll(/:\d+/g, '')));
  t.after(() => cluster.shutdown());
  await cluster.connect(undefined, { waitForAllPools: true });
  assert.equal(server.nodes.filter(({ openConnections }) => openConnections.length > 0).length, 3);
  return warnings;
}

test('a certificate that is not verified is warned of once', async (t) => {
  const warnings = await warningsOf(t, { tls: { insecureSkipVerify: true } });
  assert.deepEqual(warnings, ['the certificate of 10.0.0.1 is not verified']);
});

test('a password in the clear is warned of once', async (t) => {
  const credentials = { username: 'ann', password: 'secret' };
  const warnings = await warningsOf(t, { credentials }, { auth: credentials });
  assert.deepEqual(warnings, ['credentials are sent to 10.0.0.1 without TLS']);
});

test('compression that no host offers is warned of once', async (t) => {
  const warnings = await warningsOf(t, { compression: true }, { compression: [] });
  assert.deepEqual(warnings, ['10.0.0.1 does not offer lz4: nothing is compressed']);
});

test('statements that are forgotten as there are too many are warned of once', async (t) => {
  const server = await startServer(t);
  for (const name of ['a', 'b', 'c', 'd']) {
    server.statement(`SELECT ${name} FROM t WHERE k = ?`, {
      parameters: [['k', 'int']],
      columns: [[name, 'int']],
      rows: [],
    });
  }
  const warnings: string[] = [];
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], maxPrepared: 2, logger: 'off' });
  cluster.on('warning', ({ message }) => warnings.push(message));
  t.after(() => cluster.shutdown());
  const session = await cluster.connect();
  for (const name of ['a', 'b', 'c', 'd', 'a']) await session.execute(`SELECT ${name} FROM t WHERE k = ?`, [1]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /more than 2 different statements/);
});

test('more than four connected clusters are warned of once', async (t) => {
  const server = await startServer(t);
  const warnings: string[] = [];
  for (let i = 0; i < 7; i++) {
    const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], logger: 'off' });
    cluster.on('warning', ({ message }) => warnings.push(message));
    t.after(() => cluster.shutdown());
    await cluster.connect();
    assert.equal(warnings.length, i < 4 ? 0 : 1);
  }
  assert.match(warnings[0] ?? '', /5 clusters are connected/);
});
