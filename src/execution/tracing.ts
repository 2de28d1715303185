// Traces: what the nodes wrote into system_traces about a request. They write after they answered, so that a trace is read
// until it is complete or the time is over.

import type { Clock } from '../connection/clock.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import { OperationTimedOutError, TraceUnavailableError } from '../errors.ts';
import type { QueryTrace, TraceEvent, TraceOptions } from '../result/execution-info.ts';
import { requireSignalIn } from '../types/abort-signal.ts';
import { consistencyName } from '../types/consistency.ts';
import { Inet } from '../types/inet.ts';
import { TimeUuid } from '../types/time-uuid.ts';
import type { Params } from '../types/cql-value.ts';
import type { Uuid } from '../types/uuid.ts';
import type { ExecuteOptions } from './execute-options.ts';
import { checkedTimeout } from './setting-checks.ts';
import { waitWithin } from './wait-within.ts';

type TraceRow = Readonly<Record<string, unknown>>;

export interface TraceReaderOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly maxWaitMs: number;
  /** Aborted when the session is shut down. */
  readonly closed: AbortSignal;
  /** Executes a query of the session and gives all its rows. */
  select(cql: string, params: Params, options: ExecuteOptions<TraceRow>): Promise<readonly TraceRow[]>;
}

const SELECT_SESSION = 'SELECT * FROM system_traces.sessions WHERE session_id = ?';
const SELECT_EVENTS = 'SELECT * FROM system_traces.events WHERE session_id = ?';
const FIRST_PAUSE_MS = 3;
const LONGEST_PAUSE_MS = 250;

/**
 * Reads a trace. `maxWait` is for everything: a query that hangs is given up with it.
 *
 * @throws {TraceUnavailableError} if it is not complete within `maxWait`.
 * @throws {InvalidArgumentError} for options out of their limits.
 */
export async function readQueryTrace(id: Uuid, options: TraceOptions, reader: TraceReaderOptions): Promise<QueryTrace> {
  requireSignalIn(options);
  const { maxWait = reader.maxWaitMs, signal, queryCl = 'LOCAL_ONE' } = options;
  const timeoutMs = checkedTimeout('maxWait', maxWait);
  const ended = new AbortController();
  const signals = [ended.signal, reader.closed, ...(signal === undefined ? [] : [signal])];
  const query: ExecuteOptions<TraceRow> = {
    consistencyLevel: consistencyName(queryCl, 'queryCl'),
    rowFactory: 'object',
    trace: false,
    signal: AbortSignal.any(signals),
  };
  try {
    return await waitWithin(readWhenComplete(id, query, reader), { timeoutMs, signal }, reader.deadlines);
  } catch (error) {
    if (!(error instanceof OperationTimedOutError)) throw error;
    throw new TraceUnavailableError(`trace ${id.toString()} is not complete within ${maxWait} ms`, { cause: error });
  } finally {
    ended.abort();
  }
}

async function readWhenComplete(
  id: Uuid,
  query: ExecuteOptions<TraceRow>,
  reader: TraceReaderOptions,
): Promise<QueryTrace> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const [session] = await reader.select(SELECT_SESSION, [id], query);
    if (session !== undefined && typeof session['duration'] === 'number') {
      return traceOf(id, session, await reader.select(SELECT_EVENTS, [id], query));
    }
    await sleep(pause, reader.clock, query.signal);
  }
}

function traceOf(traceId: Uuid, session: TraceRow, events: readonly TraceRow[]): QueryTrace {
  return {
    traceId,
    requestType: text(session['request']),
    durationMicros: Number(session['duration']),
    coordinator: text(session['coordinator']),
    client: text(session['client']),
    parameters: parameters(session['parameters']),
    startedAt: dateOf(session['started_at']),
    events: events.map(eventOf),
  };
}

function eventOf(row: TraceRow): TraceEvent {
  const id = row['event_id'];
  return {
    description: text(row['activity']),
    datetime: timeOf(id),
    source: text(row['source']),
    sourceElapsedMicros: Number(row['source_elapsed'] ?? 0),
    threadName: text(row['thread']),
  };
}

// The session may have chosen other types than the default ones.

function text(value: unknown): string {
  return typeof value === 'string' || value instanceof Inet ? String(value) : '';
}

function parameters(value: unknown): Record<string, string> {
  const entries = value instanceof Map ? (value as Map<string, string>) : Object.entries(value ?? {});
  return Object.fromEntries(entries);
}

/** An instant of Temporal refuses to be taken for a number. */
function dateOf(value: unknown): Date {
  if (value instanceof Date) return value;
  const isInstant = typeof value === 'object' && value !== null && 'epochMilliseconds' in value;
  return new Date(Number((isInstant ? value.epochMilliseconds : value) ?? NaN));
}

function timeOf(id: unknown): Date {
  const uuid = typeof id === 'string' ? TimeUuid.parse(id) : id;
  return uuid instanceof TimeUuid ? uuid.toDate() : new Date(NaN);
}

function sleep(delayMs: number, clock: Clock, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    const onAbort = (): void => {
      clock.clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
