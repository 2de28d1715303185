// Traces: read until they are complete, for as long as one is willing to wait.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import { ConnectionShutdownError, EXEC_PROFILE_DEFAULT, TraceUnavailableError } from '../../../src/index.ts';
import { HEADER_FLAGS } from '../harness/opcodes.ts';
import { rows } from '../harness/response.ts';
import { connect, refusal, SELECT } from './connect.ts';

const SESSIONS = /FROM system_traces\.sessions/;
const EVENTS = /FROM system_traces\.events/;
const EVENT_ID = '13814000-1dd2-11b2-8080-808080808080';

const SESSION_COLUMNS = [
  ['session_id', 'uuid'],
  ['client', 'inet'],
  ['command', 'text'],
  ['coordinator', 'inet'],
  ['duration', 'int'],
  ['request', 'text'],
  ['started_at', 'timestamp'],
] as const;
const EVENT_COLUMNS = [
  ['event_id', 'timeuuid'],
  ['activity', 'text'],
  ['source', 'inet'],
  ['source_elapsed', 'int'],
  ['thread', 'text'],
] as const;

type Server = Awaited<ReturnType<typeof connect>>['server'];

/** Answers reads of traces; the first so many find an incomplete one. */
function traces(server: Server, incomplete: number): void {
  server.statement(SESSIONS, { parameters: [['session_id', 'uuid']], partitionKey: [0], columns: SESSION_COLUMNS });
  server.statement(EVENTS, {
    parameters: [['session_id', 'uuid']],
    partitionKey: [0],
    columns: EVENT_COLUMNS,
    rows: [[EVENT_ID, 'Parsing', '127.0.0.1', 12, 'main']],
  });
  let reads = 0;
  server.on({ opcode: 'EXECUTE', cql: SESSIONS }).reply(() => {
    const duration = reads++ < incomplete ? null : 1_234;
    const id = '00000000-0000-4000-8000-000000000001';
    return rows(SESSION_COLUMNS, [[id, '127.0.0.9', 'QUERY', '127.0.0.1', duration, 'Execute CQL3 query', 5n]]);
  });
}

test('reading a trace is not traced, whatever the profile says', async (t) => {
  const { server, session } = await connect(t, { executionProfiles: { [EXEC_PROFILE_DEFAULT]: { tracing: true } } });
  traces(server, 0);
  await (await session.execute(SELECT)).getQueryTrace();
  const traced = server.requests({ opcode: 'EXECUTE' }).map(({ headerFlags }) => headerFlags & HEADER_FLAGS.TRACING);
  assert.deepEqual(traced, [0, 0]);
});

test('a trace is read until it is complete', async (t) => {
  const { server, session } = await connect(t);
  traces(server, 2);
  const result = await session.execute(SELECT, [], { trace: true, fetchSize: 5 });
  const trace = await result.getQueryTrace();
  assert.equal(trace?.durationMicros, 1_234);
  assert.deepEqual(
    [trace.requestType, trace.coordinator, trace.client],
    ['Execute CQL3 query', '127.0.0.1', '127.0.0.9'],
  );
  const [event] = trace.events;
  assert.deepEqual(
    [event?.description, event?.source, event?.sourceElapsedMicros, event?.threadName],
    ['Parsing', '127.0.0.1', 12, 'main'],
  );
  assert.equal(server.requests({ opcode: 'EXECUTE', cql: SESSIONS }).length, 3);
  const next = await result.fetchNextPage();
  assert.equal((await next?.getAllQueryTraces())?.length, 2);
  assert.equal((await session.executeAsync(SELECT, [], { trace: true }).getQueryTrace())?.durationMicros, 1_234);
});

for (const timestamp of ['Date', 'number', 'Temporal'] as const) {
  test(`a trace says when it began where timestamps are read as ${timestamp}`, async (t) => {
    const runtime = globalThis as { Temporal?: unknown };
    const own = runtime.Temporal;
    runtime.Temporal = Temporal;
    t.after(() => {
      if (own === undefined) delete runtime.Temporal;
      else runtime.Temporal = own;
    });
    const { server, session } = await connect(t, { types: { timestamp } });
    traces(server, 0);
    const trace = await (await session.execute(SELECT, [], { trace: true })).getQueryTrace();
    assert.equal(trace?.startedAt.getTime(), 5);
  });
}

test('a request that was not traced has no trace', async (t) => {
  const { session } = await connect(t);
  const result = await session.execute(SELECT);
  assert.equal(await result.getQueryTrace(), null);
  assert.deepEqual(await result.getAllQueryTraces(), []);
});

test('waiting for a trace ends with its time, also while a query hangs', async (t) => {
  const { server, session } = await connect(t);
  traces(server, Infinity);
  const result = await session.execute(SELECT, [], { trace: true });
  await assert.rejects(result.getQueryTrace({ maxWait: 30 }), TraceUnavailableError);
  session.maxTraceWait = 20;
  await assert.rejects(result.getQueryTrace(), TraceUnavailableError);
  server.on({ opcode: 'EXECUTE', cql: SESSIONS }).drop();
  await assert.rejects(result.getQueryTrace(), TraceUnavailableError);
  assert.equal(session.hosts[0]?.inFlight, 0);
  await assert.rejects(result.getQueryTrace({ maxWait: -1 }), refusal('maxWait'));
});

test('waiting for a trace ends with its signal, and with the session', async (t) => {
  const { server, session } = await connect(t);
  traces(server, Infinity);
  const result = await session.execute(SELECT, [], { trace: true });
  const controller = new AbortController();
  const reason = new Error('enough');
  const signalled = result.getQueryTrace({ signal: controller.signal, maxWait: 60_000 });
  controller.abort(reason);
  await assert.rejects(signalled, (thrown) => thrown === reason);
  const waiting = result.getQueryTrace({ maxWait: 60_000 });
  const failed = assert.rejects(waiting, ConnectionShutdownError);
  await session.shutdown();
  await failed;
});
