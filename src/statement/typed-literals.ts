// Literals of a CQL type that is known. The writers of bound values say what fits and what does not: a literal is only written of what
// could be bound.
import type { CqlType } from '../types/data-type.ts';
import { Decimal } from '../types/decimal.ts';
import { Duration } from '../types/duration.ts';
import { quoteIdentifier } from '../types/identifier.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { isTemporal } from '../types/temporal.ts';
import { parseTimestamp } from '../types/timestamp-text.ts';
import type { BindPath } from './bind-path.ts';
import { HeapSink } from './byte-sink.ts';
import { refuse, refuseBecause } from './refusal.ts';
import { isPlainObject } from './plain-object.ts';
import { dateLiteral, hexLiteral, numberLiteral, quoteText } from './scalar-literals.ts';
import { scalarWriter, type ScalarKind } from './scalar-writers.ts';
import { Tuple } from '../types/tuple.ts';
import { Vector } from '../types/vector.ts';

/** Writes a part of a value with the type it has. */
export type WriteTypedPart = (part: unknown, type: CqlType) => string;

/** Writes the literal of a value that is not null. Throws `CodecError` for what does not fit the type. */
export function typedLiteral(value: unknown, type: CqlType, path: BindPath, write: WriteTypedPart): string {
  const [first, second] = type.args as [CqlType, CqlType];
  const element: WriteTypedPart = (item, itemType) =>
    item === null ? refuse(`an element of a ${type.kind}`, item, itemType, path) : write(item, itemType);
  switch (type.kind) {
    case 'list':
    case 'vector':
      return `[${parts(itemsOf(value, type, path), () => first, path, element)}]`;
    case 'set':
      return `{${parts(itemsOf(value, type, path), () => first, path, element)}}`;
    case 'map':
      return mapLiteral(value, type, path, (key, item) => `${element(key, first)}: ${element(item, second)}`);
    case 'tuple': {
      const components = itemsOf(value, type, path);
      return `(${parts(components, (i) => type.args[i] as CqlType, path, write)})`;
    }
    case 'udt':
      return userTypeLiteral(value, type, path, write);
    default:
      return scalarLiteral(value, type, type.kind, path);
  }
}

function parts(
  items: readonly unknown[],
  typeOf: (i: number) => CqlType,
  path: BindPath,
  write: WriteTypedPart,
): string {
  const level = path.enter();
  const literals = items.map((item, i) => {
    path.step(level, i);
    return write(item, typeOf(i));
  });
  path.leave(level);
  return literals.join(', ');
}

function itemsOf(value: unknown, type: CqlType, path: BindPath): readonly unknown[] {
  const items = elementsOf(value, type);
  if (items === undefined) return refuse(`a value of ${type.kind}`, value, type, path);
  const count = type.kind === 'vector' ? type.dimensions : type.kind === 'tuple' ? type.args.length : undefined;
  if (count !== undefined && items.length !== count) {
    refuseBecause(`expected ${count} elements, got ${items.length}`, type, path);
  }
  return items;
}

function elementsOf(value: unknown, type: CqlType): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (type.kind === 'tuple') return value instanceof Tuple ? [...value] : undefined;
  if (type.kind === 'set' && value instanceof Set) return [...(value as Set<unknown>)];
  if (type.kind === 'vector' && value instanceof Vector) return [...value];
  if (!ArrayBuffer.isView(value) || value instanceof DataView) return undefined;
  return Array.from(value as ArrayBufferView & ArrayLike<unknown>);
}

function mapLiteral(
  value: unknown,
  type: CqlType,
  path: BindPath,
  write: (key: unknown, item: unknown) => string,
): string {
  const entries = value instanceof Map ? [...(value as Map<unknown, unknown>)] : plainEntries(value);
  if (entries === undefined) return refuse('a Map or a plain object', value, type, path);
  const level = path.enter();
  const literals = entries.map(([key, item], i) => {
    path.step(level, i);
    return write(key, item);
  });
  path.leave(level);
  return `{${literals.join(', ')}}`;
}

function plainEntries(value: unknown): readonly (readonly [unknown, unknown])[] | undefined {
  return isPlainObject(value) ? Object.entries(value) : undefined;
}

/** Fields that the value does not have are left out, which makes them null. */
function userTypeLiteral(value: unknown, type: CqlType, path: BindPath, write: WriteTypedPart): string {
  const fields: unknown = value instanceof Map ? Object.fromEntries(value as Map<string, unknown>) : value;
  if (typeof fields !== 'object' || fields === null || Symbol.iterator in fields || ArrayBuffer.isView(fields)) {
    return refuse('an object', value, type, path);
  }
  const names = type.fieldNames ?? [];
  if (isPlainObject(fields) && Object.keys(fields).some((name) => !names.includes(name))) {
    return refuse('only fields of the type', value, type, path);
  }
  const level = path.enter();
  const literals: string[] = [];
  for (const [i, name] of names.entries()) {
    if (!(name in fields) || (name in Object.prototype && !Object.hasOwn(fields, name))) continue;
    path.step(level, name);
    const field = (fields as Readonly<Record<string, unknown>>)[name];
    literals.push(`${quoteIdentifier(name)}: ${write(field, type.args[i] as CqlType)}`);
  }
  path.leave(level);
  if (literals.length > 0) return `{${literals.join(', ')}}`;
  const [name] = names;
  if (!isPlainObject(fields) || name === undefined)
    return refuse('an object with fields of the type', value, type, path);
  // Servers take empty braces for a set.
  return `{${quoteIdentifier(name)}: NULL}`;
}

/** What the writer accepted is one of few forms. */
function scalarLiteral(value: unknown, type: CqlType, kind: ScalarKind, path: BindPath): string {
  const bytes = new HeapSink();
  scalarWriter(kind)(value, bytes, type, path);
  switch (kind) {
    case 'text':
    case 'ascii':
      return quoteText(value as string);
    case 'inet':
      return quoteText(String(value));
    case 'blob':
    case 'custom':
      return hexLiteral(bytes.take());
    case 'float':
    case 'double':
      return typeof value === 'number' ? numberLiteral(value) : String(value);
    case 'decimal':
      return value instanceof Decimal ? value.toString() : Decimal.parse(String(value)).toString();
    case 'boolean':
      return String(value);
    case 'uuid':
    case 'timeuuid':
      return String(value).toLowerCase();
    case 'timestamp':
      return timestampLiteral(value);
    case 'date':
      return dateLiteral(LocalDate.fromDaysSinceEpoch(bytes.view.getUint32(0) - 0x8000_0000));
    case 'time':
      return quoteText(new LocalTime(bytes.view.getBigInt64(0)).toString());
    case 'duration':
      return durationLiteral(value);
    default:
      return BigInt(value as bigint | number | string).toString();
  }
}

function timestampLiteral(value: unknown): string {
  if (value instanceof Date) return String(value.getTime());
  if (isTemporal(value, 'Instant')) return String(value.epochMilliseconds);
  return typeof value === 'string' ? String(parseTimestamp(value)) : String(value);
}

function durationLiteral(value: unknown): string {
  if (isTemporal(value, 'Duration')) return Duration.fromTemporal(value).toString();
  return (typeof value === 'string' ? Duration.parse(value) : (value as Duration)).toString();
}
