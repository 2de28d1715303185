// Many statements at once, a bounded number of them in flight: results in the order of the statements.

import { InvalidArgumentError } from './errors.ts';
import type { Query } from './execution/statement-executor.ts';
import type { ResultSet } from './result/result-set.ts';
import type { Session } from './session.ts';
import type { Params, RowObject } from './types/cql-value.ts';

/** Options of {@link executeConcurrent}. */
export interface ConcurrentOptions {
  /** Requests in flight at once. Default: 100. */
  concurrency?: number;
  /** Reject at the first failure instead of collecting it. Default: `true`. */
  raiseOnFirstError?: boolean;
  signal?: AbortSignal;
}

/** How one of the statements ended. */
export type ExecutionResult<Row> =
  { readonly success: true; readonly result: ResultSet<Row> } | { readonly success: false; readonly error: Error };

/** A statement and its parameters. */
export type StatementAndParams<Row> = readonly [query: Query<Row>, params?: Params];

const DEFAULT_CONCURRENCY = 100;

/**
 * Executes statements, some at a time, and resolves with how each ended, in their order. Statements are taken from the
 * iterable only as others end.
 *
 * Rejects with the first failure unless `raiseOnFirstError` is false; statements in flight then still end.
 */
export async function executeConcurrent<Row = RowObject>(
  session: Session,
  statements: Iterable<StatementAndParams<Row>> | AsyncIterable<StatementAndParams<Row>>,
  options: ConcurrentOptions = {},
): Promise<ExecutionResult<Row>[]> {
  const { concurrency = DEFAULT_CONCURRENCY, raiseOnFirstError = true, signal } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new InvalidArgumentError(`expected concurrency as an integer of at least 1, got ${concurrency}`, {
      field: 'concurrency',
    });
  }
  const results: ExecutionResult<Row>[] = [];
  const source = iteratorOf(statements);
  const executeOptions = signal === undefined ? {} : { signal };
  let next = 0;
  let isStopped = false;
  const stop = stopOf(signal);
  const work = async (): Promise<void> => {
    while (!isStopped) {
      signal?.throwIfAborted();
      const index = next++;
      const step = source.next();
      const taken = step instanceof Promise ? await step : step;
      if (taken.done === true) return;
      const [query, params] = taken.value;
      try {
        results[index] = { success: true, result: await session.execute(query, params, executeOptions) };
      } catch (error) {
        if (raiseOnFirstError || signal?.aborted === true) throw error;
        results[index] = { success: false, error: error as Error };
      }
    }
  };
  try {
    await Promise.race([stop.aborted, Promise.all(Array.from({ length: concurrency }, work))]);
  } catch (error) {
    isStopped = true;
    // Not awaited: a generator that still waits for its next statement would hold the failure back.
    Promise.resolve(source.return?.()).catch(() => undefined);
    throw error;
  } finally {
    stop.forget();
  }
  return results;
}

/** Executes one statement with each of the parameters; otherwise as {@link executeConcurrent}. */
export function executeConcurrentWithArgs<Row = RowObject>(
  session: Session,
  query: Query<Row>,
  params: Iterable<Params> | AsyncIterable<Params>,
  options: ConcurrentOptions = {},
): Promise<ExecutionResult<Row>[]> {
  return executeConcurrent(session, pair(query, params), options);
}

async function* pair<Row>(
  query: Query<Row>,
  params: Iterable<Params> | AsyncIterable<Params>,
): AsyncGenerator<StatementAndParams<Row>> {
  for await (const values of params) yield [query, values];
}

/** A promise that rejects when the signal aborts, which ends waiting for a source that gives nothing. */
function stopOf(signal: AbortSignal | undefined): { readonly aborted: Promise<never>; forget(): void } {
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject: (reason: unknown) => void) => {
    onAbort = () => reject(signal?.reason);
  });
  aborted.catch(() => undefined);
  signal?.addEventListener('abort', onAbort, { once: true });
  return { aborted, forget: () => signal?.removeEventListener('abort', onAbort) };
}

function iteratorOf<T>(
  source: Iterable<T> | AsyncIterable<T>,
): Iterator<T, undefined, undefined> | AsyncIterator<T, undefined, undefined> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
