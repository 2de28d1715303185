import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { ConnectionShutdownError } from '../../../src/errors.ts';
import { InvalidRequestError, OverloadedError, ReadTimeoutError } from '../../../src/errors/server-errors.ts';
import { decide } from '../../../src/execution/retry-decision.ts';
import { FallthroughRetryPolicy, RetryPolicy } from '../../../src/policies/retry.ts';
import { queryFor } from '../topology/fake-hosts.ts';

const policy = new RetryPolicy();
const write = queryFor(undefined, { isIdempotent: false });
const read = queryFor(undefined);
const lost = (maybeApplied: boolean) => new ConnectionShutdownError('gone', { maybeApplied });

test('a write that may have been applied is never sent again', () => {
  assert.equal(decide(policy, write, 0, lost(true)).kind, 'rethrow');
});

test('a write that was not sent goes to another host', () => {
  assert.equal(decide(policy, write, 0, lost(false)).kind, 'retryNextHost');
});

test('an idempotent request goes to at most two other hosts', () => {
  assert.deepEqual(
    [0, 1, 2].map((retry) => decide(policy, read, retry, lost(true)).kind),
    ['retryNextHost', 'retryNextHost', 'rethrow'],
  );
});

test('a read timeout of an idempotent request goes to the next host', () => {
  const timeout = new ReadTimeoutError('late', {
    consistency: 'ONE',
    requiredResponses: 1,
    receivedResponses: 0,
    dataRetrieved: false,
  });
  assert.equal(decide(policy, read, 0, timeout).kind, 'retryNextHost');
  assert.equal(decide(policy, write, 0, timeout).kind, 'rethrow');
});

test('what every host would refuse is not retried', () => {
  assert.equal(decide(policy, read, 0, new InvalidRequestError('no such table')).kind, 'rethrow');
});

test('FallthroughRetryPolicy never retries', () => {
  assert.equal(decide(new FallthroughRetryPolicy(), read, 0, new OverloadedError('busy')).kind, 'rethrow');
});
