// Nodes that stand still for a while, as in a long pause for garbage collection, with requests in flight: what may be asked
// elsewhere is, everything else waits, and only a node that stays silent loses its connections. In seconds of the real clock,
// which the tests spend beside each other.

import { strict as assert } from 'node:assert';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Cluster,
  ConnectionShutdownError,
  RoundRobinPolicy,
  type Host,
  type HostPoolState,
  type Session,
} from '../../src/index.ts';
import type { FakeNode } from './harness/fake-node.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';
import { until } from './until.ts';

const SELECT = 'SELECT v FROM ks.t';
const INSERT = "INSERT INTO ks.t (k, v) VALUES (1, 'one')";
const PAUSE_MS = 3_000;
const MAX_REQUESTS = 64;

interface Frozen {
  readonly server: FakeServer;
  readonly cluster: Cluster;
  readonly session: Session;
  /** The node that stands still. */
  readonly node: FakeNode;
  readonly host: Host;
}

async function freezeOne(t: TestContext, nodes: number): Promise<Frozen> {
  const server = await startServer(t, { nodes });
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one']] });
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: 'off',
    loadBalancingPolicy: new RoundRobinPolicy(),
    pooling: { maxRequestsPerConnection: MAX_REQUESTS },
    requestTimeout: 60_000,
  });
  t.after(() => cluster.shutdown());
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const node = server.nodes.at(-1);
  const host = cluster.metadata.allHosts().find(({ address }) => address === node?.address);
  assert(node !== undefined && host !== undefined);
  node.freeze();
  return { server, cluster, session, node, host };
}

function stateOf({ session, host }: Frozen): HostPoolState {
  const state = session.getPoolState().hosts.find(({ hostId }) => hostId === host.hostId.toString());
  assert(state !== undefined);
  return state;
}

/** When every answer has come, every stream id is free again. */
async function accountsAddUp({ session }: Frozen): Promise<void> {
  await until(() => {
    const { inFlight, orphaned } = session.getPoolState();
    return inFlight === 0 && orphaned === 0;
  });
  for (const { available, connections } of session.getPoolState().hosts)
    assert.equal(available, connections * MAX_REQUESTS);
}

describe('a node that freezes', { concurrency: true }, () => {
  test('has its idempotent requests answered by others before it is closed, and gets no new ones', async (t) => {
    const frozen = await freezeOne(t, 3);
    const { server, session, node, host } = frozen;
    const connections = server.connections.length;
    const results = await Promise.all([0, 1, 2].map(() => session.execute(SELECT)));
    const asked = results.find(({ info }) => info.attempts.length === 2);
    assert.deepEqual(
      asked?.info.attempts.map((attempt) => [attempt.host === host, attempt.speculative]),
      [
        [true, false],
        [false, true],
      ],
    );
    assert.deepEqual([stateOf(frozen).suspect, stateOf(frozen).connections, host.isUp], [1, 1, true]);
    for (let i = 0; i < 30; i++) {
      const { info } = await session.execute(i % 2 === 0 ? SELECT : INSERT);
      assert.deepEqual(
        info.attempts.map((attempt) => attempt.host === host),
        [false],
      );
    }
    assert.equal(stateOf(frozen).suspect, 1);
    node.thaw();
    await until(() => stateOf(frozen).suspect === 0);
    await accountsAddUp(frozen);
    const after = await Promise.all([0, 1, 2].map(() => session.execute(INSERT)));
    assert(after.some(({ info }) => info.coordinator === host));
    assert.equal(server.connections.length, connections);
  });

  test('for three seconds answers in the end what may not be asked twice, and was asked once', async (t) => {
    const frozen = await freezeOne(t, 3);
    const { server, session, node, host } = frozen;
    const inserting = Promise.all([0, 1, 2].map(() => session.execute(INSERT)));
    await sleep(PAUSE_MS);
    assert.equal(stateOf(frozen).suspect, 1);
    node.thaw();
    const results = await inserting;
    assert.equal(results.filter(({ info }) => info.coordinator === host).length, 1);
    assert(results.every(({ info }) => info.attempts.length === 1));
    assert.equal(server.requests({ cql: INSERT }).length, 3);
    await accountsAddUp(frozen);
  });

  test('for three seconds, and is the only one, loses no request and no connection', async (t) => {
    const frozen = await freezeOne(t, 1);
    const { server, session, node, host } = frozen;
    const connections = server.connections.length;
    const requests: Promise<unknown>[] = [];
    const ask = (): void => void requests.push(session.execute(SELECT), session.execute(INSERT));
    const thawAt = AbortSignal.timeout(PAUSE_MS);
    // More than the connection takes: those above wait in line.
    while (!thawAt.aborted) {
      ask();
      await sleep(40);
    }
    assert(requests.length > MAX_REQUESTS);
    assert.deepEqual([stateOf(frozen).suspect, host.isUp], [1, true]);
    node.thaw();
    await Promise.all(requests);
    assert.equal(server.requests({ cql: SELECT }).length + server.requests({ cql: INSERT }).length, requests.length);
    assert.equal(server.connections.length, connections);
    assert.equal(stateOf(frozen).suspect, 0);
    await accountsAddUp(frozen);
  });

  test('and stays so is left, tells what may have been applied, and is connected anew when it goes on', async (t) => {
    const frozen = await freezeOne(t, 2);
    const { server, session, node, host } = frozen;
    const connections = node.openConnections.length;
    const outcomes = await Promise.all(
      [0, 1].map(() => session.execute(INSERT).catch((reason: unknown) => reason as Error)),
    );
    const [reason, ...others] = outcomes.filter((outcome) => outcome instanceof Error);
    assert(reason instanceof ConnectionShutdownError);
    assert.deepEqual([reason.maybeApplied, others.length], [true, 0]);
    await until(() => host.isUp === false);
    node.thaw();
    await until(() => host.isUp === true);
    assert.equal((await session.execute(SELECT, undefined, { host })).length, 1);
    assert(node.connections.length > connections);
    assert.equal(server.requests({ cql: INSERT }).length <= 2, true);
    await accountsAddUp(frozen);
  });

  test('for three seconds while its schema is read does not keep a cluster from connecting', async (t) => {
    const server = await startServer(t, {});
    const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
    t.after(() => cluster.shutdown());
    const connecting = cluster.connect();
    // What is read of the schema comes behind.
    await server.next({ cql: /FROM system\.local/ });
    server.firstNode.freeze();
    assert.equal(await Promise.race([connecting, sleep(PAUSE_MS, 'still connecting')]), 'still connecting');
    assert.equal(server.requests({ cql: /system_schema/ }).length, 0);
    server.firstNode.thaw();
    await connecting;
    assert(cluster.metadata.keyspaces.size > 0);
    // The control connection and that of the session.
    assert.equal(server.connections.length, 2);
  });
});
