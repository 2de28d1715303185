// Values are bound, whatever is in them: no value reaches the text of a statement, byte for byte.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { BatchStatement, Cluster, executeConcurrentWithArgs, SimpleStatement, type Session } from '../../src/index.ts';
import { hostileTexts } from '../values/hostile-texts.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { BoundValue } from './harness/byte-reader.ts';
import { startServer } from './harness/test-context.ts';

const SEED = 20_261_121;
const COUNT = 10_000;
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
const PARAMETERS = [
  ['k', 'text'],
  ['v', 'blob'],
] as const;

async function connect(t: TestContext): Promise<{ server: FakeServer; session: Session }> {
  const server = await startServer(t, {});
  server.statement(INSERT, { parameters: PARAMETERS, partitionKey: [0] });
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
  t.after(() => cluster.shutdown());
  return { server, session: await cluster.connect() };
}

/** The texts of all statements that a session sent. */
function sentTexts(server: FakeServer): Set<string | undefined> {
  const requests = server.requests({ opcode: ['QUERY', 'PREPARE'] });
  return new Set(requests.map(({ cql }) => cql).filter((cql) => cql?.includes('system') !== true));
}

function textOf(value: BoundValue | undefined): string {
  assert(value instanceof Uint8Array);
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(value);
}

test('ten thousand hostile texts and blobs are sent as values behind one text', async (t) => {
  const { server, session } = await connect(t);
  const texts = [...hostileTexts(COUNT, SEED)];
  const encoder = new TextEncoder();
  await executeConcurrentWithArgs(
    session,
    INSERT,
    texts.map((text) => [text, encoder.encode(text)]),
    { concurrency: 256 },
  );
  assert.deepEqual(sentTexts(server), new Set([INSERT]));
  const sent = server.requests({ opcode: 'EXECUTE' }).map(({ request }) => {
    assert(request.opcode === 'EXECUTE');
    return request.values.map(textOf);
  });
  assert.equal(sent.length, COUNT);
  const byText = (a: readonly string[], b: readonly string[]): number => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1);
  assert.deepEqual(sent.sort(byText), texts.map((text) => [text, text]).sort(byText));
});

test('texts with %s and %(name)s become markers before any value is looked at', async (t) => {
  const { server, session } = await connect(t);
  server.statement(/ks\.t/, { parameters: PARAMETERS });
  for (const text of hostileTexts(200, SEED + 1)) {
    await session.execute('INSERT INTO ks.t (k, v) VALUES (%s, %s)', [text, new Uint8Array(1)]);
  }
  assert.deepEqual(sentTexts(server), new Set([INSERT]));
});

test('a batch sends hostile values beside the texts, not in them', async (t) => {
  const { server, session } = await connect(t);
  const texts = [...hostileTexts(500, SEED + 2)];
  const batch = new BatchStatement({ batchType: 'UNLOGGED' });
  for (const text of texts) batch.add(new SimpleStatement(INSERT, { params: [text, new Uint8Array(2)] }));
  await session.executeBatch(batch);
  assert.deepEqual(sentTexts(server), new Set([INSERT]));
  const [request] = server.requests({ opcode: 'BATCH' });
  assert(request?.request.opcode === 'BATCH');
  assert.deepEqual(
    request.request.entries.map(({ values }) => textOf(values[0])),
    texts,
  );
});
