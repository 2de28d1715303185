// Every condition and every action of the rules, shown to act on a real socket.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { concatenate, hex, toHex } from './harness/byte-writer.ts';
import { queryBody } from './harness/client-messages.ts';
import { ManualClock } from './harness/clock.ts';
import { error } from './harness/error-response.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import { encodeFrame } from './harness/frame.ts';
import { OPCODES } from './harness/opcodes.ts';
import type { RawClient } from './harness/raw-client.ts';
import { Random } from './harness/random.ts';
import { rows, voidResult } from './harness/response.ts';
import { readRows } from './harness/result-reader.ts';
import { connectRaw, startServer } from './harness/test-context.ts';
import { WireError } from './harness/wire-error.ts';

const VOID_V4 = '840000010800000004' + '00000001';

async function pair(
  test: TestContext,
  options: Partial<FakeServerOptions> = {},
  version = 4,
): Promise<{ server: FakeServer; client: RawClient }> {
  const server = await startServer(test, { versions: [version], ...options });
  const client = await connectRaw(test, { port: server.port, version });
  return { server, client };
}

async function query(client: RawClient, cql: string): Promise<string> {
  const frame = await client.request('QUERY', queryBody(cql, { version: client.version }));
  return toHex(encodeFrame(frame));
}

/** Sends a QUERY over a bare socket after a handshake and gives the chunks that come back as they came. */
async function chunksOf(server: FakeServer, count: number): Promise<string[]> {
  const socket = connect(server.port, '127.0.0.1');
  const chunks: string[] = [];
  const enough = new Promise<void>((resolve) => {
    socket.on('data', (chunk) => {
      chunks.push(toHex(chunk));
      if (chunks.length === 1) {
        socket.write(frameOf(OPCODES.QUERY, 1, queryBody('SELECT 1', { version: 4 })));
      }
      if (chunks.length === 1 + count) {
        resolve();
      }
    });
  });
  socket.write(frameOf(OPCODES.STARTUP, 0, hex('0001000b43514c5f56455253494f4e0005332e302e30')));
  await enough;
  socket.destroy();
  return chunks.slice(1);
}

function frameOf(opcode: number, stream: number, body: Uint8Array): Uint8Array {
  return encodeFrame({ version: 4, isResponse: false, flags: 0, stream, opcode, body });
}

describe('conditions', () => {
  it('ask for opcode, text, connection and stream', async (test) => {
    const { server, client } = await pair(test);
    const other = await connectRaw(test, { port: server.port });
    const seen = {
      opcode: server.on({ opcode: ['OPTIONS', 'PREPARE'] }),
      pattern: server.on({ cql: /\bt$/g }),
      part: server.on({ cql: 'FROM t' }),
      connection: server.on({ connection: 2 }),
      stream: server.on({ stream: 2 }),
      when: server.on({ when: ({ request }) => request.opcode === 'QUERY' && request.values.length > 0 }),
    };
    await query(client, 'SELECT 1 FROM t');
    await client.request('OPTIONS');
    await other.request('OPTIONS');
    const applied = Object.fromEntries(Object.entries(seen).map(([name, rule]) => [name, rule.applied]));
    assert.deepEqual(applied, { opcode: 2, pattern: 1, part: 1, connection: 1, stream: 1, when: 0 });
  });

  it('count: the nth, and at most so many times', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'nth', nth: 2 }).reply(error('OVERLOADED'));
    server.on({ cql: 'times', times: 2 }).reply(error('OVERLOADED'));
    const opcodes: string[] = [];
    for (const cql of ['nth', 'nth', 'nth', 'times', 'times', 'times']) {
      opcodes.push((await query(client, cql)).slice(8, 10));
    }
    assert.deepEqual(opcodes, ['08', '00', '08', '00', '00', '08']);
  });

  it('are drawn from the seed: the same seed hits the same requests', async (test) => {
    const hits = async (seed: number): Promise<string> => {
      const { server, client } = await pair(test, { seed });
      server.on({ opcode: 'QUERY', probability: 0.5 }).reply(error('OVERLOADED'));
      let pattern = '';
      for (let index = 0; index < 32; index += 1) {
        pattern += (await query(client, 'SELECT 1')).slice(9, 10);
      }
      return pattern;
    };
    const first = await hits(11);
    assert.equal(await hits(11), first);
    assert.notEqual(await hits(12), first);
    assert.match(first, /0.*8|8.*0/);
  });

  it('of several rules join, and of two that say the same the newer wins until it is removed', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'x' }).reply(error('OVERLOADED'));
    server.on({ cql: 'x' }).header({ flags: 0x80 });
    const newer = server.on({ cql: 'x' }).reply(voidResult());
    const before = await query(client, 'x');
    newer.remove();
    const after = await query(client, 'x');
    assert.deepEqual([before.slice(2, 4), before.slice(8, 10)], ['80', '08']);
    assert.deepEqual([after.slice(2, 4), after.slice(8, 10)], ['80', '00']);
  });
});

