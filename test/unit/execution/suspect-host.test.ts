// A host that is silent while requests wait for it: they are asked elsewhere beside it if they may, and wait if not.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { NoHostAvailableError } from '../../../src/errors.ts';
import { RetryBudget } from '../../../src/execution/retry-budget.ts';
import { fakeHost } from '../topology/fake-hosts.ts';
import { lost, run, sentTo, settle } from './execution-fixture.ts';

describe('a suspect host', () => {
  test('has another one beside it at once, once, and the first answer wins', async () => {
    const { pools, outcome, speculated, clock } = run();
    pools[0]?.suspect();
    pools[0]?.suspect();
    assert.deepEqual(sentTo(pools), [1, 1, 0]);
    pools[1]?.answer();
    await settle();
    const { response } = outcome;
    assert.equal(response?.host, pools[1]?.host);
    assert.deepEqual(
      response?.attempts.map(({ speculative }) => speculative),
      [false, true],
    );
    assert.equal(pools[0]?.abandoned.length, 1);
    assert.deepEqual(speculated, [pools[1]?.host]);
    assert.equal(clock.armed, 0);
  });

  test('may answer first all the same', async () => {
    const { pools, outcome } = run();
    pools[0]?.suspect();
    pools[0]?.answer();
    await settle();
    assert.equal(outcome.response?.host, pools[0]?.host);
    assert.equal(pools[1]?.abandoned.length, 1);
  });

  test('after another leads to the third, and never to one that is suspect', () => {
    const { pools } = run();
    pools[0]?.suspect();
    pools[1]?.suspect();
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
    pools[2]?.suspect();
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
    const second = run();
    for (const number of [1, 2]) Object.assign(second.pools[number] ?? {}, { isSuspect: true });
    second.pools[0]?.suspect();
    assert.deepEqual(sentTo(second.pools), [1, 0, 0]);
    Object.assign(second.pools[1] ?? {}, { isSuspect: false });
    second.pools[0]?.suspect();
    assert.deepEqual(sentTo(second.pools), [1, 1, 0]);
  });

  test('is tried last, and where there is no other as any host', () => {
    assert.deepEqual(sentTo(run({ suspect: [1] }).pools), [0, 1, 0]);
    assert.deepEqual(sentTo(run({ suspect: [1, 2] }).pools), [0, 0, 1]);
    assert.deepEqual(sentTo(run({ suspect: [1, 2, 3] }).pools), [1, 0, 0]);
    assert.deepEqual(sentTo(run({ suspect: [2], down: [1, 3] }).pools), [0, 1, 0]);
    const { pools } = run({ suspect: [1] });
    pools[1]?.fail(lost());
    pools[2]?.fail(lost());
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
  });

  test('that was lost meanwhile is named with its cause', async () => {
    const { pools, outcome } = run({ suspect: [1] });
    Object.assign(pools[0] ?? {}, { isConnected: false, lastError: lost() });
    for (const pool of pools.slice(1)) pool.fail(lost());
    await settle();
    assert(outcome.error instanceof NoHostAvailableError);
    assert.equal(outcome.error.errors.size, 3);
  });

  test('keeps what may not be asked twice, and what names its host', async () => {
    const once = run({ isIdempotent: false });
    once.pools[0]?.suspect();
    assert.deepEqual(sentTo(once.pools), [1, 0, 0]);
    once.pools[0]?.answer();
    await settle();
    assert.equal(once.outcome.response?.attempts.length, 1);
    const hosts = [1, 2, 3].map((number) => fakeHost(number, []));
    const [host] = hosts;
    assert(host !== undefined);
    const named = run({ hosts, host });
    named.pools[0]?.suspect();
    assert.deepEqual(sentTo(named.pools), [1, 0, 0]);
  });

  test('lets go of what waits in line there, whether it is idempotent or not', async () => {
    const { pools, outcome } = run({ isIdempotent: false, full: [1] });
    assert.deepEqual([sentTo(pools), pools[0]?.line.length], [[0, 0, 0], 1]);
    pools[0]?.suspect();
    assert.deepEqual([sentTo(pools), pools[0]?.line.length], [[0, 1, 0], 0]);
    pools[1]?.answer();
    await settle();
    assert.equal(outcome.response?.host, pools[1]?.host);
    const alone = run({ full: [1], down: [2, 3] });
    alone.pools[0]?.suspect();
    assert.equal(alone.pools[0]?.line.length, 1);
  });

  test('has no more others beside it than the budget allows, and later gets what is left', () => {
    const { pools, context, clock } = run();
    const spent = new RetryBudget(clock);
    for (let i = 0; i < 10; i++) spent.take();
    (context as { retryBudget: RetryBudget }).retryBudget = spent;
    pools[0]?.suspect();
    assert.deepEqual(sentTo(pools), [1, 0, 0]);
    clock.advance(1_000);
    pools[0]?.suspect();
    assert.equal(
      sentTo(pools).reduce((sum, sent) => sum + sent),
      2,
    );
    assert.equal(pools[0]?.sent.length, 1);
  });

  test('leaves a request that is over alone', async () => {
    const { pools } = run();
    const [attempt] = pools[0]?.sent ?? [];
    pools[0]?.answer();
    await settle();
    attempt?.onSuspect();
    assert.deepEqual(sentTo(pools), [1, 0, 0]);
  });
});
