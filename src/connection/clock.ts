// Time as the driver sees it: a monotonic reading and a timer. Everything that waits takes a Clock, so that tests move
// time by hand.

/** A source of time; the system's is {@link systemClock}. */
export interface Clock {
  /** Milliseconds since some fixed point; never goes back, whatever happens to the wall clock. */
  now(): number;
  /** Calls `callback` once after `delayMs`; the timer does not keep the process alive. */
  setTimeout(callback: () => void, delayMs: number): unknown;
  /** Takes back a timer of this clock; one that has fired is let pass. */
  clearTimeout(timer: unknown): void;
}

/** The process's own monotonic clock, with timers that never keep the process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => performance.now(),
  setTimeout(callback: () => void, delayMs: number): unknown {
    return setTimeout(callback, delayMs).unref();
  },
  clearTimeout(timer: unknown): void {
    clearTimeout(timer as NodeJS.Timeout);
  },
});
