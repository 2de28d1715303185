// Who hears of the requests of a session: interceptors. Without any, a request costs one comparison with null.

import type { HostAttempt } from '../execution/attempt.ts';
import type { ExecuteOptions } from '../execution/execute-options.ts';
import type { ExecutionObserver } from '../execution/observer.ts';
import type { Query } from '../execution/statement-executor.ts';
import type { ResultSet } from '../result/result-set.ts';
import { BatchStatement } from '../statement/batch.ts';
import { BoundStatement, PreparedStatement } from '../statement/prepared.ts';
import { SimpleStatement } from '../statement/simple.ts';
import type { Statement } from '../statement/statement.ts';
import type { Params } from '../types/cql-value.ts';
import type { Attempt } from '../types/host-info.ts';
import { callUser } from '../types/user-call.ts';

/** A request as interceptors see it; the same object in every call about one request. */
export interface RequestInfo {
  /** The text of the statement, as it was given. It may hold data and secrets. */
  readonly query: string;
  /** The statement; for text, a simple statement made of it. */
  readonly statement: Statement<unknown>;
  readonly params: Params | undefined;
  readonly options: Readonly<ExecuteOptions<unknown>>;
}

/** Hears of requests. Every method may be missing; what they throw or reject with goes to the logger, and the request goes on. */
export interface RequestInterceptor {
  /**
   * Before the request is executed, which waits for a promise that is returned: not longer than the timeout of a request, and
   * until its signal aborts or the session is shut down.
   */
  onRequest?(request: RequestInfo): void | Promise<void>;
  /** The request succeeded; for a result of many pages, the first came. */
  onResponse?(request: RequestInfo, result: ResultSet<unknown>): void;
  /** The request failed for good, whatever was tried. */
  onError?(request: RequestInfo, error: Error): void;
  /** An attempt on one host ended, also for further pages. */
  onAttempt?(request: RequestInfo, attempt: Attempt): void;
}

/** Gets what an interceptor or a listener throws. */
export type WatcherFault = (where: string, error: unknown) => void;

export class Interceptors {
  readonly #report: WatcherFault;
  #all: readonly RequestInterceptor[];

  constructor(report: WatcherFault, all: readonly RequestInterceptor[]) {
    this.#report = report;
    this.#all = all;
  }

  with(interceptor: RequestInterceptor): Interceptors {
    return new Interceptors(this.#report, [...this.#all, interceptor]);
  }

  /** `null` where none is left. */
  without(interceptor: RequestInterceptor): Interceptors | null {
    const index = this.#all.indexOf(interceptor);
    const left = this.#all.filter((_, i) => i !== index);
    return left.length === 0 ? null : new Interceptors(this.#report, left);
  }

  /** An observer that tells of attempts, beside the one that is there; that one where nobody wants to hear. */
  observer(other: ExecutionObserver | null): ExecutionObserver | null {
    const listening = this.#all.filter((interceptor) => interceptor.onAttempt !== undefined);
    return listening.length === 0 ? other : new AttemptObserver(this, other);
  }

  /** Tells of a request and of how it ends; `wait` limits how long it is kept waiting, and rejects when that is over. */
  async around<Row>(
    request: RequestInfo,
    wait: (work: Promise<void>) => Promise<void>,
    run: () => Promise<ResultSet<Row>>,
  ): Promise<ResultSet<Row>> {
    let result: ResultSet<Row>;
    try {
      if (this.#all.some((interceptor) => interceptor.onRequest !== undefined)) await wait(this.#announce(request));
      result = await run();
    } catch (error) {
      this.#tell('onError', (interceptor) => interceptor.onError?.(request, error as Error));
      throw error;
    }
    this.#tell('onResponse', (interceptor) => interceptor.onResponse?.(request, result));
    return result;
  }

  /** One interceptor after the other; never rejects. */
  async #announce(request: RequestInfo): Promise<void> {
    for (const interceptor of this.#all) {
      try {
        await interceptor.onRequest?.(request);
      } catch (error) {
        this.#report('onRequest', error);
      }
    }
  }

  onAttempt(request: RequestInfo, attempt: HostAttempt): void {
    this.#tell('onAttempt', (interceptor) => interceptor.onAttempt?.(request, attempt.facts()));
  }

  #tell(where: string, call: (interceptor: RequestInterceptor) => unknown): void {
    for (const interceptor of this.#all) {
      callUser(
        () => call(interceptor),
        (error) => this.#report(where, error),
      );
    }
  }
}

class AttemptObserver implements ExecutionObserver {
  readonly #interceptors: Interceptors;
  readonly #other: ExecutionObserver | null;

  constructor(interceptors: Interceptors, other: ExecutionObserver | null) {
    this.#interceptors = interceptors;
    this.#other = other;
  }

  onAttempt(...[attempt, request]: Parameters<ExecutionObserver['onAttempt']>): void {
    this.#other?.onAttempt(attempt, request);
    if (request.watched instanceof WatchedRequest) this.#interceptors.onAttempt(request.watched, attempt);
  }

  onRetry(...details: Parameters<ExecutionObserver['onRetry']>): void {
    this.#other?.onRetry(...details);
  }

  onIgnore(...details: Parameters<ExecutionObserver['onIgnore']>): void {
    this.#other?.onIgnore(...details);
  }

  onSpeculation(...details: Parameters<ExecutionObserver['onSpeculation']>): void {
    this.#other?.onSpeculation(...details);
  }

  onEnd(...details: Parameters<ExecutionObserver['onEnd']>): void {
    this.#other?.onEnd(...details);
  }
}

/** One request of a session that is watched. */
export class WatchedRequest implements RequestInfo {
  readonly query: string;
  readonly params: Params | undefined;
  readonly options: Readonly<ExecuteOptions<unknown>>;
  readonly #query: Query<unknown>;

  constructor(query: Query<unknown>, params: Params | undefined, options: ExecuteOptions<unknown>) {
    this.#query = query;
    this.query = queryText(query);
    this.params = params ?? (query instanceof SimpleStatement ? query.params : undefined);
    this.options = options;
  }

  get statement(): Statement<unknown> {
    return statementOf(this.#query, this.params);
  }
}

/** The statement of a query; text becomes a simple statement. */
export function statementOf<Row>(query: Query<Row>, params?: Params): Statement<Row> {
  return typeof query === 'string' ? new SimpleStatement<Row>(query, { params }) : query;
}

/** The text of a query. */
export function queryText(query: Query<unknown>): string {
  if (typeof query === 'string') return query;
  if (query instanceof SimpleStatement || query instanceof PreparedStatement) return query.queryString;
  if (query instanceof BoundStatement) return query.preparedStatement.queryString;
  return query instanceof BatchStatement ? `BATCH of ${query.length} statements` : '';
}
