// One request from plan to outcome: takes hosts from the plan, makes attempts, asks the retry policy about failures, and
// settles once, within one deadline. It takes what it needs as parameters and knows no session.

import type { Deadline, Expirable } from '../connection/deadlines.ts';
import type { Delivery } from '../core.ts';
import {
  addFacts,
  DriverError,
  NoConnectionsAvailableError,
  NoHostAvailableError,
  OperationTimedOutError,
} from '../errors.ts';
import { UnpreparedError } from '../errors/server-errors.ts';
import type { RetryDecision } from '../policies/retry.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Host } from '../topology/host.ts';
import { HostAttempt, type AttemptOwner } from './attempt.ts';
import type { ExecutionContext } from './context.ts';
import { errorOf } from './outcome.ts';
import type { ExecutionRequest, ExecutionResponse } from './request.ts';
import { decide } from './retry-decision.ts';

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
  #startedMs = 0;
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
    if (this.#context.observer !== null) this.#startedMs = this.#context.clock.now();
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#rejectWith(signal.reason);
        return;
      }
      this.#onAbort = () => this.#rejectWith(signal.reason);
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
      this.#context.observer?.onAttempt(attempt);
      this.#succeed(delivery, record, attempt.host);
      return;
    }
    attempt.error = error;
    addFacts(error, { coordinator: attempt.host });
    this.#context.observer?.onAttempt(attempt);
    this.#onFailedAttempt(attempt, error);
  }

  onAttemptFailure(attempt: HostAttempt, error: DriverError): void {
    this.#context.observer?.onAttempt(attempt);
    this.#onFailedAttempt(attempt, error);
  }

  onDeadline(): void {
    this.#deadline = null;
    const last = this.#attempts.at(-1);
    const inFlight = last?.connection?.inFlight;
    const wasSent = this.#abandonAttempts();
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
        this.#context.observer?.onIgnore(error);
        this.#succeed(null, 0, attempt.host);
        return;
      case 'retry':
      case 'retryNextHost':
        this.#retries++;
        this.#context.observer?.onRetry(error);
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
    if (!this.#end(null)) return;
    this.#resolve({ delivery, record, attempts: this.#attempts, host });
  }

  #failForLackOfHosts(): void {
    const { host } = this.#request;
    if (this.#attempts.length === 0) this.#context.tryNow(host === undefined ? this.#context.topology().hosts : [host]);
    const errors = new Map(this.#skipped);
    for (const attempt of this.#attempts)
      if (attempt.error !== undefined) errors.set(attempt.host.toString(), attempt.error);
    this.#fail(new NoHostAvailableError('no host could execute the request', { errors, maybeApplied: false }));
  }

  #fail(error: DriverError): void {
    if (this.#isSettled) return;
    this.#rejectWith(
      addFacts(error, {
        query: this.#request.queryText,
        attempts: this.#attempts.map((attempt) => attempt.facts()),
        maybeApplied: this.#maybeApplied(error),
      }),
    );
  }

  /** Whatever the last attempt failed for, one before it may have been applied. */
  #maybeApplied(error: DriverError): boolean {
    if (this.#request.isHarmless === true || this.#attempts.length === 0) return false;
    return error.maybeApplied || this.#attempts.some((attempt) => attempt.error?.maybeApplied ?? false);
  }

  #rejectWith(reason: unknown): void {
    if (this.#end(reason)) this.#reject(reason);
  }

  /** Ends everything that still runs; whether the request was not settled before. */
  #end(error: unknown): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    const { observer, deadlines, clock } = this.#context;
    if (this.#deadline !== null) deadlines.cancel(this.#deadline);
    if (this.#onAbort !== null) this.#request.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#retryTimer !== undefined) clock.clearTimeout(this.#retryTimer);
    this.#abandonAttempts();
    observer?.onEnd(this.#request, clock.now() - this.#startedMs, error);
    return true;
  }

  /** Whether bytes of one that had no answer yet may have reached a server. */
  #abandonAttempts(): boolean {
    let wasSent = false;
    for (const attempt of this.#attempts) {
      if (attempt.durationMs !== undefined) continue;
      if (attempt.abandon()) wasSent = true;
      this.#context.observer?.onAttempt(attempt);
    }
    return wasSent;
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
