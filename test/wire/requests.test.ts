// Requests against a server that can be told what to do: losing connections, forgetting statements, answering late, in pieces,
// or with more than fits the working buffers.

import { strict as assert } from 'node:assert';
import { describe, test, type TestContext } from 'node:test';
import {
  Cluster,
  ConnectionShutdownError,
  InvalidArgumentError,
  OperationTimedOutError,
  OverloadedError,
  UnpreparedError,
  UnsupportedOperationError,
  type ClusterOptions,
  type Session,
} from '../../src/index.ts';
import { detailedError, error } from './harness/error-response.ts';
import { FakeServer } from './harness/fake-server.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import { rows } from './harness/response.ts';

const SELECT = 'SELECT v FROM ks.t';
const SELECT_BY_KEY = 'SELECT v FROM ks.t WHERE k = ?';
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';

async function connect(
  t: TestContext,
  serverOptions: Partial<FakeServerOptions> = {},
  options: ClusterOptions = {},
): Promise<{ server: FakeServer; session: Session; cluster: Cluster }> {
  const server = await FakeServer.start({ toleratesViolations: false, ...serverOptions });
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one'], ['two']] });
  server.statement(SELECT_BY_KEY, {
    parameters: [['k', 'int']],
    partitionKey: [0],
    columns: [['v', 'text']],
    rows: [['by key']],
  });
  server.statement(INSERT, {
    parameters: [
      ['k', 'int'],
      ['v', 'text'],
    ],
    partitionKey: [0],
  });
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: 'off',
    ...options,
  });
  t.after(async () => {
    await cluster.shutdown();
    await server.stop();
  });
  return { server, cluster, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

/** The values of every EXECUTE, as text. */
function sentValues(server: FakeServer): string[][] {
  return server.requests({ opcode: 'EXECUTE' }).map(({ request }) => {
    assert(request.opcode === 'EXECUTE');
    return request.values.map((value) =>
      value instanceof Uint8Array ? new TextDecoder().decode(value) : String(value),
    );
  });
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => null,
    (reason: unknown) => reason,
  );
}

const VARIANTS = [
  [5, undefined],
  [5, 'lz4'],
  [4, undefined],
  [4, 'lz4'],
  [4, 'snappy'],
  [3, undefined],
] as const;

for (const [version, compression] of VARIANTS) {
  describe(`protocol v${version}${compression === undefined ? '' : ` with ${compression}`}`, () => {
    const options: ClusterOptions = compression === undefined ? {} : { compression };

    test('decodes an answer that is cut at every byte', async (t) => {
      const { server, session } = await connect(t, { versions: [version], packs: false }, options);
      await session.execute(SELECT_BY_KEY, [1]);
      const cut = server.on({ opcode: ['QUERY', 'EXECUTE'], cql: /ks\.t/ });
      for (let at = 1; at < 60; at++) {
        cut.split(at, at + 1);
        assert.deepEqual([...(await session.execute(SELECT))], [{ v: 'one' }, { v: 'two' }]);
        assert.equal((await session.execute(SELECT_BY_KEY, [1])).one()?.['v'], 'by key');
      }
    });

    test('decodes an answer that comes byte by byte', async (t) => {
      const { server, session } = await connect(t, { versions: [version] }, options);
      server.on({ cql: SELECT }).trickle(1);
      assert.equal((await session.execute(SELECT)).length, 2);
    });

    test('decodes an answer larger than the working buffers', async (t) => {
      const { server, session } = await connect(t, { versions: [version] }, options);
      const values = Array.from({ length: 300 }, (_, i) => [`${i} `.padEnd(20_000, 'xyzü')]);
      server.on({ cql: SELECT }).reply(rows([['v', 'text']], values));
      const result = await session.execute(SELECT);
      assert.deepEqual(
        result.rows.map((row) => row['v']),
        values.map(([value]) => value),
      );
    });

    test('sends a request larger than one segment', async (t) => {
      const { server, session } = await connect(t, { versions: [version] }, options);
      const large = 'ä'.repeat(200_000);
      await session.execute(INSERT, [1, large]);
      assert.deepEqual(sentValues(server).at(-1)?.[1], large);
      assert.equal(server.violations.length, 0);
    });
  });
}

test('reads columns as typed arrays', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT }).reply(
    rows(
      [
        ['a', 'int'],
        ['b', 'double'],
      ],
      [
        [1, 0.5],
        [2, null],
        [3, 1.5],
      ],
    ),
  );
  const batch = (await session.execute(SELECT, undefined, { rowFactory: 'columns' })).one() as unknown as {
    column(name: string): { data: unknown; nullCount: number } | undefined;
  };
  assert.deepEqual(batch.column('a')?.data, new Int32Array([1, 2, 3]));
  assert.equal(batch.column('b')?.nullCount, 1);
});

test('prepares a statement once, however many executions wait for it', async (t) => {
  const { server, session } = await connect(t);
  await Promise.all(Array.from({ length: 50 }, (_, i) => session.execute(INSERT, [i, 'x'])));
  assert.equal(server.requests({ opcode: 'PREPARE', cql: INSERT }).length, 1);
  assert.equal(server.requests({ opcode: 'EXECUTE', cql: INSERT }).length, 50);
});

test('prepares a forgotten statement again, once for all executions that learn of it', async (t) => {
  const { server, session } = await connect(t);
  const insert = await session.prepare(INSERT);
  server.nodes[0]?.prepared.clear();
  await Promise.all(Array.from({ length: 50 }, (_, i) => session.execute(insert, [i, 'x'])));
  assert.equal(server.requests({ opcode: 'PREPARE', cql: INSERT }).length, 2);
});

