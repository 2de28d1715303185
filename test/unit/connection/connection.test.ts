// What comes in: which request gets which answer, and what closes a connection.

import assert from 'node:assert/strict';
import test from 'node:test';
import { ConnectionError, ConnectionShutdownError, CrcMismatchError, ProtocolError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RECORD_WORDS, RecordKind } from '../../../src/protocol/record.ts';
import { frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';
import type { DriverError } from '../../../src/errors.ts';

const VOID = { opcode: Opcode.RESULT, cold: [1] };
const QUERY = frameOf(Opcode.QUERY);

/** Sends a request and ends the turn, so that its bytes are handed to the socket. */
function sent(fixture: Fixture, handler = new RecordingHandler()): { handler: RecordingHandler; stream: number } {
  const stream = fixture.connection.send(QUERY, handler, 0);
  fixture.endTurn();
  return { handler, stream };
}

test('gives each answer to the request on its stream', () => {
  const fixture = new Fixture();
  const requests = [sent(fixture), sent(fixture), sent(fixture)];

  fixture.receive(requests.map(({ stream }) => ({ stream, ...VOID })).reverse());

  const records = requests.map(({ handler }) => handler.responses.map(({ record }) => record));
  assert.deepEqual(records, [[2 * RECORD_WORDS], [RECORD_WORDS], [0]]);
  assert.equal(fixture.connection.inFlight, 0);
});

test('pushes a chunk into the core once, however many frames it holds', () => {
  const fixture = new Fixture();
  const requests = [sent(fixture), sent(fixture), sent(fixture)];

  fixture.receive(requests.map(({ stream }) => ({ stream, ...VOID })));

  assert.equal(fixture.core.connections[0]?.pushes, 1);
});

test('registers the program word of each request with the core', () => {
  const fixture = new Fixture();

  const first = fixture.connection.send(QUERY, new RecordingHandler(), 7);
  const second = fixture.connection.send(QUERY, new RecordingHandler(), 0);

  const programs = [...(fixture.core.connections[0]?.programs ?? [])];
  assert.deepEqual(programs, [
    [first, 7],
    [second, 0],
  ]);
});

test('hands a refused body to its request and goes on', () => {
  const fixture = new Fixture();
  const { handler, stream } = sent(fixture);

  fixture.receive([{ stream, opcode: Opcode.RESULT, kind: RecordKind.REFUSED }]);

  assert.equal(handler.responses.length, 1);
  assert.equal(fixture.connection.isClosed, false);
});

test('fails only the request whose handler throws', () => {
  const fixture = new Fixture();
  const broken = new Error('broken');
  const failures: DriverError[] = [];
  const throwing = {
    onResponse: (): void => {
      throw broken;
    },
    onFailure: (error: DriverError) => void failures.push(error),
  };
  const stream = fixture.connection.send(QUERY, throwing, 0);
  const other = sent(fixture);

  fixture.receive([
    { stream, ...VOID },
    { stream: other.stream, ...VOID },
  ]);

  assert.equal(failures[0]?.cause, broken);
  assert.equal(other.handler.responses.length, 1);
  assert.equal(fixture.connection.isClosed, false);
});

test('gives events to the listener', () => {
  const fixture = new Fixture();

  fixture.receive([{ stream: -1, opcode: Opcode.EVENT, cold: [2, 'UP', Uint8Array.of(127, 0, 0, 1), 9042] }]);

  assert.deepEqual(fixture.events, [0]);
});

test('ignores other negative streams; gives up events that cannot be read as what they are', () => {
  const fixture = new Fixture();
  const { handler } = sent(fixture);

  fixture.receive([
    { stream: -2, ...VOID },
    { stream: -32768, opcode: Opcode.EVENT },
    { stream: -1, ...VOID },
    { stream: -1, opcode: Opcode.EVENT, kind: RecordKind.REFUSED },
  ]);

  assert.equal(fixture.events.length, 1);
  assert.deepEqual(handler.responses, []);
  assert.equal(fixture.connection.isClosed, false);
});

test('reports what a listener throws and goes on', () => {
  const broken = new Error('broken');
  const fixture = new Fixture({
    listener: {
      onEvent: () => {
        throw broken;
      },
      onClosed: () => undefined,
      onOrphanLimit: () => undefined,
      onStreamFreed: () => undefined,
    },
  });

  fixture.receive([{ stream: -1, opcode: Opcode.EVENT, cold: [0, 'X'] }]);

  assert.deepEqual(fixture.reported, [broken]);
  assert.equal(fixture.connection.isClosed, false);
});

for (const stream of [0, 5, 17, 18, 32_767]) {
  test(`closes when an answer comes on stream ${stream}, which no request has`, () => {
    const fixture = new Fixture();
    const { handler } = sent(fixture);

    fixture.receive([{ stream, ...VOID }]);

    assert.ok(fixture.closedWith[0] instanceof ProtocolError);
    assert.ok(fixture.socket.isDestroyed);
    assert.ok(handler.failures[0] instanceof ConnectionShutdownError);
    assert.equal(handler.failures[0].cause, fixture.closedWith[0]);
  });
}

test('closes when an answer comes twice', () => {
  const fixture = new Fixture();
  const { handler, stream } = sent(fixture);

  fixture.receive([
    { stream, ...VOID },
    { stream, ...VOID },
  ]);

  assert.equal(handler.responses.length, 1);
  assert.ok(fixture.closedWith[0] instanceof ProtocolError);
});

test('gives an answer that comes twice to no request that is sent in between', () => {
  const fixture = new Fixture();
  const next = new RecordingHandler();
  const handler = new (class extends RecordingHandler {
    override onResponse(): void {
      fixture.connection.send(QUERY, next, 0);
    }
  })();
  const { stream } = sent(fixture, handler);

  fixture.receive([
    { stream, ...VOID },
    { stream, ...VOID },
  ]);

  assert.deepEqual(next.responses, []);
  assert.equal(next.failures[0]?.maybeApplied, false);
});

test('closes when an answer comes to a request whose bytes have not left', () => {
  const fixture = new Fixture();
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(QUERY, handler, 0);

  fixture.receive([{ stream, ...VOID }]);

  assert.deepEqual(handler.responses, []);
  assert.equal(handler.failures[0]?.maybeApplied, false);
});

test('closes with the error that a server puts on a stream of its own', () => {
  const fixture = new Fixture();
  const { handler } = sent(fixture);

  fixture.receive([{ stream: 0, opcode: Opcode.ERROR, cold: [0x000a, 'checksum is wrong', 0] }]);

  assert.ok(fixture.closedWith[0] instanceof ProtocolError);
  assert.equal(fixture.closedWith[0].message, 'checksum is wrong');
  assert.equal(handler.failures[0]?.maybeApplied, true);
});

test('delivers the frames before a fault, then closes', () => {
  const fixture = new Fixture();
  const first = sent(fixture);
  const second = sent(fixture);

  fixture.receive([{ stream: first.stream, ...VOID }], { kind: 8, offset: 77 });

  assert.equal(first.handler.responses.length, 1);
  assert.ok(fixture.closedWith[0] instanceof CrcMismatchError);
  assert.equal(second.handler.failures[0]?.cause, fixture.closedWith[0]);
});

test('closes with a protocol error when the core refuses a header', () => {
  const fixture = new Fixture();

  fixture.receive([], { kind: 3, offset: 0 });

  assert.ok(fixture.closedWith[0] instanceof ProtocolError);
  assert.match(fixture.closedWith[0].message, /maxFrameLength/);
});

test('closes alone when the core itself breaks', () => {
  const fixture = new Fixture();
  const { handler } = sent(fixture);
  fixture.core.connections[0]?.close();

  fixture.socket.receive(0x84);

  assert.ok(fixture.closedWith[0] instanceof ConnectionError);
  assert.equal(handler.failures[0]?.maybeApplied, true);
});

test('tells every request why when the socket is lost, and whether it may have been applied', () => {
  const fixture = new Fixture();
  const { handler } = sent(fixture);
  const unsent = new RecordingHandler();
  fixture.connection.send(QUERY, unsent, 0);
  const reset = new Error('read ECONNRESET');

  fixture.socket.end(reset);

  assert.equal(fixture.closedWith[0]?.cause, reset);
  assert.match(handler.failures[0]?.message ?? '', /ECONNRESET/);
  assert.deepEqual([handler.failures[0]?.maybeApplied, unsent.failures[0]?.maybeApplied], [true, false]);
});

test('says of a request that was not sent that it was not applied, also on a stream id that was used before', () => {
  const fixture = new Fixture({ maxRequests: 1 });
  for (let i = 0; i < 4; i++) fixture.receive([{ stream: sent(fixture).stream, ...VOID }]);
  const unsent = new RecordingHandler();
  fixture.connection.send(QUERY, unsent, 0);

  fixture.socket.end();

  assert.equal(unsent.failures[0]?.maybeApplied, false);
});

test('gives each request an error of its own', () => {
  const fixture = new Fixture();
  const [first, second] = [sent(fixture), sent(fixture)];

  fixture.socket.end();

  assert.notEqual(first.handler.failures[0], second.handler.failures[0]);
});

test('tells its listener before the requests that it is closed', () => {
  const order: string[] = [];
  const fixture = new Fixture({
    listener: {
      onEvent: () => undefined,
      onClosed: () => void order.push('listener'),
      onOrphanLimit: () => undefined,
      onStreamFreed: () => undefined,
    },
  });
  fixture.connection.send(QUERY, { onResponse: () => undefined, onFailure: () => void order.push('request') }, 0);

  fixture.connection.close();

  assert.deepEqual(order, ['listener', 'request']);
});

test('closes once, frees its half of the core, and takes nothing more', () => {
  const fixture = new Fixture();
  sent(fixture);

  fixture.connection.close();
  fixture.connection.close();
  fixture.socket.end();
  fixture.socket.receive(0x84);

  assert.equal(fixture.closedWith.length, 1);
  assert.equal(fixture.core.connections[0]?.isClosed, true);
  assert.equal(fixture.core.connections[0].pushes, 0);
  assert.equal(fixture.connection.send(QUERY, new RecordingHandler(), 0), -1);
  assert.equal(fixture.connection.sendProbe(QUERY, new RecordingHandler()), -1);
});

test('stops at the frame whose handler closes the connection', () => {
  const fixture = new Fixture();
  const closing = new (class extends RecordingHandler {
    override onResponse(): void {
      fixture.connection.close();
    }
  })();
  const first = sent(fixture, closing);
  const second = sent(fixture);

  fixture.receive([
    { stream: first.stream, ...VOID },
    { stream: second.stream, ...VOID },
    { stream: -1, opcode: Opcode.EVENT, cold: [0, 'X'] },
  ]);

  assert.deepEqual(fixture.events, []);
  assert.deepEqual(second.handler.responses, []);
  assert.equal(second.handler.failures.length, 1);
});

test('closes with what the look at the first chunk says, and looks at no other', () => {
  const looked: number[] = [];
  const foreign = new ConnectionError('an HTTP server');
  const fixture = new Fixture({ inspectFirstChunk: (chunk) => (looked.push(chunk[0] ?? 0) > 1 ? foreign : undefined) });

  fixture.socket.receive(0x84);
  fixture.socket.receive(0x48);
  assert.equal(fixture.connection.isClosed, false);
  assert.deepEqual(looked, [0x84]);

  const other = new Fixture({ inspectFirstChunk: () => foreign });
  other.socket.receive(0x48);
  assert.equal(other.closedWith[0], foreign);
  assert.equal(other.core.connections[0]?.pushes, 0);
});

test('takes as many requests as it may, and a probe besides', () => {
  const fixture = new Fixture({ maxRequests: 2 });
  const streams = [1, 2, 3].map(() => fixture.connection.send(QUERY, new RecordingHandler(), 0));

  const probe = fixture.connection.sendProbe(QUERY, new RecordingHandler());

  assert.deepEqual(
    streams.map((stream) => stream > 0),
    [true, true, false],
  );
  assert.ok(probe > 0);
  assert.equal(fixture.connection.available, 0);
  assert.equal(fixture.connection.inFlight, 3);
});

test('closes a draining connection with its last answer', () => {
  const fixture = new Fixture();
  const [first, second] = [sent(fixture), sent(fixture)];

  fixture.connection.drain();
  assert.equal(fixture.connection.send(QUERY, new RecordingHandler(), 0), -1);
  fixture.receive([{ stream: first.stream, ...VOID }]);
  assert.equal(fixture.connection.isClosed, false);
  fixture.receive([{ stream: second.stream, ...VOID }]);

  assert.equal(fixture.connection.isClosed, true);
  assert.deepEqual([...first.handler.failures, ...second.handler.failures], []);
});

test('closes a draining connection at once when nothing is in flight', () => {
  const fixture = new Fixture();

  fixture.connection.drain();

  assert.equal(fixture.connection.isClosed, true);
});

test('opens the core anew with what was agreed on', () => {
  const fixture = new Fixture();

  fixture.connection.agree(1, 0xf000);

  const [before, after] = fixture.core.connections;
  assert.equal(before?.isClosed, true);
  assert.deepEqual([after?.options.compression, after?.options.rateLimitCode], [1, 0xf000]);
});
