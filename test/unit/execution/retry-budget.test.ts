import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RetryBudget } from '../../../src/execution/retry-budget.ts';
import { FakeClock } from '../connection/fake-clock.ts';

/** How many of so many retries are granted. */
function granted(budget: RetryBudget, wanted: number): number {
  let count = 0;
  for (let i = 0; i < wanted; i++) if (budget.take()) count++;
  return count;
}

test('grants ten retries a second, however few the requests', () => {
  const clock = new FakeClock();
  const budget = new RetryBudget(clock);
  assert.equal(granted(budget, 100), 10);
  clock.advance(999);
  assert.equal(granted(budget, 100), 0);
  clock.advance(1);
  assert.equal(granted(budget, 100), 10);
});

test('grants a tenth of many requests', () => {
  const clock = new FakeClock();
  const budget = new RetryBudget(clock);
  let retries = 0;
  for (let i = 0; i < 50_000; i++) {
    clock.advance(0.2);
    budget.onRequest();
    if (budget.take()) retries++;
  }
  assert(retries >= 4_990 && retries <= 5_010, String(retries));
});

test('saves up a thousand for a bad moment', () => {
  const budget = new RetryBudget(new FakeClock());
  for (let i = 0; i < 100_000; i++) budget.onRequest();
  assert.equal(granted(budget, 10_000), 1_000);
});
