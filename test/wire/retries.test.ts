// What retries send: the same write again, at the consistency that the policy names; and how many of them an overloaded cluster
// gets.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  BatchStatement,
  Cluster,
  ConstantSpeculativeExecutionPolicy,
  DriverError,
  DowngradingConsistencyRetryPolicy,
  ExponentialBackoffRetryPolicy,
  NoHostAvailableError,
  OverloadedError,
  RoundRobinPolicy,
  UnavailableError,
  type ClusterOptions,
  type Session,
} from '../../src/index.ts';
import { detailedError, error } from './harness/error-response.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { ReceivedRequest } from './harness/server-state.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT * FROM ks.t WHERE k = ?';
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  nodes = 1,
): Promise<{ server: FakeServer; session: Session }> {
  const server = await startServer(t, { nodes });
  server.statement(SELECT, { parameters: [['k', 'int']], columns: [['v', 'text']], rows: [['one']] });
  const parameters = [
    ['k', 'int'],
    ['v', 'text'],
  ] as const;
  server.statement(INSERT, { parameters, partitionKey: [0] });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}

const unavailable = detailedError('UNAVAILABLE', { consistency: 'QUORUM', required: 2, alive: 1 });

/** Consistency, timestamp and values of what came. */
function written({ request }: ReceivedRequest): unknown {
  assert(request.opcode === 'QUERY' || request.opcode === 'EXECUTE' || request.opcode === 'BATCH');
  const values = request.opcode === 'BATCH' ? request.entries.map((entry) => entry.values) : request.values;
  return { timestamp: request.timestamp, values };
}

function levels(requests: readonly ReceivedRequest[]): unknown[] {
  return requests.map(({ request }) => ('consistency' in request ? request.consistency : undefined));
}

for (const [opcode, execute] of [
  ['QUERY', (session: Session) => session.execute("INSERT INTO ks.t (k, v) VALUES (1, 'x')", undefined)],
  ['EXECUTE', (session: Session, params: unknown[]) => session.execute(INSERT, params as never)],
  [
    'BATCH',
    (session: Session, params: unknown[]) => session.executeBatch(new BatchStatement().add(INSERT, params as never)),
  ],
] as const) {
  test(`a ${opcode} is sent again at a lower consistency as the same write, whatever became of its parameters`, async (t) => {
    const { server, session } = await connect(t, {
      defaultRetryPolicy: new DowngradingConsistencyRetryPolicy(),
      consistencyLevel: 'QUORUM',
    });
    server.on({ opcode, times: 1 }).reply(unavailable);
    const params: unknown[] = [1, 'x'];
    const executing = execute(session, params);
    await server.next({ opcode });
    params[0] = 2;
    const { info } = await executing;
    const requests = server.requests({ opcode, when: ({ cql }) => cql?.includes('ks.t') ?? false });
    assert.deepEqual(levels(requests), ['QUORUM', 'ONE']);
    const [first, second] = requests.map(written);
    assert.deepEqual(second, first);
    assert.equal(info.achievedConsistency, 'ONE');
    assert.equal(info.attempts.length, 2);
    assert(info.attempts[0]?.error instanceof UnavailableError);
  });
}

for (const [what, maybeApplied, execute] of [
  ['a write', false, (session: Session) => session.execute(INSERT, [1, 'x'])],
  ['a write with IN', true, (session: Session) => session.execute('DELETE FROM ks.t WHERE k IN (1, 2)')],
  ['a conditional write', true, (session: Session) => session.execute("UPDATE ks.t SET v = 'x' WHERE k = 1 IF EXISTS")],
  ['a logged batch', false, (session: Session) => session.executeBatch(batchOf('LOGGED'))],
  ['an unlogged batch', true, (session: Session) => session.executeBatch(batchOf('UNLOGGED'))],
] as const) {
  test(`${what} that finds too few replicas ${maybeApplied ? 'may be applied in part' : 'is not applied'}`, async (t) => {
    const { server, session } = await connect(t);
    server.on({ opcode: ['QUERY', 'EXECUTE', 'BATCH'], cql: /ks\.t/ }).reply(unavailable);
    const reason = await failure(execute(session));
    assert(DriverError.isDriverError(reason), String(reason));
    assert.equal(reason.maybeApplied, maybeApplied);
  });
}

