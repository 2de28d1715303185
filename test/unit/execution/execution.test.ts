// Executions from plan to outcome: speculation, retries, hosts without connection.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import {
  ConnectionShutdownError,
  DriverError,
  NoHostAvailableError,
  OperationTimedOutError,
} from '../../../src/errors.ts';
import { InvalidRequestError, OverloadedError } from '../../../src/errors/server-errors.ts';
import { RetryBudget } from '../../../src/execution/retry-budget.ts';
import { RetryPolicy, type RetryDecision } from '../../../src/policies/retry.ts';
import {
  ConstantSpeculativeExecutionPolicy,
  type SpeculativeExecutionPolicy,
} from '../../../src/policies/speculative-execution.ts';
import { FakeClock } from '../connection/fake-clock.ts';
import { fakeHost, queryFor } from '../topology/fake-hosts.ts';
import { lost, run, sentTo, settle } from './execution-fixture.ts';

class After extends RetryPolicy {
  readonly #decision: RetryDecision;

  constructor(decision: RetryDecision) {
    super();
    this.#decision = decision;
  }

  override onRequestError(): RetryDecision {
    return this.#decision;
  }
}

describe('speculative execution', () => {
  const policy = new ConstantSpeculativeExecutionPolicy(50, 2);

  test('asks a further host each time the delay is over, and the first answer wins', async () => {
    const { clock, pools, outcome, speculated, context } = run({ speculativeExecutionPolicy: policy });
    clock.advance(49);
    assert.deepEqual(sentTo(pools), [1, 0, 0]);
    clock.advance(10);
    assert.deepEqual(sentTo(pools), [1, 1, 0]);
    clock.advance(60);
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
    pools[1]?.answer();
    await settle();
    const { response } = outcome;
    assert.equal(response?.host, pools[1]?.host);
    assert.deepEqual(
      response?.attempts.map(({ speculative }) => speculative),
      [false, true, true],
    );
    assert.deepEqual(
      pools.map(({ abandoned }) => abandoned.length),
      [1, 0, 1],
    );
    assert.deepEqual(
      speculated,
      pools.slice(1).map(({ host }) => host),
    );
    assert.equal(clock.armed, 0);
    assert.equal(context.deadlines.pending, 0);
  });

  test('with a delay of 0 asks all at once', () => {
    const { pools } = run({ speculativeExecutionPolicy: new ConstantSpeculativeExecutionPolicy(0, 5) });
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
  });

  test('is only for idempotent requests, and not for a host that was named', () => {
    const always = new ConstantSpeculativeExecutionPolicy(0, 5);
    assert.deepEqual(sentTo(run({ speculativeExecutionPolicy: always, isIdempotent: false }).pools), [1, 0, 0]);
    const { pools, clock } = run({ speculativeExecutionPolicy: always, host: fakeHost(9, []) });
    assert.equal(clock.timersSet, 0);
    assert.deepEqual(sentTo(pools), [0, 0, 0]);
  });

  test('costs no timer where it is off, or the answer comes first', async () => {
    const off = run();
    off.pools[0]?.answer();
    await settle();
    assert.equal(off.clock.timersSet, 0);
    const quick = run({ speculativeExecutionPolicy: policy });
    quick.pools[0]?.answer();
    await settle();
    assert.equal(quick.clock.armed, 0);
  });

  test('one failure does not end the request while another attempt runs; the last one does', async () => {
    const { clock, pools, outcome } = run({
      speculativeExecutionPolicy: policy,
      retryPolicy: new After({ kind: 'rethrow' }),
    });
    clock.advance(60);
    pools[0]?.fail(lost());
    await settle();
    assert.deepEqual(outcome, {});
    pools[1]?.fail(new OverloadedError('busy'));
    await settle();
    assert(outcome.error instanceof OverloadedError);
    assert.equal(outcome.error.attempts.length, 2);
    assert.equal(clock.armed, 0);
  });

  test('a refusal that every host would repeat ends the request at once', async () => {
    const { clock, pools, outcome } = run({ speculativeExecutionPolicy: policy });
    clock.advance(60);
    pools[1]?.fail(new InvalidRequestError('no such table'));
    await settle();
    assert(outcome.error instanceof InvalidRequestError);
    assert.equal(outcome.error.maybeApplied, true);
  });

  test('a retry does not ask a host twice that a further attempt has asked', async () => {
    const { clock, pools, outcome } = run({ speculativeExecutionPolicy: policy });
    clock.advance(60);
    pools[0]?.fail(lost());
    assert.deepEqual(sentTo(pools), [1, 1, 1]);
    pools[2]?.answer();
    await settle();
    assert.equal(outcome.response?.host, pools[2]?.host);
  });

  test('is told how long attempts took, given up ones too', async () => {
    const latencies: [string, number][] = [];
    const learning: SpeculativeExecutionPolicy = {
      newPlan: () => ({ nextExecution: () => 40 }),
      onLatency: (host, durationMs) => void latencies.push([host.address, Math.round(durationMs / 10) * 10]),
    };
    const { clock, pools } = run({ speculativeExecutionPolicy: learning });
    clock.advance(48);
    clock.advance(12);
    pools[1]?.answer();
    await settle();
    assert.deepEqual(latencies.map(([address]) => address).sort(), ['127.0.0.1', '127.0.0.2']);
    assert.equal(latencies.find(([address]) => address === '127.0.0.1')?.[1], 60);
  });

  test('a policy that throws fails the request, and leaves nothing behind', async () => {
    const throwing: SpeculativeExecutionPolicy = {
      newPlan: () => {
        let calls = 0;
        return {
          nextExecution: () => {
            if (calls++ > 0) throw new Error('no idea');
            return 10;
          },
        };
      },
    };
    const { clock, outcome } = run({ speculativeExecutionPolicy: throwing });
    clock.advance(20);
    await settle();
    assert(DriverError.isDriverError(outcome.error));
    assert.match(outcome.error.message, /no idea/);
    assert.equal(clock.armed, 0);
  });
});

