// What a throttler lets through and when, on a clock that the test moves.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { ConnectionShutdownError, RequestThrottledError, type DriverError } from '../../../src/errors.ts';
import { Throttler, type ThrottledRequest, type ThrottlerOptions } from '../../../src/pool/throttler.ts';
import { FakeClock } from '../connection/fake-clock.ts';

class Throttling {
  readonly clock = new FakeClock();
  readonly throttler: Throttler;
  /** Numbers of the requests in the order in which they were let in. */
  readonly admitted: number[] = [];
  readonly errors: DriverError[] = [];
  readonly requests: ThrottledRequest[] = [];

  constructor(options: ThrottlerOptions) {
    this.throttler = new Throttler(options, this.clock);
  }

  enter(): ThrottledRequest {
    const number = this.requests.length;
    const request = {
      onAdmitted: () => void this.admitted.push(number),
      onRefused: (error: DriverError) => void this.errors.push(error),
    };
    if (this.throttler.enter(request)) this.admitted.push(number);
    this.requests.push(request);
    return request;
  }
}

test('lets so many requests in at once, and the next in turn as one ends', () => {
  const throttling = new Throttling({ maxConcurrentRequests: 2 });
  const [first] = [0, 1, 2, 3, 4].map(() => throttling.enter());
  assert.deepEqual(throttling.admitted, [0, 1]);
  assert(first !== undefined);
  throttling.throttler.leave(first);
  assert.deepEqual(throttling.admitted, [0, 1, 2]);
  assert.deepEqual([throttling.throttler.active, throttling.throttler.queued], [2, 2]);
  assert.equal(throttling.clock.armed, 0);
});

test('one who leaves the queue is passed over', () => {
  const throttling = new Throttling({ maxConcurrentRequests: 1 });
  const [first, second] = [throttling.enter(), throttling.enter(), throttling.enter()];
  throttling.throttler.leave(second);
  throttling.throttler.leave(first);
  assert.deepEqual(throttling.admitted, [0, 2]);
});

test('spreads requests over the second, in order, with one timer', () => {
  const throttling = new Throttling({ maxRequestsPerSecond: 100 });
  for (let i = 0; i < 300; i++) throttling.enter();
  assert.equal(throttling.admitted.length, 10);
  assert.equal(throttling.clock.armed, 1);
  for (let second = 1; second <= 2; second++) {
    throttling.clock.advance(1_000);
    const { length } = throttling.admitted;
    assert(Math.abs(length - 10 - 100 * second) <= 1, String(length));
  }
  throttling.clock.advance(2_000);
  assert.deepEqual(
    throttling.admitted,
    throttling.requests.map((_, number) => number),
  );
  assert.equal(throttling.clock.armed, 0);
});

test('a pause does not save up more than a tenth of a second', () => {
  const throttling = new Throttling({ maxRequestsPerSecond: 100 });
  throttling.clock.advance(60_000);
  for (let i = 0; i < 50; i++) throttling.enter();
  assert.equal(throttling.admitted.length, 10);
});

test('a rate of one a second lets one in each second', () => {
  const throttling = new Throttling({ maxRequestsPerSecond: 1 });
  for (let i = 0; i < 4; i++) throttling.enter();
  throttling.clock.advance(2_100);
  assert.deepEqual(throttling.admitted, [0, 1, 2]);
});

test('both limits hold together', () => {
  const throttling = new Throttling({ maxRequestsPerSecond: 1_000, maxConcurrentRequests: 3 });
  for (let i = 0; i < 10; i++) throttling.enter();
  throttling.clock.advance(10_000);
  assert.deepEqual(throttling.admitted, [0, 1, 2]);
  assert.equal(throttling.clock.armed, 0);
});

test('refuses at once what the queue does not hold', () => {
  const throttling = new Throttling({ maxConcurrentRequests: 1, maxQueueSize: 1 });
  throttling.enter();
  throttling.enter();
  assert.throws(() => throttling.enter(), RequestThrottledError);
  assert.throws(() => throttling.enter(), { maybeApplied: false });
  const none = new Throttling({ maxConcurrentRequests: 1, maxQueueSize: 0 });
  none.enter();
  assert.throws(() => none.enter(), RequestThrottledError);
});

test('refuses everyone when it is closed, and leaves no timer', () => {
  const throttling = new Throttling({ maxRequestsPerSecond: 1 });
  throttling.enter();
  throttling.enter();
  throttling.throttler.close();
  assert(throttling.errors[0] instanceof ConnectionShutdownError);
  assert.throws(() => throttling.enter(), ConnectionShutdownError);
  assert.equal(throttling.clock.armed, 0);
});
