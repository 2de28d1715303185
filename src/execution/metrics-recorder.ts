// Counts what happens to the requests of a cluster, as the observer of every execution. A request costs two records into
// typed arrays; only failures cost more. What users read of it is in metrics.ts.

import { ConnectionError, DriverError, NoHostAvailableError } from '../errors.ts';
import { ReadTimeoutError, UnavailableError, UnpreparedError, WriteTimeoutError } from '../errors/server-errors.ts';
import type { Host } from '../topology/host.ts';
import { LatencyHistogram } from '../types/histogram.ts';
import type { ExecutionObserver } from './observer.ts';

/** What is read of an attempt that ended. */
export interface EndedAttempt {
  readonly host: Host;
  readonly durationMs: number | undefined;
  readonly error: DriverError | undefined;
  /** `null` if it never got one. */
  readonly connection: object | null;
}

/** What was counted of one host. */
export class HostRecord {
  readonly latency = new LatencyHistogram();
  errors = 0;
}

export class MetricsRecorder implements ExecutionObserver {
  /** Whole requests, with all their attempts, however they ended. */
  readonly requestTimer = new LatencyHistogram();
  connectionErrors = 0;
  writeTimeouts = 0;
  readTimeouts = 0;
  unavailables = 0;
  otherErrors = 0;
  retries = 0;
  ignores = 0;
  speculativeExecutions = 0;
  /** By host object, so that a host that left the cluster is forgotten with it. */
  readonly #hosts = new WeakMap<Host, HostRecord>();
  /** Failures of attempts, which are not counted once more when they end the request. */
  readonly #counted = new WeakSet<DriverError>();

  onAttempt(attempt: EndedAttempt): void {
    const record = this.host(attempt.host);
    // What waited for a connection in vain tells nothing of the host's latency.
    if (attempt.connection !== null && attempt.durationMs !== undefined) record.latency.record(attempt.durationMs);
    const { error } = attempt;
    // The statement is prepared again, which is no failure.
    if (error === undefined || error instanceof UnpreparedError) return;
    record.errors++;
    this.#count(error);
  }

  onRetry(_error: DriverError): void {
    this.retries++;
  }

  onIgnore(_error: DriverError): void {
    this.ignores++;
  }

  onSpeculation(_host: Host): void {
    this.speculativeExecutions++;
  }

  onEnd(_request: unknown, durationMs: number, error: unknown): void {
    this.requestTimer.record(durationMs);
    if (error === null) return;
    // Else the user's own reason for an abort.
    if (DriverError.isDriverError(error)) this.#countFinal(error);
  }

  /** What was counted of a host; empty for one that was never asked. */
  host(host: Host): HostRecord {
    let record = this.#hosts.get(host);
    if (record === undefined) this.#hosts.set(host, (record = new HostRecord()));
    return record;
  }

  /** A failure that no attempt had: the deadline, a policy that threw, or no host to ask. */
  #countFinal(error: DriverError): void {
    if (this.#counted.has(error)) return;
    if (!(error instanceof NoHostAvailableError)) this.#count(error);
    else if (error.attempts.length === 0) this.connectionErrors++;
  }

  #count(error: DriverError): void {
    this.#counted.add(error);
    if (error instanceof ConnectionError) this.connectionErrors++;
    else if (error instanceof WriteTimeoutError) this.writeTimeouts++;
    else if (error instanceof ReadTimeoutError) this.readTimeouts++;
    else if (error instanceof UnavailableError) this.unavailables++;
    else this.otherErrors++;
  }
}