function batchOf(batchType: 'LOGGED' | 'UNLOGGED'): BatchStatement {
  return new BatchStatement({ batchType }).add(INSERT, [1, 'a']).add(INSERT, [2, 'b']);
}

test('an overloaded cluster gets a tenth more requests, and the callers its answer', async (t) => {
  const { server, session } = await connect(t, { loadBalancingPolicy: new RoundRobinPolicy() }, 3);
  const select = await session.prepare(SELECT);
  server.on({ opcode: 'EXECUTE' }).reply(error('OVERLOADED'));
  const requests = 2_000;
  const reasons = await Promise.all(Array.from({ length: requests }, (_, k) => failure(session.execute(select, [k]))));
  assert(reasons.every((reason) => reason instanceof OverloadedError));
  const retries = server.requests({ opcode: 'EXECUTE' }).length - requests;
  // Ten a second are granted always: a run that takes long may have had some of them.
  assert(retries > 0 && retries <= requests / 10 + 30, String(retries));
});

test('a shutdown ends a request that waits for its retry', async (t) => {
  const retryPolicy = new ExponentialBackoffRetryPolicy({
    maxNumRetries: 5,
    minInterval: 3_600_000,
    maxInterval: 3_600_000,
  });
  const { server, session } = await connect(t, { defaultRetryPolicy: retryPolicy });
  server.on({ cql: /late/ }).reply(error('OVERLOADED'));
  const waiting = failure(session.execute('SELECT late FROM ks.t', undefined, { timeout: null }));
  await server.next({ cql: /late/ });
  // The answer is on its way: the next one on the same connection comes behind it.
  await session.execute('SELECT v FROM ks.t');
  await session.shutdown();
  assert((await waiting) instanceof OverloadedError);
});

test('the first answer of several attempts is the one that counts, and the late one harms nobody', async (t) => {
  const { server, session } = await connect(
    t,
    {
      loadBalancingPolicy: new RoundRobinPolicy(),
      speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy(20, 1),
    },
    3,
  );
  const select = await session.prepare(SELECT);
  for (let k = 0; k < 6; k++) await session.execute(select, [k]);
  const slow = server.on({ opcode: 'EXECUTE', node: 1 }).delay(300);
  let speculated = 0;
  for (let k = 0; k < 6; k++) {
    const result = await session.execute(select, [k]);
    assert.equal(result.one()?.['v'], 'one');
    speculated += result.info.speculativeExecutions;
    assert.equal(
      result.info.attempts.filter(({ speculative }) => speculative).length,
      result.info.speculativeExecutions,
    );
    assert.notEqual(result.info.coordinator.address, '127.0.0.1');
  }
  assert(speculated > 0);
  slow.remove();
  const insert = await session.execute(INSERT, [1, 'x']);
  assert.equal(insert.info.speculativeExecutions, 0);
  for (let k = 0; k < 30; k++) assert.equal((await session.execute(select, [k])).one()?.['v'], 'one');
});

test('a request that finds no host up has every cause, and the next one finds the host that is back', async (t) => {
  const { server, session } = await connect(
    t,
    { reconnectionPolicy: { newSchedule: () => [3_600_000] }, loadBalancingPolicy: new RoundRobinPolicy() },
    2,
  );
  await Promise.all(server.nodes.map((node) => node.stop()));
  const reason = await untilFailure(session);
  assert.equal(reason.errors.size, 2);
  for (const cause of reason.errors.values()) assert(DriverError.isDriverError(cause));
  await Promise.all(server.nodes.map((node) => node.start()));
  const giveUp = AbortSignal.timeout(20_000);
  while ((await failure(session.execute('SELECT v FROM ks.t'))) !== null) {
    giveUp.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
});

async function untilFailure(session: Session): Promise<NoHostAvailableError> {
  const giveUp = AbortSignal.timeout(20_000);
  for (;;) {
    giveUp.throwIfAborted();
    const reason = await failure(session.execute('SELECT v FROM ks.t'));
    if (reason instanceof NoHostAvailableError && reason.attempts.length === 0) return reason;
  }
}
