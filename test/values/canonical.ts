// Values as plain data that `deepEqual` compares bit by bit and that does not depend on the order of sets and maps, which is
// the server's to choose.

/** Returns plain data that is the same for two values only if they are the same value of CQL, bit by bit. */
export function canonical(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return { integer: String(value) };
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object') return value;
  if (value instanceof Date) return { ms: value.getTime() };
  if (value instanceof Float32Array) return [...value].map(canonical);
  if (value instanceof Uint8Array) return { hex: Buffer.from(value).toString('hex') };
  if (Array.isArray(value)) return value.map(canonical);
  if (isMap(value)) return { map: sorted([...value].map(([key, item]) => [canonical(key), canonical(item)])) };
  if (isSet(value)) return { set: sorted([...value].map(canonical)) };
  const name = value.constructor.name;
  if (Symbol.iterator in value) return { [name]: [...(value as Iterable<unknown>)].map(canonical) };
  if (Object.getPrototypeOf(value) !== Object.prototype) return { [name]: JSON.stringify(value) };
  return { fields: Object.entries(value).map(([field, item]) => [field, canonical(item)]) };
}

function isMap(value: object): value is Iterable<readonly [unknown, unknown]> {
  return value instanceof Map || value.constructor.name === 'OrderedMap';
}

function isSet(value: object): value is Iterable<unknown> {
  return value instanceof Set || value.constructor.name === 'SortedSet';
}

function sorted(items: readonly unknown[]): unknown[] {
  return items
    .map((item) => [JSON.stringify(item), item] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, item]) => item);
}
