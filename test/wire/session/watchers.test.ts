// Who hears of requests: init listeners and interceptors, and what the log of requests writes.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  BatchStatement,
  OperationTimedOutError,
  requestLogger,
  SimpleStatement,
  type Attempt,
  type Logger,
  type RequestInfo,
  type RequestInterceptor,
  type ResponseFuture,
} from '../../../src/index.ts';
import { error } from '../harness/error-response.ts';
import { connect, INSERT, refusal, SELECT } from './connect.ts';

interface LogRecorder extends Logger {
  readonly lines: (readonly [level: string, ...unknown[]])[];
}

function logRecorder(): LogRecorder {
  const lines: (readonly [string, ...unknown[]])[] = [];
  const at =
    (level: string) =>
    (...args: unknown[]): void =>
      void lines.push([level, ...args]);
  return { lines, debug: () => undefined, info: at('info'), warn: at('warn'), error: at('error') };
}

test('an init listener gets the future of each request before it is sent, until it is removed', async (t) => {
  const { server, session } = await connect(t);
  const seen: unknown[] = [];
  const listener = (future: ResponseFuture<unknown>, ...args: readonly unknown[]): void => {
    assert.ok(future.query instanceof SimpleStatement);
    seen.push([server.requests({ cql: SELECT }).length, future.query.queryString, ...args]);
    future.addCallback((result) => seen.push(result.length));
  };
  session.addRequestInitListener(listener, 'extra');
  assert.equal((await session.execute(SELECT)).length, 10);
  assert.deepEqual(seen.splice(0), [[0, SELECT, 'extra'], 10]);
  await session.executeAsync(SELECT);
  assert.equal(seen.splice(0).length, 2);
  session.removeRequestInitListener(listener);
  await session.execute(SELECT);
  assert.equal(seen.splice(0).length, 2);
  session.removeRequestInitListener(listener, 'extra');
  await session.execute(SELECT);
  assert.deepEqual(seen, []);
});

test('a listener can wait for the request that is not sent yet', async (t) => {
  const { session } = await connect(t);
  const lengths: number[] = [];
  const ask = (future: ResponseFuture<unknown>): void => {
    void future.then(({ length }) => lengths.push(length));
    void future.result().then(({ length }) => lengths.push(length));
  };
  session.addRequestInitListener(ask);
  await session.execute(SELECT);
  await new Promise(setImmediate);
  assert.deepEqual(lengths, [10, 10]);
});

test('a listener can give a request up', async (t) => {
  const { session } = await connect(t);
  const reason = new Error('not now');
  session.addRequestInitListener((future) => future.cancel(reason));
  await assert.rejects(session.execute(SELECT), (thrown) => thrown === reason);
});

test('an interceptor hears of a request, its attempts and its end, always by the same object', async (t) => {
  const { server, session } = await connect(t, {}, { nodes: 2 });
  server.on({ cql: SELECT, nth: 1 }).reply(error('OVERLOADED', 'too much'));
  const calls: unknown[][] = [];
  const requests = new Set<RequestInfo>();
  const note =
    (name: string) =>
    (request: RequestInfo, what?: unknown): void => {
      requests.add(request);
      calls.push([name, what]);
    };
  const remove = session.addInterceptor({
    onRequest: note('request'),
    onAttempt: note('attempt'),
    onResponse: note('response'),
    onError: note('error'),
  });
  const result = await session.execute(SELECT, [], { isIdempotent: true, fetchSize: 5 });
  assert.deepEqual(
    calls.map(([name]) => name),
    ['request', 'attempt', 'attempt', 'response'],
  );
  const [first, second] = calls.slice(1, 3).map(([, attempt]) => attempt as Attempt);
  assert.ok(first?.error !== undefined && second !== undefined && second.error === undefined);
  assert.equal(calls.at(-1)?.[1], result);
  await result.fetchNextPage();
  assert.equal(calls.at(-1)?.[0], 'attempt');
  const [request, ...others] = requests;
  assert.deepEqual(others, []);
  assert.equal(request?.query, SELECT);
  assert.equal(request.options.fetchSize, 5);
  assert.ok(request.statement instanceof SimpleStatement);
  calls.length = 0;
  server.on({ cql: SELECT }).reply(error('INVALID', 'no'));
  await assert.rejects(session.execute(SELECT));
  assert.deepEqual(
    calls.map(([name]) => name),
    ['request', 'attempt', 'error'],
  );
  remove();
  remove();
  await assert.rejects(session.execute(SELECT));
  assert.equal(calls.length, 3);
});

test('an interceptor that is added twice is called twice, and removed one by one', async (t) => {
  const { session } = await connect(t);
  let calls = 0;
  const interceptor: RequestInterceptor = {
    onRequest: () => {
      calls++;
    },
  };
  const [remove, removeAgain] = [session.addInterceptor(interceptor), session.addInterceptor(interceptor)];
  await session.execute(SELECT);
  assert.equal(calls, 2);
  remove();
  remove();
  await session.execute(SELECT);
  assert.equal(calls, 3);
  removeAgain();
  await session.execute(SELECT);
  assert.equal(calls, 3);
});

