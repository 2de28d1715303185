// One connection of the driver, whole from the socket to the core, against the fake server and its faults.

import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { PlainTextAuthProvider } from '../../src/connection/authenticator.ts';
import { systemClock } from '../../src/connection/clock.ts';
import { createNodeConnector } from '../../src/connection/connector.ts';
import { Deadlines } from '../../src/connection/deadlines.ts';
import { DefaultEndPoint } from '../../src/connection/endpoint.ts';
import { ask } from '../../src/connection/exchange.ts';
import { openConnection } from '../../src/connection/handshake.ts';
import { versionsToTry } from '../../src/connection/negotiation.ts';
import { WasmCore } from '../../src/core/wasm-core.ts';
import {
  AuthenticationFailedError,
  ConnectionError,
  ConnectionShutdownError,
  CrcMismatchError,
  ProtocolError,
} from '../../src/errors.ts';
import { readEvent } from '../../src/protocol/events.ts';
import { Opcode } from '../../src/protocol/opcodes.ts';
import { PLAIN_QUERY, RequestEncoder } from '../../src/protocol/requests.ts';
import { openMessage } from '../../src/protocol/responses.ts';
import { setKeyspace, voidResult } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';
import type { TestContext } from 'node:test';
import type { Connection } from '../../src/connection/connection.ts';
import type { Answer } from '../../src/connection/exchange.ts';
import type { OpenOptions } from '../../src/connection/handshake.ts';
import type { DriverError } from '../../src/errors.ts';
import type { ServerEvent } from '../../src/protocol/events.ts';
import type { FakeServer } from './harness/fake-server.ts';

interface Client {
  readonly connection: Connection;
  readonly encoder: RequestEncoder;
  readonly events: ServerEvent[];
  readonly closedWith: DriverError[];
}

async function open(t: TestContext, server: FakeServer, options: Partial<OpenOptions> = {}): Promise<Client> {
  const core = new WasmCore();
  const encoder = new RequestEncoder(core);
  const events: ServerEvent[] = [];
  const closedWith: DriverError[] = [];
  const deadlines = new Deadlines(systemClock, (error) => assert.fail(String(error)));
  t.after(() => deadlines.clear());
  const { connection } = await openConnection({
    endPoint: new DefaultEndPoint('127.0.0.1', server.port),
    connector: createNodeConnector(),
    tls: undefined,
    localPort: undefined,
    versions: versionsToTry({ compression: options.compression }),
    compression: undefined,
    startup: () => [],
    authProvider: undefined,
    connectTimeout: 5000,
    signal: undefined,
    core,
    encoder,
    maxFrameLength: 1_000_000,
    maxRequests: 100,
    clock: systemClock,
    deadlines,
    schedule: setImmediate,
    decodeBigFrame: () => assert.fail('no frame is that big'),
    listener: {
      onEvent: (delivery, record) => void events.push(readEvent(openMessage(delivery, record).reader)),
      onClosed: (_connection, reason) => void closedWith.push(reason),
      onOrphanLimit: () => undefined,
      onStreamFreed: () => undefined,
    },
    report: (error) => assert.fail(String(error)),
    warn: () => undefined,
    ...options,
  });
  t.after(() => connection.close());
  return { connection, encoder, events, closedWith };
}

function query({ connection, encoder }: Client, cql: string): Promise<Answer> {
  const { version, compression } = connection;
  const frame = encoder.query(
    { version, compression },
    {
      ...PLAIN_QUERY,
      query: cql,
      consistency: 1,
    },
  );
  return ask(connection, frame, [Opcode.RESULT]);
}

/** The keyspace that the server answers, which stands for the request it answers. */
async function keyspaceOf(answer: Promise<Answer>): Promise<string> {
  const { reader } = await answer;
  assert.equal(reader.int(), 3);
  return reader.text();
}

