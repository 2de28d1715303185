// Parameters as callers give them: how many there are, and that they are given once.

import { InvalidArgumentError } from '../errors.ts';
import type { Params } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';

/**
 * How many parameters there are.
 *
 * @throws {InvalidArgumentError} for what is no parameters: JavaScript callers may pass anything, and what has no keys of its own
 * would pass for none.
 */
export function countParams(params: Params): number {
  if (Array.isArray(params)) return params.length;
  const isPlain = typeof params === 'object' && (params as unknown) !== null && !(Symbol.iterator in params);
  if (isPlain) return Object.keys(params).length;
  throw new InvalidArgumentError(`expected parameters as an array or an object, got ${describe(params)}`, {
    field: 'params',
  });
}

/** The error of parameters beside a statement that has its own. */
export function twoParams(): InvalidArgumentError {
  return new InvalidArgumentError('expected no parameters beside a statement that has its own', { field: 'params' });
}
