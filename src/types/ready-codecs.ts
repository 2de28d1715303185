// Codecs that many applications would write otherwise: JSON documents in text, and names that stand for a few stored values.
import { InvalidArgumentError } from '../errors.ts';
import type { Codec } from './codec.ts';
import type { CqlValue } from './cql-value.ts';
import { describe } from './describe.ts';

/**
 * Makes a codec that stores any JSON value as text.
 *
 * `cql` is a column of type `text` (`keyspace.table.column`), or a type. What JSON has no form for, such as `undefined` or a bigint, is
 * a `CodecError`, as is text that is no JSON.
 *
 * @example new Cluster({ codecs: [jsonCodec('shop.orders.details')] })
 */
export function jsonCodec<T = unknown>(cql: string): Codec<T> {
  return {
    cql,
    encode(value) {
      const text = JSON.stringify(value) as string | undefined;
      if (text !== undefined) return text;
      throw new InvalidArgumentError(`expected a JSON value, got ${describe(value)}`, { field: 'value' });
    },
    decode: (text) => JSON.parse(text as string) as T,
  };
}

/**
 * Makes a codec of a few names. A list of names stores the names themselves, as text; an object stores the value that it has for
 * each name. Any other name or stored value is a `CodecError`.
 *
 * Throws `InvalidArgumentError` if there is no name, or if two names store the same.
 *
 * @example enumCodec('shop.orders.state', { open: 0, paid: 1, sent: 2 })
 */
export function enumCodec<Name extends string>(
  cql: string,
  names: readonly Name[] | Readonly<Record<Name, CqlValue & (string | number | bigint | boolean)>>,
): Codec<Name> {
  const list = Array.isArray(names) ? (names as readonly Name[]) : undefined;
  const entries = list?.map((name) => [name, name] as const) ?? Object.entries(names);
  const stored = new Map<string, CqlValue>(entries as Iterable<readonly [string, CqlValue]>);
  const nameOf = new Map<unknown, string>([...stored].map(([name, value]) => [storedKey(value), name]));
  if (stored.size === 0 || nameOf.size !== entries.length) {
    throw new InvalidArgumentError('expected names that each store a value of their own', { field: 'names' });
  }
  return {
    cql,
    encode(name) {
      if (stored.has(name)) return stored.get(name);
      throw new InvalidArgumentError(`expected one of ${[...stored.keys()].join(', ')}, got ${describe(name)}`, {
        field: 'value',
      });
    },
    decode(value) {
      const name = nameOf.get(storedKey(value));
      if (name !== undefined) return name as Name;
      throw new InvalidArgumentError(`expected a stored value of one of the names, got ${describe(value)}`, {
        field: 'value',
      });
    },
  };
}

/** A column of `bigint` may be given numbers and is read as bigints. */
function storedKey(value: unknown): unknown {
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : value;
}
