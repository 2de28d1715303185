// CQL types: the tree, its text, and the reader of that text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { CqlType, isNativeKind, kindOfTypeId, typeIdOfKind } from '../../../src/types/data-type.ts';
import type { NativeTypeKind } from '../../../src/types/data-type.ts';
import { parseType } from '../../../src/types/parse-type.ts';

const nativeKinds = Array.from({ length: 0x16 }, (_, id) => kindOfTypeId(id)).filter(
  (kind): kind is NativeTypeKind => kind !== undefined && isNativeKind(kind),
);
const int = CqlType.native('int');
const text = CqlType.native('text');

const { anyType } = fc.letrec<{ anyType: CqlType }>((tie) => ({
  anyType: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(...nativeKinds).map((kind) => CqlType.native(kind)),
    fc.string({ minLength: 1 }).map((className) => CqlType.custom(className)),
    fc
      .string({ minLength: 1, unit: 'grapheme' })
      .map((typeName) => CqlType.udt({ keyspace: 'ks', typeName, fieldNames: [], fieldTypes: [] })),
    fc.tuple(tie('anyType'), fc.boolean()).map(([type, frozen]) => CqlType.list(type, frozen)),
    fc.tuple(tie('anyType'), fc.boolean()).map(([type, frozen]) => CqlType.set(type, frozen)),
    fc
      .tuple(tie('anyType'), tie('anyType'), fc.boolean())
      .map(([key, value, frozen]) => CqlType.map(key, value, frozen)),
    fc
      .tuple(fc.array(tie('anyType'), { minLength: 1, maxLength: 4 }), fc.boolean())
      .map(([types, frozen]) => CqlType.tuple(types, frozen)),
    fc.tuple(tie('anyType'), fc.integer({ min: 1, max: 0x7fff_ffff })).map(([type, n]) => CqlType.vector(type, n)),
  ),
}));

test('the text of any type reads back as the same type', () => {
  fc.assert(
    fc.property(anyType, (type) => {
      const read = parseType(type.toString(), { keyspace: 'ks' });
      assert.deepEqual(read, type);
      assert.equal(read.equals(type), true);
    }),
    { numRuns: 1000 },
  );
});

const samples: readonly (readonly [string, CqlType])[] = [
  ['int', int],
  ['VARCHAR', text],
  [' frozen < MAP<text ,vector<float,3>> > ', CqlType.map(text, CqlType.vector(CqlType.native('float'), 3), true)],
  ['frozen<frozen<list<frozen<int>>>>', CqlType.list(int, true)],
  ['tuple<int,text,int>', CqlType.tuple([int, text, int])],
  ['list<address>', CqlType.list(CqlType.udt({ keyspace: '', typeName: 'address', fieldNames: [], fieldTypes: [] }))],
  ['Address', CqlType.udt({ keyspace: '', typeName: 'address', fieldNames: [], fieldTypes: [] })],
  ['"My ""Type"""', CqlType.udt({ keyspace: '', typeName: 'My "Type"', fieldNames: [], fieldTypes: [] })],
  ['"int"', CqlType.udt({ keyspace: '', typeName: 'int', fieldNames: [], fieldTypes: [] })],
  ['Ks."T"', CqlType.udt({ keyspace: 'ks', typeName: 'T', fieldNames: [], fieldTypes: [] })],
  ["'org.example.Odd(x,y)'", CqlType.custom('org.example.Odd(x,y)')],
  ['empty', CqlType.custom('org.apache.cassandra.db.marshal.EmptyType')],
];
for (const [written, expected] of samples) {
  test(`reads ${JSON.stringify(written)} as ${expected.toString()}`, () => {
    assert.deepEqual(parseType(written), expected);
  });
}

test('finds user-defined types by name and keyspace, and freezes them where the text does', () => {
  const address = CqlType.udt({ keyspace: 'ks', typeName: 'address', fieldNames: ['zip'], fieldTypes: [int] });
  const asked: string[] = [];
  const userType = (name: string, keyspace: string): CqlType | undefined => {
    asked.push(`${keyspace}.${name}`);
    return name === 'address' ? address : undefined;
  };
  const type = parseType('map<frozen<address>, other."X">', { keyspace: 'ks', userType });
  assert.deepEqual(asked, ['ks.address', 'other.X']);
  const [key, value] = type.args;
  assert.equal(key?.frozen, true);
  assert.deepEqual(key.fieldNames, ['zip']);
  assert.equal(value?.name, 'X');
});

for (const [written, message] of [
  ['', /^expected a type, got the end of the text$/],
  ['list<int', /^expected >, got the end of the text$/],
  ['list<int>>', /^expected the end of the type, got what is at character 9$/],
  ['list<>', /^expected a type, got what is at character 5$/],
  ['map<int>', /^expected ,, got what is at character 7$/],
  ['map<int, text, int>', /^expected >, got what is at character 13$/],
  ['int<text>', /^expected list, set, map, tuple, vector or frozen before <, got what is at character 0$/],
  ['vector<float>', /^expected ,/],
  ['vector<float, 0>', /dimensions, got what is at character 14$/],
  ['vector<float, 2147483648>', /dimensions/],
  ['vector<float, n>', /dimensions/],
  ['vector<float, -1>', /dimensions/],
  ['"open', /closing quote, got what is at character 0$/],
  ["list<'open>", /closing quote/],
  ['""', /closing quote/],
  ['ks.', /^expected the name of a type/],
  ['12', /^expected a type/],
  ['list<int;>', /^expected >/],
  ['int text', /^expected the end of the type/],
] as const) {
  test(`refuses ${JSON.stringify(written)} and says where`, () => {
    assert.throws(() => parseType(written), { name: 'InvalidArgumentError', message });
  });
}

