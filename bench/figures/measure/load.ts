// An open load: requests start when they are due, whatever became of the ones before, and are timed from when they were due,
// so that a driver that stalls cannot hide it by sending less.

import type { ResultSet } from '../../../src/index.ts';

/** One request and how it ended. */
export interface Sample {
  readonly index: number;
  /** When it was due, on the clock of `performance.now()`. */
  readonly dueMs: number;
  readonly latencyMs: number;
  readonly result: ResultSet | undefined;
  readonly error: unknown;
}

export interface LoadOptions {
  readonly perSecond: number;
  send(index: number): Promise<ResultSet>;
  /** Told of every request as it ends; samples are kept only where this is not given. */
  onSample?(sample: Sample): void;
}

const TICK_MS = 5;

export class Load {
  readonly samples: Sample[] = [];
  readonly #options: LoadOptions;
  readonly #startMs = performance.now();
  readonly #timer: NodeJS.Timeout;
  readonly #pending = new Set<Promise<void>>();
  #next = 0;

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#sendDue(), TICK_MS);
  }

  /** Sends nothing more and waits for what is under way. */
  async stop(): Promise<readonly Sample[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#pending);
    return this.samples;
  }

  #sendDue(): void {
    const now = performance.now();
    for (;;) {
      const dueMs = this.#startMs + (this.#next * 1000) / this.#options.perSecond;
      if (dueMs > now) return;
      this.#send(this.#next++, dueMs);
    }
  }

  #send(index: number, dueMs: number): void {
    const end = (result: ResultSet | undefined, error: unknown): void => {
      const sample = { index, dueMs, latencyMs: performance.now() - dueMs, result, error };
      if (this.#options.onSample === undefined) this.samples.push(sample);
      else this.#options.onSample(sample);
    };
    const pending = this.#options
      .send(index)
      .then(
        (result) => end(result, undefined),
        (error: unknown) => end(undefined, error),
      )
      .finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Polls every 20 ms until it holds; rejects after `limitMs`. Resolves with the milliseconds that it took. */
export async function until(what: string, limitMs: number, holds: () => boolean | Promise<boolean>): Promise<number> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > limitMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await pause(20);
  }
  return performance.now() - start;
}
