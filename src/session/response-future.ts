// A request that was started and not awaited: callbacks, further pages on demand, and the result as a promise.

import { DriverError, InvalidArgumentError, QueryExhaustedError, type ErrorHost } from '../errors.ts';
import { waitWithin } from '../execution/wait-within.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import type { QueryTrace, TraceOptions } from '../result/execution-info.ts';
import type { ResultSet } from '../result/result-set.ts';
import type { Statement } from '../statement/statement.ts';
import { requireSignalIn } from '../types/abort-signal.ts';
import type { RowObject } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';
import { callUser } from '../types/user-call.ts';

/** What a future keeps of its session. */
export interface FutureOwner {
  readonly deadlines: Deadlines;
  /** The session itself, for its user. */
  readonly session: object;
  /** Gets what a callback throws. */
  report(where: string, error: unknown): void;
}

/** How to wait for a result. */
export interface ResultOptions {
  /** Milliseconds to wait; the request goes on. Default: no limit beside that of the request. */
  timeout?: number | null;
  /** Ends the waiting; the request goes on. */
  signal?: AbortSignal;
}

interface Listener<Row> {
  readonly onResult: ((result: ResultSet<Row>) => unknown) | null;
  readonly onError: ((error: Error) => unknown) | null;
}

/** How the last page that was asked for ended; `null` as long as it is on its way. */
type Outcome<Row> = { readonly result: ResultSet<Row> } | { readonly error: unknown } | null;

/**
 * The answer to a request, now or later: what `session.executeAsync` returns. It can be awaited.
 *
 * Callbacks run on a microtask of their own, for each page that was asked for; what they throw or
 * reject with goes to the logger. A failure
 * that nobody asks for is not reported; a promise that `result` returned and nobody handles is.
 */
export class ResponseFuture<Row = RowObject> implements PromiseLike<ResultSet<Row>> {
  readonly #owner: FutureOwner;
  readonly #statement: () => Statement<Row>;
  readonly #controller = new AbortController();
  #listeners: Listener<Row>[] = [];
  #outcome: Outcome<Row> = null;
  #page: Promise<ResultSet<Row>> | null = null;
  /** Tells who asked for the result before the request was started, as a request init listener may. */
  #begin: ((page: Promise<ResultSet<Row>>) => void) | null = null;

  /** Futures are made by `session.executeAsync`. */
  constructor(owner: FutureOwner, statement: () => Statement<Row>) {
    this.#owner = owner;
    this.#statement = statement;
  }

  /** The statement; for text, a simple statement made of it. */
  get query(): Statement<Row> {
    return this.#statement();
  }

  /** The session that executes it. */
  get session(): object {
    return this.#owner.session;
  }

  /** Aborted by `cancel`; for the session that made the future. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** True if there are rows behind the page at hand; false before the first page came. */
  get hasMorePages(): boolean {
    return this.#result?.hasMorePages ?? false;
  }

  /**
   * Warnings of the server.
   *
   * @throws {DriverError} before the answer came, or if none came.
   */
  get warnings(): readonly string[] {
    return this.#finished('warnings').info.warnings;
  }

  /**
   * Bytes that a custom query handler of the server sent, by name.
   *
   * @throws {DriverError} before the answer came, or if none came.
   */
  get customPayload(): Readonly<Record<string, Uint8Array>> | undefined {
    return this.#finished('customPayload').info.customPayload;
  }

  /** False if the request changed the schema and not all hosts agreed on it in time. */
  get isSchemaAgreed(): boolean {
    return this.#result?.info.isSchemaAgreed ?? true;
  }

  /** The hosts that were asked, in the order of the attempts; empty before the answer came. */
  get attemptedHosts(): readonly ErrorHost[] {
    const attempts = this.#result?.info.attempts ?? this.#error?.attempts ?? [];
    return attempts.map(({ host }) => host);
  }

  /** The host that answered; `undefined` before it did. */
  get coordinatorHost(): ErrorHost | undefined {
    return this.#result?.info.coordinator ?? this.#error?.coordinator;
  }

