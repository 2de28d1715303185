// The pools of a session against a server: several connections, keyspaces, hosts that are ignored, freeze or refuse.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  ConnectionShutdownError,
  NoHostAvailableError,
  OperationTimedOutError,
  RoundRobinPolicy,
  type ClusterOptions,
  type ConvictionPolicy,
  type DriverError,
  type Host,
  type Session,
} from '../../src/index.ts';
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

/** How many connections of a session each node has; the control connection is not counted. */
function counts(session: Session): number[] {
  return session.getPoolState().hosts.map(({ connections }) => connections);
}

test('opens as many connections as the distance asks for', async (t) => {
  class Far extends RoundRobinPolicy {
    override distance(host: Host) {
      return (
        ({ '127.0.0.1': 'LOCAL_RACK', '127.0.0.2': 'LOCAL', '127.0.0.3': 'REMOTE' } as const)[host.address] ?? 'IGNORED'
      );
    }
  }
  const pooling = { connectionsPerHost: { LOCAL: 3, LOCAL_RACK: 4, REMOTE: 2 } };
  const { server, cluster } = await start(t, { pooling, loadBalancingPolicy: new Far() }, { nodes: 4 });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  assert.deepEqual(counts(session).sort(), [2, 3, 4]);
  assert.deepEqual(
    server.nodes.map(({ openConnections }) => openConnections.length),
    [5, 3, 2, 0],
  );
  const state = session.getPoolState();
  assert.deepEqual(JSON.parse(JSON.stringify(state)), state);
  assert.deepEqual([state.connections, state.inFlight, state.queued, state.available], [9, 0, 0, 9 * 2048]);
});

test('warming up waits for the near hosts alone', async (t) => {
  class Far extends RoundRobinPolicy {
    override distance(host: Host) {
      return host.address === '127.0.0.2' ? 'REMOTE' : 'LOCAL';
    }
  }
  const pooling = { warmup: true, connectionsPerHost: 3 };
  const { server, cluster } = await start(t, { pooling, loadBalancingPolicy: new Far() }, { nodes: 3 });
  const far = server.nodes[1];
  assert(far !== undefined);
  far.freeze();
  const session = await cluster.connect();
  assert.deepEqual(counts(session).sort(), [0, 3, 3]);
});

test('waiting for all pools ends with the time for it', async (t) => {
  const { server, cluster } = await start(t, { poolWaitTimeout: 50, connectTimeout: 60_000 }, { nodes: 2 });
  server.nodes[1]?.freeze();
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  assert.deepEqual(counts(session).sort(), [0, 1]);
});

test('spreads requests over the connections of a host', async (t) => {
  const { server, cluster } = await start(t, { pooling: { connectionsPerHost: 4 } });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  await Promise.all(Array.from({ length: 400 }, () => session.execute(SELECT)));
  const perConnection = new Map<number, number>();
  for (const { connection } of server.requests({ cql: SELECT }))
    perConnection.set(connection, (perConnection.get(connection) ?? 0) + 1);
  assert.deepEqual([...perConnection.values()], [100, 100, 100, 100]);
});

test('a connection lost among several is replaced, and nothing fails meanwhile', async (t) => {
  const { server, cluster } = await start(t, { pooling: { connectionsPerHost: 3 } });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  await session.execute(SELECT);
  const used = server.requests({ cql: SELECT })[0]?.connection;
  server.connections.find(({ number }) => number === used)?.destroy();
  await until(() => counts(session)[0] === 2);
  assert.equal((await session.execute(SELECT)).length, 1);
  assert.equal(cluster.metadata.allHosts()[0]?.isUp, true);
  await until(() => counts(session)[0] === 3);
});

