// Who watches requests: metrics, and whoever wants to hear of each attempt. A session without observers has `null` in its
// place, so that nobody watching costs one comparison.

import type { DriverError } from '../errors.ts';
import type { Host } from '../topology/host.ts';
import type { HostAttempt } from './attempt.ts';
import type { ExecutionRequest } from './request.ts';

/** Told what happens to every request of a session, while it happens. Must not throw: it is called on the path of answers. */
export interface ExecutionObserver {
  /** An attempt ended: `durationMs` is set, and `error` if it failed; neither an answer nor an error means that it was given up. */
  onAttempt(attempt: HostAttempt, request: ExecutionRequest): void;
  /** The retry policy wants another attempt after this failure. */
  onRetry(error: DriverError): void;
  /** The retry policy made an empty result of this failure. */
  onIgnore(error: DriverError): void;
  /** A speculative attempt starts on this host. */
  onSpeculation(host: Host): void;
  /** A request is settled; `error` is `null` if it succeeded, else what it is rejected with. */
  onEnd(request: ExecutionRequest, durationMs: number, error: unknown): void;
}
