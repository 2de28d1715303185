// The fake server as the harness's own client meets it: handshakes, statements, answers, nodes, and its judgement of requests.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, it } from 'node:test';
import { concatenate, hex, toHex } from './harness/byte-writer.ts';
import { executeBody, prepareBody, queryBody, registerBody, startupBody } from './harness/client-messages.ts';
import { encodeFrame } from './harness/frame.ts';
import { error, detailedError } from './harness/error-response.ts';
import { TRACING_ID } from './harness/fake-connection.ts';
import { FakeServer } from './harness/fake-server.ts';
import { HEADER_FLAGS, OPCODES } from './harness/opcodes.ts';
import { RawClient } from './harness/raw-client.ts';
import { event, rows, voidResult } from './harness/response.ts';
import { messageReader, readPrepared, readRows } from './harness/result-reader.ts';
import { connectRaw, startServer } from './harness/test-context.ts';
import { WireError } from './harness/wire-error.ts';

describe('the handshake', () => {
  it('answers a version that it does not know on stream 0 with its highest', async (context) => {
    const server = await startServer(context, { versions: [3, 4] });
    const client = await RawClient.open({ port: server.port, version: 5 });
    context.after(() => client.close());
    const answer = client.exchange({
      version: 5,
      isResponse: false,
      flags: 0,
      stream: 0,
      opcode: OPCODES.STARTUP,
      body: startupBody(),
    });
    const frame = await answer;
    assert.equal(frame.opcode, OPCODES.ERROR);
    assert.equal(frame.version, 4);
    const reader = messageReader(frame);
    assert.equal(reader.int(), 0x000a);
    assert.match(reader.string(), /protocol version \(5\)/);
  });

  it('refuses snappy in v5 and an algorithm that it does not offer', async (context) => {
    const server = await startServer(context, { compression: ['lz4', 'snappy'] });
    await assert.rejects(RawClient.connect({ port: server.port, version: 5, compression: 'snappy' }), WireError);
    const plain = await startServer(context, { compression: [] });
    await assert.rejects(RawClient.connect({ port: plain.port, version: 4, compression: 'lz4' }), WireError);
  });

  it('refuses an event type that it does not know', async (context) => {
    const server = await startServer(context);
    const client = await connectRaw(context, { port: server.port });
    const frame = await client.request('REGISTER', registerBody(['TEA_TIME']));
    assert.equal(frame.opcode, OPCODES.ERROR);
  });

  it('tells what a test lets it support, with Scylla keys of its own', async (context) => {
    const server = await startServer(context, {
      versions: [4],
      scylla: { shards: 3 },
      supported: { SCYLLA_RATE_LIMIT_ERROR: ['ERROR_CODE=4242'], CQL_VERSION: [] },
    });
    const client = await connectRaw(context, { port: server.port });
    const frame = await client.request('OPTIONS');
    const options = messageReader(frame).stringMultimap();
    assert.deepEqual(options['SCYLLA_NR_SHARDS'], ['3']);
    assert.deepEqual(options['SCYLLA_SHARD'], ['0']);
    assert.deepEqual(options['SCYLLA_SHARD_AWARE_PORT'], [String(server.firstNode.shardAwarePort)]);
    assert.deepEqual(options['SCYLLA_RATE_LIMIT_ERROR'], ['ERROR_CODE=4242']);
    assert.equal('CQL_VERSION' in options, false);
  });

  it('gives the shard that the port of the client asks for', async (context) => {
    const server = await startServer(context, { versions: [4], scylla: { shards: 4 } });
    const port = server.firstNode.shardAwarePort;
    assert.ok(port);
    const client = await connectRaw(context, { port });
    await client.request('OPTIONS');
    const [connection] = server.connections;
    assert.ok(connection);
    assert.equal(connection.state.shard, connection.remotePort % 4);
  });
});

