// The way to a connection on which both sides agree.

import assert from 'node:assert/strict';
import test from 'node:test';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { openConnection } from '../../../src/connection/handshake.ts';
import { ConnectionError, ProtocolVersionUnsupportedError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { frameOf } from './fake-core.ts';
import { RecordingHandler } from './fixture.ts';
import { ScriptedServer, textsOf } from './scripted-server.ts';
import type { ColdItem } from './fake-delivery.ts';
import type { Reply, ServedRequest } from './scripted-server.ts';

/** SUPPORTED with these options. */
function supported(options: Readonly<Record<string, readonly string[]>> = {}): Reply {
  const cold: ColdItem[] = [Object.keys(options).length];
  for (const [key, values] of Object.entries(options)) cold.push(key, values.length, ...values);
  return { opcode: Opcode.SUPPORTED, cold };
}

/** A server that says yes to everything, with what it offers. */
function agreeable(options: Readonly<Record<string, readonly string[]>> = {}): ScriptedServer {
  return new ScriptedServer(({ opcode }) =>
    opcode === Opcode.OPTIONS ? supported(options) : { opcode: Opcode.READY },
  );
}

/** A server that knows no version above `max`; it refuses on the stream of the request, or on stream 0. */
function olderServer(max: number, stream?: number): ScriptedServer {
  return new ScriptedServer(({ opcode, version }: ServedRequest) => {
    if (version > max) {
      const cold = [0x000a, `Invalid or unsupported protocol version (${version}); highest is ${max}`, 0];
      return { opcode: Opcode.ERROR, cold, ...(stream === undefined ? {} : { stream }) };
    }
    return opcode === Opcode.OPTIONS ? supported() : { opcode: Opcode.READY };
  });
}

test('asks for OPTIONS, sends STARTUP, and hands over the connection with what the server offers', async () => {
  const server = agreeable({ CQL_VERSION: ['3.4.7'], COMPRESSION: ['snappy', 'lz4'] });

  const opened = await openConnection(server.options());

  assert.deepEqual(
    server.requests.map(({ opcode }) => opcode),
    [Opcode.OPTIONS, Opcode.STARTUP],
  );
  assert.deepEqual(
    server.requests.map(({ encoded }) => textsOf(encoded)),
    [[], ['CQL_VERSION', '3.0.0']],
  );
  assert.deepEqual(opened.supported.get('COMPRESSION'), ['snappy', 'lz4']);
  assert.equal(opened.connection.version, 5);
  assert.equal(opened.connection.inFlight, 0);
});

test('leaves no deadline behind', async () => {
  const server = agreeable();

  await openConnection(server.options());

  assert.equal(server.deadlines.pending, 0);
  assert.equal(server.clock.armed, 0);
});

test('sends what the caller adds to STARTUP, which may depend on what the server offers', async () => {
  const server = agreeable({ SCYLLA_SHARD: ['3'] });
  const startup = (offered: ReadonlyMap<string, readonly string[]>): [string, string][] => [
    ['DRIVER_NAME', 'ferrocql'],
    ['X', offered.get('SCYLLA_SHARD')?.[0] ?? ''],
  ];

  await openConnection(server.options({ startup }));

  assert.deepEqual(textsOf(server.requests[1]?.encoded ?? never()), [
    'CQL_VERSION',
    '3.0.0',
    'DRIVER_NAME',
    'ferrocql',
    'X',
    '3',
  ]);
});

test('begins with segments behind READY in v5, and not before', async () => {
  const server = agreeable();
  const { connection } = await openConnection(server.options());

  connection.send(frameOf(Opcode.QUERY), new RecordingHandler(), 0);
  await turn();

  assert.deepEqual(
    server.requests.map(({ isSealed }) => isSealed),
    [false, false, true],
  );
});

test('sends no segments in v4', async () => {
  const server = agreeable();
  const { connection } = await openConnection(server.options({ versions: [4] }));

  connection.send(frameOf(Opcode.QUERY), new RecordingHandler(), 0);
  await turn();

  assert.deepEqual(
    server.requests.map(({ isSealed }) => isSealed),
    [false, false, false],
  );
});

for (const [max, stream] of [
  [4, undefined],
  [3, undefined],
  [4, 0],
  [3, 0],
] as const) {
  const where = stream === undefined ? 'on its stream' : 'on stream 0';
  test(`falls back to v${max} when the server refuses higher versions ${where}`, async () => {
    const server = olderServer(max, stream);

    const { connection } = await openConnection(server.options());

    assert.equal(connection.version, max);
    assert.deepEqual(server.connects.length, 6 - max);
    assert.deepEqual(
      server.sockets.map(({ isDestroyed }) => isDestroyed),
      [...new Array<boolean>(5 - max).fill(true), false],
    );
  });
}

test('falls back when the server lists the version as beta', async () => {
  const server = agreeable({ PROTOCOL_VERSIONS: ['3/v3', '4/v4', '5/v5-beta'] });

  const { connection } = await openConnection(server.options());

  assert.equal(connection.version, 4);
});

test('does not fall back from the one version that is allowed', async () => {
  const server = olderServer(4);

  await assert.rejects(openConnection(server.options({ versions: [5] })), (error: unknown) => {
    assert.ok(error instanceof ProtocolVersionUnsupportedError);
    assert.equal(error.startupVersion, 5);
    assert.match(error.message, /127\.0\.0\.1:9042 does not speak v5: .*highest is 4/);
    return true;
  });
  assert.equal(server.connects.length, 1);
});

test('says so when the server speaks no version that is allowed', async () => {
  const server = olderServer(2);

  await assert.rejects(openConnection(server.options({ versions: [5, 4] })), ProtocolVersionUnsupportedError);
  assert.equal(server.connects.length, 2);
  assert.ok(server.sockets.every(({ isDestroyed }) => isDestroyed));
});

test('does not fall back for a protocol error that speaks of something else', async () => {
  const server = new ScriptedServer(() => ({ opcode: Opcode.ERROR, cold: [0x000a, 'unknown compression', 0] }));

  await assert.rejects(openConnection(server.options()), (error: unknown) => {
    assert.ok(error instanceof ConnectionError);
    assert.match(error.message, /127\.0\.0\.1:9042: the handshake failed: unknown compression/);
    return true;
  });
  assert.equal(server.connects.length, 1);
});

const compressions = [
  { version: 4, wanted: 'lz4', offered: ['snappy', 'lz4'], name: 'lz4', number: 1 },
  { version: 4, wanted: 'snappy', offered: ['snappy', 'lz4'], name: 'snappy', number: 2 },
  { version: 5, wanted: 'lz4', offered: ['LZ4'], name: 'LZ4', number: 1 },
  { version: 5, wanted: 'snappy', offered: ['snappy'], name: undefined, number: 0 },
  { version: 4, wanted: 'lz4', offered: ['snappy'], name: undefined, number: 0 },
  { version: 4, wanted: undefined, offered: ['lz4'], name: undefined, number: 0 },
] as const;

for (const { version, wanted, offered, name, number } of compressions) {
  test(`agrees on ${name ?? 'no compression'} when ${wanted ?? 'none'} is wanted and v${version} is offered ${offered.join(' and ')}`, async () => {
    const server = agreeable({ COMPRESSION: offered });

    const { connection } = await openConnection(server.options({ versions: [version], compression: wanted }));

    const startup = textsOf(server.requests[1]?.encoded ?? never());
    assert.equal(startup[startup.indexOf('COMPRESSION') + 1], name ?? 'CQL_VERSION');
    assert.equal(connection.compression, number);
    assert.equal(server.core.connections.at(-1)?.options.compression, number);
  });
}

const rateLimits = [
  { offered: 'ERROR_CODE=61440', code: 61_440 },
  { offered: 'ERROR_CODE=99999999999', code: -1 },
  { offered: 'ERROR_CODE=4294967295', code: -1 },
  { offered: 'ERROR_CODE=x', code: -1 },
];

for (const { offered, code } of rateLimits) {
  test(`takes ${code} as the code of the rate limit from ${offered}`, async () => {
    const server = agreeable({ SCYLLA_RATE_LIMIT_ERROR: [offered] });

    await openConnection(server.options({ startup: () => [['SCYLLA_RATE_LIMIT_ERROR', '']] }));

    assert.equal(server.core.connections.at(-1)?.options.rateLimitCode, code);
  });
}

test('knows no code of a rate limit that STARTUP did not ask for', async () => {
  const server = agreeable({ SCYLLA_RATE_LIMIT_ERROR: ['ERROR_CODE=61440'] });

  await openConnection(server.options());

  assert.equal(server.core.connections.at(-1)?.options.rateLimitCode, -1);
});

test('asks the function for TLS options at every connect', async () => {
  const server = agreeable();
  let count = 0;
  const tls = () => Promise.resolve({ servername: `node${++count}` });

  await openConnection(server.options({ tls }));
  await openConnection(server.options({ tls }));

  assert.deepEqual(
    server.connects.map((request) => request.tls?.servername),
    ['node1', 'node2'],
  );
});

test('prefers the TLS options of the end point', async () => {
  const server = agreeable();
  const endPoint = Object.assign(new DefaultEndPoint('10.0.0.1'), { tlsOptions: { servername: 'own' } });

  await openConnection(server.options({ endPoint, tls: { servername: 'cluster' } }));

  assert.equal(server.connects[0]?.tls?.servername, 'own');
});

test('warns when the certificate is not verified', async () => {
  const server = agreeable();

  await openConnection(server.options({ tls: { insecureSkipVerify: true } }));

  assert.deepEqual(server.warnings, ['the certificate of 127.0.0.1:9042 is not verified']);
});

test('refuses TLS options that turn verification off by another name', async () => {
  const server = agreeable();

  const opening = openConnection(server.options({ tls: { rejectUnauthorized: false } as object }));

  await assert.rejects(opening, { name: 'InvalidArgumentError', field: 'tls.rejectUnauthorized' });
  assert.equal(server.connects.length, 0);
});

test('tells the listener of what happens to the connection after it was handed over', async () => {
  const server = agreeable();
  const { connection } = await openConnection(server.options());
  assert.equal(server.closedWith.length, 0);

  connection.close();

  assert.equal(server.closedWith[0], connection.closeReason);
});

function never(): never {
  throw new Error('a request is missing');
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
