// Prepared statements across the hosts of a cluster: each host is asked once for what it has to know, and no host for ever.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  BatchStatement,
  Cluster,
  DriverError,
  InvalidRequestError,
  RoundRobinPolicy,
  UnpreparedError,
  type ClusterOptions,
  type Session,
} from '../../src/index.ts';
import { detailedError, error } from './harness/error-response.ts';
import type { FakeNode } from './harness/fake-node.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { PreparedResponse } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT * FROM ks.t WHERE k = ?';

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  nodes = 3,
): Promise<{ server: FakeServer; session: Session }> {
  const server = await startServer(t, { nodes });
  server.statement(/^SELECT \* FROM ks\.t/, {
    parameters: [['k', 'int']],
    columns: [['v', 'text']],
    rows: [['one']],
  });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({
    contactPoints,
    port: server.port,
    logger: 'off',
    loadBalancingPolicy: new RoundRobinPolicy(),
    reconnectionPolicy: { newSchedule: () => Array.from({ length: 1_000 }, () => 5) },
    ...options,
  });
  t.after(() => cluster.shutdown());
  return { server, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

/** PREPAREs by node and text. */
function preparations(server: FakeServer, since = 0): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { node, cql } of server.requests({ opcode: 'PREPARE' }).slice(since)) {
    const key = `${node} ${cql ?? ''}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(20_000);
  while (!holds()) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function restart(session: Session, node: FakeNode): Promise<void> {
  const host = session.hosts.find(({ address }) => address === node.address);
  await node.stop();
  await until(() => host?.openConnections === 0 && host.isUp === false);
  await node.start();
  await until(() => host?.isUp === true);
}

function nodeOf(server: FakeServer, index: number): FakeNode {
  const node = server.nodes[index];
  assert(node !== undefined);
  return node;
}

test('a thousand concurrent executions teach each host their statement once', async (t) => {
  const { server, session } = await connect(t);
  const select = await session.prepare(SELECT);
  await Promise.all(Array.from({ length: 1_000 }, (_, k) => session.execute(select, [k])));
  assert.deepEqual([...preparations(server).values()], [1, 1, 1]);
});

test('a host that forgot everything is asked once for each statement that is used', async (t) => {
  const { server, session } = await connect(t, { reprepareOnUp: false });
  const statements = await Promise.all(Array.from({ length: 50 }, (_, i) => session.prepare(`${SELECT} AND c = ${i}`)));
  for (const each of statements) await Promise.all([1, 2, 3, 4, 5, 6].map((k) => session.execute(each, [k])));
  const before = server.requests({ opcode: 'PREPARE' }).length;
  await restart(session, nodeOf(server, 2));
  const used = statements.slice(0, 20);
  await Promise.all(used.flatMap((each) => Array.from({ length: 50 }, (_, k) => session.execute(each, [k]))));
  const counts = preparations(server, before);
  assert.equal(counts.size, 20);
  assert([...counts].every(([key, count]) => key.startsWith('3 ') && count === 1));
});

test('an answer that is late does not make a host prepare twice', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  const select = await session.prepare(SELECT);
  nodeOf(server, 0).prepared.clear();
  server.on({ opcode: 'EXECUTE', nth: 1 }).delay(100);
  await Promise.all([session.execute(select, [1]), session.execute(select, [2])]);
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 2);
});

test('a host that knows no statement however often it prepares it ends in an error', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  const select = await session.prepare(SELECT);
  server.on({ opcode: 'EXECUTE' }).reply(detailedError('UNPREPARED', { id: select.queryId }));
  const [reason] = await Promise.allSettled([session.execute(select, [1])]);
  assert(reason.status === 'rejected' && reason.reason instanceof UnpreparedError);
  assert.equal(reason.reason.maybeApplied, false);
  // Once by the user, twice for the request.
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 3);
  assert.equal(server.requests({ opcode: 'EXECUTE' }).length, 3);
});

const OTHER_ID: PreparedResponse = {
  kind: 'PREPARED',
  id: new Uint8Array([1, 2, 3]),
  resultMetadataId: new Uint8Array([9]),
  parameters: [['k', 'int']],
  partitionKey: [],
  columns: [['v', 'text']],
};

test('a host that prepares under another id ends in an error, and is asked once', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  const select = await session.prepare(SELECT);
  nodeOf(server, 0).prepared.clear();
  server.on({ opcode: 'PREPARE' }).reply(OTHER_ID);
  const [reason] = await Promise.allSettled([session.execute(select, [1])]);
  assert(reason.status === 'rejected' && reason.reason instanceof UnpreparedError);
  assert.match(reason.reason.message, /prepare it anew/);
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 2);
});

test('a host that comes back is asked for what it served, before anybody executes it', async (t) => {
  const { server, session } = await connect(t);
  const kept = await Promise.all(Array.from({ length: 20 }, (_, i) => session.prepare(`${SELECT} AND c = ${i}`)));
  for (const each of kept) await Promise.all([1, 2, 3].map((k) => session.execute(each, [k])));
  await Promise.all([1, 2, 3].map((k) => session.execute(`${SELECT} AND auto = 1`, [k])));
  const unused = await session.prepare(`${SELECT} AND unused = 1`);
  const before = server.requests({ opcode: 'PREPARE' }).length;
  await restart(session, nodeOf(server, 1));
  await until(() => server.requests({ opcode: 'PREPARE' }).length >= before + 20);
  await Promise.all(kept.flatMap((each) => [1, 2, 3, 4, 5, 6].map((k) => session.execute(each, [k]))));
  const counts = preparations(server, before);
  assert.equal(counts.size, 20);
  assert([...counts].every(([key, count]) => key.startsWith('2 ') && count === 1));
  assert.equal(
    [...counts.keys()].some((key) => key.includes(unused.queryString) || key.includes('auto')),
    false,
  );
});

test('executions that meet a host on its way up ask it no second time', async (t) => {
  const { server, session } = await connect(t);
  const kept = await Promise.all(Array.from({ length: 40 }, (_, i) => session.prepare(`${SELECT} AND c = ${i}`)));
  for (const each of kept) await Promise.all([1, 2, 3].map((k) => session.execute(each, [k])));
  const before = server.requests({ opcode: 'PREPARE' }).length;
  server.on({ opcode: 'PREPARE' }).delay(2);
  await restart(session, nodeOf(server, 0));
  await Promise.all(kept.flatMap((each) => Array.from({ length: 12 }, (_, k) => session.execute(each, [k]))));
  await until(() => server.requests({ opcode: 'PREPARE' }).length >= before + 40);
  assert([...preparations(server, before).values()].every((count) => count === 1));
});

test('prepareOnAllHosts prepares on every host, and fails for none but the first', async (t) => {
  const { server, session } = await connect(t, { prepareOnAllHosts: true });
  server.on({ opcode: 'PREPARE', nth: 2 }).reply(error('OVERLOADED'));
  const select = await session.prepare(SELECT);
  assert.deepEqual(new Set(server.requests({ opcode: 'PREPARE' }).map(({ node }) => node)), new Set([1, 2, 3]));
  await Promise.all(Array.from({ length: 9 }, (_, k) => session.execute(select, [k])));
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 3);
});

test('a batch asks a host once for each of its statements', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  const statements = await Promise.all([1, 2, 3].map((i) => session.prepare(`${SELECT} AND c = ${i}`)));
  nodeOf(server, 0).prepared.clear();
  const batch = new BatchStatement();
  for (const each of statements) batch.add(each, [1]);
  await Promise.all([session.executeBatch(batch), session.executeBatch(batch), session.executeBatch(batch)]);
  assert([...preparations(server).values()].every((count) => count === 2));
});

test('a signal and a deadline end the wait for a preparation, which goes on for others', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  const select = await session.prepare(SELECT);
  nodeOf(server, 0).prepared.clear();
  const hold = server.on({ opcode: 'PREPARE' }).delay(150);
  const controller = new AbortController();
  const aborted = assert.rejects(session.execute(select, [1], { signal: controller.signal }), /enough/);
  const late = assert.rejects(
    session.execute(select, [2], { timeout: 30 }),
    (reason) => DriverError.isDriverError(reason) && reason.code === 'CQL_OPERATION_TIMED_OUT',
  );
  const patient = session.execute(select, [3]);
  await server.next({ opcode: 'PREPARE' });
  controller.abort(new Error('enough'));
  await Promise.all([aborted, late]);
  assert.equal((await patient).length, 1);
  hold.remove();
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 2);
});

test('each of those who wait for one preparation gets an error of its own', async (t) => {
  const { server, session } = await connect(t, {}, 1);
  server.on({ opcode: 'PREPARE' }).reply(error('INVALID', 'no such table')).delay(20);
  const reasons = await Promise.all(
    [1, 2].map((k) =>
      session.execute(SELECT, [k], { timeout: k === 1 ? null : 5_000 }).catch((reason: unknown) => reason),
    ),
  );
  const [first, second] = reasons;
  assert(first instanceof InvalidRequestError && second instanceof InvalidRequestError);
  assert.notEqual(first, second);
  assert.equal(first.message, second.message);
  assert.equal(first.stack?.startsWith('InvalidRequestError: no such table'), true);
  assert.equal(first.attempts.length, 1);
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 1);
});
