// What happens between a call and its answer: statements that hosts do not know, shapes that change, deadlines and signals of
// pages, policies that throw, and what errors say of a write.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  BatchStatement,
  Cluster,
  DriverError,
  executeConcurrent,
  InvalidArgumentError,
  OperationTimedOutError,
  RoundRobinPolicy,
  type ClusterOptions,
  type Host,
  type Session,
} from '../../src/index.ts';
import { detailedError, error } from './harness/error-response.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { schemaChange } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT * FROM ks.t WHERE k = ?';
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const INSERT_PARAMETERS = [
  ['k', 'int'],
  ['v', 'text'],
] as const;

async function connect(
  t: TestContext,
  serverOptions: Partial<FakeServerOptions> = {},
  options: ClusterOptions = {},
): Promise<{ server: FakeServer; session: Session; cluster: Cluster }> {
  const server = await startServer(t, serverOptions);
  server.statement(SELECT, {
    parameters: [['k', 'int']],
    columns: [['v', 'text']],
    rows: [['one'], ['two'], ['three']],
  });
  server.statement(INSERT, { parameters: INSERT_PARAMETERS, partitionKey: [0] });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, cluster, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}

test('a batch whose texts were prepared on another host prepares them on the host that it goes to', async (t) => {
  const { session } = await connect(t, { nodes: 3 }, { loadBalancingPolicy: new RoundRobinPolicy() });
  for (let i = 0; i < 6; i++) {
    await session.executeBatch(new BatchStatement().add(INSERT, [i, 'a']).add(INSERT, [i, 'b']));
  }
});

test('an answer to a request before a change of shape does not undo it', async (t) => {
  const { server, session } = await connect(t, { versions: [5] });
  const select = await session.prepare(SELECT);
  const late = server.on({ opcode: 'EXECUTE', times: 1 }).delay(50);
  const first = session.execute(select, [1]);
  await server.next({ opcode: 'EXECUTE' });
  late.remove();
  const columns = [
    ['n', 'int'],
    ['v', 'text'],
  ] as const;
  server.statement(SELECT, { parameters: [['k', 'int']], columns, rows: [[7, 'new']] });
  assert.deepEqual((await session.execute(select, [1])).one(), { n: 7, v: 'new' });
  assert.deepEqual((await first).one(), { v: 'one' });
  assert.deepEqual((await session.execute(select, [1])).one(), { n: 7, v: 'new' });
  assert.deepEqual(
    select.resultMetadata.map(({ name }) => name),
    ['n', 'v'],
  );
});

test('a write goes to a replica of its own keyspace, whatever keyspace the session has; a batch too', async (t) => {
  const replication = { class: 'SimpleStrategy', replication_factor: '1' };
  const { server, session } = await connect(t, {
    nodes: 3,
    schema: {
      keyspaces: [
        { name: 'ks', replication },
        { name: 'other', replication: { class: 'LocalStrategy' } },
      ],
    },
  });
  await session.setKeyspace('other');
  const insert = await session.prepare(INSERT);
  const addresses = async (execute: () => Promise<{ info: { coordinator: { address: string } } }>) => {
    const seen = new Set<string>();
    for (let i = 0; i < 9; i++) seen.add((await execute()).info.coordinator.address);
    return seen.size;
  };
  assert.equal(await addresses(() => session.execute(insert, [1, 'x'])), 1);
  assert.equal(await addresses(() => session.executeBatch(new BatchStatement().add(insert, [1, 'x']))), 1);
  assert.deepEqual(server.violations, []);
});

test('every page has the whole timeout, and the signal of the request', async (t) => {
  const { server, session } = await connect(t);
  server.on({ opcode: 'PREPARE' }).delay(250);
  const controller = new AbortController();
  const options = { fetchSize: 1, timeout: 400, signal: controller.signal };
  const first = await session.execute(SELECT, [1], options);
  const slow = server.on({ opcode: 'EXECUTE' }).delay(250);
  const second = await first.fetchNextPage();
  assert.equal(second?.one()?.['v'], 'two');
  slow.remove();
  controller.abort(new Error('enough'));
  await assert.rejects(async () => {
    for await (const row of first) assert(row);
  }, /enough/);
});

test('a preparation outlives the deadline of the request that began it', async (t) => {
  const { server, session } = await connect(t);
  server.on({ opcode: 'PREPARE' }).delay(100);
  const impatient = failure(session.execute(INSERT, [1, 'x'], { timeout: 20 }));
  const patient = session.execute(INSERT, [2, 'y']);
  const reason = await impatient;
  assert(reason instanceof OperationTimedOutError);
  assert.equal(reason.maybeApplied, false);
  await patient;
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 1);
});

