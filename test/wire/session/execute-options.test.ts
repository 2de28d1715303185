// Options of a request: what reaches the server, and what is refused before a byte is sent.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import {
  DriverError,
  FallthroughRetryPolicy,
  OperationTimedOutError,
  SimpleStatement,
  type ExecuteOptions,
} from '../../../src/index.ts';
import { error } from '../harness/error-response.ts';
import { connect, INSERT, lastRequest, refusal, SELECT } from './connect.ts';

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

test('every option that concerns the server is on the wire', async (t) => {
  const { server, session } = await connect(t, {}, { versions: [5] });
  await session.execute(SELECT, [], {
    consistencyLevel: 'QUORUM',
    serialConsistencyLevel: 'LOCAL_SERIAL',
    fetchSize: 3,
    pagingState: '00000002',
    keyspace: 'other',
    customPayload: { mine: bytes(1, 2) },
    executeAs: 'ada',
    timestamp: 1_234_567n,
    trace: true,
  });
  const request = lastRequest(server, 'QUERY');
  assert.equal(request.consistency, 'QUORUM');
  assert.equal(request.serialConsistency, 'LOCAL_SERIAL');
  assert.equal(request.pageSize, 3);
  assert.deepEqual(request.pagingState, bytes(0, 0, 0, 2));
  assert.equal(request.keyspace, 'other');
  assert.equal(request.timestamp, 1_234_567n);
  assert.deepEqual(request.payload, { mine: bytes(1, 2), ProxyExecute: new TextEncoder().encode('ada') });
  assert.equal((server.requests({ opcode: 'QUERY' }).at(-1)?.headerFlags ?? 0) & 0x02, 0x02);
});

test('the payload of a call is laid over that of its statement', async (t) => {
  const { server, session } = await connect(t);
  const statement = new SimpleStatement(SELECT, { customPayload: { a: bytes(1), b: bytes(2) } });
  await session.execute(statement, undefined, { customPayload: { b: bytes(3) } });
  assert.deepEqual(lastRequest(server, 'QUERY').payload, { a: bytes(1), b: bytes(3) });
});

test('options that do not exist or are of a wrong kind are refused before a byte is sent', async (t) => {
  const { server, session } = await connect(t);
  const sent = server.received.length;
  for (const [options, field] of [
    [{ consistency: 'ONE' }, 'consistency'],
    [{ timeout: '1' }, 'timeout'],
    [{ timeout: -1 }, 'timeout'],
    [{ signal: {} }, 'signal'],
    [{ trace: 1 }, 'trace'],
    [{ consistencyLevel: 'MOST' }, 'consistencyLevel'],
    [{ serialConsistencyLevel: 'ONE' }, 'serialConsistencyLevel'],
    [{ executionProfile: 'none' }, 'executionProfile'],
    [{ retryPolicy: {} }, 'retryPolicy'],
    [{ fetchSize: 0 }, 'fetchSize'],
    [{ pagingState: 'zz' }, 'pagingState'],
    [{ host: '127.0.0.1' }, 'host'],
    [{ keyspace: '' }, 'keyspace'],
    [{ customPayload: { a: 'text' } }, 'customPayload'],
    [{ executeAs: 5 }, 'executeAs'],
    [{ isIdempotent: 'yes' }, 'isIdempotent'],
    [{ timestamp: 1.5 }, 'timestamp'],
    [{ rowFactory: 'rows' }, 'rowFactory'],
    [{ prepare: 'yes' }, 'prepare'],
    ['ONE', 'options'],
  ] as const) {
    await assert.rejects(session.execute(SELECT, [], options as unknown as ExecuteOptions), refusal(field), field);
  }
  assert.equal(server.received.length, sent);
});

test('an option that is undefined is no option', async (t) => {
  const { session } = await connect(t);
  const options = { consistencyLevel: undefined, nothing: undefined } as unknown as ExecuteOptions;
  assert.equal((await session.execute(SELECT, [], options)).length, 10);
});

test('a timeout of null waits however long it takes, a number ends the waiting', async (t) => {
  const { server, session } = await connect(t, { requestTimeout: 30 });
  server.on({ cql: SELECT }).delay(80);
  await assert.rejects(session.execute(SELECT), OperationTimedOutError);
  assert.equal((await session.execute(SELECT, [], { timeout: null })).length, 10);
  session.defaultTimeout = null;
  assert.equal((await session.execute(SELECT)).length, 10);
  await assert.rejects(session.execute(SELECT, [], { timeout: 10 }), OperationTimedOutError);
});

test('a fixed host is asked alone', async (t) => {
  const { server, session } = await connect(t, {}, { nodes: 3 });
  for (const host of session.hosts) {
    const { info } = await session.execute(SELECT, [], { host });
    assert.equal(info.coordinator, host);
  }
  const [host] = session.hosts;
  assert.ok(host !== undefined);
  server.on({ cql: SELECT }).reply(error('OVERLOADED', 'too much'));
  await assert.rejects(session.execute(SELECT, [], { host, isIdempotent: true }), (thrown: Error) => {
    assert.ok(thrown instanceof DriverError && thrown.attempts.length > 0);
    return thrown.attempts.every((attempt) => attempt.host.address === host.address);
  });
});

