// Every CQL type against values that are not quite what they seem: each is either written right or refused with its place.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError } from '../../../src/errors.ts';
import { BoundWriter } from '../../../src/statement/bind.ts';
import { HeapSink } from '../../../src/statement/byte-sink.ts';
import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { detached, HOSTILE_TYPES, HOSTILE_VALUES, shrunkView } from '../../values/hostile-values.ts';
import { encode } from './encoding.ts';

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);
const text = native('text');
const int = native('int');
const types = HOSTILE_TYPES;

test('there are at least 80 hostile values', () => {
  assert.ok(HOSTILE_VALUES.length >= 80, String(HOSTILE_VALUES.length));
});

for (const [name, value, good = {}] of HOSTILE_VALUES) {
  test(`${name} is written right where it fits and refused everywhere else`, () => {
    for (const [kind, type] of Object.entries(types)) {
      const expected = good[kind];
      if (expected !== undefined) {
        assert.equal(encode(type, value).slice(8), expected.replaceAll(' ', ''), kind);
        continue;
      }
      assert.throws(
        () => encode(type, value),
        (error) => {
          assert.ok(error instanceof CodecError, `${kind}: ${String(error)}`);
          assert.match(error.path, /^values\[0\]/);
          assert.ok(error.message.includes(error.path));
          assert.equal(error.maybeApplied, false);
          return true;
        },
        kind,
      );
    }
  });
}

const places: readonly (readonly [type: CqlType, value: unknown, path: string, cqlType: string])[] = [
  [int, 'x', 'values[0]', 'int'],
  [CqlType.list(int), [1, 2, 'x'], 'values[0][2]', 'int'],
  [CqlType.set(int), new Set([1, 0.5]), 'values[0][1]', 'int'],
  [
    CqlType.map(text, int),
    new Map<unknown, unknown>([
      ['a', 1],
      [2, 1],
    ]),
    'values[0].keys[1]',
    'text',
  ],
  [CqlType.map(text, int), { a: 'x' }, 'values[0].values[0]', 'int'],
  [CqlType.tuple([int, text]), [1, 1], 'values[0][1]', 'text'],
  [udt('tags', CqlType.list(int)), { tags: [0, 1, 'x'] }, 'values[0].tags[2]', 'int'],
  [udt('odd "name"', int), { 'odd "name"': 'x' }, 'values[0]["odd \\"name\\""]', 'int'],
  [CqlType.vector(CqlType.vector(text, 1), 2), [['a'], [1]], 'values[0][1][0]', 'text'],
  [
    CqlType.list(CqlType.map(text, CqlType.list(int))),
    [{}, { a: [1], b: [2, null] }],
    'values[0][1].values[1][1]',
    'int',
  ],
  [CqlType.vector(int, 2), [1], 'values[0]', 'vector<int, 2>'],
];

for (const [type, value, path, cqlType] of places) {
  test(`a value that does not fit is found at ${path}`, () => {
    assert.throws(
      () => encode(type, value),
      (error) => error instanceof CodecError && error.path === path && error.cqlType === cqlType,
    );
  });
}

test('an error of a getter is the cause, with the place of the value', () => {
  const failure = new Error('mine');
  const value = {
    get a(): number {
      throw failure;
    },
  };
  assert.throws(
    () => encode(CqlType.list(types['udt'] as CqlType), [{ a: 1 }, value]),
    (error) => error instanceof CodecError && error.cause === failure && error.path === 'values[0][1].a',
  );
});

test('a view without its bytes is refused as such', () => {
  for (const view of [detached, shrunkView]) {
    assert.throws(() => encode(native('blob'), view), /detached/);
  }
});

test('a day has 86,400,000,000,000 nanoseconds', () => {
  assert.throws(() => encode(native('time'), 86_400_000_000_000n), CodecError);
  assert.throws(() => encode(native('time'), -1), CodecError);
});

test('a field of a UDT is not taken from what every object has', () => {
  class Instance {
    readonly a = 1;
  }
  const type = CqlType.udt({
    keyspace: 'ks',
    typeName: 'u',
    fieldNames: ['a', 'constructor'],
    fieldTypes: [int, text],
  });
  assert.equal(encode(type, new Instance()).slice(8), '0000000400000001ffffffff');
  assert.equal(encode(type, { a: 1 }).slice(8), '0000000400000001ffffffff');
});

test('no error shows the value', () => {
  const canary = 'canary-9f8e7d';
  for (const type of Object.values(types)) {
    for (const value of [
      canary,
      { [canary.slice(0, 0)]: canary },
      [canary],
      new Map([[canary, canary]]),
      new Set([canary]),
    ]) {
      try {
        encode(type, value);
      } catch (error) {
        assert.ok(error instanceof CodecError);
        assert.equal(`${error.message}${error.path}${JSON.stringify(error)}`.includes(canary), false);
      }
    }
  }
});

test('nothing stays written of values that are refused', () => {
  const columns = [int, CqlType.list(int)].map((type) => ({ keyspace: '', table: '', name: 'v', type }));
  const writer = new BoundWriter(columns, { protocolVersion: 5 });
  const sink = new HeapSink();
  sink.position = 7;
  assert.throws(() => writer.write([1, [1, 2, null]], sink), CodecError);
  assert.equal(sink.position, 7);
});

test('a getter that shrinks its array leaves elements that are refused', () => {
  const items: unknown[] = [1, 2, 3];
  Object.defineProperty(items, 0, {
    get: () => {
      items.length = 1;
      return 1;
    },
  });
  assert.throws(() => encode(CqlType.list(int), items), CodecError);
});

test('a list of 65,536 elements is written whole', () => {
  const hex = encode(CqlType.list(native('tinyint')), new Array(65_536).fill(1));
  assert.equal(hex.length, 2 * (4 + 4 + 65_536 * 5));
});

function udt(field: string, type: CqlType): CqlType {
  return CqlType.udt({ keyspace: 'ks', typeName: 'u', fieldNames: [field], fieldTypes: [type] });
}
