// Executing within the limits of a throttler: waiting for them is part of the time that a request has.

import type { Deadline, Expirable } from '../connection/deadlines.ts';
import { addFacts, OperationTimedOutError, type DriverError } from '../errors.ts';
import type { ThrottledRequest, Throttler } from '../pool/throttler.ts';
import type { ExecutionContext } from './context.ts';
import { executeRequest } from './execution.ts';
import type { ExecutionRequest, ExecutionResponse } from './request.ts';

/** Executes a request when the throttler lets it; rejects as `executeRequest` does, and with `RequestThrottledError`. */
export async function executeThrottled(
  request: ExecutionRequest,
  context: ExecutionContext,
  throttler: Throttler,
): Promise<ExecutionResponse> {
  const { timeoutMs, signal, queryText } = request;
  signal?.throwIfAborted();
  const turn = new Turn(context, throttler);
  context.requests.begin();
  try {
    const startedMs = context.clock.now();
    await turn.come(timeoutMs, signal);
    if (timeoutMs !== null) request.timeoutMs = Math.max(0, timeoutMs - (context.clock.now() - startedMs));
    return await executeRequest(request, context);
  } catch (error) {
    throw error instanceof OperationTimedOutError ? addFacts(error, { query: queryText }) : error;
  } finally {
    turn.end();
    context.requests.end();
  }
}

class Turn implements ThrottledRequest, Expirable {
  readonly #context: ExecutionContext;
  readonly #throttler: Throttler;
  #resolve: () => void = () => undefined;
  #reject: (reason: unknown) => void = () => undefined;
  #timeoutMs = 0;
  #deadline: Deadline | null = null;
  #hasEntered = false;

  constructor(context: ExecutionContext, throttler: Throttler) {
    this.#context = context;
    this.#throttler = throttler;
  }

  async come(timeoutMs: number | null, signal: AbortSignal | undefined): Promise<void> {
    const isIn = this.#throttler.enter(this);
    this.#hasEntered = true;
    if (isIn) return;
    const onAbort = (): void => this.#reject(signal?.reason);
    signal?.addEventListener('abort', onAbort);
    try {
      await new Promise<void>((resolve, reject: (reason: unknown) => void) => {
        this.#resolve = resolve;
        this.#reject = reject;
        if (timeoutMs === null) return;
        this.#timeoutMs = timeoutMs;
        this.#deadline = this.#context.deadlines.add(this, timeoutMs);
      });
    } finally {
      signal?.removeEventListener('abort', onAbort);
      if (this.#deadline !== null) this.#context.deadlines.cancel(this.#deadline);
    }
  }

  end(): void {
    if (this.#hasEntered) this.#throttler.leave(this);
  }

  onAdmitted(): void {
    this.#resolve();
  }

  onRefused(error: DriverError): void {
    this.#hasEntered = false;
    this.#reject(error);
  }

  onDeadline(): void {
    const message = `no answer within ${this.#timeoutMs} ms (no host was asked: the throttler let it wait)`;
    this.#reject(new OperationTimedOutError(message, { maybeApplied: false }));
  }
}
