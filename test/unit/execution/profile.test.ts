import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import {
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  type ExecutionProfileOptions,
} from '../../../src/execution/profile.ts';
import { ProfileTable } from '../../../src/execution/profile-table.ts';
import { RoundRobinPolicy } from '../../../src/policies/load-balancing/round-robin.ts';
import { FallthroughRetryPolicy } from '../../../src/policies/retry.ts';

const refused = (field: string) => (error: unknown) => error instanceof InvalidArgumentError && error.field === field;

test('a profile holds what it was given, levels by name, and cannot be changed', () => {
  const loadBalancingPolicy = new RoundRobinPolicy();
  const profile = new ExecutionProfile({ loadBalancingPolicy, consistencyLevel: 4, requestTimeout: null });
  assert.equal(profile.loadBalancingPolicy, loadBalancingPolicy);
  assert.equal(profile.consistencyLevel, 'QUORUM');
  assert.equal(profile.requestTimeout, null);
  assert.equal(profile.fetchSize, undefined);
  assert.ok(Object.isFrozen(profile));
});

test('a changed copy shares the policies that were not changed, and can unset a setting', () => {
  const retryPolicy = new FallthroughRetryPolicy();
  const profile = new ExecutionProfile({ retryPolicy, fetchSize: 10, tracing: true });
  const copy = profile.with({ fetchSize: null, tracing: undefined });
  assert.equal(copy.retryPolicy, retryPolicy);
  assert.equal(copy.fetchSize, null);
  assert.equal(copy.tracing, undefined);
  assert.equal(profile.fetchSize, 10);
});

test('wrong settings of a profile are refused by name', () => {
  for (const [options, field] of [
    [{ consistency: 'ONE' }, 'consistency'],
    [{ consistencyLevel: 'MOST' }, 'consistencyLevel'],
    [{ serialConsistencyLevel: 'ONE' }, 'serialConsistencyLevel'],
    [{ requestTimeout: -1 }, 'requestTimeout'],
    [{ requestTimeout: '5' }, 'requestTimeout'],
    [{ fetchSize: 0 }, 'fetchSize'],
    [{ rowFactory: 'rows' }, 'rowFactory'],
    [{ tracing: 1 }, 'tracing'],
    [{ loadBalancingPolicy: {} }, 'loadBalancingPolicy'],
    [{ retryPolicy: null }, 'retryPolicy'],
    [{ speculativeExecutionPolicy: 5 }, 'speculativeExecutionPolicy'],
    [null, 'executionProfile'],
  ] as const) {
    assert.throws(() => new ExecutionProfile(options as unknown as ExecutionProfileOptions), refused(field), field);
  }
});

test('a table finds profiles by name, refuses a name that is taken, and says which there are', () => {
  const slow = new ExecutionProfile({ requestTimeout: 60_000 });
  const table = new ProfileTable({ slow, quick: { requestTimeout: 10 } });
  assert.equal(table.get('slow'), slow);
  assert.equal(table.get('quick').requestTimeout, 10);
  assert.throws(() => table.get('none'), /there are slow, quick/);
  assert.throws(() => table.add('slow', {}), refused('name'));
  assert.throws(() => table.add(EXEC_PROFILE_DEFAULT, {}), refused('name'));
  assert.throws(() => table.add('', {}), refused('name'));
  assert.equal(table.add('more', slow), slow);
  assert.throws(() => new ProfileTable().get('toString'), refused('executionProfile'));
});
