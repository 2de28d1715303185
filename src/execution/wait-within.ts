// Waiting for work that is shared with others: the deadline and the signal of one request end its waiting, not the work.

import type { Deadlines, Expirable } from '../connection/deadlines.ts';
import { OperationTimedOutError, ownError } from '../errors.ts';

/** Resolves as `work` does, or rejects with a copy of its error, unless the time is over or the signal aborts before. */
export function waitWithin<T>(
  work: Promise<T>,
  limits: { readonly timeoutMs: number | null; readonly signal: AbortSignal | undefined },
  deadlines: Deadlines,
  what = 'the statement was not prepared',
): Promise<T> {
  const { timeoutMs, signal } = limits;
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  return new Promise<T>((resolve, reject: (reason: unknown) => void) => {
    const onAbort = (): void => {
      settle();
      reject(signal?.reason);
    };
    const expirable: Expirable = {
      onDeadline: () => {
        settle();
        const message = `${what} within ${timeoutMs ?? 0} ms`;
        reject(new OperationTimedOutError(message, { maybeApplied: false }));
      },
    };
    const deadline = timeoutMs === null ? null : deadlines.add(expirable, timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    const settle = (): void => {
      if (deadline !== null) deadlines.cancel(deadline);
      signal?.removeEventListener('abort', onAbort);
    };
    work.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(ownError(error));
      },
    );
  });
}
