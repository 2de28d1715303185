// What every request of a session needs of it.

import type { Clock } from '../connection/clock.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import type { HostPool } from '../pool/host-pool.ts';
import type { Host } from '../topology/host.ts';
import type { Topology } from '../topology/topology.ts';
import type { ExecutionObserver } from './observer.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RequestCount } from './request-count.ts';

export interface ExecutionContext {
  readonly deadlines: Deadlines;
  readonly clock: Clock;
  /** Who watches the requests; `null` if nobody does. */
  readonly observer: ExecutionObserver | null;
  readonly retryBudget: RetryBudget;
  /** The requests that wait for the time of a retry, and not for an answer: a shutdown must tell them. */
  readonly paused: Set<{ onShutdown(): void }>;
  /** The requests that are under way. */
  readonly requests: RequestCount;
  topology(): Topology;
  /** Whether the session is shut down: failures are final then. */
  isClosed(): boolean;
  pool(host: Host): HostPool | undefined;
  /** These hosts were wanted and had no connection: they are tried now, each at most once in a quarter of a second. */
  tryNow(hosts: Iterable<Host>): void;
  /** Gets what a policy throws where no request can be told. */
  report(error: unknown): void;
}
