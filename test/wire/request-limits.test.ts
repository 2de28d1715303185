// Statements beyond the limits of the protocol: refused with a typed error before a byte is sent, and the connection lives on.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  BatchStatement,
  Cluster,
  DriverError,
  InvalidArgumentError,
  SimpleStatement,
  type ClusterOptions,
  type Session,
} from '../../src/index.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';

const LONG_NAME = 'n'.repeat(65_536);
const SELECT = 'SELECT v FROM ks.t';
const BY_KEY = 'SELECT v FROM ks.t WHERE k = ? AND l = ?';
const MANY = 'SELECT v FROM ks.t WHERE k IN ?';

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
): Promise<{
  server: FakeServer;
  session: Session;
  check: (doing: () => Promise<unknown>, field?: string) => Promise<void>;
}> {
  const server = await startServer(t, {});
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one']] });
  server.statement(BY_KEY, {
    parameters: [
      ['k', 'text'],
      ['l', 'text'],
    ],
    partitionKey: [0, 1],
    columns: [['v', 'text']],
    rows: [['one']],
  });
  server.statement(MANY, { parameters: [['k', { list: 'int' }]], columns: [['v', 'text']], rows: [['one']] });
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: 'off',
    ...options,
  });
  t.after(() => cluster.shutdown());
  const session = await cluster.connect();
  await session.execute(SELECT);
  const connections = server.requests({ opcode: 'STARTUP' }).length;
  return {
    server,
    session,
    /** Expects the error, no request, and the same connection for the next one. */
    check: async (doing, field) => {
      const before = server.requests({ opcode: ['QUERY', 'EXECUTE', 'BATCH'] }).length;
      await assert.rejects(doing(), (error) => {
        assert(error instanceof DriverError, String(error));
        assert.equal(error.maybeApplied, false);
        if (field !== undefined) assert(error instanceof InvalidArgumentError && error.field === field, String(error));
        return true;
      });
      assert.equal(server.requests({ opcode: ['QUERY', 'EXECUTE', 'BATCH'] }).length, before);
      assert.equal((await session.execute(SELECT)).length, 1);
      assert.equal(server.requests({ opcode: 'STARTUP' }).length, connections);
    },
  };
}

test('more than 65,535 statements in a batch', async (t) => {
  const { session, check } = await connect(t);
  const one = new SimpleStatement(SELECT);
  const batch = new BatchStatement();
  for (let i = 0; i < 65_535; i++) batch.add(one);
  await check(async () => session.executeBatch(batch.add(one)));
});

test('more values than the statement has markers, by thousands', async (t) => {
  const { session, check } = await connect(t);
  await check(() => session.execute(MANY, new Array(70_000).fill(1)), 'params');
});

test('a list of 100,000 values in one marker is no breach', async (t) => {
  const { session } = await connect(t);
  assert.equal((await session.execute(MANY, [new Array(100_000).fill(1)])).length, 1);
});

test('names of more than 65,535 bytes', async (t) => {
  const { session, check } = await connect(t);
  await check(() => session.execute(SELECT, undefined, { keyspace: LONG_NAME }));
  await check(() => session.execute(SELECT, undefined, { customPayload: { [LONG_NAME]: new Uint8Array(1) } }));
  await check(() => session.execute(BY_KEY, { k: 'a', [LONG_NAME]: 'b' }), 'params');
});

test('a component of a composite key of more than 65,535 bytes', async (t) => {
  const { session, check } = await connect(t);
  await check(() => session.execute(BY_KEY, ['k'.repeat(65_536), 'l']));
  assert.equal((await session.execute(BY_KEY, ['k'.repeat(65_535), 'l'])).length, 1);
});

test('a statement of more than 256 MiB', async (t) => {
  const { session, check } = await connect(t);
  const text = `${SELECT} -- ${'x'.repeat(256 * 1024 * 1024)}`;
  await check(() => session.execute(text));
  await check(() => session.prepare(text));
});

test('a value that makes the request larger than 256 MiB', async (t) => {
  const { session, check } = await connect(t);
  await check(() => session.execute(BY_KEY, ['k', 'x'.repeat(256 * 1024 * 1024)]));
});
