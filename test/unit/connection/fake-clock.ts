// A Clock that stands still until a test moves it, and counts what is asked of it.

import type { Clock } from '../../../src/connection/clock.ts';

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

export class FakeClock implements Clock {
  /** How many timers were ever set. */
  timersSet = 0;
  readonly #timers = new Set<Timer>();
  #now = 1000.5;

  now(): number {
    return this.#now;
  }

  setTimeout(callback: () => void, delayMs: number): unknown {
    const timer = { at: this.#now + delayMs, callback };
    this.#timers.add(timer);
    this.timersSet++;
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#timers.delete(timer as Timer);
  }

  /** How many timers are armed. */
  get armed(): number {
    return this.#timers.size;
  }

  /** Lets time pass; each timer fires at its own time. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }

  /** Lets time pass with the event loop standing still: nothing fires before the end. */
  stall(ms: number): void {
    this.#now += ms;
  }

  #next(): Timer | undefined {
    return [...this.#timers].sort((a, b) => a.at - b.at)[0];
  }
}
