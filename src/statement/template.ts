// Statements from tagged templates: what stands in `${…}` becomes a bound marker, never text, unless it is a fragment that
// says so of itself.

import { InvalidArgumentError } from '../errors.ts';
import type { CqlValue } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';
import { quoteIdentifier } from '../types/identifier.ts';
import { SimpleStatement } from './simple.ts';

const TEXT = Symbol('text');

/** A piece of CQL text that a template takes over as it is. */
export class CqlFragment {
  readonly [TEXT]: string;

  /** Fragments are made by {@link identifier} and {@link raw}. */
  constructor(text: string) {
    this[TEXT] = text;
  }
}

/**
 * A name of a keyspace, table or column for a template, quoted where it needs to be.
 *
 * @throws {InvalidArgumentError} for what cannot be a name.
 * @example cql`SELECT * FROM ${identifier(table)} WHERE id = ${id}`
 */
export function identifier(name: string): CqlFragment {
  if (typeof name !== 'string' || name === '') {
    throw new InvalidArgumentError(`expected a name, got ${describe(name)}`, { field: 'name' });
  }
  return new CqlFragment(quoteIdentifier(name));
}

/** CQL text for a template, taken over as it is. Never make it of what a user typed. */
export function raw(text: string): CqlFragment {
  if (typeof text !== 'string') {
    throw new InvalidArgumentError(`expected CQL text, got ${describe(text)}`, { field: 'text' });
  }
  return new CqlFragment(text);
}

/** What may stand in a template: a value to bind, a fragment, or another template. */
export type TemplateValue = CqlValue | CqlFragment | SimpleStatement<unknown>;

/**
 * Makes a statement of a template. Values are bound in their order, arrays as one value each; fragments and other templates are
 * taken over, these with their values.
 *
 * @throws {InvalidArgumentError} for a statement in it that has parameters by name, for an escape that JavaScript does not know, and
 *   where it is not called as a tag.
 * @example const recent = cql`SELECT * FROM events WHERE day = ${day} AND at > ${since}`;
 */
export function cql<Row = Record<string, unknown>>(
  strings: TemplateStringsArray,
  ...values: readonly TemplateValue[]
): SimpleStatement<Row> {
  if (!isTemplate(strings) || strings.includes(undefined as never)) {
    throw new InvalidArgumentError(`expected cql before a template with known escapes, got ${describe(strings)}`, {
      field: 'strings',
    });
  }
  const params: CqlValue[] = [];
  let text = strings[0] ?? '';
  values.forEach((value, i) => {
    text += textOf(value, params) + (strings[i + 1] ?? '');
  });
  return new SimpleStatement<Row>(text, params.length === 0 ? {} : { params });
}

/** Whether the first argument of a call says that it was called as a tag. */
export function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && 'raw' in value;
}

function textOf(value: TemplateValue, params: CqlValue[]): string {
  if (value instanceof CqlFragment) return value[TEXT];
  if (!(value instanceof SimpleStatement)) {
    params.push(value);
    return '?';
  }
  const nested = value.params ?? [];
  if (!Array.isArray(nested)) {
    throw new InvalidArgumentError('expected a statement in a template to have its parameters by position, got names', {
      field: 'params',
    });
  }
  params.push(...(nested as readonly CqlValue[]));
  return value.queryString;
}