describe('retries', () => {
  test('wait as long as the policy says', async () => {
    const { clock, pools, outcome } = run({ retryPolicy: new After({ kind: 'retry', delayMs: 100 }) });
    pools[0]?.fail(lost());
    clock.advance(99);
    assert.deepEqual(sentTo(pools), [1, 0, 0]);
    clock.advance(10);
    assert.deepEqual(sentTo(pools), [2, 0, 0]);
    pools[0]?.answer(1);
    await settle();
    assert.equal(outcome.response?.attempts[1]?.retry, 1);
  });

  test('end with the session, though their time has not come', async () => {
    const { clock, pools, outcome, context } = run({ retryPolicy: new After({ kind: 'retry', delayMs: 60_000 }) });
    pools[0]?.fail(lost());
    for (const paused of context.paused) paused.onShutdown();
    await settle();
    assert(outcome.error instanceof ConnectionShutdownError);
    assert.equal(clock.armed, 0);
    assert.equal(context.paused.size, 0);
  });

  test('end with the signal, though their time has not come', async () => {
    const controller = new AbortController();
    const { clock, pools, outcome } = run({
      retryPolicy: new After({ kind: 'retry', delayMs: 60_000 }),
      signal: controller.signal,
    });
    pools[0]?.fail(lost());
    controller.abort('enough');
    await settle();
    assert.equal(outcome.error, 'enough');
    assert.equal(clock.armed, 0);
  });

  test('end with the one deadline of the request, which they do not renew', async () => {
    const { clock, pools, outcome } = run({
      retryPolicy: new After({ kind: 'retry', delayMs: 400 }),
      timeoutMs: 1_000,
    });
    for (let i = 0; i < 2; i++) {
      pools[0]?.fail(lost(), i);
      clock.advance(410);
    }
    clock.advance(190);
    await settle();
    assert(outcome.error instanceof OperationTimedOutError);
    assert.equal(outcome.error.attempts.length, 3);
    assert.equal(outcome.error.maybeApplied, true);
  });

  test('after a delay begin anew with the plan where all hosts were asked', async () => {
    const { clock, pools, outcome } = run({ retryPolicy: new After({ kind: 'retryNextHost', delayMs: 10 }) });
    for (const pool of pools) {
      pool.fail(lost());
      clock.advance(20);
    }
    assert.deepEqual(sentTo(pools), [2, 1, 1]);
    pools[0]?.answer(1);
    await settle();
    assert.equal(outcome.response?.attempts.length, 4);
  });

  test('are no more than the budget allows: then the failure is the outcome', async () => {
    const clock = new FakeClock();
    const spent = new RetryBudget(clock);
    for (let i = 0; i < 10; i++) spent.take();
    const { pools, outcome, context } = run();
    (context as { retryBudget: RetryBudget }).retryBudget = spent;
    pools[0]?.fail(new OverloadedError('busy'));
    await settle();
    assert(outcome.error instanceof OverloadedError);
    assert.deepEqual(sentTo(pools), [1, 0, 0]);
  });

  test('of what never left cost no budget', () => {
    const clock = new FakeClock();
    const spent = new RetryBudget(clock);
    for (let i = 0; i < 10; i++) spent.take();
    const { pools, context } = run({ isIdempotent: false });
    (context as { retryBudget: RetryBudget }).retryBudget = spent;
    pools[0]?.fail(new ConnectionShutdownError('gone', { maybeApplied: false }));
    assert.deepEqual(sentTo(pools), [1, 1, 0]);
  });

  test('at another consistency send what is encoded for it', async () => {
    const encoded = { frame: { length: 10 }, programWord: 0, query: queryFor(undefined, { consistency: 'ONE' }) };
    const { pools, outcome } = run({
      retryPolicy: new After({ kind: 'retry', consistency: 1 }),
      encodeAt: (consistency) => (consistency === 'ONE' ? (encoded as never) : null),
    });
    pools[0]?.fail(lost());
    pools[0]?.answer(1);
    await settle();
    assert.equal(outcome.response?.consistency, 'ONE');
  });
});

describe('hosts', () => {
  test('that have no connection are all named, with their causes, and tried at once', async () => {
    const { wanted, outcome, pools } = run({ down: [1, 2, 3] });
    await settle();
    assert(outcome.error instanceof NoHostAvailableError);
    assert.deepEqual([...outcome.error.errors.keys()], ['127.0.0.1:9042', '127.0.0.2:9042', '127.0.0.3:9042']);
    assert.equal(outcome.error.maybeApplied, false);
    assert.deepEqual(
      wanted,
      pools.map(({ host }) => host),
    );
  });

  test('that failed and those without connection are named together', async () => {
    const { outcome, pools } = run({ down: [2] });
    pools[0]?.fail(lost());
    pools[2]?.fail(lost());
    await settle();
    assert(outcome.error instanceof NoHostAvailableError);
    assert.equal(outcome.error.errors.size, 3);
    assert.equal(outcome.error.attempts.length, 2);
    assert(outcome.error.attempts.every(({ durationMs, error }) => durationMs !== undefined && error !== undefined));
    assert.equal(outcome.error.maybeApplied, true);
  });
});
