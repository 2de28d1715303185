import assert from 'node:assert/strict';
import test from 'node:test';
import { Deadlines } from '../../../src/connection/deadlines.ts';
import { FakeClock } from './fake-clock.ts';
import type { Deadline, Expirable } from '../../../src/connection/deadlines.ts';

function fail(error: unknown): never {
  throw error;
}

class Recorder implements Expirable {
  readonly #clock: FakeClock;
  readonly firedAt: number[] = [];

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  onDeadline(): void {
    this.firedAt.push(this.#clock.now());
  }
}

test('fires once, never early and at most a tick late', () => {
  for (const delay of [0, 1, 7, 8, 9, 100, 500, 10_000, 16_384, 16_385, 40_000, 3_600_000]) {
    const clock = new FakeClock();
    const deadlines = new Deadlines(clock, fail);
    const recorder = new Recorder(clock);
    const due = clock.now() + delay;

    deadlines.add(recorder, delay);
    clock.advance(delay + 100);
    clock.advance(100_000);

    assert.equal(recorder.firedAt.length, 1, `${delay} ms`);
    const lateness = (recorder.firedAt[0] ?? 0) - due;
    assert.ok(lateness >= 0 && lateness <= 10, `${delay} ms came ${lateness} ms late`);
  }
});

test('does not fire what was cancelled', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const recorder = new Recorder(clock);
  const deadline = deadlines.add(recorder, 100);

  deadlines.cancel(deadline);
  deadlines.cancel(deadline);
  clock.advance(1000);

  assert.deepEqual(recorder.firedAt, []);
});

test('keeps one timer for any number of deadlines', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);

  for (let i = 0; i < 1000; i++) deadlines.add(new Recorder(clock), 10_000 + i);

  assert.equal(clock.armed, 1);
  assert.equal(clock.timersSet, 1);
});

test('sets no timer for a request that comes and goes while others pend', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  deadlines.add(new Recorder(clock), 5000);

  for (let i = 0; i < 1000; i++) deadlines.cancel(deadlines.add(new Recorder(clock), 10_000));

  assert.equal(clock.timersSet, 1);
});

test('leaves no timer when nothing pends', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);

  const first = deadlines.add(new Recorder(clock), 50);
  deadlines.add(new Recorder(clock), 20);
  clock.advance(30);
  deadlines.cancel(first);

  assert.equal(deadlines.pending, 0);
  assert.equal(clock.armed, 0);
});

test('leaves no timer when the last deadline has fired', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  deadlines.add(new Recorder(clock), 50);

  clock.advance(100);

  assert.equal(clock.armed, 0);
});

test('clear forgets everything and leaves no timer', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const recorders = [10, 10, 500, 100_000].map((delay) => {
    const recorder = new Recorder(clock);
    deadlines.add(recorder, delay);
    return recorder;
  });

  deadlines.clear();
  clock.advance(200_000);

  assert.equal(clock.armed, 0);
  assert.deepEqual(
    recorders.flatMap((recorder) => recorder.firedAt),
    [],
  );
});

test('of two deadlines of the same tick that cancel each other, one fires', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  let fired = 0;
  const rivals: Deadline[] = [];
  const rival = {
    onDeadline(): void {
      fired++;
      for (const deadline of rivals) deadlines.cancel(deadline);
    },
  };
  rivals.push(deadlines.add(rival, 40), deadlines.add(rival, 40));

  clock.advance(1000);

  assert.equal(fired, 1);
  assert.equal(clock.armed, 0);
});

test('a deadline that fires may add another', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const added = new Recorder(clock);
  deadlines.add({ onDeadline: () => void deadlines.add(added, 16) }, 32);

  clock.advance(1000);

  assert.equal(added.firedAt.length, 1);
});

test('reports what a deadline throws and fires the others all the same', () => {
  const clock = new FakeClock();
  const reported: unknown[] = [];
  const deadlines = new Deadlines(clock, (error) => reported.push(error));
  const recorder = new Recorder(clock);
  const broken = new Error('broken');
  for (let i = 0; i < 2; i++) deadlines.add({ onDeadline: () => fail(broken) }, 50);
  deadlines.add(recorder, 50);

  clock.advance(100);

  assert.deepEqual(reported, [broken, broken]);
  assert.equal(recorder.firedAt.length, 1);
});

test('lets sockets be read first when the event loop stood still', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const recorder = new Recorder(clock);
  const answered = new Recorder(clock);
  deadlines.add(recorder, 100);
  const deadline = deadlines.add(answered, 100);

  clock.stall(5000);
  clock.advance(0);
  assert.deepEqual(recorder.firedAt, [], 'expired before anything could be read');
  deadlines.cancel(deadline);
  clock.advance(1);

  assert.equal(recorder.firedAt.length, 1);
  assert.deepEqual(answered.firedAt, []);
});

test('fires on time beside deadlines that are whole turns of the wheel away', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const far = new Recorder(clock);
  const near = new Recorder(clock);
  const start = clock.now();
  deadlines.add(far, 8 * 2048 * 3 + 80);
  deadlines.add(near, 80);

  clock.advance(200_000);

  assert.ok((near.firedAt[0] ?? 0) - start < 95);
  assert.ok((far.firedAt[0] ?? 0) - start >= 8 * 2048 * 3 + 80);
  assert.ok((far.firedAt[0] ?? 0) - start < 8 * 2048 * 3 + 95);
});

test('a thousand requests a second that all expire are each told within a tick, by at most one timer a tick', () => {
  const clock = new FakeClock();
  const deadlines = new Deadlines(clock, fail);
  const lateness: number[] = [];
  const start = clock.now();
  for (let request = 0; request < 3_000; request++) {
    const dueAt = clock.now() + 500;
    deadlines.add({ onDeadline: () => lateness.push(clock.now() - dueAt) }, 500);
    clock.advance(1);
  }
  clock.advance(600);
  assert.equal(lateness.length, 3_000);
  assert.ok(Math.min(...lateness) >= 0 && Math.max(...lateness) <= 9, String(Math.max(...lateness)));
  assert.ok(clock.timersSet <= (clock.now() - start) / 8 + 2, String(clock.timersSet));
});
