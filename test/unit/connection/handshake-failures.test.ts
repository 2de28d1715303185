// What a handshake meets that is no agreement: other protocols, silence, errors, and people who change their minds.

import assert from 'node:assert/strict';
import test from 'node:test';
import { openConnection } from '../../../src/connection/handshake.ts';
import { ConnectionError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { MemorySocket } from './memory-socket.ts';
import { ScriptedServer } from './scripted-server.ts';
import type { Connector } from '../../../src/connection/connector.ts';
import type { OpenOptions } from '../../../src/connection/handshake.ts';
import type { Reply } from './scripted-server.ts';

const silence = (): undefined => undefined;
const SUPPORTED: Reply = { opcode: Opcode.SUPPORTED, cold: [0] };

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Lets promises and microtasks run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function failure(server: ScriptedServer, options: Partial<OpenOptions> = {}): Promise<Error> {
  const error = await openConnection(server.options(options)).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof Error, 'it was expected to fail');
  assert.ok(
    server.sockets.every(({ isDestroyed }) => isDestroyed),
    'a socket stayed open',
  );
  assert.equal(server.deadlines.pending, 0, 'a deadline stayed behind');
  assert.deepEqual(server.closedWith, [], 'the listener was told of a connection it never had');
  return error;
}

const foreign: readonly (readonly [name: string, sent: Uint8Array, message: RegExp])[] = [
  [
    'an HTTP server',
    bytes('HTTP/1.1 400 Bad Request\r\n\r\n<html>'),
    /found an HTTP server: "HTTP\/1\.1 400 Bad Request"$/,
  ],
  [
    'an SSH server',
    bytes('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'),
    /found an SSH server: "SSH-2\.0-OpenSSH_9\.2p1 Debian-2"$/,
  ],
  ['a TLS alert', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46), /found a TLS server: set the tls option$/],
  ['one byte of a TLS record', Uint8Array.of(0x16), /found a TLS server/],
  ['text of another protocol', bytes('220 mail.example.com ESMTP\r\n'), /which said "220 mail\.example\.com ESMTP"$/],
  ['bytes of another protocol', Uint8Array.of(0x4a, 0, 0, 0, 0x0a), /whose first bytes are 4a 00 00 00 0a$/],
  ['text that would talk to a terminal', bytes('\x1b[2J\x07'), /whose first bytes are 1b 5b 32 4a 07$/],
];

for (const [name, sent, message] of foreign) {
  test(`names ${name}`, async () => {
    const server = new ScriptedServer(() => sent);

    const error = await failure(server);

    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, message);
    assert.match(error.message, /^127\.0\.0\.1:9042: expected a CQL server/);
    assert.equal(error.maybeApplied, false);
    assert.equal(server.connects.length, 1);
  });
}

test('shows the first bytes of what looks like a frame and is none', async () => {
  const server = new ScriptedServer(() => {
    server.core.results.push({ delivery: emptyDelivery(), frames: 0, fault: { kind: 3, offset: 5 } });
    return Uint8Array.of(0x84, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff);
  });

  const error = await failure(server);

  assert.match(error.message, /maxFrameLength.*first bytes: 84 ff ff ff ff ff ff ff ff/);
});

test('asks about TLS when the server closes before it says anything', async () => {
  const error = await failure(new ScriptedServer(() => 'close'));

  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /closed by the server, before it said anything: does it require TLS\?$/);
});

test('does not ask about TLS where there is TLS', async () => {
  const error = await failure(new ScriptedServer(() => 'close'), { tls: {} });

  assert.match(error.message, /before it said anything$/);
});

test('says so when the server closes after OPTIONS', async () => {
  const error = await failure(new ScriptedServer(({ opcode }) => (opcode === Opcode.OPTIONS ? SUPPORTED : 'close')));

  assert.match(error.message, /the connection to 127\.0\.0\.1:9042 was closed by the server$/);
});

test('gives up on a silent server when the time is over', async () => {
  const server = new ScriptedServer(silence);
  const failing = failure(server, { connectTimeout: 700 });
  await turn();

  server.clock.advance(699);
  await turn();
  assert.equal(server.sockets[0]?.isDestroyed, false);
  server.clock.advance(20);

  assert.match(
    (await failing).message,
    /no connection within 700 ms: the server accepted the connection and said nothing$/,
  );
});

test('gives up on a server that trickles, and shows what came', async () => {
  const server = new ScriptedServer(() => Uint8Array.of(0x84));
  const failing = failure(server);
  await turn();
  for (let i = 0; i < 100; i++) {
    server.clock.advance(100);
    server.sockets[0]?.receive(0);
  }

  assert.match(
    (await failing).message,
    /no connection within 5000 ms: OPTIONS was not answered with a whole frame; the first bytes were 84$/,
  );
});

