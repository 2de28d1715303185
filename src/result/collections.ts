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

  /** The value at a place in ascending order, counted from the end if negative; undefined if there is none. */
  at(index: number): T | undefined {
    return [...this].at(index);
  }

  /** Says whether `other` is a Set with equal values. */
  equals(other: unknown): boolean {
    return other instanceof Set && other.size === this.size && this.isSubsetOf(other);
  }

  /** A set of the values of both. */
  union<U>(other: SetSource<U>): SortedSet<T | U> {
    return new SortedSet<T | U>([...this, ...valuesOf(other)]);
  }

  /** A set of the values that both have. */
  intersection<U>(other: SetSource<U>): SortedSet<T & U> {
    const others = setOf<unknown>(other);
    return new SortedSet([...this].filter((value) => others.has(value)) as (T & U)[]);
  }

  /** A set of the values that `other` does not have. */
  difference(other: SetSource<unknown>): SortedSet<T> {
    const others = setOf(other);
    return new SortedSet([...this].filter((value) => !others.has(value)));
  }

  /** A set of the values that only one of both has. */
  symmetricDifference<U>(other: SetSource<U>): SortedSet<T | U> {
    const others = setOf(other);
    const own = [...this].filter((value) => !others.has(value as unknown as U));
    return new SortedSet<T | U>([...own, ...[...others].filter((value) => !this.has(value as unknown as T))]);
  }

  /** Says whether `other` has all of its values. */
  isSubsetOf(other: SetSource<unknown>): boolean {
    const others = setOf(other);
    return [...this].every((value) => others.has(value));
  }

  /** Says whether it has all values of `other`. */
  isSupersetOf(other: SetSource<unknown>): boolean {
    return [...valuesOf(other)].every((value) => this.has(value as T));
  }

  /** Says whether `other` has none of its values. */
  isDisjointFrom(other: SetSource<unknown>): boolean {
    return ![...valuesOf(other)].some((value) => this.has(value as T));
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

  /** The value of the equal key, or of the key that is added with this one. */
  getOrInsert(key: K, value: V): V {
    return this.getOrInsertComputed(key, () => value);
  }

  /** The value of the equal key, or of the key that is added with what the function returns. */
  getOrInsertComputed(key: K, compute: (key: K) => V): V {
    if (!this.has(key)) this.set(key, compute(key));
    return this.get(key) as V;
  }

  /** Says whether `other` is a Map with equal keys and values, whatever their order. */
  equals(other: unknown): boolean {
    return other instanceof Map && other.size === this.size && valueKey(this) === valueKey(other);
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

/** What another set is given as: a Set, anything that looks like one, or anything that iterates over values. */
export type SetSource<T> = Iterable<T> | SetLike<T>;

/** What the set methods of JavaScript take. */
interface SetLike<T> {
  readonly size: number;
  has(value: T): boolean;
  keys(): Iterator<T>;
}

function valuesOf<T>(source: SetSource<T>): Iterable<T> {
  return Symbol.iterator in source ? source : { [Symbol.iterator]: () => source.keys() };
}

/** As a set that compares by value, which an ordinary Set does not. */
function setOf<T>(source: SetSource<T>): SortedSet<T> {
  return source instanceof SortedSet ? (source as SortedSet<T>) : new SortedSet(valuesOf(source));
}
