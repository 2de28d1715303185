// Reads the golden bytes beside it, the same files that the tests of the core read.
import { readFileSync } from 'node:fs';

import { CqlType, type NativeTypeKind } from '../../src/types/data-type.ts';

/** A CQL type as the files write it. */
export type TypeJson =
  | NativeTypeKind
  | { readonly custom: string }
  | { readonly list: TypeJson }
  | { readonly set: TypeJson }
  | { readonly map: readonly [TypeJson, TypeJson] }
  | { readonly tuple: readonly TypeJson[] }
  | { readonly vector: readonly [TypeJson, number] }
  | { readonly udt: { keyspace: string; name: string; fields: readonly (readonly [string, TypeJson])[] } };

/** One entry of a file. */
export interface Vector<T> {
  readonly name: string;
  /** The protocol version, where it matters. */
  readonly version: 3 | 4 | 5 | null;
  /** The CQL type, where the bytes are a value. */
  readonly type?: TypeJson;
  /** The bytes, in groups that a reader can tell apart. */
  readonly hex: string;
  readonly value: T;
}

/** All entries of a file. Tests run from the root of the checkout. */
export function readVectors<T>(file: string): readonly Vector<T>[] {
  return JSON.parse(readFileSync(`test/vectors/${file}`, 'utf8')) as readonly Vector<T>[];
}

/** The bytes that these groups of hexadecimal digits spell. */
export function bytesOf(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** The type that this describes. */
export function typeOf(json: TypeJson): CqlType {
  if (typeof json === 'string') return CqlType.native(json);
  if ('custom' in json) return CqlType.custom(json.custom);
  if ('list' in json) return CqlType.list(typeOf(json.list));
  if ('set' in json) return CqlType.set(typeOf(json.set));
  if ('map' in json) return CqlType.map(typeOf(json.map[0]), typeOf(json.map[1]));
  if ('tuple' in json) return CqlType.tuple(json.tuple.map(typeOf));
  if ('vector' in json) return CqlType.vector(typeOf(json.vector[0]), json.vector[1]);
  const { keyspace, name: typeName, fields } = json.udt;
  const fieldTypes = fields.map(([, type]) => typeOf(type));
  return CqlType.udt({ keyspace, typeName, fieldNames: fields.map(([field]) => field), fieldTypes });
}