test('a request waits for an interceptor that prepares something, and does not fail for one that throws', async (t) => {
  const logger = logRecorder();
  const { server, session } = await connect(t, { logger });
  let release = (): void => undefined;
  session.addInterceptor({ onRequest: () => new Promise<void>((resolve) => (release = resolve)) });
  const waiting = session.execute(SELECT);
  await new Promise(setImmediate);
  assert.equal(server.requests({ cql: SELECT }).length, 0);
  const boom = new Error('boom');
  const fail = (): never => {
    throw boom;
  };
  session.addInterceptor({ onRequest: () => Promise.reject(boom), onAttempt: fail, onResponse: fail, onError: fail });
  session.addRequestInitListener(fail);
  release();
  assert.equal((await waiting).length, 10);
  const second = session.execute(SELECT);
  await new Promise(setImmediate);
  release();
  assert.equal((await second).length, 10);
  const errors = logger.lines.filter(([level]) => level === 'error');
  assert.ok(errors.length >= 4);
  assert.ok(errors.every((line) => line.at(-1) === boom));
});

test('an interceptor keeps no request longer than its timeout, its signal and the session let it', async (t) => {
  const { server, session } = await connect(t);
  const failures: unknown[] = [];
  session.addInterceptor({
    onRequest: () => new Promise(() => undefined),
    onError: (_, failure) => void failures.push(failure),
  });
  const reason = new Error('enough');
  const controller = new AbortController();
  const aborted = session.execute(SELECT, [], { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(aborted, (thrown) => thrown === reason);
  const future = session.executeAsync(SELECT);
  future.cancel(reason);
  await assert.rejects(future.result(), (thrown) => thrown === reason);
  await assert.rejects(session.execute(SELECT, [], { timeout: 1 }), OperationTimedOutError);
  await assert.rejects(session.execute(SELECT, [], null as never), refusal('options'));
  const kept = session.execute(SELECT, [], { timeout: null });
  const closing = session.shutdown();
  await assert.rejects(kept, { code: 'CQL_CONNECTION_SHUTDOWN' });
  await closing;
  assert.equal(failures.length, 5);
  assert.equal(server.requests({ cql: SELECT }).length, 0);
});

test('a promise that a watcher returns may reject: that goes to the logger too', async (t) => {
  const logger = logRecorder();
  const { session } = await connect(t, { logger });
  const boom = new Error('boom');
  const fail = (() => Promise.reject(boom)) as never;
  session.addInterceptor({ onAttempt: fail, onResponse: fail });
  session.addRequestInitListener(fail);
  await session.executeAsync(SELECT).addCallback(fail);
  await new Promise(setImmediate);
  const faults = logger.lines.filter((line) => line.at(-1) === boom);
  assert.equal(faults.length, 4);
});

test('what is no interceptor or listener is refused', async (t) => {
  const { session } = await connect(t);
  assert.throws(() => session.addInterceptor(null as never), refusal('interceptor'));
  assert.throws(() => session.addInterceptor({ onError: 1 } as never), refusal('interceptor.onError'));
  assert.throws(() => session.addRequestInitListener(1 as never), refusal('listener'));
});

test('the log of requests tells of slow and failed ones, or of all, and shows no values', async (t) => {
  const { server, session } = await connect(t);
  const logger = logRecorder();
  let nowMs = 0;
  server.on({ cql: /secret/ }).reply(() => {
    nowMs += 50;
    return error('INVALID', 'no');
  });
  const log = requestLogger({ logger, slowThreshold: 100, all: true, maxQueryLength: 36, now: () => nowMs });
  session.addInterceptor(log);
  await session.execute(SELECT);
  assert.deepEqual(logger.lines.splice(0), [['info', `request in 0.0 ms, 1 attempt: ${SELECT}`]]);
  session.addInterceptor({
    onRequest: () => {
      nowMs += 100;
    },
  });
  await session.execute(INSERT, [1, 'hidden']);
  assert.deepEqual(logger.lines.splice(0), [['warn', `slow request in 100.0 ms, 1 attempt: ${INSERT.slice(0, 36)}…`]]);
  await session.executeBatch(new BatchStatement().add(INSERT, [1, 'hidden']));
  assert.match(String(logger.lines.splice(0)[0]?.[1]), /BATCH of \? statements$/);
  await assert.rejects(session.execute("UPDATE t SET v = 'secret' WHERE k = 1"));
  const [[level, line] = []] = logger.lines;
  assert.equal(level, 'error');
  assert.match(
    String(line),
    /^failed request in 150\.0 ms, 1 attempt: UPDATE t SET v = \? WHERE k = \?: InvalidRequestError: no/,
  );
  assert.throws(() => requestLogger({ slowThreshold: -1 }), refusal('slowThreshold'));
});
