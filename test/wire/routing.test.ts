// Where requests go: by the keys that users set themselves, conditional statements, other partitioners, end points of a
// factory.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  BatchStatement,
  Cluster,
  DefaultEndPoint,
  SimpleStatement,
  type Query,
  type Session,
} from '../../src/index.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import { startServer } from './harness/test-context.ts';

const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const CONDITIONAL = `${INSERT} IF NOT EXISTS`;
const PARAMETERS = [
  ['k', 'int'],
  ['v', 'text'],
] as const;
const replication = (factor: number): Record<string, string> => ({
  class: 'SimpleStrategy',
  replication_factor: String(factor),
});

async function connect(t: TestContext, factor: number, serverOptions: Partial<FakeServerOptions> = {}) {
  const server = await startServer(t, {
    nodes: 3,
    schema: { keyspaces: [{ name: 'ks', replication: replication(factor) }] },
    ...serverOptions,
  });
  for (const cql of [INSERT, CONDITIONAL]) server.statement(cql, { parameters: PARAMETERS, partitionKey: [0] });
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
  t.after(() => cluster.shutdown());
  return { server, cluster, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

async function coordinators(session: Session, request: Query, params?: readonly unknown[]): Promise<Set<string>> {
  const seen = new Set<string>();
  for (let i = 0; i < 12; i++) seen.add((await session.execute(request, params as never)).info.coordinator.address);
  return seen;
}

test('the routing key of a bound statement decides, not the values that are bound', async (t) => {
  const { session, cluster } = await connect(t, 1);
  const insert = await session.prepare(INSERT);
  const keys = Array.from({ length: 40 }, (_, i) => Uint8Array.of(0, 0, 0, i));
  const places = new Set<string>();
  for (const key of keys) {
    const [replica] = cluster.metadata.getReplicas('ks', key);
    const bound = insert.bind([1, 'x']);
    bound.routingKey = key;
    const { coordinator } = (await session.execute(bound)).info;
    assert.equal(coordinator.address, replica?.address);
    places.add(coordinator.address);
    const text = new SimpleStatement('INSERT INTO ks.t (k) VALUES (1)', { routingKey: key, keyspace: 'ks' });
    assert.equal((await session.execute(text)).info.coordinator.address, replica?.address);
  }
  assert.equal(places.size, 3);
});

test('a conditional statement goes to the first replica of its key every time, prepared, as text and in a batch', async (t) => {
  const { session } = await connect(t, 3);
  const conditional = await session.prepare(CONDITIONAL);
  assert.equal(conditional.isLwt, true);
  assert.equal((await coordinators(session, conditional, [5, 'x'])).size, 1);
  assert.equal((await coordinators(session, CONDITIONAL, [5, 'x'])).size, 1);
  assert.equal((await coordinators(session, new BatchStatement().add(conditional, [5, 'x']))).size, 1);
  const routingKey = Uint8Array.of(0, 0, 0, 5);
  const text = new SimpleStatement('INSERT INTO ks.t (k) VALUES (5) IF NOT EXISTS', { routingKey, keyspace: 'ks' });
  assert.equal((await coordinators(session, text)).size, 1);
  const insert = await session.prepare(INSERT);
  assert.equal(insert.isLwt, false);
  assert.ok((await coordinators(session, insert, [5, 'x'])).size > 1);
});

for (const [partitioner, overrides] of [
  ['RandomPartitioner', ['10', '56713727820156410577229101238628035242', '113427455640312821154458202477256070485']],
  ['ByteOrderedPartitioner', ['00000040', '00000080', 'ff']],
] as const) {
  test(`requests find their replica with ${partitioner}`, async (t) => {
    const cluster = { partitioner: `org.apache.cassandra.dht.${partitioner}` };
    const { server, session, cluster: client } = await connect(t, 1, { cluster });
    for (const [i, node] of server.nodes.entries()) node.overrides = { tokens: [overrides[i] ?? ''] };
    await client.refreshNodes();
    const insert = await session.prepare(INSERT);
    const places = new Set<string>();
    for (let k = 0; k < 200; k += 5) {
      const [replica] = client.metadata.getReplicas('ks', Uint8Array.of(0, 0, 0, k));
      const { coordinator } = (await session.execute(insert, [k, 'x'])).info;
      assert.equal(coordinator.address, replica?.address);
      places.add(coordinator.address);
    }
    assert.equal(places.size, 3);
    assert.equal(client.metadata.tokenMap?.ring.length, 3);
  });
}

test('a factory makes the end points of discovered nodes from their rows', async (t) => {
  const server = await startServer(t, { nodes: 2 });
  const made: unknown[] = [];
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    endpointFactory: {
      create(row) {
        made.push(row['native_address']);
        return new DefaultEndPoint(String(row['native_address']), Number(row['native_port']));
      },
    },
  });
  t.after(() => cluster.shutdown());
  await cluster.connect();
  assert.deepEqual(made, ['127.0.0.2']);
  assert.equal(cluster.metadata.allHosts().length, 2);
});