test('a server that never knows a statement is asked three times, not for ever', async (t) => {
  const { server, session } = await connect(t);
  const insert = await session.prepare(INSERT);
  server.on({ opcode: 'EXECUTE' }).reply(detailedError('UNPREPARED', { id: insert.queryId }));
  const reason = await failure(session.execute(insert, [1, 'x']));
  assert.equal((reason as { code?: string }).code, 'CQL_UNPREPARED');
  assert.equal(server.requests({ opcode: 'EXECUTE' }).length, 3);
  assert.equal(server.requests({ opcode: 'PREPARE' }).length, 3);
});

test('a read moves to another host when its connection is lost, a write does not', async (t) => {
  const { server, session } = await connect(t, { nodes: 3 });
  server.on({ cql: SELECT, times: 1 }).drop().reset();
  const result = await session.execute(SELECT);
  assert.equal(result.length, 2);
  assert.equal(result.info.attempts.length, 2);
  assert(result.info.attempts[0]?.error instanceof ConnectionShutdownError);

  server.on({ opcode: 'EXECUTE', cql: INSERT, times: 1 }).drop().reset();
  const reason = await failure(session.execute(INSERT, [1, 'x']));
  assert(reason instanceof ConnectionShutdownError);
  assert.equal(reason.maybeApplied, true);
  // Hosts that did not know the statement yet do not count: they refused it.
  assert.equal(reason.attempts.filter(({ error: cause }) => !(cause instanceof UnpreparedError)).length, 1);
});

test('a write that is marked idempotent is retried on other hosts, at most twice', async (t) => {
  const { server, session } = await connect(t, { nodes: 3 });
  server.on({ opcode: 'EXECUTE', cql: INSERT }).reply(error('OVERLOADED'));
  const reason = await failure(session.execute(INSERT, [1, 'x'], { isIdempotent: true }));
  assert(reason instanceof OverloadedError);
  assert.deepEqual(new Set(reason.attempts.map((attempt) => attempt.host.address)).size, 3);
});

test('reconnects when the only host comes back', async (t) => {
  const { server, session } = await connect(t);
  for (const connection of server.openConnections) connection.destroy();
  for (;;) {
    const reason = await failure(session.execute(SELECT));
    if (reason === null) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
});

test('a deadline ends the request and keeps its stream id until the late answer came', async (t) => {
  const { server, session } = await connect(t);
  const late = server.on({ cql: SELECT }).delay(200);
  const reason = await failure(session.execute(SELECT, undefined, { timeout: 30 }));
  assert(reason instanceof OperationTimedOutError);
  assert.equal(reason.maybeApplied, true);
  late.remove();
  for (let i = 0; i < 20; i++) assert.equal((await session.execute(SELECT)).length, 2);
});

test('a request that cannot be encoded disturbs no other', async (t) => {
  const { session } = await connect(t);
  const insert = await session.prepare(INSERT);
  const outcomes = await Promise.allSettled([
    session.execute(insert, [1, 'x']),
    session.execute(insert, [1.5, 'x']),
    session.execute(insert, [2, 'y']),
  ]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('a getter that executes a request while its value is written disturbs neither', async (t) => {
  const { server, session } = await connect(t);
  const insert = await session.prepare(INSERT);
  let inner: Promise<unknown> | undefined;
  const params = {
    k: 7,
    get v(): string {
      inner ??= session.execute(insert, [8, 'inner'.repeat(10_000)]);
      return 'outer';
    },
  };
  await session.execute(insert, params);
  await inner;
  assert.deepEqual(sentValues(server), [
    ['\0\0\0\x08', 'inner'.repeat(10_000)],
    ['\0\0\0\x07', 'outer'],
  ]);
  assert.equal(server.violations.length, 0);
});

test('shutting down fails what is in flight and leaves no socket and no timer', async (t) => {
  const { server, cluster, session } = await connect(t);
  server.on({ cql: SELECT }).drop();
  const pending = failure(session.execute(SELECT));
  await server.next({ cql: SELECT });
  await cluster.shutdown();
  const reason = await pending;
  assert(reason instanceof ConnectionShutdownError);
  assert((await failure(session.execute(SELECT))) instanceof ConnectionShutdownError);
  await cluster.shutdown();
});

test('a request beyond what the protocol can count is refused before it is sent', async (t) => {
  const { session } = await connect(t);
  const reason = await failure(session.execute(SELECT, undefined, { keyspace: 'k'.repeat(70_000) }));
  assert(reason instanceof InvalidArgumentError, String(reason));
  assert.equal(reason.maybeApplied, false);
  assert.equal((await session.execute(SELECT)).length, 2);
});

test('a keyspace for one request is refused before v5 instead of being left out', async (t) => {
  const { session } = await connect(t, { versions: [4] });
  const reason = await failure(session.execute(SELECT, undefined, { keyspace: 'other' }));
  assert(reason instanceof UnsupportedOperationError, String(reason));
  assert((await failure(session.prepare(SELECT, { keyspace: 'other' }))) instanceof UnsupportedOperationError);
});

test('a second shutdown waits for the first', async (t) => {
  const { cluster, session } = await connect(t);
  const closing = session.shutdown();
  assert.equal(session.shutdown(), closing);
  const ending = cluster.shutdown();
  assert.equal(cluster.shutdown(), ending);
  await ending;
});
