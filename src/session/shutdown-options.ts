// How a session or a cluster is shut down.

import { requireDuration } from '../options/checks.ts';

/** Options of {@link Session.shutdown} and {@link Cluster.shutdown}. */
export interface ShutdownOptions {
  /**
   * Milliseconds that requests in flight have to finish; new ones are refused meanwhile, but for further pages of results.
   * Default: 0.
   */
  graceful?: number;
}

/** Calls `close` with the time that is given; rejects with `InvalidArgumentError` for one that is none, and closes nothing. */
export function withGracefulTime(
  { graceful = 0 }: ShutdownOptions,
  close: (gracefulMs: number) => Promise<void>,
): Promise<void> {
  try {
    requireDuration('graceful', graceful, 0);
  } catch (error) {
    return Promise.reject(error);
  }
  return close(graceful);
}
