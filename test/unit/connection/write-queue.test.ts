// What goes out: one write a turn, stream ids, segments, and a peer that does not read.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ConnectionError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { frameIn, frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';

function hex(bytes: Uint8Array | undefined): string {
  return Buffer.from(bytes ?? []).toString('hex');
}

test('hands all frames of a turn to the socket in one write', () => {
  const fixture = new Fixture();
  for (let i = 0; i < 3; i++) fixture.connection.send(frameOf(Opcode.QUERY, [i]), new RecordingHandler(), 0);

  assert.deepEqual(fixture.socket.writes, []);
  const callbacks = fixture.endTurn();

  assert.equal(callbacks, 1);
  assert.deepEqual(fixture.socket.writes.map(hex), [
    '04000001070000000100' + '04000002070000000101' + '04000003070000000102',
  ]);
});

test('writes the stream id into the copy and leaves the frame as it is', () => {
  const fixture = new Fixture({ maxRequests: 600 });
  const frame = frameOf(Opcode.QUERY);
  const before = hex(frame.bytes);

  for (let i = 0; i < 300; i++) fixture.connection.send(frame, new RecordingHandler(), 0);
  fixture.endTurn();

  assert.equal(hex(frame.bytes), before);
  assert.equal(hex(fixture.socket.writes[0]?.subarray(299 * 9, 300 * 9)), '0400012c0700000000');
});

test('copies frames that lie one behind the other in a slab, and those that do not', () => {
  const fixture = new Fixture();
  const slab = Uint8Array.from([
    ...[0xaa, 0xaa],
    ...[4, 0, 0, 0, 7, 0, 0, 0, 0],
    ...[4, 0, 0, 0, 9, 0, 0, 0, 0],
    ...[0xbb],
    ...[4, 0, 0, 0, 10, 0, 0, 0, 0],
  ]);
  const frames = [frameIn(slab, 2, 9), frameIn(slab, 11, 9), frameIn(slab, 21, 9), frameIn(slab, 2, 9), frameOf(5)];

  for (const frame of frames) fixture.connection.send(frame, new RecordingHandler(), 0);
  fixture.endTurn();

  assert.equal(
    hex(fixture.socket.writes[0]),
    '040000010700000000' + '040000020900000000' + '040000030a00000000' + '040000040700000000' + '040000050500000000',
  );
});

test('never writes again into memory that the socket was given', () => {
  const fixture = new Fixture({ maxRequests: 3000 });
  const given: { readonly chunk: Uint8Array; readonly copy: string }[] = [];
  fixture.socket.onWrite = (chunk) => given.push({ chunk, copy: hex(chunk) });

  for (let turn = 0; turn < 200; turn++) {
    for (let i = 0; i < 10; i++)
      fixture.connection.send(frameOf(7, new Array<number>(100).fill(turn)), new RecordingHandler(), 0);
    fixture.endTurn();
  }

  assert.equal(given.length, 200);
  for (const { chunk, copy } of given) assert.equal(hex(chunk), copy);
});

test('seals all frames of a turn in one call once segments have begun', () => {
  const fixture = new Fixture({ version: 5 });
  fixture.connection.send(frameOf(Opcode.STARTUP), new RecordingHandler(), 0);
  fixture.endTurn();
  fixture.connection.startSegments();

  fixture.connection.send(frameOf(7), new RecordingHandler(), 0);
  fixture.connection.send(frameOf(9), new RecordingHandler(), 0);
  fixture.endTurn();

  assert.deepEqual(fixture.socket.writes.map(hex), [
    '040000010100000000',
    'ee00' + '040000020700000000' + '040000030900000000',
  ]);
});

test('seals with the compression that was agreed on', () => {
  const fixture = new Fixture({ version: 5 });
  fixture.connection.agree(1, -1);
  fixture.connection.startSegments();

  fixture.connection.send(frameOf(7), new RecordingHandler(), 0);
  fixture.endTurn();

  assert.equal(hex(fixture.socket.writes[0]), 'ee01' + '040000010700000000');
});