test('holds one deadline over all versions that are tried', async () => {
  const server = new ScriptedServer(({ version }) => {
    server.clock.advance(300);
    return version === 3 ? undefined : { opcode: Opcode.ERROR, cold: [0x000a, 'unsupported protocol version', 0] };
  });
  const failing = failure(server, { connectTimeout: 1000 });
  await turn();

  assert.equal(server.connects.length, 3);
  server.clock.advance(120);

  assert.match((await failing).message, /no connection within 1000 ms/);
});

test('gives up when the connector never comes back, and destroys what it brings later', async () => {
  const server = new ScriptedServer(silence);
  const late = new MemorySocket();
  let arrive: (socket: MemorySocket) => void = () => undefined;
  const connector: Connector = { connect: () => new Promise((resolve) => (arrive = resolve)) };
  const failing = failure(server, { connector });
  await turn();

  server.clock.advance(5020);
  assert.match((await failing).message, /no socket was opened$/);
  arrive(late);
  await turn();

  assert.equal(late.isDestroyed, true);
});

test('aborts the signal of the connector when the time is over', async () => {
  const server = new ScriptedServer(silence);
  let signal: AbortSignal | undefined;
  const connector: Connector = {
    connect: (request) => {
      signal = request.signal;
      return new Promise(() => undefined);
    },
  };
  const failing = failure(server, { connector });
  await turn();

  server.clock.advance(5020);
  await failing;

  assert.equal(signal?.aborted, true);
});

test('gives up when the function for TLS options never comes back', async () => {
  const server = new ScriptedServer(silence);
  const failing = failure(server, { tls: () => new Promise(() => undefined) });
  await turn();

  server.clock.advance(5020);

  assert.match((await failing).message, /the function for TLS options gave none$/);
});

test('passes on why the connector failed', async () => {
  const server = new ScriptedServer(silence);
  const refused = new ConnectionError('no connection to 127.0.0.1:9042: connect ECONNREFUSED');

  const error = await failure(server, { connector: { connect: () => Promise.reject(refused) } });

  assert.equal(error, refused);
});

test('wraps what is no error of the driver', async () => {
  const server = new ScriptedServer(silence);
  const odd = new TypeError('odd');

  const error = await failure(server, { connector: { connect: () => Promise.reject(odd) } });

  assert.ok(error instanceof ConnectionError);
  assert.equal(error.cause, odd);
});

test('does not connect when the signal was aborted before', async () => {
  const server = new ScriptedServer(silence);
  const reason = new Error('changed my mind');

  const error = await failure(server, { signal: AbortSignal.abort(reason) });

  assert.ok(error instanceof ConnectionError);
  assert.match(error.message, /connecting was aborted/);
  assert.equal(error.cause, reason);
  assert.equal(server.connects.length, 0);
});

test('closes the socket when the signal is aborted in the middle', async () => {
  const server = new ScriptedServer(silence);
  const controller = new AbortController();
  const failing = failure(server, { signal: controller.signal });
  await turn();

  controller.abort(new Error('changed my mind'));

  assert.match((await failing).message, /connecting was aborted/);
});

test('lets the signal go once it is connected', async () => {
  const server = new ScriptedServer(({ opcode }) => (opcode === Opcode.OPTIONS ? SUPPORTED : { opcode: Opcode.READY }));
  const controller = new AbortController();
  const { connection } = await openConnection(server.options({ signal: controller.signal }));

  controller.abort();

  assert.equal(connection.isClosed, false);
});

test('fails when the server answers with what does not answer', async () => {
  const error = await failure(new ScriptedServer(() => ({ opcode: Opcode.RESULT, cold: [1] })));

  assert.match(error.message, /the handshake failed: expected an answer with opcode 6, got 8/);
});

test('names the host when the server refuses STARTUP', async () => {
  const refusal: Reply = { opcode: Opcode.ERROR, cold: [0x1001, 'too many connections', 0] };
  const server = new ScriptedServer(({ opcode }) => (opcode === Opcode.OPTIONS ? SUPPORTED : refusal));

  const error = await failure(server);

  assert.equal(error.message, '127.0.0.1:9042: the handshake failed: too many connections');
  assert.equal((error.cause as Error).name, 'OverloadedError');
});

function emptyDelivery(): { i32: Int32Array; f64: Float64Array; i64: BigInt64Array; u8: Uint8Array } {
  const buffer = new ArrayBuffer(8);
  return {
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
    i64: new BigInt64Array(buffer),
    u8: new Uint8Array(buffer),
  };
}
