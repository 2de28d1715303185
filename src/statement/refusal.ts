// How a value that does not fit its CQL type is refused. The text names place, type and kind of the value, never the value.
import { CodecError } from '../errors.ts';
import type { CqlType } from '../types/data-type.ts';
import { describe } from '../types/describe.ts';
import type { BindPath } from './bind-path.ts';

/** Throws a `CodecError` that says what was expected instead of `value`. */
export function refuse(expected: string, value: unknown, type: CqlType, path: BindPath): never {
  refuseBecause(`expected ${expected}, got ${describe(value)}`, type, path);
}

/** Throws a `CodecError` with a reason of its own. */
export function refuseBecause(reason: string, type: CqlType, path: BindPath, cause?: unknown): never {
  const place = path.toString();
  const cqlType = type.toString();
  throw new CodecError(`${reason} at ${place} (${cqlType})`, { path: place, cqlType, cause });
}

/** Runs a parser of some value class; what it throws becomes the cause of a `CodecError`. */
export function parseAs<S, T>(parse: (source: S) => T, source: S, type: CqlType, path: BindPath): T {
  try {
    return parse(source);
  } catch (cause) {
    const expected = typeof source === 'string' ? `the text form of ${type.kind}` : `a value within ${type.kind}`;
    return refuseBecause(`expected ${expected}, got ${describe(source)}`, type, path, cause);
  }
}
