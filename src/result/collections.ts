// Set and Map for CQL values that JavaScript compares by identity: UUIDs, bytes, tuples, dates, collections.
import { compareValues } from './value-order.ts';
import { valueKey } from './value-key.ts';

/**
 * A Set that compares by value: two equal UUIDs, byte arrays, tuples or collections are one element. Iterates in ascending order.
 *
 * Sets whose elements are not primitives are read as this. `instanceof Set` is true of it.
 *
 * @example new SortedSet([Uuid.parse(text)]).has(Uuid.parse(text)) // true
 */
export class SortedSet<T> extends Set<T> {
  readonly #byKey = new Map<string, T>();
  #isSorted = true;
  /** The last of those added in order, also when it has been deleted since: all others come before it. */
  #last: T | undefined;

  /** Adds each value. */
  constructor(values?: Iterable<T> | null) {
    super();
    for (const value of values ?? []) this.add(value);
  }

  /** Adds a value, unless an equal one is there. */
  override add(value: T): this {
    const key = valueKey(value);
    if (this.#byKey.has(key)) return this;
    if (this.size > 0 && this.#isSorted) this.#isSorted = compareValues(this.#last, value) <= 0;
    this.#last = value;
    this.#byKey.set(key, value);
    super.add(value);
    return this;
  }

  /** Says whether an equal value is there. */
  override has(value: T): boolean {
    return this.#byKey.has(valueKey(value));
  }

  /** Removes the value that is equal; returns whether there was one. */
  override delete(value: T): boolean {
    const key = valueKey(value);
    const own = this.#byKey.get(key);
    if (!this.#byKey.delete(key)) return false;
    return super.delete(own as T);
  }

  override clear(): void {
    this.#byKey.clear();
    this.#isSorted = true;
    super.clear();
  }

  override values(): SetIterator<T> {
    this.#sort();
    return super.values();
  }

  override keys(): SetIterator<T> {
    return this.values();
  }

  override entries(): SetIterator<[T, T]> {
    this.#sort();
    return super.entries();
  }

  override forEach(visit: (value: T, same: T, set: Set<T>) => void, self?: unknown): void {
    this.#sort();
    super.forEach(visit, self);
  }

  override [Symbol.iterator](): SetIterator<T> {
    return this.values();
  }

  #sort(): void {
    if (this.#isSorted) return;
    const values = [...super.values()].sort(compareValues);
    super.clear();
    for (const value of values) super.add(value);
    this.#last = values.at(-1);
    this.#isSorted = true;
  }
}

/**
 * A Map that compares keys by value: an equal UUID, byte array, tuple or collection finds the entry. Keeps the order of insertion,
 * which is the server's order in maps that were read.
 *
 * Maps whose keys are not primitives are read as this. `instanceof Map` is true of it.
 *
 * @example new OrderedMap([[Uuid.parse(text), 1]]).get(Uuid.parse(text)) // 1
 */
export class OrderedMap<K, V> extends Map<K, V> {
  readonly #ownKeys = new Map<string, K>();

  /** Sets each entry. */
  constructor(entries?: Iterable<readonly [K, V]> | null) {
    super();
    for (const [key, value] of entries ?? []) this.set(key, value);
  }

  /** Sets the value of the equal key, or adds an entry. */
  override set(key: K, value: V): this {
    const text = valueKey(key);
    const isThere = this.#ownKeys.has(text);
    if (!isThere) this.#ownKeys.set(text, key);
    super.set(isThere ? (this.#ownKeys.get(text) as K) : key, value);
    return this;
  }

  /** The value of the equal key. */
  override get(key: K): V | undefined {
    const text = valueKey(key);
    return this.#ownKeys.has(text) ? super.get(this.#ownKeys.get(text) as K) : undefined;
  }

  /** Says whether an equal key is there. */
  override has(key: K): boolean {
    return this.#ownKeys.has(valueKey(key));
  }

  /** Removes the entry of the equal key; returns whether there was one. */
  override delete(key: K): boolean {
    const text = valueKey(key);
    const own = this.#ownKeys.get(text);
    return this.#ownKeys.delete(text) && super.delete(own as K);
  }

  override clear(): void {
    this.#ownKeys.clear();
    super.clear();
  }
}
