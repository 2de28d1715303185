// Time for the harness: the machine's, or one that a test moves by hand.

/** Where delays and timestamps come from. */
export interface Clock {
  /** Milliseconds since an arbitrary start, never going back. */
  now(): number;
  /** Runs once after `delayMs`; the function given back cancels. */
  after(delayMs: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => {
      clearTimeout(timer);
    };
  },
};

interface Alarm {
  readonly at: number;
  readonly run: () => void;
}

/** Stands still until `advance`; alarms then go off in the order of their times. */
export class ManualClock implements Clock {
  #now = 0;
  #alarms: Alarm[] = [];

  now(): number {
    return this.#now;
  }

  after(delayMs: number, run: () => void): () => void {
    const alarm = { at: this.#now + delayMs, run };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  advance(ms: number): void {
    const end = this.#now + ms;
    for (let alarm = this.#takeDue(end); alarm !== undefined; alarm = this.#takeDue(end)) {
      this.#now = Math.max(this.#now, alarm.at);
      alarm.run();
    }
    this.#now = end;
  }

  #takeDue(end: number): Alarm | undefined {
    const due = this.#alarms.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
    this.#alarms = this.#alarms.filter((alarm) => alarm !== due);
    return due;
  }
}

/** An alarm set of one owner, so that it can cancel all that it has not heard of yet. */
export class Alarms {
  readonly #clock: Clock;
  readonly #pending = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  after(delayMs: number, run: () => void): void {
    const cancel = this.#clock.after(delayMs, () => {
      this.#pending.delete(cancel);
      run();
    });
    this.#pending.add(cancel);
  }

  cancelAll(): void {
    for (const cancel of this.#pending) {
      cancel();
    }
    this.#pending.clear();
  }
}
