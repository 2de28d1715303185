// Many statements at once, a bounded number of them in flight: results in the order of the statements, all together or as a
// stream.

import { AdaptiveLimit, FixedLimit, type Limit } from './concurrent/limit.ts';
import { SourceReader, type Source } from './concurrent/source.ts';
import { InvalidArgumentError } from './errors.ts';
import { NO_OPTIONS, type ExecuteOptions } from './execution/execute-options.ts';
import type { ExecutionProfile, ProfileKey } from './execution/profile.ts';
import { checkedBoolean, requireKnownOptions } from './execution/setting-checks.ts';
import type { Query } from './execution/statement-executor.ts';
import type { ResultSet } from './result/result-set.ts';
import type { Session } from './session.ts';
import { requireSignal } from './types/abort-signal.ts';
import type { Params, RowObject } from './types/cql-value.ts';
import { describe } from './types/describe.ts';

/** Options of {@link executeConcurrent}. */
export interface ConcurrentOptions {
  /** Requests in flight at once. Default: found while they run, from their latency, overloads and queueing; at most 1,024. */
  concurrency?: number;
  /** Reject at the first failure instead of collecting it. Default: `true`. */
  raiseOnFirstError?: boolean;
  /** Gives up what is in flight, and rejects with its reason. */
  signal?: AbortSignal;
  /** The execution profile of every statement: its name, or itself. */
  executionProfile?: ProfileKey | ExecutionProfile;
}

/** How one of the statements ended. */
export type ExecutionResult<Row> =
  { readonly success: true; readonly result: ResultSet<Row> } | { readonly success: false; readonly error: Error };

/** A statement and its parameters. */
export type StatementAndParams<Row> = readonly [query: Query<Row>, params?: Params];

/** What statements are executed on: a session. */
export type ConcurrentSession = Pick<Session, 'execute' | 'getPoolState'>;

/**
 * Executes statements, some at a time, and resolves with how each ended, in their order. Statements are taken from the
 * iterable only as others end.
 *
 * Rejects with the first failure unless `raiseOnFirstError` is false; statements in flight then still end. Rejects with the
 * reason of the signal, and with what the iterable throws.
 */
export function executeConcurrent<Row = RowObject>(
  session: ConcurrentSession,
  statements: Source<StatementAndParams<Row>>,
  options: ConcurrentOptions = {},
): Promise<ExecutionResult<Row>[]> {
  return collect(statements, options, session, (item, executeOptions) => {
    const [query, params] = checkedItem(item);
    return session.execute(query, params, executeOptions);
  });
}

/** Executes one statement with each of the parameters; otherwise as {@link executeConcurrent}. */
export function executeConcurrentWithArgs<Row = RowObject>(
  session: ConcurrentSession,
  query: Query<Row>,
  params: Source<Params>,
  options: ConcurrentOptions = {},
): Promise<ExecutionResult<Row>[]> {
  return collect(params, options, session, (item, executeOptions) => session.execute(query, item, executeOptions));
}

/**
 * Executes statements as {@link executeConcurrent} does, and gives how each ended, in their order, while others run. Never more
 * than `concurrency` statements are in flight or wait to be given, however many there are; leaving the loop takes no more.
 */
export function executeConcurrentStream<Row = RowObject>(
  session: ConcurrentSession,
  statements: Source<StatementAndParams<Row>>,
  options: ConcurrentOptions = {},
): AsyncIterableIterator<ExecutionResult<Row>, undefined> {
  return new OrderedResults(statements, options, session);
}

type Execute<Item, Row> = (item: Item, options: ExecuteOptions<Row>) => Promise<ResultSet<Row>>;

async function collect<Item, Row>(
  source: Source<Item>,
  options: ConcurrentOptions,
  session: ConcurrentSession,
  execute: Execute<Item, Row>,
): Promise<ExecutionResult<Row>[]> {
  checkOptions(options);
  const { raiseOnFirstError = true, signal } = options;
  const limit = limitOf(options, session);
  signal?.throwIfAborted();
  const reader = new SourceReader(source);
  const executeOptions = executeOptionsOf<Row>(options);
  const results: ExecutionResult<Row>[] = [];
  let started = 0;
  let inFlight = 0;
  let onAbort: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject: (reason: unknown) => void) => {
      onAbort = () => reject(signal?.reason);
      signal?.addEventListener('abort', onAbort, { once: true });
      const wants = (): boolean => inFlight < limit.current;
      const take = (item: Item): void => {
        const startedMs = limit.isTimed ? performance.now() : 0;
        const executing = execute(item, executeOptions);
        const index = started++;
        inFlight++;
        executing.then(
          (result) => end(index, startedMs, { success: true, result }),
          (error: unknown) => end(index, startedMs, { success: false, error: error as Error }),
        );
      };
      const end = (index: number, startedMs: number, result: ExecutionResult<Row>): void => {
        results[index] = result;
        inFlight--;
        limit.onEnd(limit.isTimed ? performance.now() - startedMs : 0, result.success ? null : result.error);
        if (!result.success && (raiseOnFirstError || signal?.aborted === true)) {
          reader.end();
          reject(result.error);
        } else proceed();
      };
      const proceed = (): void => {
        reader.pump(wants, take, reject);
        if (reader.isEnded && inFlight === 0) resolve();
        else if (inFlight === 0) void reader.taking?.then(proceed);
      };
      proceed();
    });
  } finally {
    reader.end();
    if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
  }
  return results;
}

