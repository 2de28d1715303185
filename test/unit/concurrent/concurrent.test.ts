import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  executeConcurrent,
  executeConcurrentStream,
  executeConcurrentWithArgs,
  type ConcurrentOptions,
  type ConcurrentSession,
  type StatementAndParams,
} from '../../../src/concurrent.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';
import type { ExecuteOptions } from '../../../src/execution/execute-options.ts';

interface Call {
  readonly query: unknown;
  readonly params: unknown;
  readonly options: ExecuteOptions;
  resolve(): void;
  reject(error: Error): void;
}

/** A session whose requests end when the test says so. */
function manualSession(): ConcurrentSession & { readonly calls: Call[] } {
  const calls: Call[] = [];
  const execute = (query: unknown, params: unknown, options: ExecuteOptions): Promise<unknown> =>
    new Promise((resolve, reject: (error: Error) => void) => {
      calls.push({ query, params, options, resolve: () => resolve(`result of ${String(query)}`), reject });
    });
  return { calls, execute, getPoolState: () => ({ queued: 0 }) } as never;
}

/** A session whose requests end at once; it counts how many run. */
function quickSession(): ConcurrentSession & { readonly peak: number; readonly count: number } {
  let running = 0;
  const state = { peak: 0, count: 0 };
  const execute = async (query: unknown): Promise<unknown> => {
    state.count++;
    state.peak = Math.max(state.peak, ++running);
    await Promise.resolve();
    running--;
    if (query === 'bad') throw new Error('bad');
    return query;
  };
  return Object.assign(state, { execute, getPoolState: () => ({ queued: 0 }) }) as never;
}

const turn = (): Promise<void> => new Promise(setImmediate);
const numbered = (count: number): StatementAndParams<never>[] =>
  Array.from({ length: count }, (_, i) => [`q${i}`, [i]]);

async function* slowly<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await turn();
    yield item;
  }
}

test('never more than the given number is in flight, and results come in the order of the statements', async () => {
  const session = manualSession();
  const done = executeConcurrent(session, numbered(5), { concurrency: 2 });
  await turn();
  assert.equal(session.calls.length, 2);
  session.calls[1]?.resolve();
  await turn();
  assert.equal(session.calls.length, 3);
  for (let i = 0; i < 5; i++) {
    session.calls[i]?.resolve();
    await turn();
  }
  const results = await done;
  assert.deepEqual(
    results.map((result) => result.success && result.result),
    ['q0', 'q1', 'q2', 'q3', 'q4'].map((query) => `result of ${query}`),
  );
});

test('one statement is executed with each of the parameters, with the profile and the signal', async () => {
  const session = manualSession();
  const { signal } = new AbortController();
  const done = executeConcurrentWithArgs(session, 'insert', [[1], { k: 2 }], { signal, executionProfile: 'bulk' });
  await turn();
  assert.deepEqual(
    session.calls.map(({ query, params, options }) => [query, params, options]),
    [
      ['insert', [1], { signal, executionProfile: 'bulk' }],
      ['insert', { k: 2 }, { signal, executionProfile: 'bulk' }],
    ],
  );
  for (const call of session.calls) call.resolve();
  assert.equal((await done).length, 2);
});

test('nothing is nothing, whatever the source', async () => {
  const session = quickSession();
  assert.deepEqual(await executeConcurrent(session, []), []);
  assert.deepEqual(await executeConcurrent(session, slowly([])), []);
  for await (const result of executeConcurrentStream(session, [])) assert.fail(`got ${String(result.success)}`);
});

test('an asynchronous source is taken from as its items come', async () => {
  const session = quickSession();
  const results = await executeConcurrent(session, slowly(numbered(20)), { concurrency: 3 });
  assert.equal(results.length, 20);
  assert.ok(session.peak <= 3);
});

test('the first failure rejects and takes no more; the source is left', async () => {
  const session = quickSession();
  const source = { isLeft: false };
  function* endless(): Generator<StatementAndParams<never>> {
    try {
      yield ['bad'];
      for (;;) yield ['good'];
    } finally {
      source.isLeft = true;
    }
  }
  await assert.rejects(executeConcurrent(session, endless(), { concurrency: 2 }), /bad/);
  const { count } = session;
  await turn();
  assert.deepEqual([source.isLeft, session.count], [true, count]);
});

test('failures are collected where that is asked for', async () => {
  const results = await executeConcurrent(quickSession(), [['good'], ['bad'], ['good']], { raiseOnFirstError: false });
  assert.deepEqual(
    results.map(({ success }) => success),
    [true, false, true],
  );
});

test('what the source throws rejects', async () => {
  const boom = new Error('boom');
  function* throwing(): Generator<StatementAndParams<never>> {
    yield ['good'];
    throw boom;
  }
  await assert.rejects(executeConcurrent(quickSession(), throwing()), (error) => error === boom);
  await assert.rejects(
    (async () => {
      for await (const result of executeConcurrentStream(quickSession(), throwing())) assert.ok(result.success);
    })(),
    (error) => error === boom,
  );
});

