import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { fakeHost } from '../topology/fake-hosts.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';
import {
  ConstantSpeculativeExecutionPolicy,
  NoSpeculativeExecutionPolicy,
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
