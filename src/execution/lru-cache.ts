// A bounded map that forgets what has not been used for long. Finding an entry only marks it, as that happens with every
// request; making room, which is rare, passes over what is marked.

interface Entry<V> {
  readonly value: V;
  /** Whether it was found since room was last made from it on. */
  isUsed: boolean;
}

export class LruCache<K, V> {
  readonly #limit: number;
  readonly #onFull: () => void;
  readonly #entries = new Map<K, Entry<V>>();
  #wasFull = false;

  /** `onFull` is called once, when the first entry is forgotten. */
  constructor(limit: number, onFull: () => void = () => undefined) {
    this.#limit = limit;
    this.#onFull = onFull;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: K): V | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    if (this.#entries.size >= this.#limit) this.#makeRoom();
    this.#entries.set(key, { value, isUsed: false });
  }

  /** Puts `next` in the place of `previous`, or forgets it where `next` is `undefined`; anything else there stays. */
  replace(key: K, previous: V, next: V | undefined): void {
    const entry = this.#entries.get(key);
    if (entry?.value !== previous) return;
    if (next === undefined) this.#entries.delete(key);
    else this.#entries.set(key, { value: next, isUsed: entry.isUsed });
  }

  /** Forgets the oldest that was not used; those that were start anew. */
  #makeRoom(): void {
    for (const [key, { value, isUsed }] of this.#entries) {
      this.#entries.delete(key);
      if (!isUsed) break;
      this.#entries.set(key, { value, isUsed: false });
    }
    if (this.#wasFull) return;
    this.#wasFull = true;
    this.#onFull();
  }
}