test('a signal ends waiting, also for a source that gives nothing', async () => {
  const reason = new Error('enough');
  const never: AsyncIterable<StatementAndParams<never>> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }),
  };
  for (const run of [
    (signal: AbortSignal) => executeConcurrent(quickSession(), never, { signal }),
    (signal: AbortSignal) => executeConcurrentStream(quickSession(), never, { signal }).next(),
  ]) {
    const controller = new AbortController();
    const waiting = run(controller.signal);
    await turn();
    controller.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    await assert.rejects(run(controller.signal), (error) => error === reason);
  }
});

test('a stream gives results in order, and starts no more than may wait to be given', async () => {
  const session = manualSession();
  const results = executeConcurrentStream(session, numbered(6), { concurrency: 2 });
  const first = results.next();
  await turn();
  assert.equal(session.calls.length, 2);
  session.calls[1]?.resolve();
  await turn();
  assert.equal(session.calls.length, 2);
  session.calls[0]?.resolve();
  assert.deepEqual(await first, { done: false, value: { success: true, result: 'result of q0' } });
  assert.equal(session.calls.length, 3);
  assert.deepEqual(await results.next(), { done: false, value: { success: true, result: 'result of q1' } });
  await results.return?.();
  assert.deepEqual(await results.next(), { done: true, value: undefined });
  assert.equal(session.calls.length, 4);
});

test('a stream holds no more of a long source than is in flight', async () => {
  const session = quickSession();
  let taken = 0;
  let given = 0;
  function* source(): Generator<StatementAndParams<never>> {
    for (; taken < 10_000; taken++) yield [`q${taken}`];
  }
  for await (const result of executeConcurrentStream(session, source(), { concurrency: 10 })) {
    assert.ok(result.success);
    assert.ok(taken - given++ <= 11);
  }
  assert.equal(given, 10_000);
});

test('a stream ends at the first failure, or gives it', async () => {
  const statements: StatementAndParams<never>[] = [['good'], ['bad'], ['good']];
  const seen: boolean[] = [];
  const loop = async (options: ConcurrentOptions): Promise<void> => {
    for await (const { success } of executeConcurrentStream(quickSession(), statements, options)) seen.push(success);
  };
  await assert.rejects(loop({}), /bad/);
  assert.deepEqual(seen.splice(0), [true]);
  await loop({ raiseOnFirstError: false });
  assert.deepEqual(seen, [true, false, true]);
});

test('wrong options and sources are refused', async () => {
  const session = quickSession();
  for (const concurrency of [0, 1.5, '5']) {
    const options = { concurrency } as ConcurrentOptions;
    await assert.rejects(executeConcurrent(session, [], options), InvalidArgumentError);
    assert.throws(() => executeConcurrentStream(session, [], options), InvalidArgumentError);
  }
  await assert.rejects(executeConcurrent(session, 5 as never), InvalidArgumentError);
});

async function* tracked<T>(items: readonly T[], onEnd: () => void): AsyncGenerator<T> {
  try {
    yield* items;
    await new Promise(() => undefined);
  } finally {
    onEnd();
  }
}

for (const [kind, items] of [
  ['at once', [['good'], null]],
  ['later', slowly([['good'], undefined])],
] as const) {
  test(`an item that is no statement with parameters is refused where it comes ${kind}`, async () => {
    const isRefused = (error: unknown): boolean =>
      error instanceof InvalidArgumentError && error.field === 'statements';
    await assert.rejects(executeConcurrent(quickSession(), items as never), isRefused);
  });
}

test('a stream gives what came before an item that is no statement, then fails, then ends', async () => {
  const results = executeConcurrentStream(quickSession(), slowly([['good'], 'bad']) as never);
  assert.equal((await results.next()).done, false);
  await assert.rejects(results.next(), InvalidArgumentError);
  assert.equal((await results.next()).done, true);
});

test('a stream that is aborted leaves its source', async () => {
  let ended = 0;
  const controller = new AbortController();
  const source = tracked(numbered(3), () => ended++);
  const results = executeConcurrentStream(quickSession(), source, { concurrency: 1, signal: controller.signal });
  await results.next();
  controller.abort(new Error('enough'));
  await assert.rejects(results.next(), { message: 'enough' });
  await turn();
  assert.equal(ended, 1);
  assert.equal((await results.next()).done, true);
});

test('options that do not exist or are of a wrong kind are refused', async () => {
  const refusedFor = (field: string) => (error: unknown) =>
    error instanceof InvalidArgumentError && error.field === field;
  for (const [field, options] of [
    ['options', null],
    ['signal', { signal: 'x' }],
    ['raiseOnFirstError', { raiseOnFirstError: 'no' }],
    ['limit', { limit: 5 }],
  ] as const) {
    await assert.rejects(executeConcurrent(quickSession(), [], options as never), refusedFor(field));
    assert.throws(() => executeConcurrentStream(quickSession(), [], options as never), refusedFor(field));
  }
});