describe('actions', () => {
  it('reply with what a test computes from the request', async (test) => {
    const { server, client } = await pair(test);
    server.on({ opcode: 'QUERY' }).reply(({ cql, stream }) => rows([['v', 'text']], [[`${cql ?? ''} on ${stream}`]]));
    const frame = await client.request('QUERY', queryBody('nonce', { version: 4 }));
    assert.equal(new TextDecoder().decode(readRows(frame)?.rows[0]?.[0] ?? undefined), 'nonce on 1');
  });

  it('delay by the injected clock, letting later answers go first', async (test) => {
    const clock = new ManualClock();
    const { server, client } = await pair(test, { clock });
    server.on({ cql: 'slow' }).delay(60_000);
    const slow = query(client, 'slow');
    await query(client, 'fast');
    const before = client.frames.length;
    clock.advance(59_999);
    await client.request('OPTIONS');
    assert.equal(client.frames.length, before + 1);
    clock.advance(1);
    await slow;
    assert.equal(server.requests({ cql: 'slow' })[0]?.at, 0);
  });

  it('drop an answer', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'lost' }).drop();
    const lost = query(client, 'lost');
    await query(client, 'found');
    await client.close();
    await assert.rejects(lost, WireError);
  });

  it('duplicate an answer', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'twice' }).duplicate();
    await query(client, 'twice');
    await client.request('OPTIONS');
    assert.deepEqual(
      client.frames.map(({ stream }) => stream),
      [0, 1, 1, 2],
    );
  });

  it('reorder answers', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'late' }).reorder(2);
    await Promise.all([query(client, 'late'), query(client, 'a'), query(client, 'b'), query(client, 'c')]);
    assert.deepEqual(
      client.frames.map(({ stream }) => stream),
      [0, 2, 3, 1, 4],
    );
  });

  it('truncate an answer from either end', async (test) => {
    const server = await startServer(test, { versions: [4] });
    server.on({ opcode: 'QUERY' }).truncate(5);
    assert.deepEqual(await chunksOf(server, 1), [VOID_V4.slice(0, 10)]);
    server.on({ opcode: 'QUERY' }).truncate(-1);
    assert.deepEqual(await chunksOf(server, 1), [VOID_V4.slice(0, -2)]);
  });

  it('corrupt a byte that a test names', async (test) => {
    const server = await startServer(test, { versions: [4] });
    server.on({ opcode: 'QUERY' }).corrupt(4, 0x55);
    assert.deepEqual(await chunksOf(server, 1), [VOID_V4.replace('840000010800', '840000015d00')]);
    server.on({ opcode: 'QUERY' }).corrupt(-1);
    assert.deepEqual(await chunksOf(server, 1), [`${VOID_V4.slice(0, -2)}fe`]);
  });

  it('corrupt one bit drawn from the seed', async (test) => {
    const answers: (string | undefined)[] = [];
    for (const seed of [5, 5, 6]) {
      const server = await startServer(test, { versions: [4], seed });
      server.on({ opcode: 'QUERY' }).corrupt();
      answers.push((await chunksOf(server, 1))[0]);
    }
    const [first, again, other] = answers.map((answer) => BigInt(`0x${answer ?? ''}`) ^ BigInt(`0x${VOID_V4}`));
    assert.ok(first !== undefined && other !== undefined);
    assert.equal(first, again);
    assert.notEqual(first, other);
    assert.equal(first & (first - 1n), 0n);
  });

  it('forge bytes, headers and frames', async (test) => {
    const server = await startServer(test, { versions: [4] });
    server.on({ opcode: 'QUERY' }).forge(hex('485454502f'));
    assert.deepEqual(await chunksOf(server, 1), ['485454502f']);
    const { server: other, client } = await pair(test);
    other.on({ cql: 'frame' }).frame((bytes) => concatenate([bytes, bytes]));
    await query(client, 'frame');
    await client.request('OPTIONS');
    assert.equal(client.frames.length, 4);
  });

  it('split an answer at a byte', async (test) => {
    const server = await startServer(test, { versions: [4] });
    server.on({ opcode: 'QUERY' }).split(3, -1);
    assert.deepEqual(await chunksOf(server, 3), [VOID_V4.slice(0, 6), VOID_V4.slice(6, -2), VOID_V4.slice(-2)]);
  });

  it('trickle an answer byte by byte', async (test) => {
    const server = await startServer(test, { versions: [4] });
    server.on({ opcode: 'QUERY' }).trickle(1);
    assert.deepEqual(await chunksOf(server, 13), VOID_V4.match(/../g));
  });

  it('trickle by the injected clock', async (test) => {
    const clock = new ManualClock();
    const { server, client } = await pair(test, { clock });
    server.on({ cql: 'slow' }).trickle(5, 100);
    const request = server.next({ cql: 'slow' });
    const slow = query(client, 'slow');
    await request;
    clock.advance(100);
    const before = client.frames.length;
    clock.advance(100);
    assert.equal(before, 1);
    assert.equal(await slow, VOID_V4);
  });

  it('close with a FIN and reset with an RST, after the answer or in the middle of it', async (test) => {
    const server = await startServer(test, { versions: [4] });
    const outcomes: (string | undefined)[] = [];
    for (const [cql, isWhole] of [
      ['fin', true],
      ['rst', true],
      ['torn fin', false],
      ['torn rst', false],
    ] as const) {
      const rule = server.on({ cql });
      (isWhole ? rule : rule.truncate(7))[cql.endsWith('fin') ? 'close' : 'reset']();
      const client = await connectRaw(test, { port: server.port });
      const answer = query(client, cql);
      if (isWhole) {
        assert.equal(await answer, VOID_V4);
      } else {
        await assert.rejects(answer);
      }
      const reason = await client.closed;
      outcomes.push(reason !== undefined && 'code' in reason ? String(reason.code) : undefined);
      rule.remove();
    }
    assert.deepEqual(outcomes, [undefined, 'ECONNRESET', undefined, 'ECONNRESET']);
  });

  it('stop reading from a client until a test resumes', async (test) => {
    const { server, client } = await pair(test);
    server.on({ cql: 'last' }).stopReading();
    await query(client, 'last');
    const answer = query(client, 'next');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    const unread = server.requests({ cql: 'next' }).length;
    server.connections[0]?.resumeReading();
    await answer;
    assert.equal(unread, 0);
  });
});

