// Each CQL type as the JavaScript value that stands for it, by default and by choice.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError } from '../../../src/errors.ts';
import { OrderedMap, SortedSet } from '../../../src/result/collections.ts';
import { Page } from '../../../src/result/page.ts';
import { cellOf } from '../../../src/result/readers.ts';
import { resolveTypeMapping, type TypeMappingOptions } from '../../../src/result/type-mapping.ts';
import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { Inet } from '../../../src/types/inet.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { TimeUuid } from '../../../src/types/time-uuid.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { tapeOf, type TapeCell } from './tape-builder.ts';

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const uuidText = '00112233-4455-6677-8899-aabbccddeeff';
const uuidBytes = bytes(uuidText.replaceAll('-', ''));
const timeUuidText = '50554d6e-29bb-11e5-b345-feff819cdc9f';
const timeUuidBytes = bytes(timeUuidText.replaceAll('-', ''));
const address = CqlType.udt({
  keyspace: 'ks',
  typeName: 'address',
  fieldNames: ['street', 'number'],
  fieldTypes: [native('text'), native('int')],
});

function read(type: CqlType, cell: TapeCell, options: TypeMappingOptions = {}): unknown {
  const { delivery, records } = tapeOf([native('int'), type], [[0, cell]]);
  const page = new Page(delivery, records[0] ?? 0);
  return cellOf(type, resolveTypeMapping(options), 'c').read(page, 1);
}

const defaults: readonly (readonly [string, CqlType, TapeCell, unknown])[] = [
  ['ascii', native('ascii'), 'plain', 'plain'],
  ['text', native('text'), 'grün', 'grün'],
  ['boolean true', native('boolean'), true, true],
  ['boolean false', native('boolean'), false, false],
  ['tinyint', native('tinyint'), -128, -128],
  ['smallint', native('smallint'), 32767, 32767],
  ['int', native('int'), -2147483648, -2147483648],
  ['bigint', native('bigint'), -(2n ** 63n), -(2n ** 63n)],
  ['counter', native('counter'), 2n ** 63n - 1n, 2n ** 63n - 1n],
  ['float', native('float'), 0.5, 0.5],
  ['double', native('double'), -0, -0],
  ['double NaN', native('double'), NaN, NaN],
  ['timestamp', native('timestamp'), -1, new Date(-1)],
  ['the last timestamp of Date', native('timestamp'), 8.64e15, new Date(8.64e15)],
  ['date', native('date'), -1, new LocalDate(1969, 12, 31)],
  ['time', native('time'), 1_500_000_000n, new LocalTime(1_500_000_000n)],
  ['duration', native('duration'), [-1, -2, -3n], new Duration(-1, -2, -3n)],
  ['inet', native('inet'), '::1', '::1'],
  ['uuid', native('uuid'), uuidBytes, Uuid.parse(uuidText)],
  ['timeuuid', native('timeuuid'), timeUuidBytes, TimeUuid.parse(timeUuidText)],
  ['blob', native('blob'), bytes('00ff'), bytes('00ff')],
  ['empty blob', native('blob'), bytes(''), bytes('')],
  ['custom', CqlType.custom('org.example.Type'), bytes('0102'), bytes('0102')],
  ['varint 0', native('varint'), bytes('00'), 0n],
  ['varint 128', native('varint'), bytes('0080'), 128n],
  ['varint -128', native('varint'), bytes('80'), -128n],
  ['varint -129', native('varint'), bytes('ff7f'), -129n],
  ['varint of 6 bytes', native('varint'), bytes('800000000000'), -(2n ** 47n)],
  ['varint of 7 bytes', native('varint'), bytes('ffffffffffffff'), -1n],
  ['varint of 8 bytes', native('varint'), bytes('4000000000000001'), 2n ** 62n + 1n],
  ['varint 2^64', native('varint'), bytes('010000000000000000'), 2n ** 64n],
  ['decimal -1.25', native('decimal'), bytes('0000000283'), Decimal.parse('-1.25')],
  ['decimal 1E+3', native('decimal'), bytes('fffffffd01'), Decimal.parse('1E+3')],
  ['list', CqlType.list(native('int')), [1, null, 3], [1, null, 3]],
  ['empty list', CqlType.list(native('int')), [], []],
  ['set of primitives', CqlType.set(native('text')), ['b', 'ä'], new Set(['b', 'ä'])],
  [
    'map of primitives',
    CqlType.map(native('text'), native('int')),
    [
      ['a', 1],
      ['b', null],
    ],
    new Map([
      ['a', 1],
      ['b', null],
    ]),
  ],
  ['tuple', CqlType.tuple([native('int'), native('text')]), [7], new Tuple(7, null)],
  ['udt', address, ['Main', 1], { street: 'Main', number: 1 }],
  ['udt that is shorter than its type', address, ['Main'], { street: 'Main', number: null }],
  ['vector of float', CqlType.vector(native('float'), 3), [1, 2, -0.5], Float32Array.of(1, 2, -0.5)],
  ['vector of text', CqlType.vector(native('text'), 2), ['a', 'bcd'], ['a', 'bcd']],
  ['list of lists', CqlType.list(CqlType.list(native('text'))), [['a'], [], ['b', 'c']], [['a'], [], ['b', 'c']]],
  ['map of udts', CqlType.map(native('int'), address), [[1, ['x', 2]]], new Map([[1, { street: 'x', number: 2 }]])],
];

