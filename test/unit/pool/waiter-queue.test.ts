// First come, first served, with any number of those who leave.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { WaiterQueue } from '../../../src/pool/waiter-queue.ts';
import { RecordingWaiter } from './pool-fixture.ts';

test('serves in order whoever has not left', () => {
  const queue = new WaiterQueue<RecordingWaiter>();
  const waiters = Array.from({ length: 10_000 }, () => new RecordingWaiter());
  for (const waiter of waiters) queue.push(waiter);
  waiters.forEach((waiter, i) => assert.equal(i % 3 === 0 && !queue.delete(waiter), false));
  assert.equal(queue.size, waiters.filter((_, i) => i % 3 !== 0).length);
  for (const [i, waiter] of waiters.entries()) if (i % 3 !== 0) assert.equal(queue.shift(), waiter);
  assert.equal(queue.shift(), undefined);
  assert.equal(queue.size, 0);
});

test('takes a waiter out once', () => {
  const queue = new WaiterQueue<RecordingWaiter>();
  const waiter = new RecordingWaiter();
  queue.push(waiter);
  assert.equal(queue.delete(waiter), true);
  assert.equal(queue.delete(waiter), false);
  queue.push(waiter);
  assert.equal(queue.shift(), waiter);
  assert.equal(queue.delete(waiter), false);
});
