import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import {
  ConstantReconnectionPolicy,
  DefaultReconnectionPolicy,
  ExponentialReconnectionPolicy,
  ReconnectionSchedule,
} from '../../../src/policies/reconnection.ts';

test('ConstantReconnectionPolicy ends after its attempts', () => {
  assert.deepEqual([...new ConstantReconnectionPolicy(5, 3).newSchedule()], [5, 5, 5]);
});

test('ExponentialReconnectionPolicy doubles up to its maximum, within its jitter', () => {
  const delays = [...new ExponentialReconnectionPolicy(1_000, 60_000, 10).newSchedule()];
  delays.forEach((delay, i) => {
    const middle = Math.min(60_000, 1_000 * 2 ** i);
    assert(delay >= Math.min(middle, middle * 0.85) - 1 && delay <= Math.min(60_000, middle * 1.15), `${i}: ${delay}`);
  });
});

test('the default waits a tenth of the time down, between 100 ms and 5 s, times a half to one', () => {
  let now = 0;
  const schedule = new DefaultReconnectionPolicy(() => now).newSchedule();
  for (const [elapsed, longest] of [
    [0, 100],
    [10_000, 1_000],
    [3_600_000, 5_000],
  ] as const) {
    now = elapsed;
    const value = schedule.next().value as unknown;
    assert(typeof value === 'number' && value >= longest / 2 && value <= longest);
  }
});

test('negative delays are refused', () => {
  assert.throws(() => new ConstantReconnectionPolicy(-1), InvalidArgumentError);
  assert.throws(() => new ExponentialReconnectionPolicy(10, 5), InvalidArgumentError);
});

test('a schedule ends where its policy ends or throws, and what is thrown is reported', () => {
  const reported: unknown[] = [];
  const report = (error: unknown): void => void reported.push(error);
  const ending = new ReconnectionSchedule(new ConstantReconnectionPolicy(5, 1), report);
  assert.deepEqual([ending.next(), ending.next()], [5, null]);
  const reason = new Error('no schedule');
  const throwing = new ReconnectionSchedule(
    {
      newSchedule: () => {
        throw reason;
      },
    },
    report,
  );
  assert.equal(throwing.next(), null);
  assert.deepEqual(reported, [reason]);
});

test('after ten minutes away a host is tried at most five seconds after it is back, by the default', () => {
  let now = 0;
  const schedule = new DefaultReconnectionPolicy(() => now).newSchedule();
  let tries = 0;
  let longest = 0;
  while (now < 600_000) {
    const delay: unknown = schedule.next().value;
    assert(typeof delay === 'number');
    longest = Math.max(longest, delay);
    now += delay;
    tries++;
  }
  assert(longest <= 5_000, String(longest));
  assert(tries >= 120 && tries <= 400, String(tries));
});
