// The user's own codecs: between what an application works with and what a CQL type is otherwise bound and read as.
import { InvalidArgumentError } from '../errors.ts';
import type { ColumnSpec } from './column-spec.ts';
import type { CqlValue } from './cql-value.ts';
import type { CqlType } from './data-type.ts';
import { describe } from './describe.ts';
import { parseType } from './parse-type.ts';

/**
 * Turns the application's values into what can be bound, and what is read into the application's values. Null is never given to it:
 * it stays null.
 *
 * @example { cql: 'shop.orders.total', encode: (money) => money.cents, decode: (cents) => new Money(cents) }
 */
export interface Codec<T = unknown> {
  /**
   * What it is for: a CQL type wherever it occurs, also inside collections (`timestamp`, `list<int>`, `keyspace.user_type`), or
   * one column and the bind markers named like it (`keyspace.table.column`). A column's codec comes before that of its type.
   */
  readonly cql: string;
  /** Returns what is bound for a value, which is not null. What it throws becomes the cause of a `CodecError` with the place of the value. */
  encode(value: T): CqlValue;
  /** Returns the application's value for one that was read, as the cluster's `types` say. */
  decode(value: unknown): T;
}

const columnShape = /^("(?:[^"]|"")+"|\w+)\.("(?:[^"]|"")+"|\w+)\.("(?:[^"]|"")+"|\w+)$/;

/** The codecs of a cluster, by type and by column. */
export class Codecs {
  /** Where there are none. */
  static readonly none: Codecs = new Codecs([]);

  readonly #byType = new Map<string, Codec>();
  readonly #byColumn = new Map<string, Codec>();

  /** Throws `InvalidArgumentError` for what is no codec, for the name of no type or column, and for two codecs of one name. */
  constructor(codecs: readonly Codec[]) {
    for (const [i, codec] of codecs.entries()) this.#add(codec, `codecs[${i}]`);
  }

  /** Checks what may be anything. Throws as the constructor does. */
  static of(codecs: unknown): Codecs {
    if (Array.isArray(codecs)) return new Codecs(codecs as readonly Codec[]);
    throw new InvalidArgumentError(`expected an array of codecs, got ${describe(codecs)}`, { field: 'codecs' });
  }

  /** The codec of a type, wherever it occurs. */
  ofType(type: CqlType): Codec | undefined {
    return this.#byType.size === 0 ? undefined : this.#byType.get(typeKey(type));
  }

  /** The codec of a column, or of a bind marker named like it. */
  ofColumn({ keyspace, table, name }: ColumnSpec): Codec | undefined {
    return this.#byColumn.size === 0 ? undefined : this.#byColumn.get(JSON.stringify([keyspace, table, name]));
  }

  #add(given: Codec | null | undefined, field: string): void {
    const codec = given ?? ({} as Partial<Codec>);
    if (typeof codec.encode !== 'function' || typeof codec.decode !== 'function' || typeof codec.cql !== 'string') {
      throw new InvalidArgumentError(`expected cql, encode and decode in ${field}, got ${describe(given)}`, { field });
    }
    const column = columnShape.exec(codec.cql.trim())?.slice(1).map(unquoted);
    const [codecs, key] =
      column === undefined ? [this.#byType, typeKeyOf(codec.cql, field)] : [this.#byColumn, JSON.stringify(column)];
    if (codecs.has(key)) {
      throw new InvalidArgumentError(`expected one codec of ${codec.cql}, got two`, { field: `${field}.cql` });
    }
    codecs.set(key, codec as Codec);
  }
}

function typeKeyOf(cql: string, field: string): string {
  const expected = `expected a CQL type, keyspace.type or keyspace.table.column as ${field}.cql`;
  let type: CqlType;
  try {
    type = parseType(cql);
  } catch (cause) {
    throw new InvalidArgumentError(`${expected}, got ${JSON.stringify(cql)}`, { field: `${field}.cql`, cause });
  }
  if (hasNoKeyspace(type)) {
    throw new InvalidArgumentError(`${expected}, got ${JSON.stringify(cql)}`, { field: `${field}.cql` });
  }
  return typeKey(type);
}

/** Whether a user-defined type in it is named without its keyspace: it would be none of any. */
function hasNoKeyspace(type: CqlType): boolean {
  return (type.kind === 'udt' && type.keyspace === '') || type.args.some(hasNoKeyspace);
}

/** What types of the same values share: of user-defined types the name is enough, and freezing changes no value. */
function typeKey(type: CqlType): string {
  if (type.kind === 'udt') return JSON.stringify([type.keyspace, type.typeName]);
  return `${type.kind} ${type.className ?? type.dimensions ?? ''}<${type.args.map(typeKey).join()}>`;
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase();
}
