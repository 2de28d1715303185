// The fault proxy between clients and the fake server, in both directions, following frames or only bytes.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { Client } from 'cassandra-driver';
import { hex, toHex } from './harness/byte-writer.ts';
import { executeBody, prepareBody, queryBody } from './harness/client-messages.ts';
import { ManualClock } from './harness/clock.ts';
import { error } from './harness/error-response.ts';
import { FakeServer } from './harness/fake-server.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import { FaultProxy } from './harness/fault-proxy.ts';
import { encodeFrame } from './harness/frame.ts';
import { OPCODES } from './harness/opcodes.ts';
import { RawClient, type RawClientOptions } from './harness/raw-client.ts';
import { event, responseFrame, rows } from './harness/response.ts';
import { readPrepared, readRows } from './harness/result-reader.ts';
import { connectRaw, startProxy, startServer } from './harness/test-context.ts';

async function chain(
  test: TestContext,
  clientOptions: Partial<RawClientOptions> = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<{ server: FakeServer; proxy: FaultProxy; client: RawClient }> {
  const server = await startServer(test, serverOptions);
  const proxy = await startProxy(test, { target: { port: server.port } });
  const client = await connectRaw(test, { port: proxy.port, ...clientOptions });
  return { server, proxy, client };
}

async function query(client: RawClient, cql: string): Promise<number> {
  return (await client.request('QUERY', queryBody(cql, { version: client.version }))).opcode;
}

const forms: readonly Partial<RawClientOptions>[] = [
  { version: 3 },
  { version: 4 },
  { version: 4, compression: 'lz4' },
  { version: 4, compression: 'snappy' },
  { version: 5 },
  { version: 5, compression: 'lz4' },
];

for (const form of forms) {
  describe(`frames of v${form.version ?? 0} ${form.compression ?? 'without compression'}`, () => {
    it('pass both ways, small and large', async (test) => {
      const { server, proxy, client } = await chain(test, form);
      const text = 'x'.repeat(300_000);
      server.on({ cql: 'large' }).reply(rows([['v', 'text']], [[text]]));
      const version = client.version;
      const frame = await client.request('QUERY', queryBody(`large ${text}`, { version }));
      assert.equal(readRows(frame)?.rows[0]?.[0]?.length, text.length);
      assert.equal(server.requests({ opcode: 'QUERY' })[0]?.cql?.length, text.length + 6);
      assert.deepEqual(
        proxy.passed.map(({ direction, opcode }) => `${direction} ${opcode ?? ''}`),
        ['request STARTUP', 'response READY', 'request QUERY', 'response RESULT'],
      );
    });

    it('are found by text in both directions, also behind a prepared id', async (test) => {
      const { proxy, client } = await chain(test, form);
      const version = client.version;
      const prepared = readPrepared(await client.request('PREPARE', prepareBody('SELECT a', version)));
      assert.ok(prepared);
      proxy.on({ direction: 'response', cql: 'SELECT a', opcode: 'RESULT' }).reply(error('OVERLOADED'));
      proxy.on({ direction: 'request', cql: 'SELECT b' }).reply(error('IS_BOOTSTRAPPING'));
      const execute = executeBody(prepared.id, prepared.resultMetadataId, { version });
      const replaced = await client.request('EXECUTE', execute);
      const answered = await client.request('QUERY', queryBody('SELECT b', { version }));
      assert.equal(toHex(replaced.body).slice(0, 8), '00001001');
      assert.equal(toHex(answered.body).slice(0, 8), '00001002');
      assert.equal(await query(client, 'SELECT c'), OPCODES.RESULT);
    });
  });
}

describe('faults', () => {
  it('of a request keep it from the server', async (test) => {
    const { server, proxy, client } = await chain(test, { version: 4 });
    proxy.on({ direction: 'request', cql: 'lost' }).drop();
    const lost = query(client, 'lost');
    await query(client, 'found');
    await client.close();
    await assert.rejects(lost);
    assert.deepEqual(
      server.requests({ opcode: 'QUERY' }).map(({ cql }) => cql),
      ['found'],
    );
  });

  it('of a response tear the connection in the middle of it', async (test) => {
    const { server, proxy, client } = await chain(test, { version: 5 });
    proxy.on({ direction: 'response', cql: 'torn' }).truncate(12).reset();
    await assert.rejects(query(client, 'torn'));
    const reason = await client.closed;
    assert.ok(reason !== undefined && 'code' in reason);
    assert.equal(reason.code, 'ECONNRESET');
    assert.equal(server.requests({ cql: 'torn' }).length, 1);
  });

  it('of a request hit the checksum of its segment, and the server says so', async (test) => {
    const server = await FakeServer.start();
    const proxy = await startProxy(test, { target: { port: server.port } });
    const client = await connectRaw(test, { port: proxy.port, version: 5 });
    proxy.on({ direction: 'request', cql: 'x' }).segment({ crc32Error: 1 });
    await assert.rejects(query(client, 'x'));
    await assert.rejects(server.stop(), /CRC32/);
  });

  it('delay by the injected clock of the proxy', async (test) => {
    const server = await startServer(test);
    const clock = new ManualClock();
    const proxy = await startProxy(test, { target: { port: server.port }, clock });
    const client = await connectRaw(test, { port: proxy.port });
    proxy.on({ direction: 'response', cql: 'slow' }).delay(1000);
    const slow = query(client, 'slow');
    await query(client, 'fast');
    const before = client.frames.length;
    clock.advance(1000);
    await slow;
    assert.equal(before, 2);
  });

  it('split, duplicate and reorder responses', async (test) => {
    const { proxy, client } = await chain(test, { version: 5, compression: 'lz4' });
    proxy.on({ direction: 'response', cql: 'late' }).reorder();
    proxy.on({ direction: 'response', cql: 'twice' }).duplicate().trickle(1);
    await Promise.all([query(client, 'late'), query(client, 'twice')]);
    await client.request('OPTIONS');
    assert.deepEqual(
      client.frames.map(({ stream }) => stream),
      [0, 2, 2, 1, 3],
    );
  });

  it('stop the proxy from reading one side', async (test) => {
    const { server, proxy, client } = await chain(test);
    proxy.on({ direction: 'request', cql: 'last' }).stopReading();
    await query(client, 'last');
    const unread = query(client, 'next');
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(server.requests({ cql: 'next' }).length, 0);
    await client.close();
    await assert.rejects(unread);
  });

  it('keep it from reading also when a jam behind it dissolves', async (test) => {
    const { server, proxy, client } = await chain(test);
    proxy.on({ direction: 'request', cql: 'big' }).stopReading();
    server.firstNode.freeze();
    const jam = query(client, `big ${'x'.repeat(16_000_000)}`);
    while (proxy.frames({ cql: 'big' }).length === 0) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    const unread = query(client, 'next');
    server.firstNode.thaw();
    await jam;
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    assert.equal(server.requests({ cql: 'next' }).length, 0);
    await client.close();
    await assert.rejects(unread);
  });

  it('bring in frames that nobody sent', async (test) => {
    const { proxy, client } = await chain(test, { version: 5, compression: 'lz4' });
    const up = event({ type: 'STATUS_CHANGE', change: 'UP', address: '127.0.0.9', port: 9042 });
    const [link] = proxy.links;
    assert.ok(link);
    link.inject('response', link.seal(encodeFrame(responseFrame(up, 5, 0))));
    await client.request('OPTIONS');
    assert.deepEqual(
      client.frames.map(({ opcode }) => opcode),
      [OPCODES.READY, OPCODES.EVENT, OPCODES.SUPPORTED],
    );
  });
});

describe('byte mode', () => {
  it('lets anything pass, and acts on chunks', async (test) => {
    const server = await startServer(test, { versions: [4] });
    const proxy = await startProxy(test, { target: { port: server.port }, mode: 'bytes' });
    const client = await connectRaw(test, { port: proxy.port });
    await query(client, 'first');
    proxy.on({ direction: 'response', nth: 1 }).corrupt(3, 0x70);
    const answer = query(client, 'second');
    await query(client, 'third');
    await client.close();
    await assert.rejects(answer);
    assert.deepEqual(
      client.frames.map(({ stream }) => stream),
      [0, 1, 0x72, 3],
    );
    assert.ok(proxy.passed.every(({ opcode, frame }) => opcode === undefined && frame === undefined));
  });
});

describe('the ends', () => {
  it('pass on: a client that leaves, a server that leaves, a server that is not there', async (test) => {
    const { server, proxy, client } = await chain(test);
    await client.close();
    const other = await connectRaw(test, { port: proxy.port });
    await server.firstNode.stop();
    await other.closed;
    assert.equal(server.openConnections.length, 0);
    const nobody = await RawClient.open({ port: proxy.port });
    assert.ok((await nobody.closed) !== undefined);
  });

  it('report a side that does not speak in frames', async () => {
    const server = await FakeServer.start();
    const proxy = await FaultProxy.start({ target: { port: server.port } });
    const client = await RawClient.open({ port: proxy.port });
    client.write(hex('474554202f20485454502f312e310d0a'));
    await client.closed;
    await assert.rejects(proxy.stop(), /request: expected a body/);
    await server.stop();
  });
});

it('carries a whole driver of another origin', async (test) => {
  const server = await startServer(test, { versions: [4] });
  server.statement('SELECT v FROM ks.t WHERE k = ?', {
    parameters: [['k', 'int']],
    columns: [['v', 'text']],
    rows: [['yes']],
  });
  const proxy = await startProxy(test, { target: { port: server.port }, port: 0 });
  // The driver learns the server's own port from nobody: peers are asked only for others.
  const client = new Client({
    contactPoints: [`127.0.0.1:${proxy.port}`],
    localDataCenter: 'dc1',
    protocolOptions: { port: proxy.port },
  });
  test.after(() => client.shutdown());
  const result = await client.execute('SELECT v FROM ks.t WHERE k = ?', [1], { prepare: true });
  assert.equal(result.first()['v'], 'yes');
  assert.ok(proxy.frames({ direction: 'request', opcode: 'EXECUTE' }).length === 1);
});
