// Values of schema rows, each of the type that it must have. What a server stores may be nonsense: it is refused here, and
// whoever reads an object leaves that object out.

import { ProtocolError } from '../errors.ts';
import { isBytes } from '../types/check.ts';
import { describe } from '../types/describe.ts';
import type { SystemRow } from './system-tables.ts';

/** Text of a column. */
export function requireText(row: SystemRow, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : refuse(column, 'text', value);
}

/** Text of a column that may be null or missing. */
export function optionalText(row: SystemRow, column: string): string | undefined {
  const value = row[column] ?? undefined;
  return value === undefined || typeof value === 'string' ? value : refuse(column, 'text or null', value);
}

/** A list of texts; empty for null. */
export function textList(row: SystemRow, column: string): readonly string[] {
  const value = row[column] ?? [];
  return Array.isArray(value) && value.every((element) => typeof element === 'string')
    ? value
    : refuse(column, 'a list of texts', value);
}

/** A map from text to text as an object; empty for null. */
export function textMap(row: SystemRow, column: string): Readonly<Record<string, string>> {
  const value = row[column] ?? new Map();
  return isTextMap(value) ? Object.fromEntries(value) : refuse(column, 'a map of texts', value);
}

export function isTextMap(value: unknown): value is ReadonlyMap<string, string> {
  return value instanceof Map && [...value].every((pair) => pair.every((part) => typeof part === 'string'));
}

/** A set of texts; `undefined` for null or a missing column. */
export function optionalTextSet(row: SystemRow, column: string): ReadonlySet<string> | undefined {
  const value = row[column] ?? undefined;
  return value === undefined || value instanceof Set
    ? (value as ReadonlySet<string> | undefined)
    : refuse(column, 'a set', value);
}

/** A map from text to bytes as an object; what is none of these is left out. */
export function bytesMap(row: SystemRow, column: string): Readonly<Record<string, Uint8Array>> {
  const value = row[column];
  if (!(value instanceof Map)) return {};
  return Object.fromEntries([...value].filter((pair): pair is [string, Uint8Array] => isBytes(pair[1])));
}

function refuse(column: string, expected: string, value: unknown): never {
  throw new ProtocolError(`expected ${expected} in column ${column}, got ${describe(value)}`);
}
