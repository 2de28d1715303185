// Tuples and vectors: the values that have values in them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { OrderedMap, SortedSet } from '../../../src/result/collections.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { valuesEqual } from '../../../src/types/value-equality.ts';
import { Vector } from '../../../src/types/vector.ts';

test('a tuple has indexes, a length and an iterator', () => {
  const tuple = new Tuple('Ada', 36, null);
  const [name, age, city] = tuple;
  assert.deepEqual([name, age, city], ['Ada', 36, null]);
  assert.equal(tuple.length, 3);
  assert.equal(tuple[1], 36);
  assert.deepEqual(Array.from(tuple), ['Ada', 36, null]);
  assert.deepEqual(Object.keys(tuple), ['0', '1', '2']);
  assert.equal(new Tuple(undefined).length, 1);
});

test('get gives a component, and refuses an index that has none', () => {
  assert.equal(new Tuple('a', 'b').get(1), 'b');
  for (const index of [-1, 2, 0.5, Number.NaN, '0', Symbol('s')]) {
    assert.throws(() => new Tuple('a', 'b').get(index as never), InvalidArgumentError);
  }
});

test('a tuple does not change', () => {
  const tuple = new Tuple(1, 2);
  assert.throws(() => Object.assign(tuple, { 0: 9 }), TypeError);
  assert.throws(() => Object.assign(tuple, { 2: 9 }), TypeError);
});

test('tuples are equal by what is in them, at any depth', () => {
  const make = (last: unknown): Tuple =>
    new Tuple(Uuid.parse('550e8400-e29b-41d4-a716-446655440000'), new Tuple(last), [1n]);
  assert.equal(make('x').equals(make('x')), true);
  assert.equal(make('x').equals(make('y')), false);
  assert.equal(new Tuple(1).equals(new Tuple(1, null)), false);
  assert.equal(new Tuple(1).equals([1]), false);
});

test('JSON, text and console show the components of a tuple', () => {
  const tuple = new Tuple('a', new Decimal(15n, 1), null);
  assert.equal(JSON.stringify(tuple), '["a","1.5",null]');
  assert.equal(String(tuple), '(a, 1.5, null)');
  assert.equal(inspect(tuple), "Tuple [ 'a', Decimal(1.5), null ]");
});

test('a vector keeps copies of its elements', () => {
  const floats = Float32Array.from([0.25, 0.5]);
  const numbers = [0.25, 0.5];
  const [a, b] = [new Vector(floats), new Vector(numbers)];
  floats.fill(9);
  numbers.fill(9);
  a.toFloat32Array().fill(9);
  assert.deepEqual([...a], [0.25, 0.5]);
  assert.deepEqual([...b], [0.25, 0.5]);
  assert.equal(a.length, 2);
  assert.equal(a.get(1), 0.5);
});

test('a vector of floats says so, one of an array says what it is told', () => {
  assert.equal(new Vector(new Float32Array(1)).subtype, 'float');
  assert.equal(new Vector(['a'], 'text').subtype, 'text');
  assert.equal('subtype' in new Vector([1]), false);
});

test('a vector of numbers becomes floats, and one of other things refuses to', () => {
  assert.deepEqual(new Vector([0.1, 1]).toFloat32Array(), Float32Array.from([0.1, 1]));
  for (const element of ['1', 1n, null]) {
    assert.throws(() => new Vector([0, element]).toFloat32Array(), {
      name: 'InvalidArgumentError',
      message: /index 1$/,
    });
  }
});

test('refuses to make a vector of what is no array', () => {
  for (const values of [undefined, null, 'abc', 3, new Set([1]), new Float64Array(2), { length: 1 }]) {
    assert.throws(() => new Vector(values as never), InvalidArgumentError);
  }
  assert.throws(() => new Vector([1]).get(1), InvalidArgumentError);
});

test('reads the text of a vector of numbers', () => {
  assert.deepEqual([...Vector.parse('[0.25, -1,1e3 , .5]')], [0.25, -1, 1000, 0.5]);
  for (const text of ['', '[]', '[1', '1, 2', '[1,,2]', '[a]', '[0x10]', '[NaN]', '[1] ]', '[[1]]']) {
    assert.throws(() => Vector.parse(text), InvalidArgumentError);
  }
});

test('vectors are equal by their elements, whatever they were made of', () => {
  assert.equal(new Vector([0.25, 1]).equals(new Vector(Float32Array.from([0.25, 1]))), true);
  assert.equal(new Vector([0.25]).equals(new Vector([0.25, 1])), false);
  assert.equal(new Vector([1]).equals([1]), false);
});

test('JSON, text and console show the elements of a vector', () => {
  const vector = new Vector(Float32Array.from([0.25, 1]));
  assert.equal(JSON.stringify(vector), '[0.25,1]');
  assert.equal(String(vector), '[0.25, 1]');
  assert.equal(inspect(vector), 'Vector [ 0.25, 1 ]');
});

const uuid = (): Uuid => Uuid.parse('550e8400-e29b-41d4-a716-446655440000');

test('values are equal by what they hold, and different where kind, order or number differ', () => {
  const date = new Date(5);
  for (const [a, b] of [
    [Number.NaN, Number.NaN],
    [0, -0],
    [date, new Date(5)],
    [new Date(Number.NaN), new Date(Number.NaN)],
    [Uint8Array.of(1), Uint8Array.of(1)],
    [new Set([1n]), new Set([1n])],
    [new Map([['a', [1]]]), new Map([['a', [1]]])],
    [{ a: { b: null } }, { a: { b: null } }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    [{ a: 1 }, Object.assign(Object.create(null) as object, { a: 1 })],
    [Uint8Array.of(1), Buffer.from([1])],
    [new Set([1, 2]), new Set([2, 1])],
    [new Set([uuid()]), new Set([uuid()])],
    [new Set([uuid()]), new SortedSet([uuid()])],
    [
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
    ],
    [new Map([[uuid(), 1]]), new OrderedMap([[uuid(), 1]])],
    [new Map([[uuid(), 1]]), new Map([[uuid(), 1]])],
  ] as const) {
    assert.equal(valuesEqual(a, b), true);
    assert.equal(valuesEqual(b, a), true);
  }
  for (const [a, b] of [
    [1, '1'],
    [1n, 1],
    [null, undefined],
    [null, {}],
    [date, new Date(6)],
    [date, {}],
    [Uint8Array.of(1), [1]],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, undefined]],
    [new Set([1]), new Map([[1, 1]])],
    [new Set([uuid(), uuid()]), new Set([uuid(), Uuid.random()])],
    [new Set([1, 2]), new Set([1, 3])],
    [new Map([['a', 1]]), new Map([['a', 2]])],
    [new Map([[uuid(), undefined]]), new OrderedMap([[Uuid.random(), undefined]])],
    [new Map([['a', 1]]), new Map([['b', 1]])],
    [Uint8Array.of(1), Uint8Array.of(2)],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, { a: 1, b: undefined }],
    [new Decimal(1n, 0), 1],
  ] as const) {
    assert.equal(valuesEqual(a, b), false);
    assert.equal(valuesEqual(b, a), false);
  }
});