for (const [name, type, cell, expected] of defaults) {
  test(`reads ${name}`, () => {
    const value = read(type, cell);
    assert.deepEqual(value, expected);
    assert.equal(Object.getPrototypeOf(value), Object.getPrototypeOf(expected));
  });
}

const choices: readonly (readonly [TypeMappingOptions, CqlType, TapeCell, unknown])[] = [
  [{ bigint: 'number' }, native('bigint'), 9007199254740991n, 9007199254740991],
  [{ bigint: 'number' }, native('bigint'), -9007199254740991n, -9007199254740991],
  [{ bigint: 'number' }, native('counter'), -1n, -1],
  [{ bigint: 'string' }, native('bigint'), -(2n ** 63n), '-9223372036854775808'],
  [{ varint: 'string' }, native('varint'), bytes('010000000000000000'), '18446744073709551616'],
  [{ decimal: 'string' }, native('decimal'), bytes('0000000283'), '-1.25'],
  [{ uuid: 'string' }, native('uuid'), uuidBytes, uuidText],
  [{ uuid: 'string' }, native('timeuuid'), timeUuidBytes, timeUuidText],
  [{ inet: 'Inet' }, native('inet'), '127.0.0.1', Inet.parse('127.0.0.1')],
  [{ timestamp: 'number' }, native('timestamp'), 1.5e15, 1.5e15],
  [{ date: 'string' }, native('date'), 0, '1970-01-01'],
  [{ time: 'bigint' }, native('time'), 5n, 5n],
  [{ set: 'array' }, CqlType.set(native('uuid')), [uuidBytes], [Uuid.parse(uuidText)]],
  [{ uuid: 'string' }, CqlType.set(native('uuid')), [uuidBytes], new Set([uuidText])],
];

for (const [options, type, cell, expected] of choices) {
  test(`reads ${type.toString()} with ${JSON.stringify(options)}`, () => {
    const value = read(type, cell, options);
    assert.deepEqual(value, expected);
    assert.equal(Object.getPrototypeOf(value), Object.getPrototypeOf(expected));
  });
}

const beyond: readonly (readonly [TypeMappingOptions, CqlType, TapeCell])[] = [
  [{ bigint: 'number' }, native('bigint'), 9007199254740992n],
  [{ bigint: 'number' }, native('bigint'), -9007199254740992n],
  [{ bigint: 'number' }, native('bigint'), 2n ** 63n - 1n],
  [{ bigint: 'number' }, native('bigint'), -(2n ** 63n)],
  [{ timestamp: 'number' }, native('timestamp'), 2 ** 53],
  [{}, native('timestamp'), 8.64e15 + 2],
  [{}, native('timestamp'), -9.2e18],
];

