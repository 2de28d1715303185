// Waiting for the requests that are under way.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RequestCount } from '../../../src/execution/request-count.ts';
import { FakeClock } from '../connection/fake-clock.ts';

function begin(count: number): { requests: RequestCount; clock: FakeClock; idle: () => boolean } {
  const clock = new FakeClock();
  const requests = new RequestCount();
  for (let i = 0; i < count; i++) requests.begin();
  let isIdle = false;
  void requests.idle(1_000, clock, setImmediate).then(() => (isIdle = true));
  return { requests, clock, idle: () => isIdle };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

test('waits until the last request has ended, and leaves no timer', async () => {
  const { requests, clock, idle } = begin(2);
  requests.end();
  await turn();
  assert.equal(idle(), false);
  requests.end();
  await turn();
  assert.equal(idle(), true);
  assert.equal(clock.armed, 0);
});

test('waits for a request that follows from another', async () => {
  const { requests, idle } = begin(1);
  requests.end();
  await Promise.resolve();
  requests.begin();
  await turn();
  assert.equal(idle(), false);
  requests.end();
  await turn();
  assert.equal(idle(), true);
});

test('waits no longer than it may', async () => {
  const { clock, idle } = begin(1);
  clock.advance(999);
  await turn();
  assert.equal(idle(), false);
  clock.advance(1);
  await turn();
  assert.equal(idle(), true);
});

test('with nothing under way it is over in a turn', async () => {
  const { idle, clock } = begin(0);
  await turn();
  assert.equal(idle(), true);
  assert.equal(clock.armed, 0);
});
