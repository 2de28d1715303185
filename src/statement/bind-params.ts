// Parameters as literals in the place of `%s` and `%(name)s`: text for statements in which the server accepts no bind marker.
import { InvalidArgumentError } from '../errors.ts';
import type { Params } from '../types/cql-value.ts';
import { describe } from '../types/describe.ts';
import { BindPath } from './bind-path.ts';
import { Encoder } from './literals.ts';
import { replacePercentMarkers } from './markers.ts';
import { isPlainObject } from './plain-object.ts';

/**
 * Puts parameters into text as CQL literals and returns it: an array in the place of `%s`, an object in the place of `%(name)s`,
 * where the same name may stand several times. Markers in literals, quoted names and comments stay; every `%%` becomes `%`.
 *
 * Meant for statements that change the schema. What can be bound should be passed to `session.execute`, whose parameters never
 * become text. Throws `InvalidArgumentError` if parameters are neither an array nor an object, or do not match the markers;
 * `CodecError` for a value without a literal.
 *
 * @example bindParams('CREATE ROLE ann WITH PASSWORD = %s', ["it's me"]) // … PASSWORD = 'it''s me'
 */
export function bindParams(query: string, params: Params, encoder: Encoder = new Encoder()): string {
  if (typeof query !== 'string') {
    throw new InvalidArgumentError(`expected the text of a statement, got ${describe(query)}`, { field: 'query' });
  }
  if (!(encoder instanceof Encoder)) {
    throw new InvalidArgumentError(`expected an Encoder, got ${describe(encoder)}`, { field: 'encoder' });
  }
  const path = new BindPath();
  if (Array.isArray(params)) return bindList(query, params as readonly unknown[], encoder, path);
  if (isPlainObject(params)) return bindNamed(query, params, encoder, path);
  throw new InvalidArgumentError(`expected parameters as an array or an object, got ${describe(params)}`, {
    field: 'params',
  });
}

function bindList(query: string, values: readonly unknown[], encoder: Encoder, path: BindPath): string {
  let count = 0;
  const text = replacePercentMarkers(query, (name) => {
    if (name !== undefined) throw mismatch(`an object for %(${name})s, got an array`);
    const i = count++;
    if (i >= values.length) return '';
    path.start(i);
    return encoder.encodeAt(values[i], undefined, path);
  });
  if (count !== values.length) throw mismatch(`${count} parameters for as many %s, got ${values.length}`);
  return text;
}

function bindNamed(query: string, values: Record<string, unknown>, encoder: Encoder, path: BindPath): string {
  const unused = new Set(Object.keys(values));
  const text = replacePercentMarkers(query, (name) => {
    if (name === undefined) throw mismatch('an array for %s, got an object');
    if (!Object.hasOwn(values, name)) throw mismatch(`a parameter named ${JSON.stringify(name)}, got none`);
    unused.delete(name);
    path.start(name);
    return encoder.encodeAt(values[name], undefined, path);
  });
  const [extra] = unused;
  if (extra !== undefined) throw mismatch(`only the names of markers, got ${JSON.stringify(extra)}`);
  return text;
}

function mismatch(what: string): InvalidArgumentError {
  return new InvalidArgumentError(`expected ${what}`, { field: 'params' });
}
