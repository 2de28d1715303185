// CQL literals of values, by their class and by a CQL type, and parameters put into text. That a server reads them back as the same
// values is tested on a real one.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Temporal } from 'temporal-polyfill';
import { CodecError, InvalidArgumentError } from '../../../src/errors.ts';
import { bindParams } from '../../../src/statement/bind-params.ts';
import { Encoder } from '../../../src/statement/literals.ts';
import { cql } from '../../../src/statement/template.ts';
import { ValueSequence } from '../../../src/statement/value-sequence.ts';
import type { CqlValue } from '../../../src/types/cql-value.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { escapeName, quoteIdentifier } from '../../../src/types/identifier.ts';
import { Inet } from '../../../src/types/inet.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { parseType } from '../../../src/types/parse-type.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { UNSET_VALUE } from '../../../src/types/unset.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { Vector } from '../../../src/types/vector.ts';

const uuid = '00112233-4455-6677-8899-aabbccddeeff';

class Address {
  readonly street: string;
  readonly Zip = 5;
  constructor(street: string) {
    this.street = street;
  }
}

const untyped: readonly (readonly [value: CqlValue, literal: string])[] = [
  [null, 'NULL'],
  ["it's", "'it''s'"],
  ['', "''"],
  [true, 'true'],
  [5, '5'],
  [-0, '-0.0'],
  [1e21, '1e+21'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
  [-(2n ** 70n), '-1180591620717411303424'],
  [new Date(-1), '-1'],
  [Uint8Array.of(0, 255), '0x00ff'],
  [Uuid.parse(uuid), uuid],
  [Decimal.parse('1E+3'), '1E+3'],
  [new Duration(-1, -2, -3n), '-1mo2d3ns'],
  [Inet.parse('::1'), "'::1'"],
  [new LocalDate(2026, 2, 28), "'2026-02-28'"],
  [LocalDate.fromDaysSinceEpoch(-(2 ** 31)), '0'],
  [new LocalTime(1n), "'00:00:00.000000001'"],
  [Temporal.Instant.fromEpochMilliseconds(5), '5'],
  [Temporal.PlainDate.from('2026-02-28'), "'2026-02-28'"],
  [Temporal.PlainTime.from('08:30'), "'08:30:00.000000000'"],
  [Temporal.Duration.from('P1D'), '1d'],
  [[1, ['a']], "[1, ['a']]"],
  [[], '[]'],
  [Float32Array.of(0.5, 1), '[0.5, 1]'],
  [new Vector([1, 2]), '[1, 2]'],
  [new Tuple(1, null, 'a'), "(1, NULL, 'a')"],
  [new ValueSequence(['a', 'b']), "('a', 'b')"],
  [new Set(['a', 'b']), "{'a', 'b'}"],
  [new Map([['a', 1]]), "{'a': 1}"],
  [{ a: 1, "b'": 2 }, "{'a': 1, 'b''': 2}"],
  [new Address('x'), '{street: \'x\', "Zip": 5}'],
];

for (const [value, literal] of untyped) {
  test(`the literal ${literal} is written without a type`, () => {
    assert.equal(new Encoder().encode(value), literal);
  });
}

const typed: readonly (readonly [type: string, value: CqlValue, literal: string])[] = [
  ['text', "it's", "'it''s'"],
  ['int', '+5', '5'],
  ['bigint', -5, '-5'],
  ['varint', '-12345678901234567890', '-12345678901234567890'],
  ['double', 5n, '5'],
  ['decimal', '.5', '0.5'],
  ['uuid', uuid.toUpperCase(), uuid],
  ['inet', '127.0.0.1', "'127.0.0.1'"],
  ['timestamp', '1970-01-01T00:00:01Z', '1000'],
  ['timestamp', new Date(5), '5'],
  ['date', '2026-02-28', "'2026-02-28'"],
  ['date', '+12345-01-01', String(2 ** 31 + 3_789_391)],
  ['time', 1, "'00:00:00.000000001'"],
  ['duration', 'P1Y', '1y'],
  ['blob', new Uint16Array([0x0201]), '0x0102'],
  ['list<uuid>', [uuid], `[${uuid}]`],
  ['set<inet>', ['::1'], "{'::1'}"],
  ['map<timestamp, time>', new Map([[new Date(1), 2n]]), "{1: '00:00:00.000000002'}"],
  ['map<text, int>', { a: 1 }, "{'a': 1}"],
  ['tuple<int, uuid>', [null, uuid], `(NULL, ${uuid})`],
  ['vector<float, 2>', [0.5, -1], '[0.5, -1]'],
];

for (const [type, value, literal] of typed) {
  test(`the literal ${literal} is written for ${type}`, () => {
    assert.equal(new Encoder().encode(value, parseType(type)), literal);
  });
}

const address = CqlType.udt({
  keyspace: 'ks',
  typeName: 'address',
  fieldNames: ['street', 'Zip'],
  fieldTypes: [CqlType.native('text'), CqlType.native('uuid')],
});

test('a value of a user-defined type is written with the fields that it has', () => {
  const encoder = new Encoder();
  assert.equal(encoder.encode({ Zip: uuid }, address), `{"Zip": ${uuid}}`);
  assert.equal(encoder.encode(new Map([['street', null]]), address), '{street: NULL}');
  assert.equal(encoder.encode({}, address), '{street: NULL}');
  assert.throws(() => encoder.encode({ zip: uuid }, address), CodecError);
  assert.throws(() => encoder.encode(new Tuple('a', uuid), address), CodecError);
});

test('what does not fit the type is refused with its place', () => {
  for (const [type, value, path] of [
    ['int', 2 ** 31, 'values[0]'],
    ['text', 5, 'values[0]'],
    ['list<int>', [1, 'x'], 'values[0][1]'],
    ['list<int>', new Set([1]), 'values[0]'],
    ['map<text, int>', { a: 'b' }, 'values[0][0]'],
    ['tuple<int, int>', [1], 'values[0]'],
    ['vector<float, 2>', [1], 'values[0]'],
    ['list<frozen<tuple<int, text>>>', [[1, 2]], 'values[0][0][1]'],
    ['list<int>', [1, null], 'values[0][1]'],
    ['set<int>', new Set([null]), 'values[0][0]'],
    ['vector<float, 1>', [null], 'values[0][0]'],
    ['map<text, int>', { a: null }, 'values[0][0]'],
    ['map<text, int>', new Map([[null, 1]]), 'values[0][0]'],
  ] as const) {
    assert.throws(
      () => new Encoder().encode(value, parseType(type)),
      (error) => error instanceof CodecError && error.path === path,
      type,
    );
  }
});

test('arguments of the wrong kind are refused by name', () => {
  const encoder = new Encoder();
  for (const [field, call] of [
    ['type', () => encoder.encode(5, 'int' as never)],
    ['values', () => encoder.encodeList(5 as never)],
    ['values', () => encoder.encodeSequence('abc')],
    ['entries', () => encoder.encodeMap([1] as never)],
    ['entries', () => encoder.encodeMap(null as never)],
    ['fields', () => encoder.encodeUserType(null as never)],
    ['text', () => encoder.quote(5 as never)],
    ['name', () => escapeName(5 as never)],
    ['name', () => quoteIdentifier(null as never)],
    ['values', () => new ValueSequence('abc')],
    ['values', () => new ValueSequence(5 as never)],
    ['strings', () => cql('SELECT 1' as never)],
    ['strings', () => cql`SELECT '\u'`],
  ] as const) {
    assert.throws(call, (error) => error instanceof InvalidArgumentError && error.field === field, String(call));
  }
});

function detached(view: Uint8Array | Float32Array): Uint8Array | Float32Array {
  structuredClone(view.buffer, { transfer: [view.buffer as ArrayBuffer] });
  return view;
}

test('what has no literal is refused', () => {
  const cycle: CqlValue[] = [];
  cycle.push(cycle);
  for (const value of [
    undefined,
    UNSET_VALUE,
    Symbol('x'),
    () => 1,
    new Date(NaN),
    new WeakMap(),
    Promise.resolve(1),
    'lone \ud800',
    detached(new Uint8Array(4)),
    detached(new Float32Array(1)),
    [undefined],
    cycle,
  ]) {
    assert.throws(() => new Encoder().encode(value as never), CodecError);
  }
});

test('a function of the mapping writes the values of its class, at every level, the nearest class first', () => {
  class Money {
    readonly cents = 7;
  }
  class Euro extends Money {}
  const encoder = new Encoder();
  encoder.mapping.set(Money, ({ cents }: Money) => String(cents));
  encoder.mapping.set(Array, (values: CqlValue[]) => encoder.encodeTuple(values));
  encoder.mapping.set(BigInt, (value: bigint) => `${value}.0`);
  assert.equal(encoder.encode([new Euro(), [1n, null]]), '(7, (1.0, NULL))');
  encoder.mapping.set(Euro, () => '8');
  assert.equal(encoder.encode(new Map([['a', new Euro()]])), "{'a': 8}");
  assert.equal(encoder.encode([new Euro()], parseType('list<int>')), '(8)');
});

test('the forms of collections can be chosen', () => {
  const encoder = new Encoder();
  assert.equal(encoder.encodeList(new Set([1, 2])), '[1, 2]');
  assert.equal(encoder.encodeSet(['a']), "{'a'}");
  assert.equal(encoder.encodeTuple([1, 'a']), "(1, 'a')");
  assert.equal(encoder.encodeSequence([1]), '(1)');
  assert.equal(encoder.encodeMap([['a', [1]]]), "{'a': [1]}");
  assert.equal(encoder.encodeUserType({ A: 'x' }), '{"A": \'x\'}');
  assert.equal(encoder.quote("'"), "''''");
});

test('parameters are put in the place of markers, in order or by name', () => {
  assert.equal(bindParams('SELECT %s, %s', [1, "it's"]), "SELECT 1, 'it''s'");
  assert.equal(bindParams('SELECT %(a)s, %(b)s, %(a)s', { a: 1, b: null }), 'SELECT 1, NULL, 1');
  assert.equal(bindParams('x IN %s', [new ValueSequence([1, 2])]), 'x IN (1, 2)');
});

test('what only looks like a marker stays, and %% becomes %', () => {
  const text = `SELECT '%s', "%(a)s", a %% 2, ? -- %s\n, :b, %s`;
  assert.equal(bindParams(text, [1]), `SELECT '%s', "%(a)s", a % 2, ? -- %s\n, :b, 1`);
  assert.equal(bindParams('100%%', []), '100%');
});

test('a literal that holds a marker is not filled again', () => {
  assert.equal(bindParams('%s %s', ['%s', '$& %%']), "'%s' '$& %%'");
});

test('an own encoder is used', () => {
  const encoder = new Encoder();
  encoder.mapping.set(Array, (values: CqlValue[]) => encoder.encodeTuple(values));
  assert.equal(bindParams('%s', [[1, 'a']], encoder), "(1, 'a')");
});

test('parameters that are no array or object, or do not match, are refused', () => {
  for (const [text, params] of [
    ['%s', 'a'],
    ['%s', 5],
    ['%s', null],
    ['%s', undefined],
    ['%s', new Set([1])],
    ['%s', new Map([['a', 1]])],
    ['%s', Uint8Array.of(1)],
    ['%s', []],
    ['%s', [1, 2]],
    ['%s', { a: 1 }],
    ['%(a)s', [1]],
    ['%(a)s', {}],
    ['%(a)s', { a: 1, b: 2 }],
    ['%(toString)s', {}],
  ] as const) {
    assert.throws(
      () => bindParams(text, params as never),
      (error) => error instanceof InvalidArgumentError && error.field === 'params',
      JSON.stringify(params),
    );
  }
  assert.throws(() => bindParams(5 as never, []), InvalidArgumentError);
  assert.throws(
    () => bindParams('%s', [1], {} as never),
    (error) => error instanceof InvalidArgumentError && error.field === 'encoder',
  );
});

test('a parameter without a literal is refused with its place', () => {
  assert.throws(
    () => bindParams('%s %s', [1, [undefined]]),
    (error) => error instanceof CodecError && error.path === 'values[1][0]',
  );
  assert.throws(
    () => bindParams('%(a)s', { a: undefined }),
    (error) => error instanceof CodecError && error.path === 'values.a',
  );
});
