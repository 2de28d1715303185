// Names in CQL text: when they need double quotes, and how they get them.
import { InvalidArgumentError } from '../errors.ts';
import { cqlKeywords, cqlKeywordsReserved, reservedTypeNames } from './cql-keywords.ts';
import { describe } from './describe.ts';

/** Writes a name as CQL reads it back: bare if it is a plain lower-case word that is not reserved, else in double quotes. */
export function quoteIdentifier(name: string): string {
  return isValidName(name) ? name : escapeName(name);
}

/** The same as {@link quoteIdentifier}, as the Python driver calls it. */
export const protectName: (name: string) => string = quoteIdentifier;

/** Writes each name as {@link quoteIdentifier} does. */
export function protectNames(names: Iterable<string>): string[] {
  return Array.from(names, quoteIdentifier);
}

/** Says whether CQL reads a name back as it is, without quotes: a plain lower-case word that is not reserved. */
export function isValidName(name: string): boolean {
  return isPlainWord(name) && !cqlKeywordsReserved.has(name);
}

/** Puts a name in double quotes, whether it needs them or not. Throws `InvalidArgumentError` for anything but text. */
export function escapeName(name: string): string {
  if (typeof name !== 'string') {
    throw new InvalidArgumentError(`expected a name, got ${describe(name)}`, { field: 'name' });
  }
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Writes a value of a schema statement: text as a literal in single quotes, a number or boolean bare, null and undefined as
 * `NULL`. For options of tables and keyspaces; values of rows are bound.
 */
export function protectValue(value: string | number | bigint | boolean | null | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'string' ? `'${value.replaceAll("'", "''")}'` : String(value);
}

/**
 * Writes the name of a user-defined type or function. CQL takes fewer bare words there than for tables and columns, so every
 * word that means anything to it is quoted.
 */
export function quoteTypeName(name: string): string {
  return isPlainWord(name) && !cqlKeywords.has(name) && !reservedTypeNames.has(name) ? name : escapeName(name);
}

function isPlainWord(name: string): boolean {
  return typeof name === 'string' && /^[a-z][a-z0-9_]*$/.test(name);
}
