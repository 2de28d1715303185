// Requests on a channel of the runtime's own diagnostics, for tracers that know nothing of this driver: they subscribe to
// `tracing:ferrocql:request:start` and so on, and nothing has to be patched. Nobody listening costs three reads a request.

import { tracingChannel } from 'node:diagnostics_channel';
import { redactCql } from '../errors/redact-cql.ts';
import type { Query } from '../execution/statement-executor.ts';
import type { ResultSet } from '../result/result-set.ts';
import { queryText } from './interceptors.ts';

/** What subscribers are given, the same object from start to end of a request. */
export interface RequestMessage {
  /** Text of the statement, with `?` in the place of every literal. */
  readonly query: string;
  /** Keyspace of the session; `undefined` if it has none. */
  readonly keyspace: string | undefined;
  /** The first page, from `asyncStart` on, if the request succeeded. */
  readonly result?: ResultSet<unknown>;
  /** What the request was rejected with, from `error` on. */
  readonly error?: unknown;
}

/** Name for `diagnostics_channel.tracingChannel`. */
export const REQUEST_CHANNEL = 'ferrocql:request';

const channels = tracingChannel<unknown, RequestMessage>(REQUEST_CHANNEL);
const { start, asyncStart, asyncEnd, error } = channels;

/** Whether anybody listens. Asks each channel, as not every runtime can ask all at once. */
export function isRequestHeard(): boolean {
  return start.hasSubscribers || asyncEnd.hasSubscribers || error.hasSubscribers || asyncStart.hasSubscribers;
}

/** Executes with subscribers told of it. */
export function traceRequest<Row>(
  query: Query<Row>,
  keyspace: string | undefined,
  execute: () => Promise<ResultSet<Row>>,
): Promise<ResultSet<Row>> {
  return channels.tracePromise(execute, { query: redactCql(queryText(query as Query<unknown>)), keyspace });
}
