// A bounded map that forgets what was used least recently.

export class LruCache<K, V> {
  readonly #limit: number;
  readonly #onFull: () => void;
  readonly #entries = new Map<K, V>();
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
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#limit) return;
    const oldest = this.#entries.keys().next();
    if (oldest.done !== true) this.#entries.delete(oldest.value);
    if (this.#wasFull) return;
    this.#wasFull = true;
    this.#onFull();
  }

  /** Puts `next` in the place of `previous`, or forgets it where `next` is `undefined`; anything else there stays. */
  replace(key: K, previous: V, next: V | undefined): void {
    if (this.#entries.get(key) !== previous) return;
    if (next === undefined) this.#entries.delete(key);
    else this.#entries.set(key, next);
  }
}
