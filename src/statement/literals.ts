// Values as CQL literals, for statements in which the server accepts no bind marker, such as those that change the schema. Whatever
// can be bound is bound instead: nothing here is used to execute. Names: types/identifier.ts.
import { CodecError, InvalidArgumentError } from '../errors.ts';
import type { CqlValue } from '../types/cql-value.ts';
import { CqlType } from '../types/data-type.ts';
import { Decimal } from '../types/decimal.ts';
import { describe } from '../types/describe.ts';
import { Duration } from '../types/duration.ts';
import { quoteIdentifier } from '../types/identifier.ts';
import { Inet } from '../types/inet.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { isTemporal } from '../types/temporal.ts';
import { Tuple } from '../types/tuple.ts';
import { Uuid } from '../types/uuid.ts';
import { Vector } from '../types/vector.ts';
import { BindPath } from './bind-path.ts';
import { isAlive } from './live-view.ts';
import { isPlainObject } from './plain-object.ts';
import { typedLiteral } from './typed-literals.ts';
import { dateLiteral, hexLiteral, numberLiteral, quoteText } from './scalar-literals.ts';
import { ValueSequence } from './value-sequence.ts';

/** A class, or what stands for a primitive: `String`, `Number`, `BigInt`, `Boolean`. */
export type ValueClass = (abstract new (...args: never[]) => unknown) | typeof BigInt;

/** Values nest no deeper than this; what does is a cycle. */
const MOST_LEVELS = 64;

/**
 * Writes values as CQL literals.
 *
 * Without a type the class of a value decides: text, dates, times and addresses are quoted, bytes are `0x…`, a `Date` is its
 * milliseconds; arrays and vectors are lists, a `ValueSequence` is what stands behind `IN`; Maps and plain objects are maps, an
 * instance of any other class is a value of a user-defined type with its properties as fields. With a type, values are what could be
 * bound to it, and anything else is a `CodecError`.
 *
 * @example new Encoder().encode(["O'Hare", 2]) // ['O''Hare', 2]
 */
export class Encoder {
  /**
   * Functions that write the values of a class, in place of what is said above; they answer for the text being safe.
   *
   * @example encoder.mapping.set(Array, (value) => encoder.encodeTuple(value))
   */
  readonly mapping: Map<ValueClass, (value: never) => string> = new Map();

  /** Writes a literal. Throws `InvalidArgumentError` for a type that is no `CqlType`, `CodecError` for what has none, such as `undefined`, and for what does not fit the type. */
  encode(value: CqlValue, type?: CqlType): string {
    if (type !== undefined && !(type instanceof CqlType)) throw refusedArgument('type', 'a CqlType', type);
    const path = new BindPath();
    path.start(0);
    return this.encodeAt(value, type, path);
  }

  /** Writes a literal of a value at a place that errors name. */
  encodeAt(value: unknown, type: CqlType | undefined, path: BindPath): string {
    const write = (part: unknown, partType: CqlType | undefined): string => {
      const own = this.#mapped(part);
      if (own !== undefined) return own(part as never);
      if (part === null) return 'NULL';
      if (partType !== undefined) return typedLiteral(part, partType, path, write);
      return untypedLiteral(part, path, (inner) => write(inner, undefined));
    };
    return write(value, type);
  }

  /** Writes text in single quotes, those inside doubled. */
  quote(text: string): string {
    if (typeof text !== 'string') throw refusedArgument('text', 'text', text);
    return quoteText(text);
  }

  /** Writes values in brackets, as a list or vector. */
  encodeList(values: Iterable<CqlValue>): string {
    return `[${this.#join(values)}]`;
  }

  /** Writes values in braces, as a set. */
  encodeSet(values: Iterable<CqlValue>): string {
    return `{${this.#join(values)}}`;
  }

  /** Writes values in parentheses, as a tuple. */
  encodeTuple(values: Iterable<CqlValue>): string {
    return `(${this.#join(values)})`;
  }

  /** Writes values in parentheses, as what stands behind `IN`. */
  encodeSequence(values: Iterable<CqlValue>): string {
    return this.encodeTuple(values);
  }

  /** Writes entries as a map. */
  encodeMap(entries: Iterable<readonly [CqlValue, CqlValue]>): string {
    const literals = Array.from(iterable(entries, 'entries'), (entry: unknown) => {
      if (!Array.isArray(entry)) throw refusedArgument('entries', 'pairs of key and value', entry);
      const [key, value] = entry as [CqlValue, CqlValue];
      return `${this.encode(key)}: ${this.encode(value)}`;
    });
    return `{${literals.join(', ')}}`;
  }

  /** Writes the properties of an object as the fields of a value of a user-defined type. */
  encodeUserType(fields: object): string {
    if (typeof fields !== 'object' || (fields as unknown) === null)
      throw refusedArgument('fields', 'an object', fields);
    const path = new BindPath();
    path.start(0);
    return userTypeLiteral(fields, path, (field) => this.encodeAt(field, undefined, path));
  }