for (const compression of [undefined, 'lz4'] as const) {
  describe(`v5 ${compression ?? 'without compression'}`, () => {
    it('speaks in segments after READY, also where a frame needs many', async (context) => {
      const server = await startServer(context);
      const text = 'abcdefgh'.repeat(50_000);
      server.on({ cql: 'big' }).reply(rows([['v', 'text']], [[text]]));
      const client = await connectRaw(context, {
        port: server.port,
        version: 5,
        ...(compression === undefined ? {} : { compression }),
      });
      const frame = await client.request('QUERY', queryBody(`SELECT big ${text}`, { version: 5 }));
      const cell = readRows(frame)?.rows[0]?.[0];
      assert.equal(new TextDecoder().decode(cell ?? new Uint8Array(0)), text);
      assert.equal(server.requests({ opcode: 'QUERY' })[0]?.cql?.length, text.length + 11);
    });

    it('speaks in segments after AUTHENTICATE', async (context) => {
      const server = await startServer(context, { auth: { username: 'ann', password: 'secret' } });
      const client = await connectRaw(context, {
        port: server.port,
        version: 5,
        username: 'ann',
        password: 'secret',
        ...(compression === undefined ? {} : { compression }),
      });
      const frame = await client.request('QUERY', queryBody('SELECT 1', { version: 5 }));
      assert.equal(frame.opcode, OPCODES.RESULT);
    });
  });
}

for (const compression of ['lz4', 'snappy'] as const) {
  for (const version of [3, 4]) {
    it(`compresses bodies with ${compression} in v${version}, both ways`, async (context) => {
      const server = await startServer(context, { versions: [version] });
      server.on({ cql: 'x' }).reply(rows([['v', 'text']], [['y'.repeat(500)]]));
      const client = await connectRaw(context, { port: server.port, version, compression });
      const frame = await client.request('QUERY', queryBody('SELECT x', { version }));
      assert.equal(readRows(frame)?.rows[0]?.[0]?.length, 500);
      assert.equal(server.requests({ opcode: 'QUERY' })[0]?.wasCompressed, true);
    });
  }
}

describe('prepared statements', () => {
  const cql = 'SELECT v FROM ks.t WHERE k = ?';

  it('are known to the node that prepared them only', async (context) => {
    const server = await startServer(context, { nodes: 2, versions: [4] });
    const [first, second] = server.nodes;
    assert.ok(first && second);
    const here = await connectRaw(context, { port: first.port });
    const there = await connectRaw(context, { port: second.port, host: second.address });
    const prepared = readPrepared(await here.request('PREPARE', prepareBody(cql, 4)));
    assert.ok(prepared);
    const body = executeBody(prepared.id, undefined, { version: 4, values: [hex('61')] });
    const known = await here.request('EXECUTE', body);
    const unknown = await there.request('EXECUTE', body);
    assert.equal(known.opcode, OPCODES.RESULT);
    assert.equal(messageReader(unknown).int(), 0x2500);
  });

  it('leave metadata out where the client asks, and tell of new columns by a new id', async (context) => {
    const server = await startServer(context);
    server.statement(cql, { parameters: [['k', 'int']], columns: [['v', 'int']], rows: [[1]] });
    const client = await connectRaw(context, { port: server.port, version: 5 });
    const prepared = readPrepared(await client.request('PREPARE', prepareBody(cql, 5)));
    assert.ok(prepared);
    const body = executeBody(prepared.id, prepared.resultMetadataId, {
      version: 5,
      values: [hex('00000001')],
      skipMetadata: true,
    });
    const before = readRows(await client.request('EXECUTE', body));
    server.statement(cql, {
      parameters: [['k', 'int']],
      columns: [
        ['v', 'int'],
        ['w', 'int'],
      ],
      rows: [[1, 2]],
    });
    const after = readRows(await client.request('EXECUTE', body));
    assert.deepEqual([before?.columns.length, before?.columnCount, before?.newMetadataId], [0, 1, undefined]);
    assert.deepEqual(
      after?.columns.map(({ name }) => name),
      ['v', 'w'],
    );
    assert.equal(after.newMetadataId?.length, 16);
  });

  it('of a conditional statement have no columns and the id of nothing', async (context) => {
    const server = await startServer(context);
    server.statement(cql, { parameters: [['k', 'int']], columns: [['[applied]', 'boolean']], isConditional: true });
    const client = await connectRaw(context, { port: server.port, version: 5 });
    const prepared = readPrepared(await client.request('PREPARE', prepareBody(cql, 5)));
    assert.equal(toHex(prepared?.resultMetadataId ?? new Uint8Array(0)), 'd41d8cd98f00b204e9800998ecf8427e');
  });

  it('refuse a wrong count of values', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const client = await connectRaw(context, { port: server.port });
    const frame = await client.request('QUERY', queryBody(cql, { version: 4 }));
    assert.equal(messageReader(frame).int(), 0x2200);
  });
});