test('a keyspace reaches every connection of every pool, those that are full and those to come', async (t) => {
  const { server, cluster } = await start(
    t,
    { pooling: { connectionsPerHost: 2, maxRequestsPerConnection: 1 } },
    { nodes: 2 },
  );
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const silent = server.on({ cql: /silent/ }).drop();
  const before = server.openConnections.length;
  const pending = [0, 1, 2].map(() => session.execute('SELECT silent FROM ks.t').catch(() => undefined));
  await until(() => server.requests({ cql: /silent/ }).length === 3);
  await session.setKeyspace('one');
  assert.equal(new Set(server.requests({ cql: 'USE one' }).map(({ connection }) => connection)).size, 4);
  assert.equal(server.openConnections.length, before);
  silent.remove();
  for (const connection of server.openConnections) connection.destroy();
  await Promise.all(pending);
  await until(() => session.getPoolState().connections === 4);
  const uses = server.requests({ cql: 'USE one' }).map(({ connection }) => connection);
  for (const { number } of server.openConnections.slice(-4)) assert(uses.includes(number) || number > before);
});

test('setting a keyspace ends with its time or its signal, while connections follow', async (t) => {
  const { server, cluster } = await start(t, { loadBalancingPolicy: new RoundRobinPolicy() }, { nodes: 2 });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const slow = server.on({ cql: /^USE/, node: 2 }).drop();
  const reasons: unknown[] = [];
  for (let i = 0; i < 2; i++) reasons.push(await failure(session.setKeyspace('ks', { timeout: 50 })));
  assert(reasons.some((reason) => reason instanceof OperationTimedOutError));
  const controller = new AbortController();
  const aborted = failure(session.setKeyspace('ks', { signal: controller.signal }));
  await server.next({ cql: /^USE/ });
  controller.abort(new Error('enough'));
  assert.match(String(await aborted), /enough/);
  slow.remove();
});

test('a host that the policy no longer wants finishes what is in flight and is left', async (t) => {
  let isWanted = true;
  class Changing extends RoundRobinPolicy {
    override distance(host: Host) {
      return host.address === '127.0.0.2' && !isWanted ? 'IGNORED' : 'LOCAL';
    }
  }
  const { server, cluster } = await start(t, { loadBalancingPolicy: new Changing() }, { nodes: 2 });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const [, second] = server.nodes;
  assert(second !== undefined);
  const late = server.on({ cql: /late/ }).drop();
  const host = cluster.metadata.allHosts().find(({ address }) => address === '127.0.0.2');
  assert(host !== undefined);
  const pending = session.execute('SELECT late FROM ks.t', undefined, { host, timeout: null });
  const request = await server.next({ cql: /late/ });
  late.remove();
  isWanted = false;
  session.onTopology();
  assert.equal(session.getPoolState().hosts.length, 1);
  assert.equal(second.openConnections.length, 1);
  assert((await failure(session.execute(SELECT, undefined, { host }))) instanceof NoHostAvailableError);
  server.connections.find(({ number }) => number === request.connection)?.destroy();
  await assert.rejects(pending);
  await until(() => second.openConnections.length === 0);
});

test('a node that freezes loses its requests to others, and is used again when it thaws', async (t) => {
  const { server, cluster } = await start(t, { loadBalancingPolicy: new RoundRobinPolicy() }, { nodes: 2 });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const [, frozen] = server.nodes;
  assert(frozen !== undefined);
  frozen.freeze();
  const rows = await Promise.all([0, 1, 2, 3].map(() => session.execute(SELECT, undefined, { isIdempotent: true })));
  assert(rows.every(({ length }) => length === 1));
  assert(rows.some(({ info }) => info.attempts.length === 2));
  const host = cluster.metadata.allHosts().find(({ address }) => address === '127.0.0.2');
  assert.equal(host?.isUp, true);
  const suspects = () => session.getPoolState().hosts.map(({ suspect }) => suspect);
  assert.deepEqual(suspects().sort(), [0, 1]);
  const before = server.connections.length;
  frozen.thaw();
  await until(() => suspects().every((count) => count === 0));
  assert.equal((await session.execute(SELECT, undefined, { host })).length, 1);
  assert.equal(server.connections.length, before);
});

