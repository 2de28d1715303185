// One request from plan to outcome: takes hosts from the plan, makes attempts, asks the retry policy about failures, and
// settles once, within one deadline. It takes what it needs as parameters and knows no session.

import type { Deadline, Deadlines, Expirable } from '../connection/deadlines.ts';
import type { Clock } from '../connection/clock.ts';
import type { Delivery } from '../core.ts';
import {
  addFacts,
  DriverError,
  NoConnectionsAvailableError,
  NoHostAvailableError,
  OperationTimedOutError,
} from '../errors.ts';
import { UnpreparedError } from '../errors/server-errors.ts';
import type { LoadBalancingPolicy } from '../policies/load-balancing.ts';
import type { RetryDecision, RetryPolicy } from '../policies/retry.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Host } from '../topology/host.ts';
import type { Topology } from '../topology/topology.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import { HostAttempt, type AttemptOwner, type Outgoing } from './attempt.ts';
import { errorOf } from './outcome.ts';
import { decide } from './retry-decision.ts';
import type { EncodedQuery } from './routed-query.ts';

/** What every request of a session needs. */
export interface ExecutionContext {
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  topology(): Topology;
  /** Whether the session is shut down: failures are final then. */
  isClosed(): boolean;
  pool(host: Host): HostPool | undefined;
}

/** One request, encoded. */
export interface ExecutionRequest extends Outgoing {
  readonly query: EncodedQuery;
  /** The statement, for errors. */
  readonly queryText: string;
  /** Columns of the rows, as far as they are known, for errors. */
  readonly columns?: readonly ColumnSpec[] | undefined;
  readonly loadBalancingPolicy: LoadBalancingPolicy;
  readonly retryPolicy: RetryPolicy;
  /** The one host to ask, instead of a plan. */
  readonly host: Host | undefined;
  readonly timeoutMs: number | null;
  readonly signal: AbortSignal | undefined;
  /** True for what changes nothing wherever it ends, such as preparing. */
  readonly isHarmless?: boolean;
  /** Prepares the statement again on a host that has forgotten it; absent for requests that name no prepared id. */
  readonly reprepare?: ((host: Host) => Promise<void>) | undefined;
}

/** The answer, and how it came about. `delivery` is `null` where the retry policy ignored a failure. */
export interface ExecutionResponse {
  readonly delivery: Delivery | null;
  readonly record: number;
  readonly attempts: readonly HostAttempt[];
  readonly host: Host;
}

/** Executes a request; rejects with a {@link DriverError}, or with the reason of the signal. */
export function executeRequest(request: ExecutionRequest, context: ExecutionContext): Promise<ExecutionResponse> {
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    new Execution(request, context, resolve, reject).start();
  });
}

class Execution implements AttemptOwner, Expirable {
  readonly #request: ExecutionRequest;
  readonly #context: ExecutionContext;
  readonly #resolve: (response: ExecutionResponse) => void;
  readonly #reject: (reason: unknown) => void;
  readonly #attempts: HostAttempt[] = [];
  readonly #skipped = new Map<string, Error>();
  #plan: Iterator<Host> | null = null;
  #deadline: Deadline | null = null;
  #onAbort: (() => void) | null = null;
  /** Hosts on which the statement was prepared again: once each, or a confused server would be asked for ever. */
  #reprepared: Set<Host> | null = null;
  #retries = 0;
  #retryTimer: unknown;
  #isSettled = false;

  constructor(
    request: ExecutionRequest,
    context: ExecutionContext,
    resolve: (response: ExecutionResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#request = request;
    this.#context = context;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal, timeoutMs, host, loadBalancingPolicy, query } = this.#request;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#settle(() => this.#reject(signal.reason));
        return;
      }
      this.#onAbort = () => this.#settle(() => this.#reject(signal.reason));
      signal.addEventListener('abort', this.#onAbort);
    }
    if (timeoutMs !== null) this.#deadline = this.#context.deadlines.add(this, timeoutMs);
    try {
      const plan = host === undefined ? loadBalancingPolicy.makeQueryPlan(query, this.#context.topology()) : [host];
      this.#plan = plan[Symbol.iterator]();
      this.#tryNextHost();
    } catch (error) {
      this.#fail(asDriverError(error));
    }
  }

  onAttemptResponse(attempt: HostAttempt, delivery: Delivery, record: number): void {
    let error: DriverError | null;
    try {
      error = errorOf(delivery, record, this.#request.columns);
    } catch (thrown) {
      error = asDriverError(thrown);
    }
    if (error === null) {
      this.#succeed(delivery, record, attempt.host);
      return;
    }
    attempt.error = error;
    addFacts(error, { coordinator: attempt.host });
    this.#onFailedAttempt(attempt, error);
  }

  onAttemptFailure(attempt: HostAttempt, error: DriverError): void {
    this.#onFailedAttempt(attempt, error);
  }

  onDeadline(): void {
    this.#deadline = null;
    const last = this.#attempts.at(-1);
    const inFlight = last?.connection?.inFlight;
    const wasSent = this.#attempts.map((attempt) => attempt.abandon()).includes(true);
    const where = last === undefined ? 'no host was asked' : `last asked: ${last.host.toString()}`;
    this.#fail(
      new OperationTimedOutError(`no answer within ${this.#request.timeoutMs ?? 0} ms (${where})`, {
        lastHost: last?.host,
        inFlight,
        maybeApplied: wasSent,
      }),
    );
  }

  #tryNextHost(): void {
    for (;;) {
      let step: IteratorResult<Host> | undefined;
      try {
        step = this.#plan?.next();
      } catch (error) {
        this.#fail(asDriverError(error));
        return;
      }
      if (step === undefined || step.done === true) {
        this.#failForLackOfHosts();
        return;
      }
      const pool = this.#context.pool(step.value);
      if (pool?.isConnected === true) {
        this.#attempt(pool);
        return;
      }
      this.#skipped.set(step.value.toString(), pool?.lastError ?? noConnection(step.value));
    }
  }

