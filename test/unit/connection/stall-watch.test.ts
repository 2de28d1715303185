// A server that goes silent under load: suspect within two seconds, closed within six, and only if it is silent.

import assert from 'node:assert/strict';
import test from 'node:test';
import { Deadlines } from '../../../src/connection/deadlines.ts';
import { StallWatch } from '../../../src/connection/stall-watch.ts';
import { ConnectionError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RequestEncoder } from '../../../src/protocol/requests.ts';
import { FakeCore, frameIn, frameOf } from './fake-core.ts';
import { Fixture, RecordingHandler } from './fixture.ts';

const QUERY = frameOf(Opcode.QUERY);

class StallFixture extends Fixture {
  readonly watch: StallWatch;

  constructor(maxRequests = 16) {
    super({ maxRequests });
    const deadlines = new Deadlines(this.clock, (error) => {
      throw error;
    });
    this.watch = new StallWatch(new RequestEncoder(new FakeCore()), deadlines);
    this.watch.watch(this.connection);
  }

  send(): number {
    const stream = this.connection.send(QUERY, new RecordingHandler(), 0);
    this.endTurn();
    return stream;
  }

  answer(stream: number): void {
    this.receive([{ stream, opcode: Opcode.RESULT, cold: [1] }]);
  }

  /** Lets time pass until it holds, and returns how much. */
  until(holds: () => boolean, limitMs = 60_000): number {
    const start = this.clock.now();
    while (!holds() && this.clock.now() - start < limitMs) {
      this.clock.advance(1);
      this.endTurn();
    }
    return this.clock.now() - start;
  }

  /** The stream ids of the probes that have left. */
  get probes(): number[] {
    return this.socket.writes.filter((chunk) => chunk[4] === Opcode.OPTIONS).map((chunk) => chunk[3] ?? 0);
  }
}

test('asks after 500 ms without a byte, suspects a second later, and closes when the silence goes on', () => {
  const fixture = new StallFixture();
  fixture.send();
  const askedAfter = fixture.until(() => fixture.probes.length > 0);
  const suspectAfter = fixture.until(() => fixture.connection.isSuspect);
  assert.equal(fixture.connection.isClosed, false);
  assert(fixture.connection.available > 0);
  const closedAfter = suspectAfter + fixture.until(() => fixture.connection.isClosed);
  assert(askedAfter >= 500 && askedAfter <= 750, String(askedAfter));
  assert(suspectAfter >= 1_000 && suspectAfter <= 1_150, String(suspectAfter));
  assert(closedAfter >= 5_000 && closedAfter <= 5_250, String(closedAfter));
  assert(askedAfter + closedAfter <= 6_000, String(askedAfter + closedAfter));
  assert.equal(fixture.probes.length, 1);
  const [reason] = fixture.closedWith;
  assert(reason instanceof ConnectionError);
  assert.match(reason.message, /OPTIONS/);
  assert.equal(fixture.clock.armed, 0);
});

test('any byte ends the suspicion, and the next silence is judged anew', () => {
  const fixture = new StallFixture();
  const stream = fixture.send();
  for (const round of [1, 2]) {
    const spent = fixture.until(() => fixture.connection.isSuspect);
    assert(spent >= 1_500 && spent <= 2_000, String(spent));
    assert.equal(fixture.probes.length, round);
    fixture.clock.advance(3_000);
    fixture.receive([]);
    assert.equal(fixture.connection.isSuspect, false);
  }
  fixture.answer(stream);
  for (const probe of fixture.probes) fixture.answer(probe);
  fixture.until(() => false, 60_000);
  assert.equal(fixture.connection.isClosed, false);
  assert.equal(fixture.clock.armed, 0);
  assert.equal(fixture.connection.auditStreams(), null);
});

test('tells the owner of a suspicion once, and those who wait again and again while it lasts', () => {
  const fixture = new StallFixture();
  let told = 0;
  const handler = Object.assign(new RecordingHandler(), { onSuspect: () => told++ });
  const stream = fixture.connection.send(QUERY, handler, 0);
  fixture.until(() => fixture.connection.isSuspect);
  assert.deepEqual([told, fixture.suspicions], [1, 1]);
  fixture.until(() => false, 1_000);
  assert(told >= 7 && told <= 9, String(told));
  assert.equal(fixture.suspicions, 1);
  fixture.receive([{ stream, opcode: Opcode.RESULT, cold: [1] }]);
  const before = told;
  fixture.until(() => false, 1_000);
  assert.equal(told, before);
});

test('what one who waits throws is reported, and the others hear of the suspicion too', () => {
  const fixture = new StallFixture();
  let told = 0;
  const throwing = (): never => {
    throw new Error('no');
  };
  fixture.connection.send(QUERY, Object.assign(new RecordingHandler(), { onSuspect: throwing }), 0);
  fixture.connection.send(QUERY, Object.assign(new RecordingHandler(), { onSuspect: () => told++ }), 0);
  fixture.until(() => fixture.connection.isSuspect);
  assert.equal(told, 1);
  assert.equal(fixture.reported.length, 1);
});

