// A primitive that stands for a value: equal values have equal keys. What Set and Map need to compare CQL values by value.
import { InvalidArgumentError } from '../errors.ts';
import { Decimal } from '../types/decimal.ts';
import { Duration } from '../types/duration.ts';
import { Inet } from '../types/inet.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { Tuple } from '../types/tuple.ts';
import { Uuid } from '../types/uuid.ts';
import { Vector } from '../types/vector.ts';

/** Types nest no deeper than this; what does is a cycle. */
const MOST_LEVELS = 64;

/**
 * Returns a string that equal values share and others do not: by what the value is made of, with its type. Bytes are compared
 * however they are viewed, sets and maps whatever their order, decimals as numbers.
 *
 * Throws `InvalidArgumentError` for a symbol or function, and for what contains itself.
 */
export function valueKey(value: unknown, level = 0): string {
  switch (typeof value) {
    case 'string':
      return `s${value}`;
    case 'number':
      return `n${value + 0}`;
    case 'bigint':
      return `i${value}`;
    case 'boolean':
      return `b${value}`;
    case 'undefined':
      return 'u';
    case 'object':
      if (value === null) return '0';
      if (level < MOST_LEVELS) return objectKey(value, level + 1);
  }
  const message = `expected a CQL value of at most ${MOST_LEVELS} levels, got a ${typeof value}`;
  throw new InvalidArgumentError(message, { field: 'value' });
}

function objectKey(value: object, level: number): string {
  if (value instanceof Uuid) return `U${value.toString()}`;
  if (value instanceof Date) return `d${value.getTime()}`;
  if (value instanceof Decimal) return decimalKey(value);
  if (value instanceof LocalDate) return `D${value.daysFromEpoch}`;
  if (value instanceof LocalTime) return `T${value.nanoseconds}`;
  if (value instanceof Inet) return `I${value.toString()}`;
  if (value instanceof Duration) return `P${value.months},${value.days},${value.nanoseconds}`;
  if (value instanceof Uint8Array) return `x${bytesText(value)}`;
  const keyOf = (part: unknown): string => valueKey(part, level);
  if (value instanceof Map) return joined('M', [...value].map(([k, v]) => joined('', [keyOf(k), keyOf(v)])).sort());
  if (value instanceof Set) return joined('S', [...value].map(keyOf).sort());
  if (value instanceof Tuple) return joined('t', [...value].map(keyOf));
  const items = itemsOf(value);
  if (items !== undefined) return joined('l', items.map(keyOf));
  if (isOpaque(value)) return opaqueKey(value, keyOf);
  return joined(
    'o',
    Object.entries(value)
      .map(([name, part]) => joined('', [name, keyOf(part)]))
      .sort(),
  );
}

/** Whether what an object is made of cannot be seen: instances of a class without properties, as those of Temporal are. */
function isOpaque(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && prototype !== Object.prototype && Object.keys(value).length === 0;
}

const identities = new WeakMap<object, number>();
let lastIdentity = 0;

/** The form that the object has for JSON stands for it; an object without one is like itself alone. */
function opaqueKey(value: object, keyOf: (part: unknown) => string): string {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function') return joined('j', [value.constructor.name, keyOf(toJSON.call(value))]);
  const identity = identities.get(value) ?? ++lastIdentity;
  identities.set(value, identity);
  return `#${identity}`;
}

/** Elements of a list or vector, however it is held. */
function itemsOf(value: object): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value as unknown[];
  if (value instanceof Vector) return [...value];
  return ArrayBuffer.isView(value) && !(value instanceof DataView)
    ? Array.from(value as ArrayBufferView & ArrayLike<unknown>)
    : undefined;
}

/** Each part with its length before it, so that no two lists of parts look the same. */
function joined(tag: string, parts: readonly string[]): string {
  return tag + parts.map((part) => `${part.length}:${part}`).join('');
}

function bytesText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Without zeros at the end, as 1.0 and 1.00 are one number. A pattern for them would start anew at each zero before. */
function decimalKey({ unscaled, scale }: Decimal): string {
  if (unscaled === 0n) return 'e0';
  const digits = unscaled.toString();
  let end = digits.length;
  while (digits.endsWith('0', end)) end--;
  return `e${digits.slice(0, end)},${scale - (digits.length - end)}`;
}
