// The stream ids of one connection. Each is free, in flight or orphaned: the request of an orphaned id was given up, and
// the id stays reserved until its late answer comes, so that no answer can reach another request. Id 0 is not used: servers
// put on it the errors of what they could not read, and those must not answer a request.

const FREE = 0;
const IN_FLIGHT = 1;
const ORPHANED = 2;

/**
 * Stream ids 1 to `capacity`. Handed out is the id that was freed longest ago: an answer that a server sends twice
 * then meets a free id, where it is noticed, and not the next request.
 */
export class StreamIds {
  /** How many ids there are. */
  readonly capacity: number;
  /** The free ids in the order in which they were freed, as a ring. */
  readonly #ring: Int16Array;
  readonly #states: Uint8Array;
  #first = 0;
  #free: number;
  #orphaned = 0;

  /** `capacity` is 1 to 32767. */
  constructor(capacity: number) {
    this.capacity = capacity;
    this.#free = capacity;
    this.#ring = Int16Array.from({ length: capacity }, (_, index) => index + 1);
    this.#states = new Uint8Array(capacity + 1);
  }

  /** How many ids can be taken. */
  get free(): number {
    return this.#free;
  }

  /** How many ids have a request that waits. */
  get inFlight(): number {
    return this.capacity - this.#free - this.#orphaned;
  }

  /** How many ids wait for an answer that nobody wants any more. */
  get orphaned(): number {
    return this.#orphaned;
  }

  /** Takes a free id, or returns -1 when there is none. */
  take(): number {
    const id = this.#free === 0 ? undefined : this.#ring[this.#first];
    if (id === undefined) return -1;
    this.#first = this.#first + 1 === this.capacity ? 0 : this.#first + 1;
    this.#free--;
    this.#states[id] = IN_FLIGHT;
    return id;
  }

  /** Frees an id that is in flight or orphaned; returns false, and changes nothing, for any other. */
  release(id: number): boolean {
    const state = this.#states[id];
    if (state === undefined || state === FREE) return false;
    if (state === ORPHANED) this.#orphaned--;
    const last = this.#first + this.#free;
    this.#ring[last >= this.capacity ? last - this.capacity : last] = id;
    this.#free++;
    this.#states[id] = FREE;
    return true;
  }

  /** Orphans an id that is in flight; returns false, and changes nothing, for any other. */
  orphan(id: number): boolean {
    if (this.#states[id] !== IN_FLIGHT) return false;
    this.#states[id] = ORPHANED;
    this.#orphaned++;
    return true;
  }

  /** What is wrong with the count of the ids; `null` if every id is free, in flight or orphaned, and free ones stand in line once. */
  audit(): string | null {
    const line = new Set<number>();
    for (let i = 0; i < this.#free; i++) line.add(this.#ring[(this.#first + i) % this.capacity] ?? 0);
    if (line.size !== this.#free) return `expected ${this.#free} free ids, got ${line.size} different ones in line`;
    let orphaned = 0;
    for (let id = 1; id <= this.capacity; id++) {
      const state = this.#states[id];
      if ((state === FREE) !== line.has(id)) return `expected id ${id} in line if it is free, and only then`;
      if (state === ORPHANED) orphaned++;
    }
    return orphaned === this.#orphaned ? null : `expected ${this.#orphaned} orphaned ids, got ${orphaned}`;
  }

  /** Whether this id is with a request that waits. */
  isInFlight(id: number): boolean {
    return this.#states[id] === IN_FLIGHT;
  }

  /** Whether this id waits for an answer that nobody wants. */
  isOrphaned(id: number): boolean {
    return this.#states[id] === ORPHANED;
  }
}
