// What a cluster offers beside executing: profiles, schema metadata and its refreshing, listeners, literals, and timestamps.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  bindParams,
  Cluster,
  ConstantSpeculativeExecutionPolicy,
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  FallthroughRetryPolicy,
  MonotonicTimestampGenerator,
  RoundRobinPolicy,
  SimpleConvictionPolicy,
  tupleFactory,
  type Host,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const KEYSPACE = 'tutorial_settings';

describe('a cluster with settings', () => {
  let cluster: Cluster;
  let session: Session;
  let micros = 0n;

  before(async () => {
    const { contactPoints } = await sharedCluster();
    cluster = new Cluster({
      contactPoints,
      executionProfiles: {
        tuples: { rowFactory: tupleFactory, consistencyLevel: 'ONE', requestTimeout: 30_000 },
        careful: new ExecutionProfile({
          retryPolicy: new FallthroughRetryPolicy(),
          speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy(50, 2),
        }),
      },
      timestampGenerator: () => (micros += 1_000_000n),
      convictionPolicyFactory: () => new SimpleConvictionPolicy(),
      maxSchemaAgreementWait: 5_000,
      schemaEventRefreshWindow: 0,
      idleHeartbeatInterval: 10_000,
      idleHeartbeatTimeout: 5_000,
      sockopts: { noDelay: true },
      cqlVersion: '3.0.0',
    });
    session = await cluster.connect(undefined, { waitForAllPools: true });
    await session.execute(
      `CREATE KEYSPACE ${KEYSPACE} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    );
    await session.setKeyspace(KEYSPACE);
    await session.execute('CREATE TABLE mytable (k int PRIMARY KEY, col tuple<int, ascii>, plain text)');
  });

  after(() => cluster.shutdown());

  test('executes by profile: of the constructor, added later, cloned with a change', async () => {
    const query = 'SELECT key FROM system.local';
    const first = async (profile?: string | ExecutionProfile): Promise<unknown> =>
      (
        await session.execute<unknown>(query, undefined, profile === undefined ? {} : { executionProfile: profile })
      ).one();
    assert.deepEqual(await first(), { key: 'local' });
    assert.deepEqual(await first('tuples'), ['local']);
    assert.deepEqual(await first('careful'), { key: 'local' });
    await cluster.addExecutionProfile(
      'round robin',
      new ExecutionProfile({ loadBalancingPolicy: new RoundRobinPolicy(), rowFactory: 'map' }),
      { poolWaitTimeout: 5_000 },
    );
    assert.deepEqual(await first('round robin'), new Map([['key', 'local']]));
    const clone = session.executionProfileCloneUpdate('tuples', { requestTimeout: 1_000 });
    assert.equal(clone.requestTimeout, 1_000);
    assert.equal(session.getExecutionProfile('tuples').requestTimeout, 30_000);
    assert.deepEqual(await first(clone), ['local']);
    assert.equal(session.getExecutionProfile(EXEC_PROFILE_DEFAULT).rowFactory ?? 'object', 'object');
  });

  test('knows the schema, also what was just created', async () => {
    const keyspace = cluster.metadata.keyspaces.get(KEYSPACE);
    const table = keyspace?.tables.get('mytable');
    assert.deepEqual([...(table?.columns.keys() ?? [])].sort(), ['col', 'k', 'plain']);
    assert.deepEqual(
      table?.partitionKey.map(({ name }) => name),
      ['k'],
    );
    assert.match(table.asCqlQuery(), /CREATE TABLE tutorial_settings\.mytable/);
    await session.execute('CREATE TABLE another (k int PRIMARY KEY)');
    await cluster.refreshTableMetadata(KEYSPACE, 'another');
    assert(cluster.metadata.keyspaces.get(KEYSPACE)?.tables.has('another'));
    await session.execute('DROP TABLE another');
    await cluster.refreshKeyspaceMetadata(KEYSPACE);
    assert(!cluster.metadata.keyspaces.get(KEYSPACE)?.tables.has('another'));
    await cluster.refreshNodes();
    assert.equal(cluster.metadata.allHosts().length, 1);
  });

  test('names the host of its control connection', () => {
    assert.equal(cluster.getControlConnectionHost(), cluster.metadata.allHosts()[0]);
  });

  test('tells listeners of hosts, as long as they are registered', async () => {
    const { contactPoints } = await sharedCluster();
    const other = new Cluster({ contactPoints });
    const told: string[] = [];
    const listener = {
      onAdd: (host: Host) => void told.push(`add ${host.address}`),
      onUp: (host: Host) => void told.push(`up ${host.address}`),
      onDown: () => undefined,
      onRemove: () => undefined,
    };
    other.registerListener(listener);
    await other.connect(undefined, { waitForAllPools: true });
    assert.deepEqual(told, ['add 127.0.0.1', 'up 127.0.0.1']);
    other.unregisterListener(listener);
    await other.shutdown();
    assert.equal(told.length, 2);
  });

  test('writes tuples of arrays into text, where its encoder is told to', async () => {
    session.encoder.mapping.set(Array, (value: never) => session.encoder.encodeTuple(value));
    const text = bindParams('INSERT INTO mytable (k, col) VALUES (%s, %s)', [0, [123, 'abc']], session.encoder);
    assert.equal(text, "INSERT INTO mytable (k, col) VALUES (0, (123, 'abc'))");
    await session.execute(text);
    const row = (await session.execute('SELECT col FROM mytable WHERE k = 0')).one();
    assert.deepEqual([...(row?.['col'] as Iterable<unknown>)], [123, 'abc']);
  });

  test('stamps writes with the time of its generator, unless the session is told to leave that to the server', async () => {
    const written = async (): Promise<unknown> => {
      await session.execute("INSERT INTO mytable (k, plain) VALUES (1, 'x')");
      return (await session.execute('SELECT WRITETIME(plain) AS at FROM mytable WHERE k = 1')).one()?.['at'];
    };
    assert.equal(((await written()) as bigint) % 1_000_000n, 0n);
    assert(((await written()) as bigint) <= micros);
    session.useClientTimestamp = false;
    assert(((await written()) as bigint) > BigInt(Date.now() - 60_000) * 1_000n);
    session.useClientTimestamp = true;
    const generator = new MonotonicTimestampGenerator();
    const [first, second] = [generator.nextMicros(), generator.nextMicros()];
    assert(second > first);
  });

  test('waits until all nodes agree on the schema', async () => {
    const result = await session.execute('CREATE TABLE agreed (k int PRIMARY KEY)');
    assert.equal(result.info.isSchemaAgreed, true);
  });
});
