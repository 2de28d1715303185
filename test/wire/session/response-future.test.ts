// Futures of requests: callbacks, pages on demand, waiting, giving up, and what becomes of failures.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  DriverError,
  InvalidArgumentError,
  OperationTimedOutError,
  QueryExhaustedError,
  ResponseFuture,
  SimpleStatement,
  type Logger,
  type ResultSet,
} from '../../../src/index.ts';
import { error } from '../harness/error-response.ts';
import { connect, refusal, SELECT } from './connect.ts';

const FAILING = 'SELECT broken';

test('a future can be awaited, and asked for its result as often as one likes', async (t) => {
  const { session } = await connect(t);
  const future = session.executeAsync(SELECT);
  assert.ok(future instanceof ResponseFuture);
  const result = await future;
  assert.equal(result.length, 10);
  assert.equal(await future.result(), result);
  assert.equal(await future.result(), result);
  assert.equal(result.responseFuture, future);
  assert.equal(future.session, session);
});

test('the result of execute has a future that is settled with it', async (t) => {
  const { session } = await connect(t);
  const result = await session.execute(SELECT);
  const { responseFuture } = result;
  assert.ok(responseFuture instanceof ResponseFuture);
  assert.equal(result.responseFuture, responseFuture);
  assert.equal(await responseFuture, result);
  const { query } = responseFuture;
  assert.ok(query instanceof SimpleStatement && query.queryString === SELECT);
});

test('the statement of a future is the one that was given, or made of the text', async (t) => {
  const { session } = await connect(t);
  const statement = new SimpleStatement(SELECT);
  assert.equal(session.executeAsync(statement).query, statement);
  const { query } = session.executeAsync(SELECT, [1]);
  assert.ok(query instanceof SimpleStatement);
  assert.deepEqual([query.queryString, query.params], [SELECT, [1]]);
});

test('callbacks get the result and further arguments, never in the call that adds them', async (t) => {
  const { session } = await connect(t);
  const calls: unknown[] = [];
  const future = session.executeAsync(SELECT);
  future.addCallback((result, a: number, b: string) => calls.push([result.length, a, b]), 1, 'two');
  future.addErrback(() => calls.push('error'));
  await future;
  await Promise.resolve();
  assert.deepEqual([...calls], [[10, 1, 'two']]);
  future.addCallbacks(
    () => calls.push('late'),
    () => calls.push('error'),
  );
  assert.equal(calls.length, 1);
  await Promise.resolve();
  assert.deepEqual(calls.at(-1), 'late');
});

test('errbacks get the error, and nobody is told of a rejection that was not asked for', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: FAILING }).reply(error('INVALID', 'no'));
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', onUnhandled);
  t.after(() => process.off('unhandledRejection', onUnhandled));
  const got = await new Promise<unknown[]>((resolve) => {
    session.executeAsync(FAILING).addErrback((reason, extra: string) => resolve([reason, extra]), 'extra');
  });
  assert.ok(got[0] instanceof DriverError);
  assert.equal(got[0].code, 'CQL_INVALID_REQUEST');
  assert.equal(got[1], 'extra');
  await new Promise(setImmediate);
  assert.deepEqual(unhandled, []);
  await assert.rejects(session.executeAsync(FAILING).result(), { code: 'CQL_INVALID_REQUEST' });
});

test('what a callback throws goes to the logger, and the others are called', async (t) => {
  const logged: unknown[][] = [];
  const ignore = (): void => undefined;
  const logger: Logger = { debug: ignore, info: ignore, warn: ignore, error: (...args) => void logged.push(args) };
  const { session } = await connect(t, { logger });
  const boom = new Error('boom');
  const second = new Promise((resolve) => {
    session
      .executeAsync(SELECT)
      .addCallback(() => {
        throw boom;
      })
      .addCallback(resolve);
  });
  await second;
  assert.equal(logged.length, 1);
  assert.equal(logged[0]?.at(-1), boom);
});

