// Requests that are given up: their stream ids, their late answers, and what becomes of the connection.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../../../src/protocol/record.ts';
import { frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';

const VOID = { opcode: Opcode.RESULT, cold: [1] };
const QUERY = frameOf(Opcode.QUERY);

function abandoned(fixture: Fixture): { handler: RecordingHandler; stream: number; isSent: boolean } {
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(QUERY, handler, 0);
  fixture.endTurn();
  return { handler, stream, isSent: fixture.connection.abandon(stream, handler) };
}

test('keeps the stream id of a request that was given up until its late answer comes', () => {
  const fixture = new Fixture({ maxRequests: 1 });

  const { handler, stream, isSent } = abandoned(fixture);

  assert.equal(isSent, true);
  assert.deepEqual([fixture.connection.inFlight, fixture.connection.orphaned, fixture.connection.available], [0, 1, 0]);
  fixture.receive([{ stream, ...VOID }]);
  assert.deepEqual([fixture.connection.orphaned, fixture.connection.available], [0, 1]);
  assert.equal(fixture.streamsFreed, 1);
  assert.deepEqual(handler.responses, []);
  assert.equal(fixture.connection.isClosed, false);
});

test('never sends a request that was given up before its bytes left, and frees its id', () => {
  const fixture = new Fixture();
  const [kept, dropped] = [new RecordingHandler(), new RecordingHandler()];
  fixture.connection.send(frameOf(Opcode.QUERY), kept, 0);
  const stream = fixture.connection.send(frameOf(Opcode.EXECUTE), dropped, 0);

  const isSent = fixture.connection.abandon(stream, dropped);
  fixture.endTurn();

  assert.equal(isSent, false);
  assert.equal(fixture.connection.orphaned, 0);
  assert.deepEqual(
    fixture.socket.writes.map((chunk) => [chunk.length, chunk[4]]),
    [[9, Opcode.QUERY]],
  );
});

test('does not give up the request of another on the same stream', () => {
  const fixture = new Fixture({ maxRequests: 1 });
  const first = new RecordingHandler();
  const stream = fixture.connection.send(QUERY, first, 0);
  fixture.endTurn();
  fixture.receive([{ stream, ...VOID }]);
  let second = new RecordingHandler();
  while (fixture.connection.send(QUERY, second, 0) !== stream) second = answered(fixture);

  const isSent = fixture.connection.abandon(stream, first);

  assert.equal(isSent, false);
  assert.equal(fixture.connection.inFlight, 1);
});

function answered(fixture: Fixture): RecordingHandler {
  fixture.endTurn();
  const stream = fixture.socket.writes.at(-1)?.[3] ?? 0;
  fixture.receive([{ stream, ...VOID }]);
  return new RecordingHandler();
}

test('tells once that too many answers are missing', () => {
  const fixture = new Fixture({ maxRequests: 16 });

  const counts = [1, 2, 3, 4, 5, 6].map(() => {
    abandoned(fixture);
    return fixture.orphanLimitReached;
  });

  assert.deepEqual(counts, [0, 0, 0, 1, 1, 1]);
});

test('closes a draining connection for which only answers nobody wants are missing', () => {
  const fixture = new Fixture();
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(QUERY, handler, 0);
  fixture.endTurn();
  fixture.connection.drain();
  assert.equal(fixture.connection.isClosed, false);

  fixture.connection.abandon(stream, handler);

  assert.equal(fixture.connection.isClosed, true);
  assert.deepEqual(handler.failures, []);
});

test('drops a late answer that comes in parts, and frees its id with the last', () => {
  const fixture = new Fixture();
  const { stream } = abandoned(fixture);
  const part = (offset: number) => ({
    stream,
    opcode: Opcode.RESULT,
    kind: RecordKind.PART,
    raw: new Uint8Array(10),
    words: { [RecordWord.TOTAL_LENGTH]: 20, [RecordWord.PART_OFFSET]: offset },
  });

  fixture.receive([part(0)]);
  assert.equal(fixture.connection.orphaned, 1);
  fixture.receive([part(10)]);

  assert.equal(fixture.connection.orphaned, 0);
  assert.equal(fixture.streamsFreed, 1);
});

test('keeps free, in flight and orphaned ids adding up over a long life with lost answers', () => {
  const fixture = new Fixture({ maxRequests: 31 });
  const waiting: { handler: RecordingHandler; stream: number }[] = [];
  let seed = 7;
  const random = (n: number): number => (seed = (seed * 48_271) % 2_147_483_647) % n;

  for (let round = 0; round < 5000; round++) {
    const handler = new RecordingHandler();
    const stream = fixture.connection.send(QUERY, handler, 0);
    if (stream > 0) waiting.push({ handler, stream });
    fixture.endTurn();
    const [chosen] = waiting.splice(random(waiting.length), 1);
    if (chosen === undefined) continue;
    if (random(20) === 0) fixture.connection.abandon(chosen.stream, chosen.handler);
    else fixture.receive([{ stream: chosen.stream, ...VOID }]);
    const { available, inFlight, orphaned } = fixture.connection;
    assert.equal(available + inFlight + orphaned, 31);
    assert.equal(fixture.connection.auditStreams(), null);
    assert.equal(inFlight, waiting.length);
  }
});