it('pages the rows of a described statement as the client asks', async (context) => {
  const server = await startServer(context, { versions: [4] });
  server.statement('SELECT n', { columns: [['n', 'tinyint']], rows: [[1], [2], [3]] });
  const client = await connectRaw(context, { port: server.port });
  const page = async (pagingState?: Uint8Array): Promise<ReturnType<typeof readRows>> => {
    const more = pagingState === undefined ? {} : { pagingState };
    return readRows(await client.request('QUERY', queryBody('SELECT n', { version: 4, pageSize: 2, ...more })));
  };
  const first = await page();
  assert.ok(first?.pagingState);
  const second = await page(first.pagingState);
  assert.deepEqual([first.rows.length, second?.rows.length, second?.pagingState], [2, 1, undefined]);
});

describe('responses', () => {
  const reasons = [{ address: '127.0.0.9', code: 1 }];
  const bodies: readonly (readonly [string, number, ReturnType<typeof error>, string])[] = [
    ['an error of an unknown code', 4, error(0x7777, 'x'), '00007777 0001 78'],
    [
      'UNAVAILABLE',
      4,
      detailedError('UNAVAILABLE', { consistency: 'QUORUM', required: 2, alive: 1 }),
      '00001000 0000 0004 00000002 00000001',
    ],
    [
      'READ_FAILURE of v4, which counts',
      4,
      detailedError('READ_FAILURE', { consistency: 'ONE', received: 0, blockFor: 1, reasons, dataPresent: false }),
      '00001300 0000 0001 00000000 00000001 00000001 00',
    ],
    [
      'WRITE_FAILURE of v5, which says why',
      5,
      detailedError('WRITE_FAILURE', { consistency: 'ONE', received: 0, blockFor: 1, reasons, writeType: 'SIMPLE' }),
      '00001500 0000 0001 00000000 00000001 00000001 04 7f000009 0001 0006 53494d504c45',
    ],
    [
      'WRITE_TIMEOUT of a CAS in v5, with its contentions',
      5,
      detailedError('WRITE_TIMEOUT', {
        consistency: 'SERIAL',
        received: 1,
        blockFor: 2,
        writeType: 'CAS',
        contentions: 3,
      }),
      '00001100 0000 0008 00000001 00000002 0003 434153 0003',
    ],
    [
      'FUNCTION_FAILURE',
      4,
      detailedError('FUNCTION_FAILURE', { keyspace: 'k', functionName: 'f', argumentTypes: ['int'] }),
      '00001400 0000 0001 6b 0001 66 0001 0003 696e74',
    ],
  ];
  for (const [name, version, response, expected] of bodies) {
    it(`write ${name}`, async (context) => {
      const server = await startServer(context);
      server.on({ opcode: 'QUERY' }).reply(response);
      const client = await connectRaw(context, { port: server.port, version });
      const frame = await client.request('QUERY', queryBody('SELECT 1', { version }));
      assert.equal(toHex(frame.body), expected.replaceAll(' ', ''));
    });
  }

  it('put tracing id, warnings and payload before the message, in this order', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const tracingId = '00112233-4455-6677-8899-aabbccddeeff';
    server.on({ opcode: 'QUERY' }).reply({ ...voidResult(), tracingId, warnings: ['w'], payload: { p: hex('01') } });
    const client = await connectRaw(context, { port: server.port });
    const frame = await client.request('QUERY', queryBody('SELECT 1', { version: 4 }));
    assert.equal(frame.flags, 0x0e);
    assert.equal(
      toHex(frame.body),
      '00112233445566778899aabbccddeeff' + '0001000177' + '00010001700000000101' + '00000001',
    );
  });

  it('carry a tracing id where the client asks to be traced', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const client = await connectRaw(context, { port: server.port });
    const body = queryBody('SELECT 1', { version: 4 });
    const traced = await client.request('QUERY', body, HEADER_FLAGS.TRACING);
    const plain = await client.request('QUERY', body);
    assert.equal(toHex(traced.body), `${TRACING_ID.replaceAll('-', '')}00000001`);
    assert.equal(plain.flags, 0);
  });

  it('push events to those who registered for their type', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const listening = await connectRaw(context, { port: server.port });
    const other = await connectRaw(context, { port: server.port });
    await listening.request('REGISTER', registerBody(['SCHEMA_CHANGE']));
    const change = { type: 'SCHEMA_CHANGE', change: 'CREATED', target: 'KEYSPACE', keyspace: 'ks' } as const;
    server.push(change);
    server.connections[1]?.send(event(change), 0);
    await listening.request('OPTIONS');
    await other.request('OPTIONS');
    const streams = [listening, other].map(({ frames }) => frames.map(({ stream }) => stream).filter((id) => id < 0));
    assert.deepEqual(streams, [[-1], [-1]]);
  });

  it('are packed into one segment where the server is told to', async (context) => {
    const server = await startServer(context, { packs: true });
    const client = await connectRaw(context, { port: server.port, version: 5 });
    const frames = [7, 8].map((stream) =>
      encodeFrame({
        version: 5,
        isResponse: false,
        flags: 0,
        stream,
        opcode: OPCODES.OPTIONS,
        body: new Uint8Array(0),
      }),
    );
    const last = client.exchange({
      version: 5,
      isResponse: false,
      flags: 0,
      stream: 9,
      opcode: OPCODES.OPTIONS,
      body: new Uint8Array(0),
    });
    client.write(client.seal(concatenate(frames)));
    await last;
    await client.request('OPTIONS');
    assert.deepEqual(
      client.frames
        .slice(1, 4)
        .map(({ stream }) => stream)
        .sort(),
      [7, 8, 9],
    );
  });
});

