// Writes tuples and values of user-defined types: components in the order of the type, each of which may be null.
import type { CqlType } from '../types/data-type.ts';
import { Tuple } from '../types/tuple.ts';
import type { BindPath } from './bind-path.ts';
import { isPlainObject } from './plain-object.ts';
import { refuse, refuseBecause } from './refusal.ts';
import type { ValueWriter } from './value-writer.ts';

// components in order, each [int length][byte…]
// native_protocol_v5.spec 6.18
/** The writer of a tuple: takes a Tuple or an array of exactly as many components as the type has. */
export function tupleContent(type: CqlType, components: readonly ValueWriter[]): ValueWriter {
  return (value, out, path) => {
    const items: readonly unknown[] = value instanceof Tuple ? [...value] : toArray(value, type, path);
    if (items.length !== components.length) {
      refuseBecause(`expected ${components.length} components, got ${items.length}`, type, path);
    }
    const level = path.enter();
    for (let i = 0; i < components.length; i++) {
      path.step(level, i);
      (components[i] as ValueWriter)(items[i], out, path);
    }
    path.leave(level);
  };
}

// fields in the order of the type, each [int length][byte…]
// native_protocol_v5.spec 6.20
/**
 * The writer of a user-defined type: takes an object with its fields, or a Map of them by name. A field that the object does not have is null, so that code
 * goes on working when the type gets another one; a property of a plain object that is no field is an error, as is an instance
 * of a class with no field at all. Of an entry of a Map the same holds.
 */
export function udtContent(type: CqlType, fields: readonly ValueWriter[]): ValueWriter {
  const names = type.fieldNames ?? [];
  const known = new Set(names);
  return (value, out, path) => {
    const object: unknown = value instanceof Map ? fieldsOfMap(value, known, type, path) : value;
    if (typeof object !== 'object' || object === null || isOfOtherType(object)) refuse('an object', value, type, path);
    const isPlain = isPlainObject(object);
    if (isPlain) refuseUnknown(object, known, type, path);
    const level = path.enter();
    let found = 0;
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      path.step(level, name);
      const isThere = Object.hasOwn(object, name) || (!isPlain && name in object && !(name in Object.prototype));
      if (isThere) found++;
      (fields[i] as ValueWriter)(isThere ? (object as Readonly<Record<string, unknown>>)[name] : null, out, path);
    }
    path.leave(level);
    if (found === 0 && !isPlain) refuse('an object with fields of the type', value, type, path);
  };
}

/** An object without prototype, so that no name is special. Keys of a Map are data: an error does not show them. */
function fieldsOfMap(
  value: ReadonlyMap<unknown, unknown>,
  known: ReadonlySet<string>,
  type: CqlType,
  path: BindPath,
): object {
  const fields = Object.create(null) as Record<string, unknown>;
  for (const [name, field] of value) {
    if (typeof name !== 'string' || !known.has(name)) refuse('only fields of the type as keys', name, type, path);
    fields[name] = field;
  }
  return fields;
}

function toArray(value: unknown, type: CqlType, path: BindPath): readonly unknown[] {
  return Array.isArray(value) ? value : refuse('a Tuple or an array', value, type, path);
}

/** Objects that stand for another kind of value and would be taken for one without fields. */
function isOfOtherType(value: object): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value) || value instanceof Tuple || Symbol.iterator in value;
}

function refuseUnknown(value: object, known: ReadonlySet<string>, type: CqlType, path: BindPath): void {
  for (const name of Object.keys(value)) {
    if (!known.has(name)) refuseBecause(`expected only fields of the type, got ${JSON.stringify(name)}`, type, path);
  }
}
