// Refreshes after events: once for all that came, after a random part of the window, never put off, never more than two.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { RefreshWindow } from '../../../src/control/refresh-window.ts';
import { FakeClock } from '../connection/fake-clock.ts';

interface Fixture {
  readonly clock: FakeClock;
  readonly window: RefreshWindow;
  readonly runs: number[];
  readonly reported: unknown[];
}

function fixture(windowMs: number, random: () => number = () => 0.5, run?: () => Promise<void>): Fixture {
  const clock = new FakeClock();
  const start = clock.now();
  const runs: number[] = [];
  const reported: unknown[] = [];
  const window = new RefreshWindow({
    windowMs,
    clock,
    random,
    run: () => {
      runs.push(clock.now() - start);
      return run?.();
    },
    report: (error) => reported.push(error),
  });
  return { clock, window, runs, reported };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a refresh window', () => {
  test('refreshes once for all events that come before a random part of it has passed', async () => {
    const { clock, window, runs } = fixture(1_000, () => 0.7);
    for (let i = 0; i < 69; i++) {
      window.request();
      clock.advance(10);
    }
    assert.deepEqual(runs, []);
    clock.advance(10);
    assert.deepEqual(runs, [700]);
    await turn();
    clock.advance(5_000);
    assert.deepEqual(runs, [700]);
  });

  test('sets one timer however many events come', () => {
    const { clock, window } = fixture(1_000);
    for (let i = 0; i < 20_000; i++) window.request();
    assert.equal(clock.timersSet, 1);
  });

  test('refreshes at once where it is 0, and once more for what came meanwhile', async () => {
    let end: () => void = () => undefined;
    const running = (): Promise<void> => new Promise((resolve) => (end = resolve));
    const { window, runs } = fixture(0, () => 0.5, running);
    for (let i = 0; i < 100; i++) window.request();
    assert.equal(runs.length, 1);
    end();
    await turn();
    assert.equal(runs.length, 2);
    end();
    await turn();
    assert.equal(runs.length, 2);
  });

  test('never refreshes where it is negative', () => {
    const { clock, window, runs } = fixture(-1);
    assert.equal(window.isOn, false);
    assert.equal(window.request(), false);
    clock.advance(100_000);
    assert.deepEqual(runs, []);
    assert.equal(clock.timersSet, 0);
  });

  test('refreshes at most twice in its time, whatever chance says, under a stream of events', async () => {
    const { clock, window, runs } = fixture(1_000, () => 0);
    for (let i = 0; i < 1_000; i++) {
      window.request();
      clock.advance(10);
      await turn();
    }
    assert(runs.length >= 10, String(runs.length));
    for (const start of runs) {
      assert(runs.filter((at) => at >= start && at < start + 1_000).length <= 2);
    }
  });

  test('a stream of events puts no refresh off beyond the window of the first', async () => {
    const { clock, window, runs } = fixture(1_000, () => 0.999);
    for (let i = 0; i < 300; i++) {
      window.request();
      clock.advance(10);
      await turn();
    }
    assert.equal(runs[0], 999);
    assert(runs.length >= 2);
  });

  test('a refresh that fails is reported, and the next event asks for another', async () => {
    const { clock, window, runs, reported } = fixture(
      1_000,
      () => 0.1,
      () => Promise.reject(new Error('lost')),
    );
    window.request();
    clock.advance(1_000);
    await turn();
    window.request();
    clock.advance(1_000);
    await turn();
    assert.equal(runs.length, 2);
    assert.deepEqual(reported.map(String), ['Error: lost', 'Error: lost']);
  });

  test('leaves no timer behind when it is closed', () => {
    const { clock, window, runs } = fixture(1_000);
    window.request();
    window.close();
    assert.equal(clock.armed, 0);
    assert.equal(window.request(), false);
    clock.advance(10_000);
    assert.deepEqual(runs, []);
  });
});
