// Whether the replicas that the driver computes are those that three real nodes use: what a node's trace of a read at ALL says
// of who took part.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { Cluster, ConsistencyLevel, type ResultSet, type Session } from '../../src/index.ts';
import { CassandraCluster } from './harness/cassandra-cluster.ts';

const KEYS = 24;

describe('replicas', () => {
  let nodes: CassandraCluster;
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    nodes = await CassandraCluster.start({
      nodes: 3,
      racks: ['r1', 'r1', 'r2'],
      jvmOptions: ['-Xms512m', '-Xmx512m'],
    });
    cluster = new Cluster({ contactPoints: nodes.contactPoints, requestTimeout: 30_000 });
    session = await cluster.connect(undefined, { waitForAllPools: true });
  });

  after(async () => {
    await cluster.shutdown();
    await nodes.stop();
  });

  async function everyNodeKnows(table: string): Promise<void> {
    for (const host of session.hosts) {
      for (let tries = 0; ; tries++) {
        const error = await session.execute(`SELECT * FROM ${table} LIMIT 1`, undefined, { host }).then(
          () => null,
          (reason: unknown) => reason,
        );
        if (error === null) break;
        if (tries === 50) assert.ifError(error);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  /** The nodes that read, once as many as are expected have written down that they did; what they are in the end otherwise. */
  async function readers(result: ResultSet, expected: number): Promise<string[]> {
    const trace = await result.getQueryTrace();
    for (let tries = 0; ; tries++) {
      const events = await session.execute(
        'SELECT source, activity FROM system_traces.events WHERE session_id = ?',
        [trace?.traceId ?? null],
        { consistencyLevel: ConsistencyLevel.ALL },
      );
      const found = new Set<string>();
      for (const { source, activity } of events.rows) {
        if (/^Executing single-partition query on t/.test(String(activity))) found.add(String(source));
      }
      if (found.size >= expected || tries === 50) return [...found].sort();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  for (const [name, replication] of [
    ['simple1', "{'class': 'SimpleStrategy', 'replication_factor': 1}"],
    ['simple2', "{'class': 'SimpleStrategy', 'replication_factor': 2}"],
    ['network2', "{'class': 'NetworkTopologyStrategy', 'dc1': 2}"],
  ] as const) {
    test(`replicas with ${replication} are the nodes that read`, async () => {
      await session.execute(`CREATE KEYSPACE ${name} WITH replication = ${replication}`);
      await session.execute(`CREATE TABLE ${name}.t (a int, b text, v int, PRIMARY KEY ((a, b)))`);
      await everyNodeKnows(`${name}.t`);
      const select = await session.prepare(`SELECT * FROM ${name}.t WHERE a = ? AND b = ?`);
      const owners = new Set<string>();
      for (let i = 0; i < KEYS; i++) {
        const key = [i, `key ${i}`] as const;
        const replicas = cluster.metadata.getReplicas(name, key, 't').map((host) => host.address);
        const result = await session.execute(select, [...key], { trace: true, consistencyLevel: ConsistencyLevel.ALL });
        assert.ok(replicas.includes(result.info.coordinator.address), 'a replica coordinates');
        assert.deepEqual(await readers(result, replicas.length), [...replicas].sort(), `key ${i}`);
        owners.add(replicas[0] ?? '');
      }
      assert.equal(owners.size, 3);
    });
  }
});
