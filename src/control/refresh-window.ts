// Refreshes that events ask for: the first event starts a window, and a refresh runs after a random part of it, once for
// all events that came until then. Clients that saw the same event do not come together, and no stream of events, however
// dense, puts a refresh off or asks for more than two of them in the time of a window.

import type { Clock } from '../connection/clock.ts';

export interface RefreshWindowOptions {
  /** Milliseconds; 0: at once; negative: never. */
  readonly windowMs: number;
  readonly clock: Clock;
  /** A number from 0 up to 1, as `Math.random` gives. */
  readonly random: () => number;
  /** Does the refresh; what it throws or rejects with is reported. */
  run(): Promise<void> | void;
  report(error: unknown): void;
}

export class RefreshWindow {
  readonly #options: RefreshWindowOptions;
  #timer: unknown;
  #isWaiting = false;
  #isRunning = false;
  /** An event came while the refresh ran: it may have read what was before. */
  #isWanted = false;
  #lastRunAt = -Infinity;
  #isClosed = false;

  constructor(options: RefreshWindowOptions) {
    this.#options = options;
  }

  /** False where events are not to be followed. */
  get isOn(): boolean {
    return this.#options.windowMs >= 0 && !this.#isClosed;
  }

  /** True where asking changes nothing: a refresh that begins later is asked for. */
  get isAsked(): boolean {
    return this.#isWaiting || (this.#isRunning && this.#isWanted);
  }

  /** Asks for a refresh. Returns whether this is the first one that asks. */
  request(): boolean {
    if (!this.isOn || this.#isWaiting) return false;
    if (this.#isRunning) {
      const isFirst = !this.#isWanted;
      this.#isWanted = true;
      return isFirst;
    }
    this.#wait();
    return true;
  }

  close(): void {
    this.#isClosed = true;
    this.#isWaiting = false;
    this.#options.clock.clearTimeout(this.#timer);
  }

  #wait(): void {
    const { windowMs, clock } = this.#options;
    if (windowMs === 0) {
      this.#start();
      return;
    }
    this.#isWaiting = true;
    const sinceLastMs = clock.now() - this.#lastRunAt;
    const delayMs = Math.max(this.#options.random() * windowMs, windowMs / 2 - sinceLastMs);
    this.#timer = clock.setTimeout(() => this.#start(), delayMs);
  }

  #start(): void {
    const { clock } = this.#options;
    this.#isWaiting = false;
    this.#isRunning = true;
    this.#lastRunAt = clock.now();
    this.#run().then(
      () => this.#onEnd(),
      (error: unknown) => {
        this.#options.report(error);
        this.#onEnd();
      },
    );
  }

  async #run(): Promise<void> {
    await this.#options.run();
  }

  #onEnd(): void {
    this.#isRunning = false;
    if (!this.#isWanted || this.#isClosed) return;
    this.#isWanted = false;
    this.#wait();
  }
}
