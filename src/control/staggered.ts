// Candidates one after the other, and the next one also while one takes long: a node that accepts and says nothing must not
// cost its whole timeout while others would answer.

import type { Clock } from '../connection/clock.ts';

export interface StaggeredOptions<C, T> {
  readonly clock: Clock;
  /** How long one candidate is alone. */
  readonly staggerMs: number;
  /** Ends all attempts; the result is then `null`. */
  readonly signal: AbortSignal;
  /** Tries a candidate until the signal aborts; then it must leave nothing behind. */
  attempt(candidate: C, signal: AbortSignal): Promise<T>;
  /** Is told of each failure; returns whether further candidates are of use. */
  onFailure(candidate: C, error: unknown): boolean;
  /** Lets go of what came when another candidate had won. */
  discard(late: T): void;
}

/** Resolves with what the first candidate gives that succeeds, or with `null` when none did. Never rejects. */
export function firstToSucceed<C, T>(candidates: readonly C[], options: StaggeredOptions<C, T>): Promise<T | null> {
  const { clock, staggerMs, signal } = options;
  return new Promise((resolve) => {
    const ending = new AbortController();
    let next = 0;
    let running = 0;
    let timer: unknown;
    let isSettled = false;
    const settle = (result: T | null): void => {
      isSettled = true;
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      ending.abort(signal.reason);
      resolve(result);
    };
    const onAbort = (): void => {
      if (!isSettled) settle(null);
    };
    const start = (): void => {
      clock.clearTimeout(timer);
      const candidate = candidates[next++];
      if (candidate === undefined) {
        if (running === 0) settle(null);
        return;
      }
      running++;
      timer = clock.setTimeout(start, staggerMs);
      options.attempt(candidate, ending.signal).then(
        (result) => {
          if (isSettled) options.discard(result);
          else settle(result);
        },
        (error: unknown) => {
          running--;
          if (isSettled) return;
          if (!options.onFailure(candidate, error)) settle(null);
          else start();
        },
      );
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else start();
  });
}