test('a retry policy, idempotence and a row factory hold for one request', async (t) => {
  const { server, session } = await connect(t, {}, { nodes: 2 });
  const failing = server.on({ cql: INSERT, opcode: 'EXECUTE', nth: 1 }).reply(error('OVERLOADED', 'too much'));
  await session.execute(INSERT, [1, 'a'], { isIdempotent: true });
  assert.equal(failing.applied, 1);
  server.on({ cql: SELECT, nth: 1 }).reply(error('OVERLOADED', 'too much'));
  const retryPolicy = new FallthroughRetryPolicy();
  await assert.rejects(session.execute(SELECT, [], { retryPolicy }), { code: 'CQL_OVERLOADED' });
  assert.deepEqual((await session.execute(SELECT, [], { rowFactory: 'tuple' })).one(), [1]);
});

test('text without parameters is prepared where that is asked for', async (t) => {
  const { server, session } = await connect(t);
  await session.execute(SELECT, [], { prepare: true });
  assert.equal(server.requests({ opcode: 'PREPARE', cql: SELECT }).length, 1);
  await assert.rejects(session.execute(INSERT, [1, 'a'], { prepare: false }), refusal('prepare'));
});

test('a keyspace for one request needs protocol v5, a payload v4', async (t) => {
  const { session } = await connect(t, {}, { versions: [3] });
  await assert.rejects(session.execute(SELECT, [], { keyspace: 'other' }));
  await assert.rejects(session.execute(SELECT, [], { customPayload: { a: bytes(1) } }));
});

test('settings of a session are checked when they are set', async (t) => {
  const { session } = await connect(t);
  for (const [name, value] of [
    ['defaultTimeout', -1],
    ['defaultTimeout', undefined],
    ['defaultConsistencyLevel', 'MOST'],
    ['defaultSerialConsistencyLevel', 'ONE'],
    ['defaultFetchSize', 0],
    ['rowFactory', 'rows'],
    ['useClientTimestamp', 1],
    ['timestampGenerator', {}],
    ['maxTraceWait', NaN],
  ] as const) {
    assert.throws(() => Object.assign(session, { [name]: value }), refusal(name), name);
  }
  session.maxTraceWait = 5;
  assert.equal(session.maxTraceWait, 5);
});

test('timestamps of requests are those of the generator, or none', async (t) => {
  const { server, session } = await connect(t);
  session.timestampGenerator = () => 42n;
  await session.execute(SELECT);
  assert.equal(lastRequest(server, 'QUERY').timestamp, 42n);
  session.useClientTimestamp = false;
  await session.execute(SELECT);
  assert.equal(lastRequest(server, 'QUERY').timestamp, undefined);
  session.useClientTimestamp = true;
  session.timestampGenerator = null;
  await session.execute(SELECT);
  assert.equal(lastRequest(server, 'QUERY').timestamp, undefined);
});

test('options of every method of a session, a future and a result are checked where they are given', async (t) => {
  const { server, session } = await connect(t);
  const result = await session.execute(SELECT, [], { fetchSize: 3 });
  const future = session.executeAsync(SELECT);
  await future;
  const before = server.requests({ cql: SELECT }).length;
  const no = 'x' as never;
  const calls: readonly (readonly [field: string, call: () => unknown])[] = [
    ['signal', () => session.executeAsync(SELECT, [], { signal: no })],
    ['options', () => session.executeAsync(SELECT, [], null as never)],
    ['signal', () => session.executeStream(SELECT, [], { signal: no })],
    ['options', () => session.executeStream(SELECT, [], null as never)],
    ['signal', () => session.prepare(SELECT, { signal: no })],
    ['options', () => session.prepare(SELECT, null as never)],
    ['keyspace', () => session.prepare(SELECT, { keyspace: 5 as never })],
    ['customPayload', () => session.prepare(SELECT, { customPayload: no })],
    ['fetchSize', () => session.prepare(SELECT, { fetchSize: 5 } as never)],
    ['keyspace', () => session.setKeyspace('')],
    ['keyspace', () => session.setKeyspace(undefined as never)],
    ['fetchSize', () => session.setKeyspace('ks', { fetchSize: 5 } as never)],
    ['timeout', () => session.waitForSchemaAgreement({ timeout: no })],
    ['signal', () => session.waitForSchemaAgreement({ signal: no })],
    ['options', () => session.waitForSchemaAgreement(null as never)],
    ['signal', () => future.result({ signal: no })],
    ['options', () => future.result(null as never)],
    ['signal', () => result.fetchNextPage({ signal: no })],
    ['signal', () => result.pages({ signal: no })],
    ['signal', () => result.all({ signal: no })],
    ['options', () => result.all(null as never)],
  ];
  for (const [field, call] of calls) {
    const called = Promise.resolve().then(call);
    await assert.rejects(called, refusal(field), String(call));
  }
  assert.equal(server.requests({ cql: SELECT }).length, before);
});

test('a page of a session that is shut down is refused as a request of it is', async (t) => {
  const { session } = await connect(t);
  const result = await session.execute(SELECT, [], { fetchSize: 3 });
  await session.shutdown();
  await assert.rejects(result.fetchNextPage(), { code: 'CQL_CONNECTION_SHUTDOWN' });
});
