import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { ConnectionShutdownError, InvalidArgumentError, RequestThrottledError } from '../../../src/errors.ts';
import {
  InvalidRequestError,
  IsBootstrappingError,
  OverloadedError,
  ReadTimeoutError,
  UnavailableError,
  WriteTimeoutError,
  type ServerConsistency,
} from '../../../src/errors/server-errors.ts';
import { decide } from '../../../src/execution/retry-decision.ts';
import {
  FallthroughRetryPolicy,
  mayChangeConsistency,
  NeverRetryPolicy,
  RetryPolicy,
} from '../../../src/policies/retry.ts';
import { ExponentialBackoffRetryPolicy } from '../../../src/policies/retry-backoff.ts';
import { DowngradingConsistencyRetryPolicy } from '../../../src/policies/retry-downgrading.ts';
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

const readTimeout = (receivedResponses: number, dataRetrieved: boolean, consistency: ServerConsistency = 'QUORUM') =>
  new ReadTimeoutError('late', { consistency, requiredResponses: 2, receivedResponses, dataRetrieved });
const writeTimeout = (writeType: string, receivedResponses = 0) =>
  new WriteTimeoutError('late', { consistency: 'QUORUM', requiredResponses: 2, receivedResponses, writeType });
const unavailable = (aliveReplicas: number, maybeApplied = false, consistency: ServerConsistency = 'QUORUM') =>
  new UnavailableError('few', { consistency, requiredReplicas: 2, aliveReplicas, maybeApplied });

test('a write timeout of any type is retried only if the write is idempotent', () => {
  for (const type of ['SIMPLE', 'BATCH', 'UNLOGGED_BATCH', 'COUNTER', 'BATCH_LOG', 'CAS', 'VIEW', 'CDC', 'NEW']) {
    assert.equal(decide(policy, write, 0, writeTimeout(type)).kind, 'rethrow', type);
    assert.equal(decide(policy, read, 0, writeTimeout(type)).kind, 'retryNextHost', type);
  }
});

test('too few replicas send a write to one other host, unless a part of it may be applied', () => {
  assert.equal(decide(policy, write, 0, unavailable(1)).kind, 'retryNextHost');
  assert.equal(decide(policy, write, 1, unavailable(1)).kind, 'rethrow');
  assert.equal(decide(policy, write, 0, unavailable(1, true)).kind, 'rethrow');
});

test('an overloaded host may have applied a write, a host that joins has not', () => {
  assert.equal(decide(policy, write, 0, new OverloadedError('busy')).kind, 'rethrow');
  assert.equal(decide(policy, read, 0, new OverloadedError('busy')).kind, 'retryNextHost');
  assert.equal(decide(policy, write, 0, new IsBootstrappingError('joining')).kind, 'retryNextHost');
});

test('a full line is no reason to ask another host', () => {
  assert.equal(decide(policy, read, 0, new RequestThrottledError('full')).kind, 'rethrow');
});

test('NeverRetryPolicy is FallthroughRetryPolicy', () => {
  assert.equal(NeverRetryPolicy, FallthroughRetryPolicy);
});

test('only the policies that are known to keep the consistency count as such', () => {
  class Own extends RetryPolicy {}
  assert.deepEqual(
    [policy, new FallthroughRetryPolicy(), new DowngradingConsistencyRetryPolicy(), new Own()].map(
      mayChangeConsistency,
    ),
    [false, false, true, true],
  );
});

const downgrading = new DowngradingConsistencyRetryPolicy();

for (const [what, error, expected] of [
  ['reads at what answered', readTimeout(1, true), { kind: 'retry', consistency: 'ONE' }],
  ['rethrows where nobody answered', readTimeout(0, false), { kind: 'rethrow' }],
  ['asks again where only the data is missing', readTimeout(2, false), { kind: 'retry' }],
  ['rethrows where all is there', readTimeout(2, true), { kind: 'rethrow' }],
  ['leaves a Paxos phase alone', readTimeout(1, true, 'SERIAL'), { kind: 'rethrow' }],
  ['takes a write that one replica has', writeTimeout('SIMPLE', 1), { kind: 'ignore' }],
  ['takes a batch that one replica has', writeTimeout('BATCH', 1), { kind: 'ignore' }],
  ['rethrows a write that no replica has', writeTimeout('SIMPLE'), { kind: 'rethrow' }],
  [
    'writes an unlogged batch at what answered',
    writeTimeout('UNLOGGED_BATCH', 2),
    { kind: 'retry', consistency: 'TWO' },
  ],
  ['writes a batch log again', writeTimeout('BATCH_LOG'), { kind: 'retry' }],
  ['rethrows a conditional write', writeTimeout('CAS', 2), { kind: 'rethrow' }],
  ['goes on with the replicas alive', unavailable(1), { kind: 'retry', consistency: 'ONE' }],
  ['goes on with three of many', unavailable(5), { kind: 'retry', consistency: 'THREE' }],
  ['rethrows with none alive', unavailable(0), { kind: 'rethrow' }],
  ['moves a Paxos phase to the next host', unavailable(1, false, 'LOCAL_SERIAL'), { kind: 'retryNextHost' }],
] as const) {
  test(`DowngradingConsistencyRetryPolicy ${what}, once`, () => {
    assert.deepEqual(decide(downgrading, read, 0, error), expected);
    assert.equal(decide(downgrading, read, 1, error).kind, 'rethrow');
  });
}

test('DowngradingConsistencyRetryPolicy sends no write twice that is not idempotent', () => {
  for (const error of [writeTimeout('UNLOGGED_BATCH', 2), writeTimeout('BATCH_LOG'), unavailable(1, true)]) {
    assert.equal(decide(downgrading, write, 0, error).kind, 'rethrow');
  }
});

test('ExponentialBackoffRetryPolicy doubles the delay up to its limit, and ends', () => {
  const backoff = new ExponentialBackoffRetryPolicy({ maxNumRetries: 5, minInterval: 100, maxInterval: 500 });
  const limits = [100, 200, 400, 500, 500];
  for (const [retry, limit] of limits.entries()) {
    for (let i = 0; i < 50; i++) {
      const decision = decide(backoff, read, retry, readTimeout(1, true));
      assert(decision.kind === 'retry' && decision.delayMs !== undefined);
      assert(decision.delayMs >= limit / 2 && decision.delayMs <= limit, `${retry}: ${decision.delayMs}`);
    }
  }
  assert.equal(decide(backoff, read, 5, readTimeout(1, true)).kind, 'rethrow');
  assert.equal(decide(backoff, write, 0, writeTimeout('SIMPLE')).kind, 'rethrow');
  assert.equal(decide(backoff, read, 0, lost(true)).kind, 'retryNextHost');
});

test('ExponentialBackoffRetryPolicy refuses what is no count or interval', () => {
  for (const options of [
    { maxNumRetries: -1 },
    { maxNumRetries: 1.5 },
    { maxNumRetries: 1, minInterval: -1 },
    { maxNumRetries: 1, maxInterval: Infinity },
    { maxNumRetries: 1, minInterval: 20, maxInterval: 10 },
  ]) {
    assert.throws(() => new ExponentialBackoffRetryPolicy(options), InvalidArgumentError);
  }
});