test('an error says that a write may be applied if an earlier attempt may have applied it', async (t) => {
  const { server, session } = await connect(t, { nodes: 2 });
  const insert = await session.prepare(INSERT);
  for (let i = 0; i < 4; i++) await session.execute(insert, [i, 'x']);
  server.on({ opcode: 'EXECUTE', times: 1 }).drop().reset();
  server
    .on({ opcode: 'EXECUTE', nth: 2 })
    .reply(detailedError('UNAVAILABLE', { consistency: 1, required: 1, alive: 0 } as never));
  server.on({ opcode: 'EXECUTE', nth: 3 }).reply(error('OVERLOADED'));
  const reason = await failure(session.execute(insert, [1, 'x'], { isIdempotent: true }));
  assert(DriverError.isDriverError(reason));
  assert(reason.attempts.length >= 2);
  assert.equal(reason.maybeApplied, true);
});

test('a preparation that fails says that nothing was applied', async (t) => {
  const { server, session } = await connect(t);
  server.on({ opcode: 'PREPARE' }).drop().reset();
  const reason = await failure(session.execute(INSERT, [1, 'x']));
  assert(DriverError.isDriverError(reason));
  assert.equal(reason.maybeApplied, false);
});

test('a plan that throws late fails its request', async (t) => {
  class Throwing extends RoundRobinPolicy {
    override *makeQueryPlan(...args: Parameters<RoundRobinPolicy['makeQueryPlan']>): Generator<Host> {
      const [first] = super.makeQueryPlan(...args);
      if (first !== undefined) yield first;
      throw new Error('no more hosts');
    }
  }
  const { server, session } = await connect(t, {}, { loadBalancingPolicy: new Throwing() });
  server.on({ cql: /late/ }).reply(error('OVERLOADED'));
  const reason = await failure(session.execute('SELECT late FROM ks.t', undefined, { timeout: null }));
  assert(DriverError.isDriverError(reason));
  assert.match(reason.message, /no more hosts/);
});

for (const [what, options] of [
  ['a fraction', { timestamp: 1.5 }],
  ['no number', { timestamp: 'now' as unknown as number }],
  ['more than 64 bits', { timestamp: 2n ** 63n }],
] as const) {
  test(`refuses a timestamp that is ${what}`, async (t) => {
    const { session } = await connect(t);
    const reason = await failure(session.execute(INSERT, [1, 'x'], options));
    assert(reason instanceof InvalidArgumentError, String(reason));
    assert.equal(reason.field, 'timestamp');
  });
}

test('refuses parameters that are neither array nor object', async (t) => {
  const { session } = await connect(t);
  const reason = await failure(session.execute(INSERT, new Map([['k', 1]]) as never));
  assert(reason instanceof InvalidArgumentError, String(reason));
});

test('a failure is not held back by a source that gives no further statement, nor is an abort', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: /wrong/ }).reply(error('INVALID', 'wrong'));
  async function* oneAndNoMore(cql: string): AsyncGenerator<readonly [string]> {
    yield [cql];
    await new Promise(() => undefined);
  }
  assert((await failure(executeConcurrent(session, oneAndNoMore('SELECT wrong FROM ks.t')))) instanceof DriverError);
  const controller = new AbortController();
  const waiting = failure(executeConcurrent(session, oneAndNoMore(SELECT), { signal: controller.signal }));
  controller.abort(new Error('enough'));
  assert.match(String(await waiting), /enough/);
});

test('a signal ends the wait for the agreement on a schema', async (t) => {
  const { server, session } = await connect(
    t,
    {},
    { maxSchemaAgreementWait: 60_000, controlConnectionTimeout: 60_000 },
  );
  const controller = new AbortController();
  const change = { type: 'SCHEMA_CHANGE', change: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 'new' } as const;
  server.on({ cql: /CREATE TABLE/ }).reply(schemaChange(change));
  server.on({ cql: /schema_version/ }).drop();
  const creating = session.execute('CREATE TABLE ks.new (k int PRIMARY KEY)', undefined, { signal: controller.signal });
  await server.next({ cql: /schema_version/ });
  controller.abort(new Error('enough'));
  await assert.rejects(creating, /enough/);
});

test('wrong options are refused where the cluster is made', () => {
  for (const options of [null, '127.0.0.1', { types: { uuid: 'text' } }, { serialConsistencyLevel: 'QUORUM' }]) {
    assert.throws(() => new Cluster(options as unknown as ClusterOptions), InvalidArgumentError);
  }
});
