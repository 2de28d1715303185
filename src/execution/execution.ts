// One request from plan to outcome: takes hosts from the plan, makes attempts one after the other and, where a policy wants
// that, beside each other, asks the retry policy about failures, and settles once, within one deadline. It takes what it needs
// as parameters and knows no session.

import type { Deadline, Expirable } from '../connection/deadlines.ts';
import type { Delivery } from '../core.ts';
import {
  addFacts,
  ConnectionError,
  ConnectionShutdownError,
  DriverError,
  NoConnectionsAvailableError,
  NoHostAvailableError,
  OperationTimedOutError,
  ownError,
} from '../errors.ts';
import { RequestValidationError, UnavailableError, UnpreparedError } from '../errors/server-errors.ts';
import type { RetryDecision } from '../policies/retry.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Host } from '../topology/host.ts';
import { consistencyName } from '../types/consistency.ts';
import { HostAttempt, type AttemptOwner } from './attempt.ts';
import type { ExecutionContext } from './context.ts';
import { errorOf } from './outcome.ts';
import type { EncodedRequest, ExecutionRequest, ExecutionResponse } from './request.ts';
import { decide } from './retry-decision.ts';
import { Speculation, type Speculator } from './speculation.ts';

/** Until the first is made; never added to. */
const NO_ATTEMPTS: HostAttempt[] = [];
/** Cassandra may forget a statement twice around one ALTER of its table: before and after it was prepared again. */
const MOST_REPREPARATIONS = 2;

type Retry = Extract<RetryDecision, { readonly kind: 'retry' | 'retryNextHost' }>;

/** Executes a request; rejects with a {@link DriverError}, or with the reason of the signal. */
export function executeRequest(request: ExecutionRequest, context: ExecutionContext): Promise<ExecutionResponse> {
  return new Promise((resolve, reject: (reason: unknown) => void) => {
    startExecution(request, context, resolve, reject);
  });
}

/** Executes a request; one of the two is called, once, and neither may throw. */
export function startExecution(
  request: ExecutionRequest,
  context: ExecutionContext,
  onResponse: (response: ExecutionResponse) => void,
  onFailure: (reason: unknown) => void,
): void {
  new Execution(request, context, onResponse, onFailure).start();
}

class Execution implements AttemptOwner, Expirable, Speculator {
  readonly #request: ExecutionRequest;
  readonly #context: ExecutionContext;
  readonly #resolve: (response: ExecutionResponse) => void;
  readonly #reject: (reason: unknown) => void;
  #attempts: HostAttempt[] = NO_ATTEMPTS;
  /** What attempts send: the request, or the same at the consistency of a retry. */
  #encoded: EncodedRequest;
  #skipped: Map<string, Error> | null = null;
  #plan: Iterator<Host> | null = null;
  /** Pools of hosts that the plan named and that are tried after the others. */
  #later: HostPool[] | null = null;
  #deadline: Deadline | null = null;
  #onAbort: (() => void) | null = null;
  /** How often the statement was prepared again on a host: bounded, or a confused server would be asked for ever. */
  #reprepared: Map<Host, number> | null = null;
  #speculation: Speculation | null = null;
  /** Retries that wait for their time. */
  #pauses: Set<Pause> | null = null;
  /** Attempts that run, wait for their retry, or wait for a preparation; the request goes on while there is one. */
  #running = 0;
  #retries = 0;
  #startedMs = 0;
  #isSettled = false;

