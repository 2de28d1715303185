import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { resolveSettings, type SettingDefaults, type SettingOptions } from '../../../src/execution/settings.ts';
import { RoundRobinPolicy } from '../../../src/policies/load-balancing/round-robin.ts';
import { FallthroughRetryPolicy, RetryPolicy } from '../../../src/policies/retry.ts';
import { NoSpeculativeExecutionPolicy } from '../../../src/policies/speculative-execution.ts';
import { SimpleStatement } from '../../../src/statement/simple.ts';

const defaults: SettingDefaults = {
  timeoutMs: 10_000,
  consistency: 'LOCAL_ONE',
  serialConsistency: undefined,
  fetchSize: 5_000,
  tracing: false,
  rowFactory: 'object',
  loadBalancingPolicy: new RoundRobinPolicy(),
  retryPolicy: new RetryPolicy(),
  speculativeExecutionPolicy: new NoSpeculativeExecutionPolicy(),
  timestampGenerator: null,
};
const settle = (options: SettingOptions, statement?: SimpleStatement) => resolveSettings(options, statement, defaults);

test('the call comes before the statement, the statement before the session', () => {
  const retryPolicy = new FallthroughRetryPolicy();
  const statement = new SimpleStatement('SELECT 1', {
    consistencyLevel: 'QUORUM',
    fetchSize: 10,
    retryPolicy,
    isIdempotent: true,
  });
  const settings = settle({ consistencyLevel: 'ALL', isIdempotent: false }, statement);
  assert.equal(settings.consistency, 'ALL');
  assert.equal(settings.pageSize, 10);
  assert.equal(settings.retryPolicy, retryPolicy);
  assert.equal(settings.isIdempotent, false);
  assert.equal(settings.timeoutMs, 10_000);
  assert.equal(settle({}).consistency, 'LOCAL_ONE');
});

test('null turns the timeout and paging off', () => {
  const settings = settle({ timeout: null, fetchSize: null });
  assert.equal(settings.timeoutMs, null);
  assert.equal(settings.pageSize, undefined);
});

test('a paging state is bytes or their hexadecimal form', () => {
  assert.deepEqual(settle({ pagingState: '00ffA0' }).pagingState, Uint8Array.of(0, 255, 160));
  assert.deepEqual(settle({ pagingState: Uint8Array.of(1) }).pagingState, Uint8Array.of(1));
});

test('the user to act for travels in the custom payload', () => {
  const settings = settle({ executeAs: 'ada', customPayload: { k: Uint8Array.of(1) } });
  assert.deepEqual(Object.fromEntries(settings.payload ?? []), {
    k: Uint8Array.of(1),
    ProxyExecute: new TextEncoder().encode('ada'),
  });
});

test('settings of a statement that were changed to something else are refused by name', () => {
  for (const [field, value] of [
    ['keyspace', 5],
    ['customPayload', { a: 'x' }],
    ['isIdempotent', 'no'],
    ['retryPolicy', {}],
    ['timestamp', 0.5],
  ] as const) {
    const statement = Object.assign(new SimpleStatement('SELECT 1'), { [field]: value });
    assert.throws(
      () => settle({}, statement),
      (error) => error instanceof InvalidArgumentError && error.field === field,
      field,
    );
  }
});

test('wrong options are refused by name', () => {
  for (const [options, field] of [
    [{ timeout: -1 }, 'timeout'],
    [{ timeout: NaN }, 'timeout'],
    [{ fetchSize: 0 }, 'fetchSize'],
    [{ fetchSize: 1.5 }, 'fetchSize'],
    [{ consistencyLevel: 'MOST' }, 'consistencyLevel'],
    [{ serialConsistencyLevel: 'ONE' }, 'serialConsistencyLevel'],
    [{ pagingState: 'xyz' }, 'pagingState'],
  ] as const) {
    assert.throws(
      () => settle(options as unknown as SettingOptions),
      (error) => error instanceof InvalidArgumentError && error.field === field,
      field,
    );
  }
});
