// Checks of settings, wherever they are given: with a request, a profile or a session.

import { InvalidArgumentError } from '../errors.ts';
import type { RowFactory } from '../result/rows.ts';
import {
  consistencyName,
  serialConsistencyNumber,
  type ConsistencyName,
  type SerialConsistency,
} from '../types/consistency.ts';
import { describe } from '../types/describe.ts';

/** Milliseconds, or `null` for no limit. */
export function checkedTimeout(field: string, timeout: number | null): number | null {
  if (timeout === null || (Number.isFinite(timeout) && timeout >= 0)) return timeout;
  throw new InvalidArgumentError(`expected ${field} in milliseconds or null, got ${shown(timeout)}`, { field });
}

/** Rows of a page, or `null` for as many as the server likes. */
export function checkedFetchSize(field: string, rows: number | null): number | null {
  if (rows === null || (Number.isInteger(rows) && rows > 0 && rows < 2 ** 31)) return rows;
  throw new InvalidArgumentError(`expected ${field} from 1 to 2147483647 or null, got ${shown(rows)}`, { field });
}

export function checkedSerialConsistency(field: string, level: SerialConsistency): ConsistencyName {
  serialConsistencyNumber(level, field);
  return consistencyName(level, field);
}

export function checkedBoolean(field: string, value: boolean): boolean {
  if (typeof value === 'boolean') return value;
  throw new InvalidArgumentError(`expected ${field} as a boolean, got ${describe(value)}`, { field });
}

const ROW_FACTORIES = new Set<unknown>(['object', 'tuple', 'map', 'columns', 'lazy']);

export function checkedRowFactory<Row>(field: string, factory: RowFactory<Row>): RowFactory<Row> {
  if (typeof factory === 'function' || ROW_FACTORIES.has(factory)) return factory;
  const names = [...ROW_FACTORIES].join(', ');
  throw new InvalidArgumentError(`expected ${names} or a function as ${field}, got ${shown(factory)}`, { field });
}

export function checkedText(field: string, text: string): string {
  if (typeof text === 'string' && text !== '') return text;
  throw new InvalidArgumentError(`expected ${field} as text that is not empty, got ${describe(text)}`, { field });
}

/** Options are read by name: one that does not exist would do nothing, unnoticed. */
export function requireKnownOptions(options: object, known: ReadonlySet<string>, what: string): void {
  for (const field in options) {
    if (known.has(field) || (options as Record<string, unknown>)[field] === undefined) continue;
    throw new InvalidArgumentError(`unknown ${what} option ${JSON.stringify(field)}`, { field });
  }
}

function shown(value: unknown): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' ? JSON.stringify(value) : describe(value);
}