class OrderedResults<Row> implements AsyncIterableIterator<ExecutionResult<Row>, undefined> {
  readonly #session: ConcurrentSession;
  readonly #reader: SourceReader<StatementAndParams<Row>>;
  readonly #limit: Limit;
  readonly #executeOptions: ExecuteOptions<Row>;
  readonly #options: ConcurrentOptions;
  /** Started and not given yet, in order; none of them rejects. */
  readonly #started: Promise<ExecutionResult<Row>>[] = [];
  #fault: { readonly error: unknown } | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #isLeft = false;

  constructor(source: Source<StatementAndParams<Row>>, options: ConcurrentOptions, session: ConcurrentSession) {
    checkOptions(options);
    this.#session = session;
    this.#options = options;
    this.#limit = limitOf(options, session);
    this.#reader = new SourceReader(source);
    this.#executeOptions = executeOptionsOf(options);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls that do not wait for one another get their results in order. */
  next(): Promise<IteratorResult<ExecutionResult<Row>, undefined>> {
    const result = this.#turn.then(() => this.#advanceOrLeave());
    this.#turn = result.catch(() => undefined);
    return result;
  }

  return(): Promise<IteratorResult<ExecutionResult<Row>, undefined>> {
    this.#isLeft = true;
    this.#reader.end();
    this.#started.length = 0;
    return Promise.resolve({ done: true, value: undefined });
  }

  /** A loop does not call `return` after an error; the source is left all the same. */
  async #advanceOrLeave(): Promise<IteratorResult<ExecutionResult<Row>, undefined>> {
    try {
      return this.#isLeft ? { done: true, value: undefined } : await this.#advance();
    } catch (error) {
      await this.return();
      throw error;
    }
  }

  async #advance(): Promise<IteratorResult<ExecutionResult<Row>, undefined>> {
    const { raiseOnFirstError = true, signal } = this.#options;
    signal?.throwIfAborted();
    this.#fill();
    while (this.#started.length === 0 && this.#reader.taking !== null) {
      await orAborted(this.#reader.taking, signal);
      this.#fill();
    }
    const first = this.#started.shift();
    if (first === undefined) {
      if (this.#fault !== null) throw this.#fault.error;
      return { done: true, value: undefined };
    }
    const value = await first;
    this.#fill();
    if (value.success || (!raiseOnFirstError && signal?.aborted !== true)) return { done: false, value };
    throw value.error;
  }

  #fill(): void {
    this.#reader.pump(
      () => this.#started.length < this.#limit.current,
      (item) => {
        const [query, params] = checkedItem(item);
        this.#started.push(this.#start(query, params));
      },
      (error) => (this.#fault = { error }),
    );
  }

  #start(query: Query<Row>, params: Params | undefined): Promise<ExecutionResult<Row>> {
    const startedMs = performance.now();
    return this.#session.execute(query, params, this.#executeOptions).then(
      (result) => {
        this.#limit.onEnd(performance.now() - startedMs, null);
        return { success: true, result } as const;
      },
      (error: unknown) => {
        this.#limit.onEnd(performance.now() - startedMs, error);
        return { success: false, error: error as Error } as const;
      },
    );
  }
}

function limitOf({ concurrency }: ConcurrentOptions, session: ConcurrentSession): Limit {
  if (concurrency === undefined) return new AdaptiveLimit(() => session.getPoolState().queued > 0);
  if (Number.isInteger(concurrency) && concurrency >= 1) return new FixedLimit(concurrency);
  const got = typeof concurrency === 'number' ? String(concurrency) : describe(concurrency);
  throw new InvalidArgumentError(`expected concurrency as an integer of at least 1, got ${got}`, {
    field: 'concurrency',
  });
}

const KNOWN: ReadonlySet<string> = new Set<keyof ConcurrentOptions>([
  ...(['concurrency', 'raiseOnFirstError', 'signal', 'executionProfile'] as const),
]);

function checkOptions(options: ConcurrentOptions): void {
  if (typeof options !== 'object' || (options as unknown) === null) throw refused('options', 'an object', options);
  requireKnownOptions(options, KNOWN, 'concurrency');
  requireSignal(options.signal);
  if (options.raiseOnFirstError !== undefined) checkedBoolean('raiseOnFirstError', options.raiseOnFirstError);
}

function checkedItem<Row>(item: StatementAndParams<Row>): StatementAndParams<Row> {
  if (Array.isArray(item)) return item;
  throw refused('statements', 'arrays of a statement and its parameters', item);
}

function refused(field: string, expected: string, value: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${field} as ${expected}, got ${describe(value)}`, { field });
}

function executeOptionsOf<Row>({ signal, executionProfile }: ConcurrentOptions): ExecuteOptions<Row> {
  if (signal === undefined && executionProfile === undefined) return NO_OPTIONS;
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(executionProfile === undefined ? {} : { executionProfile }),
  };
}

/** Waiting for a source that gives nothing ends with the signal. */
function orAborted(work: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void work.then(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
  });
}