  #join(values: Iterable<CqlValue>): string {
    return Array.from(iterable(values, 'values'), (value) => this.encode(value)).join(', ');
  }

  #mapped(value: unknown): ((value: never) => string) | undefined {
    if (this.mapping.size === 0 || value === null || value === undefined) return undefined;
    let prototype = Object.getPrototypeOf(value) as { readonly constructor?: unknown } | null;
    for (; prototype !== null; prototype = Object.getPrototypeOf(prototype) as typeof prototype) {
      const write = this.mapping.get(prototype.constructor as ValueClass);
      if (write !== undefined) return write;
    }
    return undefined;
  }
}

function iterable<T>(values: Iterable<T>, field: string): Iterable<T> {
  const isIterable = typeof values === 'object' && (values as unknown) !== null && Symbol.iterator in values;
  if (!isIterable) throw refusedArgument(field, 'an array or another iterable', values);
  return values;
}

function refusedArgument(field: string, expected: string, got: unknown): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${field} as ${expected}, got ${describe(got)}`, { field });
}

type WritePart = (part: unknown) => string;

function untypedLiteral(value: unknown, path: BindPath, write: WritePart): string {
  switch (typeof value) {
    case 'string':
      return quoteText(value, path);
    case 'number':
      return numberLiteral(value);
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value !== null) return scalarObjectLiteral(value) ?? compositeLiteral(value, path, write);
  }
  throw noLiteral(value, path);
}

function scalarObjectLiteral(value: object): string | undefined {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return String(value.getTime());
  if (value instanceof Uuid || value instanceof Decimal || value instanceof Duration) return value.toString();
  if (value instanceof LocalDate) return dateLiteral(value);
  if (value instanceof LocalTime || value instanceof Inet) return quoteText(value.toString());
  if (isTemporal(value, 'Instant')) return String(value.epochMilliseconds);
  if (isTemporal(value, 'PlainDate')) return dateLiteral(LocalDate.fromTemporal(value));
  if (isTemporal(value, 'PlainTime')) return quoteText(LocalTime.fromTemporal(value).toString());
  if (isTemporal(value, 'Duration')) return Duration.fromTemporal(value).toString();
  return value instanceof Uint8Array && isAlive(value) ? hexLiteral(value) : undefined;
}

function compositeLiteral(value: object, path: BindPath, write: WritePart): string {
  if (value instanceof Tuple || value instanceof ValueSequence) return `(${partLiterals(value, path, write)})`;
  if (Array.isArray(value) || value instanceof Vector) return `[${partLiterals(value, path, write)}]`;
  if (value instanceof Set) return `{${partLiterals(value, path, write)}}`;
  if (value instanceof Map) return `{${entryLiterals(value, path, write)}}`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView) && isAlive(value)) {
    return `[${partLiterals(value as ArrayBufferView & Iterable<unknown>, path, write)}]`;
  }
  if (isPlainObject(value)) return `{${entryLiterals(Object.entries(value), path, write)}}`;
  if (Symbol.iterator in value || ArrayBuffer.isView(value) || Object.keys(value).length === 0) {
    throw noLiteral(value, path);
  }
  return userTypeLiteral(value, path, write);
}

function partLiterals(parts: Iterable<unknown>, path: BindPath, write: WritePart): string {
  const level = enter(parts, path);
  const literals: string[] = [];
  for (const part of parts) {
    path.step(level, literals.length);
    literals.push(write(part));
  }
  path.leave(level);
  return literals.join(', ');
}

function entryLiterals(entries: Iterable<readonly [unknown, unknown]>, path: BindPath, write: WritePart): string {
  const level = enter(entries, path);
  const literals: string[] = [];
  for (const [key, value] of entries) {
    path.step(level, literals.length);
    literals.push(`${write(key)}: ${write(value)}`);
  }
  path.leave(level);
  return literals.join(', ');
}

function userTypeLiteral(fields: object, path: BindPath, write: WritePart): string {
  const level = enter(fields, path);
  const literals = Object.entries(fields).map(([name, field]) => {
    path.step(level, name);
    return `${quoteIdentifier(name)}: ${write(field)}`;
  });
  path.leave(level);
  return `{${literals.join(', ')}}`;
}

function enter(value: unknown, path: BindPath): number {
  const level = path.enter();
  if (level < MOST_LEVELS) return level;
  throw noLiteral(value, path);
}

function noLiteral(value: unknown, path: BindPath): CodecError {
  const place = path.toString();
  const message = `expected a value of at most ${MOST_LEVELS} levels that has a literal, got ${describe(value)} at ${place}`;
  return new CodecError(message, { path: place, cqlType: 'any' });
}