const wires = [
  { version: 3, compression: undefined },
  { version: 3, compression: 'snappy' },
  { version: 4, compression: undefined },
  { version: 4, compression: 'lz4' },
  { version: 4, compression: 'snappy' },
  { version: 5, compression: undefined },
  { version: 5, compression: 'lz4' },
] as const;

for (const { version, compression } of wires) {
  describe(`v${version} with ${compression ?? 'no compression'}`, () => {
    test('agrees with the server, and carries requests and answers of several segments', async (t) => {
      const server = await startServer(t, { versions: [3, 4, 5].filter((known) => known <= version) });
      const name = 'k'.repeat(60_000);
      server.on({ cql: 'big' }).reply(setKeyspace(name));

      const client = await open(t, server, { compression });
      const text = `SELECT big ${'abcdefgh'.repeat(40_000)}`;
      const answers = await Promise.all([1, 2, 3].map(() => keyspaceOf(query(client, text))));

      assert.equal(client.connection.version, version);
      assert.deepEqual(answers, [name, name, name]);
      assert.equal(server.requests({ opcode: 'QUERY' })[0]?.cql, text);
    });

    test('authenticates', async (t) => {
      const server = await startServer(t, { versions: [version], auth: { username: 'ann', password: 'pass' } });
      const authProvider = new PlainTextAuthProvider('ann', 'pass');

      const client = await open(t, server, { versions: [version], compression, authProvider });

      await query(client, 'SELECT 1');
    });

    test('reads answers that come byte by byte', async (t) => {
      const server = await startServer(t, { versions: [version] });
      server.on({ opcode: ['OPTIONS', 'STARTUP'] }).trickle(1);
      server.on({ cql: 'x' }).reply(setKeyspace('ks')).trickle(1);

      const client = await open(t, server, { versions: [version], compression });

      assert.equal(await keyspaceOf(query(client, 'SELECT x')), 'ks');
    });

    test('gives late, swapped and reordered answers to nobody else', async (t) => {
      const server = await startServer(t, { versions: [version] });
      server.on({ opcode: 'QUERY' }).reply((request) => setKeyspace(request.cql ?? ''));
      server.on({ cql: 'SELECT', probability: 0.3 }).reorder(3);
      server.on({ cql: 'SELECT', probability: 0.1 }).delay(3);
      const client = await open(t, server, { versions: [version], compression });

      for (let round = 0; round < 10; round++) {
        const texts = Array.from({ length: 50 }, (_, i) => `SELECT ${round * 50 + i}`);
        const answers = Promise.all(texts.map((cql) => keyspaceOf(query(client, cql))));
        // Whatever was told to wait for later messages goes out behind these.
        const pushed = Promise.all([1, 2, 3].map(() => query(client, 'flush')));
        assert.deepEqual(await answers, texts);
        await pushed;
      }
    });
  });
}

test('falls back to what the server speaks', async (t) => {
  const server = await startServer(t, { versions: [3] });

  const { connection } = await open(t, server);

  assert.equal(connection.version, 3);
});

test('names the host when the password is wrong', async (t) => {
  const server = await startServer(t, { auth: { username: 'ann', password: 'pass' } });
  const authProvider = new PlainTextAuthProvider('ann', 'word');

  await assert.rejects(open(t, server, { authProvider }), (error: unknown) => {
    assert.ok(error instanceof AuthenticationFailedError);
    assert.match(error.message, /^authentication at 127\.0\.0\.1:\d+ failed: /);
    return true;
  });
});

for (const packs of [false, true]) {
  test(`hears events${packs ? ' that come in one segment with an answer' : ''}`, async (t) => {
    const server = await startServer(t, { packs });
    const client = await open(t, server);
    const { connection, encoder, events } = client;
    await ask(connection, encoder.register({ version: 5, compression: 0 }, ['STATUS_CHANGE']), [Opcode.READY]);

    const answer = query(client, 'SELECT 1');
    await server.next({ opcode: 'QUERY' });
    server.push({ type: 'STATUS_CHANGE', change: 'UP', address: '10.1.2.3', port: 9042 });
    await answer;
    await query(client, 'SELECT 2');

    assert.deepEqual(events, [
      { type: 'STATUS_CHANGE', change: 'UP', address: Uint8Array.of(10, 1, 2, 3), port: 9042 },
    ]);
  });
}