test('cleared callbacks are not called', async (t) => {
  const { session } = await connect(t);
  const future = session.executeAsync(SELECT);
  let calls = 0;
  future.addCallback(() => calls++);
  future.clearCallbacks();
  await future;
  future.addCallback(() => calls++).clearCallbacks();
  await new Promise(setImmediate);
  assert.equal(calls, 0);
});

test('each page that is asked for reaches the callbacks; behind the last there is none', async (t) => {
  const { session } = await connect(t);
  const future = session.executeAsync<{ n: number }>(SELECT, [], { fetchSize: 4 });
  const seen: number[][] = [];
  assert.equal(future.hasMorePages, false);
  assert.throws(() => future.startFetchingNextPage(), QueryExhaustedError);
  await new Promise<void>((resolve, reject: (reason: unknown) => void) => {
    future.addCallbacks((result: ResultSet<{ n: number }>) => {
      seen.push(result.rows.map(({ n }) => n));
      if (future.hasMorePages) future.startFetchingNextPage();
      else resolve();
    }, reject);
  });
  assert.deepEqual(seen, [
    [1, 2, 3, 4],
    [5, 6, 7, 8],
    [9, 10],
  ]);
  assert.equal((await future).length, 2);
  assert.throws(() => future.startFetchingNextPage(), QueryExhaustedError);
});

test('a page that cannot even be asked for fails like one that is not answered', async (t) => {
  const { session } = await connect(t);
  let calls = 0;
  session.timestampGenerator = () => {
    if (++calls > 1) throw new Error('the clock stopped');
    return 1n;
  };
  const future = session.executeAsync(SELECT, [], { fetchSize: 4 });
  await future;
  const failure = new Promise<Error>((resolve) => {
    future.addErrback((error) => resolve(error));
  });
  future.startFetchingNextPage();
  assert.ok((await failure) instanceof InvalidArgumentError);
  await assert.rejects(future.result(), refusal('timestampGenerator'));
});

test('waiting for a result ends by its own timeout, the request goes on', async (t) => {
  const { server, session } = await connect(t);
  server.on({ cql: SELECT }).delay(60);
  const future = session.executeAsync(SELECT);
  await assert.rejects(future.result({ timeout: 5 }), OperationTimedOutError);
  assert.equal((await future.result()).length, 10);
  await assert.rejects(future.result({ timeout: -1 }), refusal('timeout'));
});

test('a cancelled request rejects with the reason, and so do its pages', async (t) => {
  const { server, session } = await connect(t);
  const reason = new Error('enough');
  const paged = session.executeAsync(SELECT, [], { fetchSize: 4 });
  await paged;
  server.on({ cql: SELECT }).drop();
  const future = session.executeAsync(SELECT);
  future.cancel(reason);
  await assert.rejects(future.result(), (thrown) => thrown === reason);
  paged.startFetchingNextPage();
  paged.cancel();
  await assert.rejects(paged.result(), { name: 'AbortError' });
  const controller = new AbortController();
  const signalled = session.executeAsync(SELECT, [], { signal: controller.signal });
  controller.abort(reason);
  await assert.rejects(signalled.result(), (thrown) => thrown === reason);
});

test('what came with the answer is there after it, and not before', async (t) => {
  const { session } = await connect(t);
  const future = session.executeAsync(SELECT);
  assert.throws(() => future.warnings, DriverError);
  assert.throws(() => future.customPayload, DriverError);
  assert.deepEqual(future.attemptedHosts, []);
  assert.equal(future.coordinatorHost, undefined);
  await future;
  assert.deepEqual(future.warnings, []);
  assert.equal(future.customPayload, undefined);
  assert.equal(future.isSchemaAgreed, true);
  assert.equal(future.attemptedHosts.length, 1);
  assert.equal(future.coordinatorHost, session.hosts[0]);
  assert.equal(await future.getQueryTrace(), null);
  assert.deepEqual(await future.getAllQueryTraces(), []);
});

test('a request on a session that is shut down fails in its future', async (t) => {
  const { session } = await connect(t);
  await session.shutdown();
  await assert.rejects(session.executeAsync(SELECT).result(), { code: 'CQL_CONNECTION_SHUTDOWN' });
});
