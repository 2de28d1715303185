// Every deadline of a cluster in one timer wheel: adding and taking back a deadline links and unlinks a node, and at most
// one timer of the clock is armed, none while nothing pends.

import type { Clock } from './clock.ts';

/** What has a deadline. */
export interface Expirable {
  /** Is called once when the time is over; may add and cancel deadlines. */
  onDeadline(): void;
}

const TICK_MS = 8;
const SLOTS = 2048;
const SLOT_MASK = SLOTS - 1;
/** A timer this late means that the event loop stood still, and answers may lie unread in the sockets. */
const HELD_UP_MS = 50;

/** One pending deadline, as {@link Deadlines.add} returns it; its fields belong to the wheel. */
export class Deadline {
  readonly tick: number;
  /** Who is told; undefined once it fired or was cancelled. */
  target: Expirable | undefined;
  linked = false;
  previous: Deadline | undefined = undefined;
  next: Deadline | undefined = undefined;

  constructor(tick: number, target: Expirable) {
    this.tick = tick;
    this.target = target;
  }
}

/**
 * A hashed timer wheel with ticks of 8 ms: a deadline never fires early, and at most a tick and the timer's own lateness
 * late. When the event loop was held up, sockets are read once before anything expires, so that an answer that is
 * already there is not called late.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #report: (error: unknown) => void;
  readonly #heads = new Array<Deadline | undefined>(SLOTS).fill(undefined);
  readonly #onTimer = (): void => this.#fire();
  /** What the running turn of the wheel still has to tell. */
  #due: Deadline[] = [];
  #pending = 0;
  /** Everything due at or before this tick has fired. */
  #doneTick: number;
  #timer: unknown;
  #timerTick = Infinity;
  #graceGiven = false;

  /** `report` gets what an `onDeadline` throws; the other deadlines fire all the same. */
  constructor(clock: Clock, report: (error: unknown) => void) {
    this.#clock = clock;
    this.#report = report;
    this.#doneTick = Math.floor(clock.now() / TICK_MS);
  }

  /** How many deadlines pend. */
  get pending(): number {
    return this.#pending;
  }

  /** Calls `target.onDeadline()` once after `delayMs`, unless it is cancelled. `now`: what the clock has just said. */
  add(target: Expirable, delayMs: number, now = this.#clock.now()): Deadline {
    // With nothing pending no slot needs a visit: the wheel may jump to the present.
    if (this.#pending === 0) this.#doneTick = Math.max(this.#doneTick, Math.floor(now / TICK_MS));
    const deadline = new Deadline(Math.max(Math.ceil((now + delayMs) / TICK_MS), this.#doneTick + 1), target);
    this.#link(deadline);
    const wakeTick = Math.min(deadline.tick, this.#doneTick + SLOTS);
    if (wakeTick < this.#timerTick) this.#arm(wakeTick, now);
    return deadline;
  }

  /** Takes a deadline back; one that fired or was cancelled before is let pass. */
  cancel(deadline: Deadline): void {
    deadline.target = undefined;
    if (!deadline.linked) return;
    this.#unlink(deadline);
    if (this.#pending === 0) this.#disarm();
  }

  /** Takes every deadline back without telling anyone, and leaves no timer. */
  clear(): void {
    for (const deadline of this.#due) deadline.target = undefined;
    for (let slot = 0; slot < SLOTS; slot++) {
      let deadline = this.#heads[slot];
      while (deadline !== undefined) {
        const next = deadline.next;
        deadline.target = undefined;
        this.#unlink(deadline);
        deadline = next;
      }
    }
    this.#disarm();
  }

  #fire(): void {
    const now = this.#clock.now();
    const armedTick = this.#timerTick;
    if (!this.#graceGiven && now - armedTick * TICK_MS > HELD_UP_MS) {
      this.#graceGiven = true;
      this.#timer = this.#clock.setTimeout(this.#onTimer, 1);
      return;
    }
    this.#graceGiven = false;
    this.#timer = undefined;
    this.#timerTick = Infinity;
    const nowTick = Math.floor(now / TICK_MS);
    for (let tick = Math.max(this.#doneTick + 1, nowTick - SLOTS + 1); tick <= nowTick; tick++)
      this.#collect(tick & SLOT_MASK, nowTick);
    this.#doneTick = Math.max(this.#doneTick, nowTick);
    this.#tell();
    this.#armNext();
  }

  #collect(slot: number, nowTick: number): void {
    let deadline = this.#heads[slot];
    while (deadline !== undefined) {
      const next = deadline.next;
      if (deadline.tick <= nowTick) {
        this.#unlink(deadline);
        this.#due.push(deadline);
      }
      deadline = next;
    }
  }

  #tell(): void {
    for (const deadline of this.#due) {
      const target = deadline.target;
      if (target === undefined) continue;
      deadline.target = undefined;
      try {
        target.onDeadline();
      } catch (error) {
        this.#report(error);
      }
    }
    this.#due = [];
  }

  #armNext(): void {
    if (this.#pending === 0) return;
    for (let tick = this.#doneTick + 1; tick <= this.#doneTick + SLOTS; tick++) {
      if (this.#heads[tick & SLOT_MASK] === undefined) continue;
      if (tick < this.#timerTick) this.#arm(tick, this.#clock.now());
      return;
    }
  }

  #arm(tick: number, now: number): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timerTick = tick;
    this.#timer = this.#clock.setTimeout(this.#onTimer, Math.max(1, Math.ceil(tick * TICK_MS - now)));
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#timerTick = Infinity;
    this.#graceGiven = false;
  }

  #link(deadline: Deadline): void {
    const slot = deadline.tick & SLOT_MASK;
    const head = this.#heads[slot];
    deadline.linked = true;
    deadline.next = head;
    if (head !== undefined) head.previous = deadline;
    this.#heads[slot] = deadline;
    this.#pending++;
  }

  #unlink(deadline: Deadline): void {
    const { previous, next } = deadline;
    if (previous === undefined) this.#heads[deadline.tick & SLOT_MASK] = next;
    else previous.next = next;
    if (next !== undefined) next.previous = previous;
    deadline.linked = false;
    deadline.previous = undefined;
    deadline.next = undefined;
    this.#pending--;
  }
}
