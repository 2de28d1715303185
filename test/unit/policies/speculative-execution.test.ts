import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { fakeHost } from '../topology/fake-hosts.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';
import {
  ConstantSpeculativeExecutionPolicy,
  NoSpeculativeExecutionPolicy,
  PercentileSpeculativeExecutionPolicy,
} from '../../../src/policies/speculative-execution.ts';

const host = fakeHost(1, []);

test('a constant policy waits as long each time, as often as it is told', () => {
  const plan = new ConstantSpeculativeExecutionPolicy(50, 2).newPlan();
  assert.deepEqual([plan.nextExecution(host), plan.nextExecution(host), plan.nextExecution(host)], [50, 50, -1]);
});

test('every request has a count of its own', () => {
  const policy = new ConstantSpeculativeExecutionPolicy(0, 1);
  assert.equal(policy.newPlan().nextExecution(host), 0);
  assert.equal(policy.newPlan().nextExecution(host), 0);
});

test('no policy asks no further host', () => {
  assert.equal(new NoSpeculativeExecutionPolicy().newPlan().nextExecution(host), -1);
});

test('refuses a delay or a count that is none', () => {
  for (const [delay, attempts] of [
    [-1, 1],
    [Number.NaN, 1],
    [10, -1],
    [10, 1.5],
  ] as const) {
    assert.throws(() => new ConstantSpeculativeExecutionPolicy(delay, attempts), InvalidArgumentError);
  }
});

test('a percentile policy asks no further host before it has learned, then after that percentile', () => {
  const policy = new PercentileSpeculativeExecutionPolicy(99, 1);
  for (let i = 0; i < 1_999; i++) policy.onLatency(host, i < 1_900 ? 10 : 200);
  assert.equal(policy.newPlan().nextExecution(host), -1);
  policy.onLatency(host, 200);
  const plan = policy.newPlan();
  const delay = plan.nextExecution(host);
  assert(delay > 190 && delay < 210, String(delay));
  assert.equal(plan.nextExecution(host), -1);
});

test('a percentile policy forgets the window before', () => {
  const policy = new PercentileSpeculativeExecutionPolicy(50, 1);
  for (const latency of [200, 10]) for (let i = 0; i < 2_000; i++) policy.onLatency(host, latency);
  assert(policy.newPlan().nextExecution(host) < 11);
});

test('refuses a percentile that is none', () => {
  for (const percentile of [0, 100, -1, Number.NaN]) {
    assert.throws(() => new PercentileSpeculativeExecutionPolicy(percentile, 1), InvalidArgumentError);
  }
});
