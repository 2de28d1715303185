// Random CQL types, nested up to a depth, and random values of them in the form in which they are read: what is bound is what
// must come back. For round trips through the core and through real servers.

import fc from 'fast-check';

import { Decimal, Duration, LocalDate, LocalTime, TimeUuid, Tuple, Uuid } from '../../src/index.ts';
import type { NativeTypeKind } from '../../src/types/data-type.ts';
import type { TypeJson } from '../vectors/vectors.ts';
import { canonical } from './canonical.ts';

/** A type, with values of it. */
export interface TypedValues {
  readonly type: TypeJson;
  readonly values: readonly unknown[];
}

const LAST_DATE_MS = 8.64e15;
const NANOSECONDS_OF_A_DAY = 86_400_000_000_000n;
const SCALARS: readonly NativeTypeKind[] = [
  ...(['ascii', 'bigint', 'blob', 'boolean', 'date', 'decimal', 'double', 'duration', 'float', 'inet', 'int'] as const),
  ...(['smallint', 'text', 'time', 'timestamp', 'timeuuid', 'tinyint', 'uuid', 'varint'] as const),
];
/** No server orders durations, so none has them in sets and keys. */
const KEY_SCALARS = SCALARS.filter((kind) => kind !== 'duration');

/** Any type whose nesting is at most `depth`; scalars have 0. */
export function anyType(depth: number, isKey = false): fc.Arbitrary<TypeJson> {
  const scalar = fc.constantFrom<TypeJson[]>(...(isKey ? KEY_SCALARS : SCALARS));
  if (depth === 0) return scalar;
  const inner = fc.nat(depth - 1).chain((less) => anyType(less, isKey));
  const key = fc.nat(depth - 1).chain((less) => anyType(less, true));
  return fc.oneof(
    { weight: 2, arbitrary: scalar },
    { weight: 1, arbitrary: inner.map((list) => ({ list })) },
    { weight: 1, arbitrary: key.map((set) => ({ set })) },
    { weight: 1, arbitrary: fc.tuple(key, inner).map((map) => ({ map })) },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 4 }).map((tuple) => ({ tuple })) },
    { weight: 1, arbitrary: fc.tuple(inner, fc.integer({ min: 1, max: 4 })).map((vector) => ({ vector })) },
    { weight: 1, arbitrary: fc.array(inner, { minLength: 1, maxLength: 4 }).map(udtOf) },
  );
}

function udtOf(types: readonly TypeJson[]): TypeJson {
  return { udt: { keyspace: 'ks', name: 'u', fields: types.map((type, i) => [`f${i}`, type] as const) } };
}

/** Any value of a type; in keys without what servers or JavaScript take for equal, such as 0 and -0 or 1.0 and 1.00. */
export function valueOf(type: TypeJson, isKey = false): fc.Arbitrary<unknown> {
  if (typeof type === 'string') return scalarOf(type, isKey);
  if ('list' in type) return fc.array(valueOf(type.list, isKey), { maxLength: 5 });
  if ('set' in type) return keys(type.set).map((members) => new Set(members));
  if ('map' in type) {
    const [key, value] = type.map;
    return keys(key).chain((names) =>
      fc
        .array(valueOf(value, isKey), { minLength: names.length, maxLength: names.length })
        .map((values) => new Map(names.map((name, i) => [name, values[i]]))),
    );
  }
  if ('tuple' in type) {
    return fc
      .tuple(...type.tuple.map((part) => orNull(valueOf(part, isKey))))
      .map((parts) => new Tuple(...(parts as never[])));
  }
  if ('vector' in type) {
    const [element, dimensions] = type.vector;
    const values = fc.array(valueOf(element, isKey), { minLength: dimensions, maxLength: dimensions });
    return element === 'float' ? values.map((numbers) => Float32Array.from(numbers as number[])) : values;
  }
  if ('udt' in type) {
    const { fields } = type.udt;
    return fc
      .tuple(...fields.map(([, field]) => orNull(valueOf(field, isKey))))
      .map((parts) => Object.fromEntries(fields.map(([name], i) => [name, parts[i]])));
  }
  throw new Error('a custom type has no random values');
}

function keys(type: TypeJson): fc.Arbitrary<unknown[]> {
  return fc.uniqueArray(valueOf(type, true), { maxLength: 4, selector: (value) => JSON.stringify(canonical(value)) });
}

function orNull(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.option(value, { freq: 6 });
}

/** Types with `perType` values each. */
export function typedValues(depth: number, perType: number): fc.Arbitrary<TypedValues> {
  return fc
    .nat(depth)
    .chain((exact) => anyType(exact))
    .chain((type) =>
      fc.array(valueOf(type), { minLength: perType, maxLength: perType }).map((values) => ({ type, values })),
    );
}

function scalarOf(kind: NativeTypeKind, isKey: boolean): fc.Arbitrary<unknown> {
  switch (kind) {
    case 'ascii':
      return fc.string({ unit: 'binary-ascii', maxLength: 40 });
    case 'text':
      return fc.string({ unit: 'binary', maxLength: 40 });
    case 'blob':
      return fc.uint8Array({ maxLength: 60 }).map((bytes) => new Uint8Array(bytes));
    case 'boolean':
      return fc.boolean();
    case 'tinyint':
      return fc.integer({ min: -128, max: 127 });
    case 'smallint':
      return fc.integer({ min: -32_768, max: 32_767 });
    case 'int':
      return fc.integer();
    case 'bigint':
    case 'counter':
      return bits(64);
    case 'varint':
      return fc.oneof(bits(64), bits(400));
    case 'decimal':
      return fc
        .tuple(bits(120), isKey ? fc.constant(3) : fc.integer({ min: -60, max: 60 }))
        .map(([unscaled, scale]) => new Decimal(unscaled, scale));
    case 'float':
      return fc.float().map((number) => (isKey ? number + 0 : number));
    case 'double':
      return fc.double().map((number) => (isKey ? number + 0 : number));
    case 'timestamp':
      return fc.integer({ min: -LAST_DATE_MS, max: LAST_DATE_MS }).map((ms) => new Date(ms));
    case 'date':
      return fc.integer().map((days) => LocalDate.fromDaysSinceEpoch(days));
    case 'time':
      return fc.bigInt({ min: 0n, max: NANOSECONDS_OF_A_DAY - 1n }).map((nanoseconds) => new LocalTime(nanoseconds));
    case 'duration':
      return fc
        .tuple(fc.nat(0x7fff_ffff), fc.nat(0x7fff_ffff), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }), fc.boolean())
        .map(([months, days, nanoseconds, isNegative]) =>
          isNegative ? new Duration(-months, -days, -nanoseconds) : new Duration(months, days, nanoseconds),
        );
    case 'uuid':
      return fc.uuid().map((text) => Uuid.parse(text));
    case 'timeuuid':
      return fc.uuid({ version: 1 }).map((text) => TimeUuid.parse(text));
    case 'inet':
      return fc.oneof(
        fc.ipV4(),
        fc
          .tuple(fc.constantFrom('2001:db8::', 'fe80::1:'), fc.integer({ min: 1, max: 0xffff }))
          .map(([start, last]) => start + last.toString(16)),
      );
  }
}

/** Integers of up to so many bits, each length as likely. */
function bits(most: number): fc.Arbitrary<bigint> {
  return fc
    .nat(most - 1)
    .chain((length) => fc.bigInt({ min: -(2n ** BigInt(length)), max: 2n ** BigInt(length) - 1n }));
}
