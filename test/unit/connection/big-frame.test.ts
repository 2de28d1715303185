// Answers that come in parts.

import assert from 'node:assert/strict';
import test from 'node:test';
import { DriverError, ProtocolError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../../../src/protocol/record.ts';
import { deliveryOf } from './fake-delivery.ts';
import { frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';
import type { BigFrame } from '../../../src/connection/big-frame.ts';
import type { FakeMessage } from './fake-delivery.ts';

const body = Uint8Array.from({ length: 600_000 }, (_, i) => (i * 31) & 0xff);

function part(stream: number, from: number, to: number, total = body.length): FakeMessage {
  return {
    stream,
    opcode: Opcode.RESULT,
    kind: RecordKind.PART,
    flags: 2,
    raw: body.slice(from, to),
    words: { [RecordWord.TOTAL_LENGTH]: total, [RecordWord.PART_OFFSET]: from },
  };
}

test('puts the parts of a body together and hands them to the decoder of big frames', () => {
  const decoded: BigFrame[] = [];
  const delivery = deliveryOf([{ stream: 1, opcode: Opcode.RESULT, kind: RecordKind.ROWS }]);
  const fixture = new Fixture({ decodeBigFrame: (frame) => (decoded.push(frame), delivery) });
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(frameOf(Opcode.EXECUTE), handler, 42);
  fixture.endTurn();

  fixture.receive([part(stream, 0, 100_000)]);
  fixture.receive([part(stream, 100_000, 599_999)]);
  assert.deepEqual(handler.responses, []);
  fixture.receive([part(stream, 599_999, 600_000)]);

  const [frame] = decoded;
  assert.deepEqual(
    { ...frame, blocks: undefined },
    {
      version: 4,
      compression: 0,
      flags: 2,
      stream,
      opcode: Opcode.RESULT,
      programWord: 42,
      bodyLength: 600_000,
      blocks: undefined,
    },
  );
  assert.deepEqual(Buffer.concat([...(frame?.blocks ?? [])]), Buffer.from(body));
  assert.deepEqual(handler.responses, [{ delivery, record: 0 }]);
  assert.equal(fixture.connection.inFlight, 0);
});

test('fails only the request whose big body cannot be decoded', () => {
  const broken = new DriverError('cannot be decoded');
  const fixture = new Fixture({
    decodeBigFrame: () => {
      throw broken;
    },
  });
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(frameOf(Opcode.EXECUTE), handler, 0);
  fixture.endTurn();

  fixture.receive([part(stream, 0, 10, 10)]);

  assert.deepEqual(handler.failures, [broken]);
  assert.equal(fixture.connection.isClosed, false);
});

test('closes when a body in parts is over the limit', () => {
  const fixture = new Fixture({ maxFrameLength: 100 });
  const handler = new RecordingHandler();
  const stream = fixture.connection.send(frameOf(Opcode.EXECUTE), handler, 0);
  fixture.endTurn();

  fixture.receive([part(stream, 0, 10, 101)]);

  assert.ok(fixture.closedWith[0] instanceof ProtocolError);
  assert.equal(handler.failures.length, 1);
});

test('closes at the first part of a body for a stream that no request has', () => {
  const fixture = new Fixture();

  fixture.receive([part(3, 0, 10)]);

  assert.ok(fixture.closedWith[0] instanceof ProtocolError);
});

test('keeps what has come of a body, not what was announced', () => {
  const fixture = new Fixture({ maxFrameLength: 2 ** 30 });
  const stream = fixture.connection.send(frameOf(Opcode.EXECUTE), new RecordingHandler(), 0);
  fixture.endTurn();
  const before = process.memoryUsage().arrayBuffers;

  fixture.receive([part(stream, 0, 10, 2 ** 30)]);

  assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 21);
});