test('a request that finds no host tries them at once', async (t) => {
  const reconnectionPolicy = { newSchedule: () => [] };
  const { server, cluster } = await start(t, { reconnectionPolicy });
  const session = await cluster.connect();
  await server.firstNode.stop();
  await until(() => session.getPoolState().connections === 0);
  assert((await failure(session.execute(SELECT))) instanceof NoHostAvailableError);
  await server.firstNode.start();
  const giveUp = AbortSignal.timeout(30_000);
  while ((await failure(session.execute(SELECT))) !== null) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('a conviction policy decides when a host is down', async (t) => {
  class Third implements ConvictionPolicy {
    failures = 0;

    addFailure(_error: DriverError): boolean {
      return ++this.failures >= 3;
    }

    reset(): void {
      this.failures = 0;
    }
  }
  const made: Third[] = [];
  const convictionPolicyFactory = (): Third => {
    const policy = new Third();
    made.push(policy);
    return policy;
  };
  const reconnectionPolicy = { newSchedule: () => [1, 1, 1, 1] };
  const { server, cluster } = await start(t, { convictionPolicyFactory, reconnectionPolicy }, { nodes: 2 });
  await cluster.connect(undefined, { waitForAllPools: true });
  const host = cluster.metadata.allHosts().find(({ address }) => address === '127.0.0.2');
  const failuresAtDown: number[] = [];
  cluster.on('hostDown', () => failuresAtDown.push(Math.max(...made.map(({ failures }) => failures))));
  await server.nodes[1]?.stop();
  await until(() => host?.isUp === false);
  assert.deepEqual([failuresAtDown, made.length], [[3], 2]);
});

test('a conviction policy that throws convicts', async (t) => {
  const convictionPolicyFactory = (): ConvictionPolicy => {
    throw new Error('no policy');
  };
  const { server, cluster } = await start(t, { convictionPolicyFactory });
  await cluster.connect();
  await server.firstNode.stop();
  await until(() => cluster.metadata.allHosts()[0]?.isUp === false);
});

test('a graceful shutdown lets requests finish and refuses new ones', async (t) => {
  const { server, cluster } = await start(t);
  const session = await cluster.connect();
  server.on({ cql: /slow/ }).delay(60);
  server.statement(/slow/, { columns: [['v', 'text']], rows: [['one']] });
  const pending = session.execute('SELECT slow FROM ks.t');
  await server.next({ cql: /slow/ });
  const closing = cluster.shutdown({ graceful: 20_000 });
  assert.equal(cluster.isClosed && session.isClosed, true);
  assert((await failure(session.execute(SELECT))) instanceof ConnectionShutdownError);
  assert((await failure(cluster.connect())) instanceof ConnectionShutdownError);
  assert.equal((await pending).length, 1);
  await closing;
  await cluster.shutdown();
  await until(() => server.openConnections.length === 0);
});

test('a graceful shutdown waits no longer than it may', async (t) => {
  const { server, cluster } = await start(t);
  const session = await cluster.connect();
  server.on({ cql: /silent/ }).drop();
  const pending = failure(session.execute('SELECT silent FROM ks.t'));
  await server.next({ cql: /silent/ });
  await session.shutdown({ graceful: 20 });
  assert((await pending) instanceof ConnectionShutdownError);
  await assert.rejects(session.shutdown({ graceful: -1 }), { field: 'graceful' });
});

test('refuses options of pools and throttlers that do not exist or are out of their limits', () => {
  for (const [field, options] of [
    ['pooling.connectionsPerHost', { pooling: { connectionsPerHost: 0 } }],
    ['pooling.connectionsPerHost.FAR', { pooling: { connectionsPerHost: { FAR: 1 } } }],
    ['pooling.connectionsPerHost.LOCAL', { pooling: { connectionsPerHost: { LOCAL: 1.5 } } }],
    ['pooling.maxRequestsPerConnection', { pooling: { maxRequestsPerConnection: 32_767 } }],
    ['pooling.warmup', { pooling: { warmup: 'yes' } }],
    ['poolWaitTimeout', { poolWaitTimeout: -1 }],
    ['convictionPolicyFactory', { convictionPolicyFactory: {} }],
    ['throttler.maxRequestsPerSecond', { throttler: { maxRequestsPerSecond: 0 } }],
    ['throttler.rate', { throttler: { rate: 1 } }],
  ] as const) {
    assert.throws(() => new Cluster(options as unknown as ClusterOptions), { field, code: 'CQL_INVALID_ARGUMENT' });
  }
});