test('waits for a slow peer to drain, and sends then what has come together', () => {
  const fixture = new Fixture();
  fixture.socket.accepts = false;
  fixture.connection.send(frameOf(7, [1]), new RecordingHandler(), 0);
  fixture.endTurn();
  fixture.connection.send(frameOf(7, [2]), new RecordingHandler(), 0);
  fixture.connection.send(frameOf(7, [3]), new RecordingHandler(), 0);

  assert.equal(fixture.endTurn(), 0);
  assert.equal(fixture.socket.writes.length, 1);
  assert.equal(fixture.connection.queued, 2);
  fixture.socket.drain();

  assert.equal(fixture.connection.queued, 0);
  assert.deepEqual(
    fixture.socket.writes.map((chunk) => [...chunk].filter((_, i) => i % 10 === 9)),
    [[1], [2, 3]],
  );
});

test('hands a slow peer no more than a lot at a time, and keeps the order', () => {
  const fixture = new Fixture({ maxRequests: 100 });
  const length = 20_000;
  for (let i = 0; i < 20; i++)
    fixture.connection.send(
      frameIn(
        Uint8Array.from({ length }, () => i),
        0,
        length,
      ),
      new RecordingHandler(),
      0,
    );
  fixture.socket.onWrite = () => (fixture.socket.accepts = false);

  fixture.endTurn();
  const [first] = fixture.socket.writes;
  assert.ok((first?.length ?? 0) <= 131_072);
  while (fixture.connection.queued > 0) fixture.socket.drain();

  const order = fixture.socket.writes.flatMap((chunk) =>
    Array.from({ length: chunk.length / length }, (_, i) => chunk[i * length]),
  );
  assert.deepEqual(
    order,
    Array.from({ length: 20 }, (_, i) => i),
  );
});

test('sends a frame that is larger than a lot whole', () => {
  const fixture = new Fixture({ version: 5 });
  fixture.connection.startSegments();
  const frame = frameIn(new Uint8Array(400_000).fill(3), 0, 400_000);

  fixture.connection.send(frameOf(7), new RecordingHandler(), 0);
  fixture.connection.send(frame, new RecordingHandler(), 0);
  fixture.connection.send(frameOf(9), new RecordingHandler(), 0);
  fixture.endTurn();

  assert.deepEqual(
    fixture.socket.writes.map((chunk) => chunk.length),
    [11, 400_002, 11],
  );
});

test('says of each request in flight whether its bytes were handed to the socket', () => {
  const fixture = new Fixture();
  fixture.socket.accepts = false;
  const handlers = [new RecordingHandler(), new RecordingHandler()];
  fixture.connection.send(frameOf(7), handlers[0] ?? new RecordingHandler(), 0);
  fixture.endTurn();
  fixture.connection.send(frameOf(7), handlers[1] ?? new RecordingHandler(), 0);
  fixture.endTurn();

  fixture.socket.end();

  assert.deepEqual(
    handlers.map(({ failures }) => failures[0]?.maybeApplied),
    [true, false],
  );
});

test('closes when sealing breaks, with nothing handed to the socket', () => {
  const fixture = new Fixture({ version: 5 });
  const trap = new Error('unreachable');
  fixture.core.seal = () => {
    throw trap;
  };
  fixture.connection.startSegments();
  const handler = new RecordingHandler();
  fixture.connection.send(frameOf(7), handler, 0);

  fixture.endTurn();

  assert.ok(fixture.closedWith[0] instanceof ConnectionError);
  assert.equal(fixture.closedWith[0].cause, trap);
  assert.equal(handler.failures[0]?.maybeApplied, false);
});

test('writes nothing after it is closed', () => {
  const fixture = new Fixture();
  fixture.connection.send(frameOf(7), new RecordingHandler(), 0);

  fixture.connection.close();
  fixture.endTurn();
  fixture.socket.drain();

  assert.deepEqual(fixture.socket.writes, []);
});