test('types nest 64 deep and no deeper, and frozen does not count', () => {
  const nested = (depth: number, open: string, close: string): string =>
    `${open.repeat(depth)}int${close.repeat(depth)}`;
  assert.equal(parseType(nested(63, 'list<', '>')).kind, 'list');
  assert.equal(parseType(nested(63, 'frozen<list<', '>>')).frozen, true);
  assert.throws(() => parseType(nested(64, 'list<', '>')), {
    message: /^expected at most 64 types within one another/,
  });
  assert.throws(() => parseType(nested(100_000, 'tuple<int, ', '>')), InvalidArgumentError);
  assert.deepEqual(parseType(nested(100_000, 'frozen<', '>')), int);
});

test('reads very long texts', () => {
  assert.equal(parseType(`tuple<${'int, '.repeat(100_000)}int>`).args.length, 100_001);
  assert.equal(parseType(`"${'""'.repeat(500_000)}"`).name.length, 500_000);
  assert.throws(() => parseType(`"${'a'.repeat(1_000_000)}`), InvalidArgumentError);
  assert.throws(() => parseType(' '.repeat(1_000_000)), InvalidArgumentError);
});

test('text of a type that is cut, mixed or damaged is read or refused, never anything else', () => {
  const pieces = fc.constantFrom(
    'frozen<',
    'list<',
    'map<',
    'vector<',
    'tuple<',
    '>',
    ',',
    '"',
    "'",
    '.',
    ' ',
    'int',
    '3',
    'a',
    '<',
    '',
    '\\',
    '\u0000',
  );
  const damaged = fc.tuple(anyType, fc.nat(), fc.string()).map(([type, at, piece]) => {
    const written = type.toString();
    const cut = at % (written.length + 1);
    return written.slice(0, cut) + piece + written.slice(cut + 1);
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(pieces, { maxLength: 40 }).map((parts) => parts.join('')),
        damaged,
      ),
      (written) => {
        try {
          assert.ok(parseType(written) instanceof CqlType);
        } catch (error) {
          assert.ok(error instanceof InvalidArgumentError, String(error));
        }
      },
    ),
    { numRuns: 5000 },
  );
});

test('every option id leads to a kind and back', () => {
  for (const id of [0, 1, 9, 0x0d, 0x15, 0x20, 0x21, 0x22, 0x30, 0x31, 0x8000]) {
    const kind = kindOfTypeId(id);
    assert.ok(kind !== undefined);
    assert.equal(typeIdOfKind(kind), id);
  }
  assert.equal(kindOfTypeId(0x0a), undefined);
  assert.equal(kindOfTypeId(0x16), undefined);
  assert.equal(nativeKinds.length, 20);
});

test('a native type has one instance, and every type is frozen against change', () => {
  assert.equal(CqlType.native('int'), int);
  assert.throws(() => CqlType.native('list' as never), InvalidArgumentError);
  assert.throws(() => Object.assign(int, { kind: 'text' }), TypeError);
  assert.throws(() => Object.assign(CqlType.list(int).args, { 0: text }), TypeError);
});

test('types are equal by structure; freezing does not count, names of fields do', () => {
  const udt = (field: string): CqlType =>
    CqlType.udt({ keyspace: 'ks', typeName: 't', fieldNames: [field], fieldTypes: [int] });
  assert.equal(udt('a').equals(udt('a').freeze()), true);
  assert.equal(udt('a').equals(udt('b')), false);
  assert.equal(CqlType.list(int).equals(CqlType.set(int)), false);
  assert.equal(CqlType.list(int).equals(CqlType.list(text)), false);
  assert.equal(CqlType.vector(int, 2).equals(CqlType.vector(int, 3)), false);
  assert.equal(CqlType.custom('a').equals(CqlType.custom('b')), false);
  assert.equal(CqlType.tuple([int]).equals(CqlType.tuple([int, int])), false);
  assert.equal(int.equals('int'), false);
});

test('refuses a vector without dimensions, and a user-defined type whose fields do not add up', () => {
  for (const dimensions of [0, -1, 1.5, 0x8000_0000])
    assert.throws(() => CqlType.vector(int, dimensions), InvalidArgumentError);
  assert.throws(
    () => CqlType.udt({ keyspace: 'ks', typeName: 't', fieldNames: ['a'], fieldTypes: [] }),
    InvalidArgumentError,
  );
});

test('the name of a type is that of its kind, its user-defined type or its class', () => {
  assert.equal(CqlType.list(int).name, 'list');
  assert.equal(CqlType.custom('org.example.Odd').name, 'org.example.Odd');
  assert.equal(CqlType.udt({ keyspace: 'ks', typeName: 'T', fieldNames: [], fieldTypes: [] }).name, 'T');
});

test('names are quoted where CQL would read them differently without', () => {
  const udt = (typeName: string): string =>
    CqlType.udt({ keyspace: 'ks', typeName, fieldNames: [], fieldTypes: [] }).toString();
  assert.deepEqual(['address', 'a_1'].map(udt), ['address', 'a_1']);
  assert.deepEqual(['Address', '1a', 'a b', 'a"b', 'int', 'select', 'list', ''].map(udt), [
    '"Address"',
    '"1a"',
    '"a b"',
    '"a""b"',
    '"int"',
    '"select"',
    '"list"',
    '""',
  ]);
});
