import assert from 'node:assert/strict';
import test from 'node:test';
import { Deadlines } from '../../../src/connection/deadlines.ts';
import { Heartbeat } from '../../../src/connection/heartbeat.ts';
import { ConnectionError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RequestEncoder } from '../../../src/protocol/requests.ts';
import { frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';

const SUPPORTED = { opcode: Opcode.SUPPORTED, cold: [0] };

function beating(fixture: Fixture): { heartbeat: Heartbeat; deadlines: Deadlines } {
  const deadlines = new Deadlines(fixture.clock, (error) => {
    throw error;
  });
  const heartbeat = new Heartbeat({
    connection: fixture.connection,
    encoder: new RequestEncoder(fixture.core),
    clock: fixture.clock,
    deadlines,
    interval: 30_000,
    timeout: 5000,
  });
  heartbeat.start();
  return { heartbeat, deadlines };
}

function asked(fixture: Fixture): number {
  fixture.endTurn();
  return fixture.core.encoded.filter(({ opcode }) => opcode === Opcode.OPTIONS).length;
}

test('asks after the interval without a byte, not before', () => {
  const fixture = new Fixture();
  beating(fixture);

  fixture.clock.advance(29_990);
  assert.equal(asked(fixture), 0);
  fixture.clock.advance(30);

  assert.equal(asked(fixture), 1);
});

test('does not ask while bytes come', () => {
  const fixture = new Fixture();
  beating(fixture);

  for (let i = 0; i < 100; i++) {
    fixture.clock.advance(20_000);
    fixture.receive([]);
  }

  assert.equal(asked(fixture), 0);
});

test('asks again and again while the server answers', () => {
  const fixture = new Fixture();
  beating(fixture);

  for (let i = 1; i <= 5; i++) {
    fixture.clock.advance(30_020);
    assert.equal(asked(fixture), i);
    fixture.clock.advance(4900);
    fixture.receive([{ stream: fixture.socket.writes.at(-1)?.[3] ?? 0, ...SUPPORTED }]);
  }

  assert.equal(fixture.connection.isClosed, false);
});

test('closes when there is no answer in time', () => {
  const fixture = new Fixture();
  const { deadlines } = beating(fixture);
  const waiting = new RecordingHandler();
  fixture.connection.send(frameOf(Opcode.QUERY), waiting, 0);

  fixture.clock.advance(30_020);
  fixture.endTurn();
  fixture.clock.advance(4900);
  assert.equal(fixture.connection.isClosed, false);
  fixture.clock.advance(150);

  assert.ok(fixture.closedWith[0] instanceof ConnectionError);
  assert.match(fixture.closedWith[0].message, /127\.0\.0\.1:9042 did not answer a heartbeat within 5000 ms/);
  assert.equal(waiting.failures.length, 1);
  assert.equal(deadlines.pending, 0);
});

test('closes also when the socket does not take the question', () => {
  const fixture = new Fixture();
  beating(fixture);
  fixture.socket.accepts = false;
  fixture.connection.send(frameOf(Opcode.QUERY), new RecordingHandler(), 0);
  fixture.endTurn();

  fixture.clock.advance(35_100);

  assert.equal(fixture.connection.isClosed, true);
});

test('asks and closes also when every stream id is taken', () => {
  const fixture = new Fixture({ maxRequests: 2 });
  beating(fixture);
  for (let i = 0; i < 2; i++) fixture.connection.send(frameOf(Opcode.QUERY), new RecordingHandler(), 0);
  fixture.endTurn();

  fixture.clock.advance(30_020);
  fixture.endTurn();
  assert.equal(fixture.socket.writes.at(-1)?.[4], Opcode.OPTIONS);
  fixture.clock.advance(5020);

  assert.equal(fixture.connection.isClosed, true);
});

test('takes an answer that lies in the socket when the event loop stood still', () => {
  const fixture = new Fixture();
  beating(fixture);
  fixture.clock.advance(30_020);
  fixture.endTurn();

  fixture.clock.stall(60_000);
  fixture.clock.advance(0);
  fixture.receive([{ stream: fixture.socket.writes.at(-1)?.[3] ?? 0, ...SUPPORTED }]);
  fixture.clock.advance(1000);

  assert.equal(fixture.connection.isClosed, false);
});

test('leaves no deadline once the connection is closed', () => {
  const fixture = new Fixture();
  const { deadlines } = beating(fixture);

  fixture.connection.close();

  assert.equal(deadlines.pending, 0);
  assert.equal(fixture.clock.armed, 0);
});

test('leaves no deadline once it is stopped', () => {
  const fixture = new Fixture();
  const { heartbeat, deadlines } = beating(fixture);

  heartbeat.stop();

  assert.equal(deadlines.pending, 0);
  assert.equal(fixture.clock.armed, 0);
});