describe('the judge', () => {
  it('fails the test whose client sends what the protocol forbids', async () => {
    const server = await FakeServer.start({ versions: [4] });
    const client = await RawClient.connect({ port: server.port });
    const answer = client.request('QUERY', concatenate([queryBody('SELECT 1', { version: 4 }), hex('00')]));
    await assert.rejects(answer, WireError);
    assert.deepEqual(client.frames.at(-1)?.opcode, OPCODES.ERROR);
    assert.deepEqual(client.frames.at(-1)?.stream, 0);
    await assert.rejects(server.stop(), /expected the end of QUERY, got 1 bytes more/);
  });

  it('notices a stream that is used again before its answer', async () => {
    const server = await FakeServer.start({ versions: [4] });
    server.on({ cql: 'slow' }).drop();
    const client = await RawClient.connect({ port: server.port });
    const frame = {
      version: 4,
      isResponse: false,
      flags: 0,
      stream: 5,
      opcode: OPCODES.QUERY,
      body: queryBody('slow', { version: 4 }),
    };
    client.write(encodeFrame(frame));
    await client.exchange({ ...frame, body: queryBody('fast', { version: 4 }) });
    await client.close();
    await assert.rejects(server.stop(), /stream, got 5, which waits/);
  });

  it('refuses another version on a connection than its first', async () => {
    const server = await FakeServer.start();
    const client = await RawClient.connect({ port: server.port, version: 4 });
    const body = queryBody('SELECT 1', { version: 3 });
    const frame = { version: 3, isResponse: false, flags: 0, stream: 7, opcode: OPCODES.QUERY, body };
    const answer = await client.exchange(frame);
    await client.close();
    assert.deepEqual([answer.version, answer.opcode], [4, OPCODES.ERROR]);
    await assert.rejects(server.stop(), /expected a request of version 4, got version 3/);
  });

  it('wants STARTUP before anything else', async () => {
    const server = await FakeServer.start({ versions: [4] });
    const client = await RawClient.open({ port: server.port });
    const frame = await client.request('QUERY', queryBody('SELECT 1', { version: 4 }));
    await client.close();
    assert.equal(frame.opcode, OPCODES.ERROR);
    await assert.rejects(server.stop(), /expected STARTUP first/);
  });
});