  /**
   * Resolves with the page that was asked for last.
   *
   * Rejects as `session.execute` does, and with `OperationTimedOutError` after `timeout`.
   */
  result(options: ResultOptions = {}): Promise<ResultSet<Row>> {
    try {
      requireSignalIn(options);
    } catch (error) {
      return Promise.reject(error);
    }
    const { timeout = null, signal } = options;
    if (timeout !== null && !(Number.isFinite(timeout) && timeout >= 0)) {
      const got = typeof timeout === 'number' ? String(timeout) : describe(timeout);
      const message = `expected timeout in milliseconds or null, got ${got}`;
      return Promise.reject(new InvalidArgumentError(message, { field: 'timeout' }));
    }
    const limits = { timeoutMs: timeout, signal };
    const waited = waitWithin(this.#started(), limits, this.#owner.deadlines, 'the result did not come');
    // A promise of its own: who asks for it answers for its rejection.
    return waited.then((result) => result);
  }

  then<A = ResultSet<Row>, B = never>(
    onResult?: ((result: ResultSet<Row>) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#started().then(onResult, onError);
  }

  /** The same as `then` without a function for the result. */
  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<ResultSet<Row> | B> {
    return this.#started().catch(onError);
  }

  /** Calls a function with the result, and with that of every further page; further arguments follow the result. */
  addCallback<Args extends readonly unknown[]>(
    callback: (result: ResultSet<Row>, ...args: Args) => void,
    ...args: Args
  ): this {
    requireFunction('callback', callback);
    return this.#listen({ onResult: (result) => callback(result, ...args), onError: null });
  }

  /** Calls a function with the error if the request fails; further arguments follow the error. */
  addErrback<Args extends readonly unknown[]>(errback: (error: Error, ...args: Args) => void, ...args: Args): this {
    requireFunction('errback', errback);
    return this.#listen({ onResult: null, onError: (error) => errback(error, ...args) });
  }

  /** Calls one function or the other. */
  addCallbacks(callback: (result: ResultSet<Row>) => void, errback: (error: Error) => void): this {
    requireFunction('callback', callback);
    requireFunction('errback', errback);
    return this.#listen({ onResult: callback, onError: errback });
  }

  /** Forgets all callbacks that have not been called. */
  clearCallbacks(): void {
    this.#listeners = [];
  }

  /**
   * Asks for the next page: callbacks are called with it, and `result` gives it.
   *
   * @throws {QueryExhaustedError} if there is none, also before the first page came.
   */
  startFetchingNextPage(): void {
    const page = this.#result;
    if (page === null || !page.hasMorePages) throw new QueryExhaustedError('expected a result that has another page');
    this.start(() => page.fetchNextPage({ signal: this.signal }) as Promise<ResultSet<Row>>);
  }

  /** Gives the request up: it rejects with the reason, by default an `AbortError`. */
  cancel(reason?: unknown): void {
    this.#controller.abort(reason);
  }

  /** Reads the trace of the page that came last; `null` if it was not traced. Waits for the answer first. */
  async getQueryTrace(options: TraceOptions = {}): Promise<QueryTrace | null> {
    return (await this.#started()).getQueryTrace(options);
  }

  /** Reads the traces of all pages so far. */
  async getAllQueryTraces(options: TraceOptions = {}): Promise<QueryTrace[]> {
    return (await this.#started()).getAllQueryTraces(options);
  }

  /** Starts the request; for the session that made the future. */
  start(execute: () => Promise<ResultSet<Row>>): void {
    this.#outcome = null;
    this.#page = execute();
    this.#begin?.(this.#page);
    this.#page.then(
      (result) => this.#settle({ result }),
      (error: unknown) => this.#settle({ error }),
    );
  }

  /** Takes over a result that is there; for the session that made the future. */
  startWith(result: ResultSet<Row>): void {
    this.#outcome = { result };
    this.#page = Promise.resolve(result);
  }

  get #result(): ResultSet<Row> | null {
    return this.#outcome !== null && 'result' in this.#outcome ? this.#outcome.result : null;
  }

  get #error(): DriverError | null {
    if (this.#outcome === null || !('error' in this.#outcome)) return null;
    return this.#outcome.error instanceof DriverError ? this.#outcome.error : null;
  }

  #started(): Promise<ResultSet<Row>> {
    return (this.#page ??= new Promise((resolve) => (this.#begin = resolve)));
  }

  #finished(what: string): ResultSet<Row> {
    if (this.#result !== null) return this.#result;
    throw new DriverError(`expected an answer before ${what} is read, got none yet`, { cause: this.#error });
  }

  #listen(listener: Listener<Row>): this {
    this.#listeners.push(listener);
    if (this.#outcome !== null) this.#call(listener, this.#outcome);
    return this;
  }

  #settle(outcome: Exclude<Outcome<Row>, null>): void {
    this.#outcome = outcome;
    for (const listener of this.#listeners) this.#call(listener, outcome);
  }

  #call(listener: Listener<Row>, outcome: Exclude<Outcome<Row>, null>): void {
    queueMicrotask(() => {
      if (!this.#listeners.includes(listener)) return;
      callUser(
        () => ('result' in outcome ? listener.onResult?.(outcome.result) : listener.onError?.(outcome.error as Error)),
        (error) => this.#owner.report('a callback of a response future', error),
      );
    });
  }
}

function requireFunction(field: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new InvalidArgumentError(`expected ${field} as a function, got ${describe(value)}`, { field });
}
