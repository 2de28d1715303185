// Hosts that go and come back, on three real nodes: each change is told once, and requests go on.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { Cluster, type Session } from '../../src/index.ts';
import { CassandraCluster } from './harness/cassandra-cluster.ts';

const LIMIT_MS = 60_000;

/** Waits until it holds; what never does fails. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(LIMIT_MS);
  while (!holds()) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('hosts of three nodes', () => {
  let nodes: CassandraCluster;
  let cluster: Cluster;
  let session: Session;
  const told: string[] = [];

  before(async () => {
    nodes = await CassandraCluster.start({ nodes: 3 });
    cluster = new Cluster({ contactPoints: nodes.contactPoints, logger: 'off' });
    cluster.registerListener({
      onUp: ({ address }) => told.push(`up ${address}`),
      onDown: ({ address }) => told.push(`down ${address}`),
      onAdd: ({ address }) => told.push(`add ${address}`),
      onRemove: ({ address }) => told.push(`remove ${address}`),
    });
    session = await cluster.connect(undefined, { waitForAllPools: true });
  });

  after(async () => {
    await cluster.shutdown();
    await nodes.stop();
  });

  test('are all found, and told once', () => {
    assert.equal(cluster.metadata.allHosts().length, 3);
    assert.equal(told.filter((line) => line.startsWith('add')).length, 3);
    assert.equal(told.filter((line) => line.startsWith('up')).length, 3);
    assert.equal(new Set(told).size, told.length);
  });

  test('a table made by any node is known to all of them when its statement resolves', async () => {
    await session.execute(
      "CREATE KEYSPACE agreed WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
    );
    const hosts = cluster.metadata.allHosts();
    for (const [round, coordinator] of hosts.entries()) {
      const create = `CREATE TABLE agreed.t${round} (k int PRIMARY KEY)`;
      const { info } = await session.execute(create, undefined, { host: coordinator });
      assert.equal(info.isSchemaAgreed, true);
      for (const host of hosts) await session.execute(`SELECT k FROM agreed.t${round} WHERE k = ?`, [1], { host });
    }
  });

  test('a node that is stopped is down, the control connection moves, and it is up when it is started', async () => {
    const host = cluster.getControlConnectionHost();
    assert(host !== undefined);
    const node = nodes.nodes.find(({ address }) => address === host.address);
    assert(node !== undefined);
    told.length = 0;
    await node.stop();
    await until(() => host.isUp === false);
    await until(() => ![undefined, host.address].includes(cluster.getControlConnectionHost()?.address));
    for (let i = 0; i < 10; i++) assert.equal((await session.execute('SELECT key FROM system.local')).length, 1);
    node.launch();
    await node.ready();
    await until(() => host.isUp === true);
    assert.deepEqual(told, [`down ${host.address}`, `up ${host.address}`]);
    assert.equal(cluster.metadata.allHosts().length, 3);
  });

  test('a keyspace made by another client is told of, and in the metadata', async () => {
    const other = new Cluster({ contactPoints: nodes.contactPoints, logger: 'off' });
    const change = new Promise((resolve) => cluster.once('schemaChange', resolve));
    const { address } = cluster.getControlConnectionHost() ?? assert.fail();
    await (
      await other.connect()
    ).execute(`CREATE KEYSPACE told WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
    await other.shutdown();
    assert.deepEqual(await change, { change: 'CREATED', target: 'KEYSPACE', keyspace: 'told' });
    assert(cluster.metadata.keyspaces.has('told'), address);
  });
});