for (const [options, type, cell] of beyond) {
  test(`refuses to round ${type.toString()} ${String(cell)} with ${JSON.stringify(options)}`, () => {
    assert.throws(
      () => read(type, cell, options),
      (error) => error instanceof CodecError && error.path === 'c' && error.cqlType === type.toString(),
    );
  });
}

test('a set of values that JavaScript compares by identity is a SortedSet', () => {
  const set = read(CqlType.set(native('uuid')), [uuidBytes]);
  assert.ok(set instanceof SortedSet);
  assert.ok(set instanceof Set);
  assert.equal(set.has(Uuid.parse(uuidText)), true);
});

test('a map with such keys is an OrderedMap in the order of the server', () => {
  const type = CqlType.map(CqlType.list(native('int')), native('text'));
  const map = read(type, [
    [[2], 'b'],
    [[1], 'a'],
  ]);
  assert.ok(map instanceof OrderedMap);
  assert.ok(map instanceof Map);
  assert.equal(map.get([1]), 'a');
  assert.deepEqual([...map.keys()], [[2], [1]]);
});

test('a map as object has no prototype, so that any key is only a key', () => {
  const type = CqlType.map(native('text'), native('int'));
  const object = read(
    type,
    [
      ['__proto__', 1],
      ['constructor', 2],
    ],
    { map: 'object' },
  ) as Record<string, number>;
  assert.equal(Object.getPrototypeOf(object), null);
  assert.deepEqual(Object.entries(object), [
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test('a map whose keys have no one text form stays a Map also as object', () => {
  assert.ok(
    read(CqlType.map(CqlType.list(native('int')), native('int')), [[[1], 1]], { map: 'object' }) instanceof Map,
  );
  assert.ok(read(CqlType.map(native('boolean'), native('int')), [[true, 1]], { map: 'object' }) instanceof Map);
});

test('a UDT with a field __proto__ is an object without prototype', () => {
  const type = CqlType.udt({
    keyspace: 'ks',
    typeName: 'evil',
    fieldNames: ['__proto__', 'x'],
    fieldTypes: [native('int'), native('int')],
  });
  const value = read(type, [1, 2]) as Record<string, unknown>;
  assert.equal(Object.getPrototypeOf(value), null);
  assert.deepEqual(Object.entries(value), [
    ['__proto__', 1],
    ['x', 2],
  ]);
});

test('a UUID of another version in a timeuuid column is a plain Uuid', () => {
  const value = read(native('timeuuid'), uuidBytes);
  assert.ok(value instanceof Uuid && !(value instanceof TimeUuid));
});

test('a copied blob does not share memory with the page, a view does', () => {
  const { delivery, records } = tapeOf([native('blob')], [[bytes('0102')]]);
  const page = new Page(delivery, records[0] ?? 0);
  const copy = cellOf(native('blob'), resolveTypeMapping(), 'c').read(page, 0) as Uint8Array;
  const view = cellOf(native('blob'), resolveTypeMapping({ blob: 'view' }), 'c').read(page, 0) as Uint8Array;
  assert.notEqual(copy.buffer, delivery.u8.buffer);
  assert.equal(view.buffer, delivery.u8.buffer);
  assert.deepEqual(view, copy);
});

test('a vector of float is a copy by default and a view by choice', () => {
  const type = CqlType.vector(native('float'), 2);
  const { delivery, records } = tapeOf([type], [[[1, 2]]]);
  const page = new Page(delivery, records[0] ?? 0);
  const copy = cellOf(type, resolveTypeMapping(), 'c').read(page, 0) as Float32Array;
  const view = cellOf(type, resolveTypeMapping({ blob: 'view' }), 'c').read(page, 0) as Float32Array;
  assert.notEqual(copy.buffer, delivery.u8.buffer);
  assert.equal(view.buffer, delivery.u8.buffer);
  assert.deepEqual(view, copy);
});

test('a varint of a megabyte is read at once', () => {
  const value = read(native('varint'), new Uint8Array(1_000_000).fill(1)) as bigint;
  assert.equal(value & 0xffffn, 0x0101n);
});
