// Measures with the machine's own clock how long calls take and how long the event loop stands still.

const TICK_MS = 2;

export interface Deadline {
  readonly reached: Promise<void>;
  cancel(): void;
}

export class Stopwatch {
  readonly #ticker: NodeJS.Timeout;
  #lastTick = performance.now();
  #longestGap = 0;

  constructor() {
    this.#ticker = setInterval(() => {
      this.#tick();
    }, TICK_MS);
  }

  /** The longest time between two ticks since the last restart, less the tick itself. */
  get longestGapMs(): number {
    this.#tick();
    return Math.max(0, this.#longestGap - TICK_MS);
  }

  now(): number {
    return performance.now();
  }

  restart(): void {
    this.#lastTick = performance.now();
    this.#longestGap = 0;
  }

  /** Runs work of the harness itself, whose time is not the driver's. */
  leaveOut<T>(work: () => T): T {
    this.#tick();
    try {
      return work();
    } finally {
      this.#lastTick = performance.now();
    }
  }

  /** A promise for a point in time; cancelled it stays pending and holds nothing. */
  deadline(ms: number): Deadline {
    let timer: NodeJS.Timeout | undefined;
    const reached = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    return { reached, cancel: () => clearTimeout(timer) };
  }

  stop(): void {
    clearInterval(this.#ticker);
  }

  #tick(): void {
    const now = performance.now();
    this.#longestGap = Math.max(this.#longestGap, now - this.#lastTick);
    this.#lastTick = now;
  }
}
