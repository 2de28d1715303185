// The limits of one caller on work that others may share: its signal and its time end its waiting, not the work.

import type { Clock } from '../connection/clock.ts';
import { OperationTimedOutError } from '../errors.ts';

export interface Limits {
  readonly signal: AbortSignal | undefined;
  /** `undefined`: no limit. */
  readonly timeoutMs: number | undefined;
  readonly clock: Clock;
}

/** A signal that aborts when one of the limits is reached, and what takes its timer back. */
export interface Limit {
  readonly signal: AbortSignal;
  end(): void;
}

/** Starts the time. `what` was to be done within it. */
export function startLimit({ signal, timeoutMs, clock }: Limits, what: string): Limit {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  const timer =
    timeoutMs === undefined
      ? undefined
      : clock.setTimeout(() => {
          const message = `${what} took longer than ${timeoutMs} ms`;
          controller.abort(new OperationTimedOutError(message, { maybeApplied: false }));
        }, timeoutMs);
  return {
    signal: controller.signal,
    end: () => {
      signal?.removeEventListener('abort', onAbort);
      if (timer !== undefined) clock.clearTimeout(timer);
    },
  };
}

/** Settles as the work does, or rejects with the reason of the signal when that aborts first. */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise<T>((resolve, reject: (reason: unknown) => void) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