describe('faults of segments', () => {
  it('make a checksum wrong that the client notices', async (test) => {
    const { server, client } = await pair(test, {}, 5);
    server.on({ cql: 'x' }).segment({ crc24Error: 1 });
    await assert.rejects(query(client, 'x'), /CRC24/);
  });

  it('slice a small answer, and refuse a first slice without a header', async (test) => {
    const { server, client } = await pair(test, {}, 5);
    server.on({ cql: 'good' }).seal({ sliceLengths: [9, 1, 0, 2] });
    server.on({ cql: 'bad' }).seal({ sliceLengths: [8] });
    assert.equal(await query(client, 'good'), VOID_V4.replace('84', '85'));
    await assert.rejects(query(client, 'bad'), /frame header in the first slice/);
  });

  it('change frames under true checksums', async (test) => {
    const { server, client } = await pair(test, {}, 5);
    server.on({ cql: 'x' }).header({ versionByte: 0x84 });
    const frame = await client.request('QUERY', queryBody('x', { version: 5 }));
    assert.equal(frame.version, 4);
  });
});

it('gives the same numbers for the same seed', () => {
  const draw = (seed: number): string => toHex(new Random(seed).bytes(16));
  assert.equal(draw(1), draw(1));
  assert.notEqual(draw(1), draw(2));
});