describe('nodes', () => {
  it('stop, refuse, and come back on the same port without their prepared statements', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const port = server.port;
    const client = await RawClient.connect({ port });
    const prepared = readPrepared(await client.request('PREPARE', prepareBody('SELECT 1', 4)));
    assert.ok(prepared);
    await server.firstNode.stop();
    await client.closed;
    await assert.rejects(RawClient.open({ port }), /ECONNREFUSED/);
    await server.firstNode.start();
    const again = await connectRaw(context, { port });
    const frame = await again.request('EXECUTE', executeBody(prepared.id, undefined, { version: 4 }));
    assert.equal(messageReader(frame).int(), 0x2500);
  });

  it('greet who connects and show them out, where a test wants it', async (context) => {
    const server = await startServer(context, { versions: [4] });
    server.firstNode.onConnect = (connection) => {
      connection.write(hex('5353482d'));
      connection.close();
    };
    const socket = connect(server.port, '127.0.0.1');
    const chunks: Uint8Array[] = [];
    socket.on('data', (chunk) => chunks.push(chunk));
    await once(socket, 'close');
    assert.equal(toHex(concatenate(chunks)), '5353482d');
  });

  it('read nothing while they are frozen', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const client = await connectRaw(context, { port: server.port });
    server.firstNode.freeze();
    const answer = client.request('OPTIONS');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const whileFrozen = server.requests({ opcode: 'OPTIONS' }).length;
    server.firstNode.thaw();
    await answer;
    assert.equal(whileFrozen, 0);
  });

  it('listen on one address and ports of their own where a test asks for it', async (context) => {
    const server = await startServer(context, { nodes: 2, layout: 'ports', versions: [4] });
    const client = await connectRaw(context, { port: server.port });
    const cql = 'SELECT native_address, native_port FROM system.peers_v2';
    const read = readRows(await client.request('QUERY', queryBody(cql, { version: 4 })));
    const [address, port] = read?.rows[0] ?? [];
    assert.equal(toHex(address ?? new Uint8Array(0)), '7f000001');
    assert.equal(Number.parseInt(toHex(port ?? new Uint8Array(0)), 16), server.nodes[1]?.port);
  });

  it('say in the system tables what a test overrides', async (context) => {
    const server = await startServer(context, { nodes: 2, versions: [4] });
    const [, ghost] = server.nodes;
    assert.ok(ghost);
    ghost.overrides = { rack: null };
    const client = await connectRaw(context, { port: server.port });
    const cql = "SELECT rack, data_center FROM system.peers WHERE peer = '127.0.0.2'";
    const read = readRows(await client.request('QUERY', queryBody(cql, { version: 4 })));
    assert.deepEqual(read?.rows[0], [null, new TextEncoder().encode('dc1')]);
  });
});