  constructor(
    request: ExecutionRequest,
    context: ExecutionContext,
    resolve: (response: ExecutionResponse) => void,
    reject: (reason: unknown) => void,
  ) {
    this.#request = request;
    this.#encoded = request;
    this.#context = context;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  start(): void {
    const { signal, timeoutMs } = this.#request;
    const { clock, deadlines, retryBudget, requests } = this.#context;
    requests.begin();
    const nowMs = clock.now();
    this.#startedMs = nowMs;
    if (signal !== undefined) {
      if (signal.aborted) {
        this.#rejectWith(signal.reason);
        return;
      }
      this.#onAbort = () => this.#rejectWith(signal.reason);
      signal.addEventListener('abort', this.#onAbort);
    }
    if (timeoutMs !== null) this.#deadline = deadlines.add(this, timeoutMs, nowMs);
    retryBudget.onRequest();
    try {
      this.#makePlan();
      const pool = this.#nextPool();
      if (pool === null) {
        this.#failForLackOfHosts();
        return;
      }
      this.#running++;
      this.#attempt(pool, false, nowMs);
      this.#startSpeculation(pool.host);
    } catch (error) {
      this.#fail(asDriverError(error));
    }
  }

  now(): number {
    return this.#context.clock.now();
  }

  onAttemptResponse(attempt: HostAttempt, delivery: Delivery, record: number): void {
    let error: DriverError | null;
    try {
      error = errorOf(delivery, record, this.#request.columns);
    } catch (thrown) {
      error = asDriverError(thrown);
    }
    if (error === null) {
      this.#watchEnd(attempt);
      this.#succeed(delivery, record, attempt);
      return;
    }
    attempt.error = error;
    addFacts(error, { coordinator: attempt.host });
    if (error instanceof UnavailableError && this.#request.isAppliedInParts()) addFacts(error, { maybeApplied: true });
    this.onAttemptFailure(attempt, error);
  }

  onAttemptFailure(attempt: HostAttempt, error: DriverError): void {
    this.#watchEnd(attempt);
    this.#onFailedAttempt(attempt, error);
  }

  /**
   * The host of an attempt is silent. An idempotent request is sent to the next host beside it, and what waits in line and was
   * sent nowhere moves there; everything else goes on waiting.
   */
  onAttemptSuspect(attempt: HostAttempt): void {
    const isInLine = attempt.connection === null;
    // One attempt that came after it, beside it or in its place, is enough.
    if (this.#isSettled || this.#attempts.at(-1) !== attempt || this.#request.host !== undefined) return;
    if (!(isInLine || this.#encoded.query.isIdempotent) || this.#context.isClosed()) return;
    try {
      const pool = this.#nextPool();
      if (pool === null) return;
      if (pool.isSuspect || !(isInLine || this.#context.retryBudget.take())) (this.#later ??= []).unshift(pool);
      else if (isInLine) this.#move(attempt, pool);
      else this.#beside(pool);
    } catch (error) {
      this.#fail(asDriverError(error));
    }
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

  speculate(): Host | undefined {
    if (this.#isSettled) return undefined;
    const pool = this.#nextPool();
    if (pool === null) return undefined;
    this.#beside(pool);
    return pool.host;
  }

  onPolicyFailure(error: unknown): void {
    this.#fail(asDriverError(error));
  }

  onShutdown(): void {
    for (const { error } of this.#pauses ?? []) this.#fail(error);
  }

  /** The time of a retry has come. */
  onPauseEnd(pause: Pause): void {
    this.#pauses?.delete(pause);
    this.#continue(pause.attempt, pause.retry, pause.error);
  }

  #makePlan(): void {
    const { host, loadBalancingPolicy } = this.#request;
    const plan =
      host === undefined ? loadBalancingPolicy.makeQueryPlan(this.#encoded.query, this.#context.topology()) : [host];
    this.#plan = plan[Symbol.iterator]();
  }

  /** The pool of the next host of the plan that has a connection, suspect ones last; `null` at its end. */
  #nextPool(): HostPool | null {
    for (;;) {
      const step = this.#plan?.next();
      if (step === undefined || step.done === true) return this.#laterPool();
      const host = step.value;
      const pool = this.#context.pool(host);
      if (pool?.isConnected !== true) this.#skip(host, pool?.lastError ?? noConnection(host));
      else if (pool.isSuspect) (this.#later ??= []).push(pool);
      else return pool;
    }
  }

  #laterPool(): HostPool | null {
    for (let pool = this.#later?.shift(); pool !== undefined; pool = this.#later?.shift()) {
      if (pool.isConnected) return pool;
      this.#skip(pool.host, pool.lastError ?? noConnection(pool.host));
    }
    return null;
  }

  #skip(host: Host, error: Error): void {
    (this.#skipped ??= new Map()).set(host.toString(), error);
  }

  #attempt(pool: HostPool, isSpeculative: boolean, nowMs = this.now()): void {
    const attempt = new HostAttempt(this, pool, this.#encoded, nowMs, this.#retries, isSpeculative);
    // Mostly the only one, and kept with the result: an array of one, without room for more.
    if (this.#attempts === NO_ATTEMPTS) this.#attempts = [attempt];
    else this.#attempts.push(attempt);
    try {
      attempt.start();
    } catch (error) {
      attempt.onNoConnection(asDriverError(error));
    }
  }

  /** A further attempt while others run. */
  #beside(pool: HostPool): void {
    this.#context.observer?.onSpeculation(pool.host);
    this.#running++;
    this.#attempt(pool, true);
  }

  /** Takes an attempt out of the line of its host. */
  #move(attempt: HostAttempt, pool: HostPool): void {
    attempt.abandon();
    this.#watchEnd(attempt);
    this.#attempt(pool, attempt.speculative);
  }

  #startSpeculation(host: Host): void {
    const { speculativeExecutionPolicy: policy, query } = this.#request;
    if (policy === null || !query.isIdempotent || this.#request.host !== undefined || this.#isSettled) return;
    this.#speculation = new Speculation(this, policy.newPlan(query), this.#context.deadlines);
    this.#speculation.after(host);
  }

  #onFailedAttempt(attempt: HostAttempt, error: DriverError): void {
    if (this.#isSettled) return;
    if (this.#context.isClosed()) {
      this.#fail(error);
      return;
    }
    if (error instanceof UnpreparedError && this.#reprepare(attempt)) return;
    let decision: RetryDecision;
    try {
      decision = decide(this.#request.retryPolicy, this.#encoded.query, this.#retries, error);
      if (isRetry(decision)) this.#encodeAt(decision);
    } catch (thrown) {
      this.#fail(asDriverError(thrown));
      return;
    }
    if (decision.kind === 'ignore') {
      this.#context.observer?.onIgnore(error);
      this.#succeed(null, 0, attempt);
    } else if (isRetry(decision) && this.#mayRetry(error)) {
      this.#retries++;
      this.#context.observer?.onRetry(error);
      this.#retry(attempt, decision, error);
    } else {
      this.#giveUp(error);
    }
  }

  /** A retry of what never left costs no server anything; every other one is paid from the budget. */
  #mayRetry(error: DriverError): boolean {
    return (error instanceof ConnectionError && !error.maybeApplied) || this.#context.retryBudget.take();
  }

  #encodeAt({ consistency }: Retry): void {
    if (consistency === undefined) return;
    this.#encoded = this.#request.encodeAt(consistencyName(consistency)) ?? this.#encoded;
  }

  #retry(attempt: HostAttempt, retry: Retry, error: DriverError): void {
    const { deadlines, paused } = this.#context;
    const delayMs = retry.delayMs ?? 0;
    if (!(delayMs > 0)) {
      this.#continue(attempt, retry, error);
      return;
    }
    const pause = new Pause(this, attempt, retry, error);
    pause.deadline = deadlines.add(pause, delayMs);
    (this.#pauses ??= new Set()).add(pause);
    paused.add(this);
  }

  #continue(attempt: HostAttempt, retry: Retry, error: DriverError): void {
    try {
      if (retry.kind === 'retry' && attempt.pool.isConnected) {
        this.#attempt(attempt.pool, attempt.speculative);
        return;
      }
      this.#skip(attempt.host, error);
      let pool = this.#nextPool();
      if (pool === null && retry.delayMs !== undefined && retry.delayMs > 0) {
        // Time has passed: hosts may be back, and those that failed may have recovered.
        this.#makePlan();
        pool = this.#nextPool();
      }
      if (pool === null) this.#giveUp(null);
      else this.#attempt(pool, attempt.speculative);
    } catch (thrown) {
      this.#fail(asDriverError(thrown));
    }
  }

  /** Whether the statement is being prepared again, after which the attempt is repeated. */
  #reprepare(attempt: HostAttempt): boolean {
    if ((this.#reprepared?.get(attempt.host) ?? 0) >= MOST_REPREPARATIONS) return false;
    const preparing = this.#request.reprepare(attempt);
    if (preparing === null) return false;
    preparing.then(
      (wasAsked) => {
        if (wasAsked) this.#countReprepared(attempt.host);
        if (this.#isSettled) return;
        const { pool } = attempt;
        if (pool.isConnected) this.#attempt(pool, attempt.speculative);
        else this.#continue(attempt, { kind: 'retryNextHost' }, pool.lastError ?? noConnection(pool.host));
      },
      (error: unknown) => {
        this.#countReprepared(attempt.host, MOST_REPREPARATIONS);
        this.#onFailedAttempt(attempt, asDriverError(ownError(error)));
      },
    );
    return true;
  }

  #countReprepared(host: Host, count = 1): void {
    this.#reprepared ??= new Map();
    this.#reprepared.set(host, (this.#reprepared.get(host) ?? 0) + count);
  }

  /** One attempt ends without another; with a refusal that every host would repeat, or with the last one, the request ends. */
  #giveUp(error: DriverError | null): void {
    this.#running--;
    const isFinal = error instanceof RequestValidationError && !(error instanceof UnpreparedError);
    if (this.#running > 0 && !isFinal) return;
    if (error === null) this.#failForLackOfHosts();
    else this.#fail(error);
  }

  #succeed(delivery: Delivery | null, record: number, attempt: HostAttempt): void {
    if (!this.#end(null, attempt.startedMs + (attempt.durationMs ?? 0))) return;
    const { consistency } = this.#encoded.query;
    this.#resolve({ delivery, record, attempts: this.#attempts, host: attempt.host, consistency });
  }

  #failForLackOfHosts(): void {
    const errors = new Map(this.#skipped);
    for (const attempt of this.#attempts)
      if (attempt.error !== undefined) errors.set(attempt.host.toString(), attempt.error);
    // The request itself does not wait: whose hosts are all down is told so at once, and the next one may find them.
    if (this.#context.isClosed()) {
      this.#fail(new ConnectionShutdownError('the session is shut down', { maybeApplied: false }));
      return;
    }
    const { host } = this.#request;
    if (this.#attempts.length === 0) this.#context.tryNow(host === undefined ? this.#context.topology().hosts : [host]);
    const message =
      errors.size === 0 ? 'the load balancing policy offered no host' : 'no host could execute the request';
    this.#fail(new NoHostAvailableError(message, { errors, maybeApplied: false }));
  }

  #fail(error: DriverError): void {
    if (this.#isSettled) return;
    const wasSent = this.#abandonAttempts();
    this.#rejectWith(
      addFacts(error, {
        query: this.#request.queryText,
        attempts: this.#attempts.map((attempt) => attempt.facts()),
        maybeApplied: this.#maybeApplied(error, wasSent),
      }),
    );
  }

  /** Whatever the last attempt failed for, one before it, or one beside it, may have been applied. */
  #maybeApplied(error: DriverError, wasSent: boolean): boolean {
    if (this.#request.isHarmless || this.#attempts.length === 0) return false;
    return error.maybeApplied || wasSent || this.#attempts.some((attempt) => attempt.error?.maybeApplied ?? false);
  }

  #rejectWith(reason: unknown): void {
    if (this.#end(reason, this.now())) this.#reject(reason);
  }

  /** Ends everything that still runs; whether the request was not settled before. */
  #end(error: unknown, nowMs: number): boolean {
    if (this.#isSettled) return false;
    this.#isSettled = true;
    const { observer, deadlines, requests } = this.#context;
    requests.end();
    if (this.#deadline !== null) deadlines.cancel(this.#deadline);
    if (this.#onAbort !== null) this.#request.signal?.removeEventListener('abort', this.#onAbort);
    if (this.#pauses !== null) this.#endPauses(this.#pauses);
    this.#speculation?.stop();
    this.#abandonAttempts();
    observer?.onEnd(this.#request, nowMs - this.#startedMs, error);
    return true;
  }

  #endPauses(pauses: Set<Pause>): void {
    for (const { deadline } of pauses) if (deadline !== null) this.#context.deadlines.cancel(deadline);
    this.#context.paused.delete(this);
  }

  /** Whether bytes of one that had no answer yet may have reached a server. */
  #abandonAttempts(): boolean {
    let wasSent = false;
    for (const attempt of this.#attempts) {
      if (attempt.durationMs !== undefined) continue;
      if (attempt.abandon()) wasSent = true;
      this.#watchEnd(attempt);
    }
    return wasSent;
  }

  #watchEnd(attempt: HostAttempt): void {
    this.#context.observer?.onAttempt(attempt, this.#request);
    const { speculativeExecutionPolicy: policy } = this.#request;
    if (policy?.onLatency === undefined || attempt.connection === null) return;
    try {
      policy.onLatency(attempt.host, attempt.durationMs ?? 0);
    } catch (error) {
      this.#context.report(error);
    }
  }
}

/** A retry that waits for its time. */
class Pause implements Expirable {
  readonly attempt: HostAttempt;
  readonly retry: Retry;
  readonly error: DriverError;
  deadline: Deadline | null = null;
  readonly #execution: Execution;

  constructor(execution: Execution, attempt: HostAttempt, retry: Retry, error: DriverError) {
    this.#execution = execution;
    this.attempt = attempt;
    this.retry = retry;
    this.error = error;
  }

  onDeadline(): void {
    this.#execution.onPauseEnd(this);
  }
}

function isRetry(decision: RetryDecision): decision is Retry {
  return decision.kind === 'retry' || decision.kind === 'retryNextHost';
}

function noConnection(host: Host): DriverError {
  return new NoConnectionsAvailableError(`no open connection to ${host.toString()}`, { maybeApplied: false });
}

function asDriverError(error: unknown): DriverError {
  if (DriverError.isDriverError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DriverError(`a policy or listener threw: ${message}`, { cause: error });
}
