// What one host is known to have prepared: which preparations run, so that each statement is asked for once however many wait;
// when they ended, so that an answer from before is not taken for a new loss; and what the host served lately, to be prepared
// again when it comes back.

import type { PreparedStatement } from '../statement/prepared.ts';

/** How long a statement counts as used. */
const SERVED_MS = 5 * 60_000;
const NOTED_MS = 1_000;

export class HostPreparations {
  /** By text: what runs now. */
  readonly #running = new Map<string, Promise<boolean>>();
  /** By text: when it ended last. */
  #endedMs = new Map<string, number>();
  readonly #limit: number;
  #served = new Map<PreparedStatement<unknown>, number>();
  /** What was served before `#served` began. */
  #servedBefore = new Map<PreparedStatement<unknown>, number>();
  #servedSinceMs = 0;
  #lastServedMs = 0;
  #lastServed: PreparedStatement<unknown> | null = null;
  /** Statements that are to be prepared again, since the host is back. */
  #missing: Map<string, PreparedStatement<unknown>> | null = null;

  /** `limit`: how many statements are remembered. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes note that the host has executed a statement. */
  onServed(statement: PreparedStatement<unknown>, nowMs: number): void {
    // Once a second is often enough: this is on the way of every answer.
    if (statement === this.#lastServed && nowMs - this.#lastServedMs < NOTED_MS) return;
    this.#lastServed = statement;
    if (nowMs - this.#servedSinceMs > SERVED_MS) {
      this.#servedBefore = this.#served;
      this.#served = new Map();
      this.#servedSinceMs = nowMs;
    }
    this.#lastServedMs = nowMs;
    if (this.#served.size < this.#limit || this.#served.has(statement)) this.#served.set(statement, nowMs);
  }

  /**
   * Prepares a statement, with all others who want the same; resolves to whether the host was asked. It is not if that was done
   * since `sinceMs`: a request that was sent before cannot have known.
   */
  prepare(key: string, sinceMs: number, now: () => number, prepare: () => Promise<void>): Promise<boolean> {
    const running = this.#running.get(key);
    if (running !== undefined) return running;
    if ((this.#endedMs.get(key) ?? -Infinity) > sinceMs) return Promise.resolve(false);
    const preparing = prepare().then(
      () => {
        this.#running.delete(key);
        this.#onPrepared(key, now());
        return true;
      },
      (error: unknown) => {
        this.#running.delete(key);
        throw error;
      },
    );
    this.#running.set(key, preparing);
    return preparing;
  }

  /** The host is back: what it served in the five minutes before it left is to be prepared again. */
  onUp(keyOf: (statement: PreparedStatement<unknown>) => string): void {
    const missing = new Map<string, PreparedStatement<unknown>>();
    for (const served of [this.#servedBefore, this.#served]) {
      for (const [statement, servedMs] of served) {
        if (this.#lastServedMs - servedMs <= SERVED_MS) missing.set(keyOf(statement), statement);
      }
    }
    this.#missing = missing;
    this.#endedMs = new Map();
  }

  /** Takes one of the statements that are to be prepared again; nobody has asked for it since the host is back. */
  takeMissing(): PreparedStatement<unknown> | undefined {
    const missing = this.#missing;
    if (missing === null) return undefined;
    for (const [key, statement] of missing) {
      missing.delete(key);
      return statement;
    }
    this.#missing = null;
    return undefined;
  }

  #onPrepared(key: string, nowMs: number): void {
    this.#missing?.delete(key);
    if (this.#endedMs.size >= this.#limit) this.#endedMs = new Map();
    this.#endedMs.set(key, nowMs);
  }
}