test('finds a server silent whose requests are given up sooner than it is judged', () => {
  const fixture = new StallFixture();
  let handler = new RecordingHandler();
  let stream = fixture.connection.send(QUERY, handler, 0);
  const spent = fixture.until(() => {
    if (fixture.clock.now() % 50 === 0.5) {
      fixture.connection.abandon(stream, handler);
      handler = new RecordingHandler();
      stream = fixture.connection.send(QUERY, handler, 0);
    }
    return fixture.connection.isSuspect;
  }, 5_000);
  assert(spent <= 2_000, String(spent));
  assert(spent + fixture.until(() => fixture.connection.isClosed) <= 6_000);
});

test('a server that answers the probe is left alone, however long the request takes', () => {
  const fixture = new StallFixture();
  const stream = fixture.send();
  let answered = 0;
  fixture.until(() => {
    for (; answered < fixture.probes.length; answered++) fixture.answer(fixture.probes[answered] ?? 0);
    return fixture.connection.isSuspect || fixture.connection.isClosed;
  }, 30_000);
  assert.deepEqual([fixture.connection.isSuspect, fixture.connection.isClosed], [false, false]);
  assert(answered > 10 && answered <= 60, String(answered));
  fixture.answer(stream);
});

test('bytes that trickle in show that the server lives', () => {
  const fixture = new StallFixture();
  fixture.send();
  fixture.until(() => {
    if (fixture.clock.now() % 100 === 0.5) fixture.receive([]);
    return fixture.connection.isSuspect || fixture.connection.isClosed;
  }, 10_000);
  assert.deepEqual([fixture.connection.isSuspect, fixture.connection.isClosed], [false, false]);
  assert.deepEqual(fixture.probes, []);
});

test('nothing is asked and no timer runs while no answer is due', () => {
  const fixture = new StallFixture();
  assert.equal(fixture.clock.armed, 0);
  fixture.answer(fixture.send());
  fixture.clock.advance(1_000);
  assert.equal(fixture.clock.armed, 0);
  fixture.clock.advance(600_000);
  assert.deepEqual(fixture.probes, []);
});

test('an answer that is lost for good is no reason to ask for ever', () => {
  const fixture = new StallFixture();
  const handler = new RecordingHandler();
  const lost = fixture.connection.send(QUERY, handler, 0);
  fixture.answer(fixture.send());
  fixture.connection.abandon(lost, handler);
  fixture.until(() => false, 5_000);
  assert.equal(fixture.connection.orphaned, 1);
  assert.deepEqual(fixture.probes, []);
  assert.equal(fixture.clock.armed, 0);
});

test('an event loop that stood still closes nothing', () => {
  const fixture = new StallFixture();
  let stream = fixture.send();
  for (let i = 0; i < 20; i++) {
    fixture.clock.stall(5_000);
    fixture.clock.advance(2);
    fixture.endTurn();
    fixture.answer(stream);
    stream = fixture.send();
    fixture.clock.advance(200);
    assert.equal(fixture.connection.isSuspect, false);
  }
  assert.equal(fixture.connection.isClosed, false);
});

test('a full connection is asked too', () => {
  const fixture = new StallFixture(2);
  fixture.send();
  fixture.send();
  assert.equal(fixture.connection.available, 0);
  fixture.until(() => fixture.probes.length > 0);
  assert.equal(fixture.probes.length, 1);
});

test('a hint asks an idle connection at once, and one that is silent is suspect and then closed', () => {
  const fixture = new StallFixture();
  fixture.watch.probe(fixture.connection);
  fixture.watch.probe(fixture.connection);
  fixture.endTurn();
  assert.equal(fixture.probes.length, 1);
  const spent = fixture.until(() => fixture.connection.isSuspect);
  assert(spent >= 1_000 && spent <= 1_300, String(spent));
  const closedAfter = spent + fixture.until(() => fixture.connection.isClosed);
  assert(closedAfter >= 5_000 && closedAfter <= 5_400, String(closedAfter));
});

test('what lies before the probe on a slow link is granted time', () => {
  const fixture = new StallFixture();
  const bytes = new Uint8Array((4 << 20) + 9);
  bytes.set(QUERY.bytes);
  fixture.connection.send(frameIn(bytes, 0, bytes.length), new RecordingHandler(), 0);
  const spent = fixture.until(() => fixture.connection.isSuspect);
  assert(spent >= 5_500 && spent <= 6_500, String(spent));
  const closedAfter = spent + fixture.until(() => fixture.connection.isClosed);
  assert(closedAfter >= 9_500 && closedAfter <= 10_500, String(closedAfter));
});

test('one timer watches over any number of connections', () => {
  const fixture = new StallFixture();
  const others = Array.from({ length: 50 }, () => new Fixture());
  for (const { connection } of others) fixture.watch.watch(connection);
  fixture.send();
  for (const { connection } of others) connection.send(QUERY, new RecordingHandler(), 0);
  assert.equal(fixture.clock.armed, 1);
});
