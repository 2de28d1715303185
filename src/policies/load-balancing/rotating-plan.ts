// A plan over groups of hosts, nearest group first, each from another start at every plan. Hosts that are down come last.
// Plans are made for every request and mostly asked for one host: nothing is computed before it is asked for.

import type { Host } from '../../topology/host.ts';

/** Groups of hosts, nearest first. */
export type HostGroups = readonly (readonly Host[])[];

export class RotatingPlan implements IterableIterator<Host> {
  readonly #groups: HostGroups;
  readonly #turn: number;
  #group = -1;
  #hosts: readonly Host[] = NO_HOSTS;
  #position = 0;
  #left = 0;
  #down: Host[] | null = null;

  /** Starts each group at its host number `turn`, counted around it. */
  constructor(groups: HostGroups, turn: number) {
    this.#groups = groups;
    this.#turn = turn;
  }

  next(): IteratorResult<Host, undefined> {
    for (;;) {
      while (this.#left > 0) {
        const host = this.#hosts[this.#position];
        this.#left--;
        this.#position++;
        if (this.#position === this.#hosts.length) this.#position = 0;
        if (host === undefined) continue;
        if (host.isUp !== false) return { done: false, value: host };
        (this.#down ??= []).push(host);
      }
      const following = this.#groups[++this.#group];
      if (following === undefined) return this.#nextDown();
      this.#hosts = following;
      this.#left = following.length;
      this.#position = following.length === 0 ? 0 : this.#turn % following.length;
    }
  }

  [Symbol.iterator](): this {
    return this;
  }

  #nextDown(): IteratorResult<Host, undefined> {
    const host = this.#down?.shift();
    return host === undefined ? { done: true, value: undefined } : { done: false, value: host };
  }
}

const NO_HOSTS: readonly Host[] = [];
