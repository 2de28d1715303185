import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { AdaptiveLimit } from '../../../src/concurrent/limit.ts';
import { OverloadedError } from '../../../src/errors/server-errors.ts';

/** Lets a round of requests end. */
function round(limit: AdaptiveLimit, durationMs: number, error: unknown = null): number {
  for (let left = limit.current; left > 0; left--) limit.onEnd(durationMs, error);
  return limit.current;
}

test('the limit doubles while answers stay fast, up to 1,024', () => {
  const limit = new AdaptiveLimit(() => false);
  assert.deepEqual([limit.current, round(limit, 1), round(limit, 2), round(limit, 1)], [32, 64, 128, 256]);
  for (let i = 0; i < 10; i++) round(limit, 1);
  assert.equal(limit.current, 1_024);
});

test('slow answers take a tenth back, and then it grows by one', () => {
  const limit = new AdaptiveLimit(() => false);
  round(limit, 10);
  assert.equal(round(limit, 30), 57);
  assert.equal(round(limit, 10), 58);
});

test('an overload halves the limit once a round, and it never falls below one', () => {
  const limit = new AdaptiveLimit(() => false);
  const overload = new OverloadedError('too much');
  assert.equal(round(limit, 1, overload), 16);
  for (let i = 0; i < 10; i++) round(limit, 1, overload);
  assert.equal(limit.current, 1);
  assert.equal(round(limit, 1), 2);
});

test('requests that wait for a connection take a tenth back', () => {
  const limit = new AdaptiveLimit(() => true);
  assert.equal(round(limit, 1), 28);
});

test('a failure that is no overload changes nothing', () => {
  const limit = new AdaptiveLimit(() => false);
  assert.equal(round(limit, 1, new Error('no such table')), 64);
});
