// The metrics of one host, as users read them.

import type { Histogram } from '../types/histogram.ts';

/** Counts and latencies of one host. */
export interface HostMetrics {
  /** Milliseconds from sending a request to its answer, over all attempts; one that was given up counts until then. */
  readonly latency: Histogram;
  /** Requests that wait for an answer. */
  readonly inFlight: number;
  /** Stream ids of requests that were given up and whose answers have not come. */
  readonly orphanedStreams: number;
  /** Open connections of all sessions. */
  readonly openConnections: number;
  /** Attempts that failed. */
  readonly errors: number;
}
