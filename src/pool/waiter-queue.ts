// Those who wait their turn, first come, first served. Leaving out of turn is as cheap as being served: when an overloaded
// host answers nothing, thousands leave in one moment.

import type { Connection } from '../connection/connection.ts';
import type { DriverError } from '../errors.ts';

/** Who waits for a connection with a free stream id. */
export interface Waiter {
  /** Bytes that are kept for as long as it waits. */
  readonly byteLength: number;
  onConnection(connection: Connection): void;
  onNoConnection(error: DriverError): void;
  /** Every connection of the host is suspect; who waits may leave. */
  onSuspect(): void;
}

const COMPACT_AT = 1_024;

export class WaiterQueue<T extends object> {
  readonly #members = new Set<T>();
  /** Everyone who came, also those who have left. */
  #order: T[] = [];
  #head = 0;

  get size(): number {
    return this.#members.size;
  }

  /** Those who wait now. */
  members(): T[] {
    return [...this.#members];
  }

  push(waiter: T): void {
    this.#members.add(waiter);
    this.#order.push(waiter);
  }

  /** Takes out who is first. */
  shift(): T | undefined {
    while (this.#head < this.#order.length) {
      const waiter = this.#order[this.#head++];
      this.#compact();
      if (waiter !== undefined && this.#members.delete(waiter)) return waiter;
    }
    return undefined;
  }

  /** Takes out one of them; returns false for who does not wait. */
  delete(waiter: T): boolean {
    if (!this.#members.delete(waiter)) return false;
    if (this.#members.size === 0) {
      this.#order = [];
      this.#head = 0;
    }
    return true;
  }

  #compact(): void {
    if (this.#head < COMPACT_AT || this.#head * 2 < this.#order.length) return;
    this.#order = this.#order.slice(this.#head);
    this.#head = 0;
  }
}