const breakages: readonly (readonly [
  what: string,
  apply: (server: FakeServer) => void,
  reason: new (...args: never[]) => DriverError,
])[] = [
  ['a wrong checksum of a segment header', (s) => s.on({ cql: 'x' }).segment({ crc24Error: 1 }), CrcMismatchError],
  ['a wrong checksum of a segment', (s) => s.on({ cql: 'x' }).segment({ crc32Error: 1 }), CrcMismatchError],
  ['a body over the limit', (s) => s.on({ cql: 'x' }).header({ bodyLength: 0x7fffffff }), ProtocolError],
  ['a negative length', (s) => s.on({ cql: 'x' }).header({ bodyLength: -1 }), ProtocolError],
  ['an unknown stream', (s) => s.on({ cql: 'x' }).header({ stream: 77 }), ProtocolError],
  ['another version', (s) => s.on({ cql: 'x' }).header({ versionByte: 0x84 }), ProtocolError],
  ['a request', (s) => s.on({ cql: 'x' }).header({ versionByte: 0x05 }), ProtocolError],
  ['a FIN', (s) => s.on({ cql: 'x' }).drop().close(), ConnectionError],
  ['an RST', (s) => s.on({ cql: 'x' }).drop().reset(), ConnectionError],
  ['a FIN in the middle of a frame', (s) => s.on({ cql: 'x' }).truncate(12).close(), ConnectionError],
];

for (const [what, apply, reason] of breakages) {
  test(`closes at ${what}, and tells every request why`, async (t) => {
    const server = await startServer(t, { versions: [5], toleratesViolations: true });
    server.on({ cql: 'never' }).drop();
    apply(server);
    const client = await open(t, server);

    const failures = await Promise.allSettled([query(client, 'SELECT never'), query(client, 'SELECT x')]);

    assert.equal(client.closedWith.length, 1);
    assert.ok(client.closedWith[0] instanceof reason, String(client.closedWith[0]));
    for (const failure of failures) {
      assert.ok(failure.status === 'rejected');
      const error: unknown = failure.reason;
      assert.ok(error instanceof ConnectionShutdownError);
      assert.equal(error.cause, client.closedWith[0]);
      assert.equal(error.maybeApplied, true);
    }
  });
}

test('closes when an answer comes twice', async (t) => {
  const server = await startServer(t);
  server.on({ cql: 'x' }).reply(voidResult()).duplicate();
  const client = await open(t, server);

  await query(client, 'SELECT x');
  await assert.rejects(query(client, 'SELECT y'), ConnectionShutdownError);

  assert.ok(client.closedWith[0] instanceof ProtocolError);
});

for (const opcode of ['OPTIONS', 'STARTUP'] as const) {
  for (const ending of ['close', 'reset'] as const) {
    test(`fails at once when the server answers ${opcode} with a ${ending}`, async (t) => {
      const server = await startServer(t);
      server.on({ opcode }).drop()[ending]();

      await assert.rejects(open(t, server, { connectTimeout: 60_000 }), ConnectionError);
    });
  }

  test(`holds the deadline when the server does not answer ${opcode}`, async (t) => {
    const server = await startServer(t);
    server.on({ opcode }).drop();

    await assert.rejects(open(t, server, { connectTimeout: 60 }), /no connection within 60 ms/);
  });

  test(`holds the deadline when the answer to ${opcode} trickles`, async (t) => {
    const server = await startServer(t);
    server.on({ opcode }).trickle(1, 40);

    await assert.rejects(open(t, server, { connectTimeout: 60 }), /no connection within 60 ms/);
  });
}
