import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { MonotonicTimestampGenerator } from '../../../src/policies/timestamps.ts';

test('timestamps increase even when the clock stands still or goes back', () => {
  let now = 1_000;
  const generator = new MonotonicTimestampGenerator(() => now);
  assert.equal(generator.next(), 1_000_000n);
  assert.equal(generator.next(), 1_000_001n);
  now = 500;
  assert.equal(generator.next(), 1_000_002n);
  now = 2_000;
  assert.equal(generator.next(), 2_000_000n);
});
