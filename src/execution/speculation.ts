// Further attempts of one request beside those that run: waits as its plan says, and starts one after the other.

import type { Deadline, Deadlines, Expirable } from '../connection/deadlines.ts';
import type { SpeculativeExecutionPlan } from '../policies/speculative-execution.ts';
import type { Host } from '../topology/host.ts';

/** The request that speculates. */
export interface Speculator {
  /** Starts an attempt on a further host, and returns that; `undefined` if there is none, or the request is settled. */
  speculate(): Host | undefined;
  onPolicyFailure(error: unknown): void;
}

export class Speculation implements Expirable {
  readonly #speculator: Speculator;
  readonly #plan: SpeculativeExecutionPlan;
  readonly #deadlines: Deadlines;
  #deadline: Deadline | null = null;

  constructor(speculator: Speculator, plan: SpeculativeExecutionPlan, deadlines: Deadlines) {
    this.#speculator = speculator;
    this.#plan = plan;
    this.#deadlines = deadlines;
  }

  /** Plans the attempt that follows one on `host`. */
  after(host: Host): void {
    for (let last: Host | undefined = host; last !== undefined; last = this.#speculator.speculate()) {
      const delayMs = this.#plan.nextExecution(last);
      if (!(delayMs >= 0 && Number.isFinite(delayMs))) return;
      if (delayMs > 0) {
        this.#deadline = this.#deadlines.add(this, delayMs);
        return;
      }
    }
  }

  onDeadline(): void {
    this.#deadline = null;
    try {
      const host = this.#speculator.speculate();
      if (host !== undefined) this.after(host);
    } catch (error) {
      this.#speculator.onPolicyFailure(error);
    }
  }

  stop(): void {
    if (this.#deadline !== null) this.#deadlines.cancel(this.#deadline);
  }
}