  #attempt(pool: HostPool): void {
    const attempt = new HostAttempt(this, pool, this.#request, this.#context.clock, this.#retries);
    this.#attempts.push(attempt);
    try {
      attempt.start();
    } catch (error) {
      this.#fail(asDriverError(error));
    }
  }

  #onFailedAttempt(attempt: HostAttempt, error: DriverError): void {
    if (this.#isSettled) return;
    if (this.#context.isClosed()) {
      this.#fail(error);
      return;
    }
    if (
      error instanceof UnpreparedError &&
      this.#request.reprepare !== undefined &&
      this.#reprepared?.has(attempt.host) !== true
    ) {
      this.#reprepare(attempt, this.#request.reprepare);
      return;
    }
    let decision: RetryDecision;
    try {
      decision = decide(this.#request.retryPolicy, this.#request.query, this.#retries, error);
    } catch (thrown) {
      this.#fail(asDriverError(thrown));
      return;
    }
    switch (decision.kind) {
      case 'rethrow':
        this.#fail(error);
        return;
      case 'ignore':
        this.#succeed(null, 0, attempt.host);
        return;
      case 'retry':
      case 'retryNextHost':
        this.#retries++;
        this.#retry(decision.kind, attempt, error, decision.delayMs ?? 0);
    }
  }

  #retry(kind: 'retry' | 'retryNextHost', attempt: HostAttempt, error: DriverError, delayMs: number): void {
    const again = (): void => {
      if (this.#isSettled) return;
      if (kind === 'retry' && attempt.pool.isConnected) {
        this.#attempt(attempt.pool);
        return;
      }
      this.#skipped.set(attempt.host.toString(), error);
      this.#tryNextHost();
    };
    if (delayMs > 0) this.#retryTimer = this.#context.clock.setTimeout(again, delayMs);
    else again();
  }

  #reprepare(attempt: HostAttempt, reprepare: (host: Host) => Promise<void>): void {
    (this.#reprepared ??= new Set()).add(attempt.host);
    reprepare(attempt.host).then(
      () => {
        if (this.#isSettled) return;
        if (attempt.pool.isConnected) this.#attempt(attempt.pool);
        else this.#tryNextHost();
      },
      (error: unknown) => {
        if (!this.#isSettled) this.#onFailedAttempt(attempt, asDriverError(error));
      },
    );
  }

  #succeed(delivery: Delivery | null, record: number, host: Host): void {
    this.#settle(() => this.#resolve({ delivery, record, attempts: this.#attempts, host }));
  }

  #failForLackOfHosts(): void {
    const errors = new Map(this.#skipped);
    for (const attempt of this.#attempts)
      if (attempt.error !== undefined) errors.set(attempt.host.toString(), attempt.error);
    this.#fail(new NoHostAvailableError('no host could execute the request', { errors, maybeApplied: false }));
  }

  #fail(error: DriverError): void {
    this.#settle(() =>
      this.#reject(
        addFacts(error, {
          query: this.#request.queryText,
          attempts: this.#attempts.map((attempt) => attempt.facts()),
          maybeApplied: this.#maybeApplied(error),
        }),
      ),
    );
  }

  /** Whatever the last attempt failed for, one before it may have been applied. */
  #maybeApplied(error: DriverError): boolean {
    if (this.#request.isHarmless === true || this.#attempts.length === 0) return false;
    return error.maybeApplied || this.#attempts.some((attempt) => attempt.error?.maybeApplied ?? false);
  }

  #settle(outcome: () => void): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#deadline !== null) this.#context.deadlines.cancel(this.#deadline);
    if (this.#onAbort !== null) this.#request.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#retryTimer !== undefined) this.#context.clock.clearTimeout(this.#retryTimer);
    for (const attempt of this.#attempts) attempt.abandon();
    outcome();
  }
}

function noConnection(host: Host): DriverError {
  return new NoConnectionsAvailableError(`no open connection to ${host.toString()}`, { maybeApplied: false });
}

function asDriverError(error: unknown): DriverError {
  if (DriverError.isDriverError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DriverError(`a policy or listener threw: ${message}`, { cause: error });
}
