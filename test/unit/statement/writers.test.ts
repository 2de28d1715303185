// The bytes of every CQL type. native_protocol_v5.spec 6
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { Inet } from '../../../src/types/inet.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { TimeUuid } from '../../../src/types/time-uuid.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { UNSET_VALUE } from '../../../src/types/unset.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { Vector } from '../../../src/types/vector.ts';
import { OrderedMap, SortedSet } from '../../../src/result/collections.ts';
import { ValueSequence } from '../../../src/statement/value-sequence.ts';
import { encode, encodeContent } from './encoding.ts';

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);
const int = native('int');
const text = native('text');
const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'));
const uuid = '00112233-4455-6677-8899-aabbccddeeff';
const uuidHex = '00112233445566778899aabbccddeeff';
const timeUuid = '50554d6e-29bb-11e5-b345-feff819cdc9f';
const timeUuidHex = '50554d6e29bb11e5b345feff819cdc9f';
const address = CqlType.udt({
  keyspace: 'ks',
  typeName: 'address',
  fieldNames: ['street', 'number'],
  fieldTypes: [text, int],
});
const vector = (element: CqlType, dimensions: number): CqlType => CqlType.vector(element, dimensions);

class Place {
  readonly number: number;
  readonly note = 'not a field';
  constructor(number: number) {
    this.number = number;
  }
  get street(): string {
    return 'a';
  }
}

const cases: readonly (readonly [type: CqlType, value: unknown, hex: string])[] = [
  [native('ascii'), 'abc', '616263'],
  [native('ascii'), '', ''],
  [text, '', ''],
  [text, 'abc', '616263'],
  [text, 'é☃😀', 'c3a9e29883f09f9880'],
  [text, 'a'.repeat(41), '61'.repeat(41)],
  [text, `${'a'.repeat(30)}é`, `${'61'.repeat(30)}c3a9`],
  [native('boolean'), true, '01'],
  [native('boolean'), false, '00'],
  [native('tinyint'), -128, '80'],
  [native('tinyint'), 127n, '7f'],
  [native('smallint'), -32768, '8000'],
  [native('smallint'), '32767', '7fff'],
  [int, 42, '0000002a'],
  [int, -0, '00000000'],
  [int, -2147483648, '80000000'],
  [int, 2147483647n, '7fffffff'],
  [int, '-1', 'ffffffff'],
  [native('bigint'), -1n, 'ffffffffffffffff'],
  [native('bigint'), -1, 'ffffffffffffffff'],
  [native('bigint'), 9007199254740991, '001fffffffffffff'],
  [native('bigint'), -9007199254740991, 'ffe0000000000001'],
  [native('bigint'), 4294967296, '0000000100000000'],
  [native('bigint'), -4294967297, 'fffffffeffffffff'],
  [native('bigint'), '9223372036854775807', '7fffffffffffffff'],
  [native('counter'), -(2n ** 63n), '8000000000000000'],
  [native('varint'), 0, '00'],
  [native('varint'), 127, '7f'],
  [native('varint'), 128n, '0080'],
  [native('varint'), -128, '80'],
  [native('varint'), -129, 'ff7f'],
  [native('varint'), 255, '00ff'],
  [native('varint'), -256, 'ff00'],
  [native('varint'), -1, 'ff'],
  [native('varint'), '18446744073709551616', '010000000000000000'],
  [native('float'), 1, '3f800000'],
  [native('float'), -0, '80000000'],
  [native('float'), NaN, '7fc00000'],
  [native('float'), -Infinity, 'ff800000'],
  [native('float'), 0.1, '3dcccccd'],
  [native('float'), 3.4028234663852886e38, '7f7fffff'],
  [native('float'), 1e-46, '00000000'],
  [native('double'), -0.5, 'bfe0000000000000'],
  [native('double'), -0, '8000000000000000'],
  [native('double'), NaN, '7ff8000000000000'],
  [native('double'), 2n ** 60n, '43b0000000000000'],
  [native('decimal'), Decimal.parse('-1.25'), '0000000283'],
  [native('decimal'), '1E+3', 'fffffffd01'],
  [native('decimal'), -1.25, '0000000283'],
  [native('decimal'), 0.1, '0000000101'],
  [native('decimal'), 1e-7, '0000000701'],
  [native('decimal'), 5n, '0000000005'],
  [native('decimal'), -0, '0000000000'],
  [native('date'), LocalDate.parse('1970-01-01'), '80000000'],
  [native('date'), '1969-12-31', '7fffffff'],
  [native('date'), new LocalDate(1970, 1, 2), '80000001'],
  [native('date'), LocalDate.fromDaysSinceEpoch(-(2 ** 31)), '00000000'],
  [native('date'), LocalDate.fromDaysSinceEpoch(2 ** 31 - 1), 'ffffffff'],
  [native('time'), new LocalTime(1_500_000_000n), '0000000059682f00'],
  [native('time'), '00:00:01.5', '0000000059682f00'],
  [native('time'), 1_500_000_000n, '0000000059682f00'],
  [native('time'), 86_399_999_999_999, '00004e94914effff'],
  [native('timestamp'), new Date(-1), 'ffffffffffffffff'],
  [native('timestamp'), 0, '0000000000000000'],
  [native('timestamp'), 8.64e15, '001eb208c2dc0000'],
  [native('timestamp'), -(2n ** 63n), '8000000000000000'],
  [native('duration'), new Duration(1, 2, 3n), '020406'],
  [native('duration'), new Duration(-1, -2, -3n), '010305'],
  [native('duration'), new Duration(0, 0, 64n), '00008080'],
  [native('duration'), new Duration(12, 31, 86_400_000_000_000n), '183efc9d29229e0000'],
  [
    native('duration'),
    new Duration(2 ** 31 - 1, 2 ** 31 - 1, 2n ** 63n - 1n),
    'f0fffffffef0fffffffefffffffffffffffffe',
  ],
  [native('duration'), new Duration(-(2 ** 31), -(2 ** 31), -(2n ** 63n)), 'f0fffffffff0ffffffffffffffffffffffffff'],
  [native('duration'), '1mo2d3ns', '020406'],
  [native('inet'), '127.0.0.1', '7f000001'],
  [native('inet'), Inet.parse('::1'), '00000000000000000000000000000001'],
  [native('uuid'), Uuid.parse(uuid), uuidHex],
  [native('uuid'), uuid.toUpperCase(), uuidHex],
  [native('uuid'), TimeUuid.parse(timeUuid), timeUuidHex],
  [native('timeuuid'), TimeUuid.parse(timeUuid), timeUuidHex],
  [native('timeuuid'), Uuid.parse(timeUuid), timeUuidHex],
  [native('timeuuid'), timeUuid, timeUuidHex],
  [native('blob'), bytes('00ff'), '00ff'],
  [native('blob'), new Uint8Array(0), ''],
  [native('blob'), Buffer.from('abc').subarray(1), '6263'],
  [native('blob'), new DataView(bytes('010203').buffer, 1), '0203'],
  [native('blob'), bytes('0102').buffer, '0102'],
  [native('blob'), new Uint16Array([0x0201]), '0102'],
  [CqlType.custom('org.example.Type'), bytes('01'), '01'],
  [CqlType.list(int), [1, 2], '00000002 00000004 00000001 00000004 00000002'],
  [CqlType.list(int), [], '00000000'],
  [CqlType.list(int), Int16Array.of(-1), '00000001 00000004 ffffffff'],
  [CqlType.list(native('bigint')), BigInt64Array.of(-1n), '00000001 00000008 ffffffffffffffff'],
  [CqlType.list(text), new ValueSequence(['a']), '00000001 00000001 61'],
  [CqlType.list(CqlType.list(int)), [[1], []], '00000002 0000000c 00000001 00000004 00000001 00000004 00000000'],
  [CqlType.set(text), new Set(['a']), '00000001 00000001 61'],
  [CqlType.set(text), new SortedSet(['b', 'a']), '00000002 00000001 61 00000001 62'],
  [CqlType.set(text), ['a'], '00000001 00000001 61'],
  [CqlType.set(int), new Set(), '00000000'],
  [CqlType.map(text, int), new Map([['a', 1]]), '00000001 00000001 61 00000004 00000001'],
  [CqlType.map(text, int), { a: 1 }, '00000001 00000001 61 00000004 00000001'],
  [CqlType.map(text, int), { ['__proto__']: 1 }, '00000001 00000009 5f5f70726f746f5f5f 00000004 00000001'],
  [CqlType.map(int, int), { 7: 1 }, '00000001 00000004 00000007 00000004 00000001'],
  [
    CqlType.map(native('uuid'), int),
    new OrderedMap([[Uuid.parse(uuid), 1]]),
    `00000001 00000010 ${uuidHex} 00000004 00000001`,
  ],
  [CqlType.map(text, int), new Map(), '00000000'],
  [CqlType.map(text, CqlType.list(int)), { a: [] }, '00000001 00000001 61 00000004 00000000'],
  [CqlType.tuple([int, text]), new Tuple(7, null), '00000004 00000007 ffffffff'],
  [CqlType.tuple([int, text]), [7, 'a'], '00000004 00000007 00000001 61'],
  [address, { street: 'a', number: 1 }, '00000001 61 00000004 00000001'],
  [address, { number: 1 }, 'ffffffff 00000004 00000001'],
  [address, { street: null }, 'ffffffff ffffffff'],
  [address, {}, 'ffffffff ffffffff'],
  [address, new Place(1), '00000001 61 00000004 00000001'],
  [address, Object.assign(Object.create(null), { street: 'a' }), '00000001 61 ffffffff'],
  [vector(native('float'), 3), [1, 2, -0.5], '3f80000040000000bf000000'],
  [vector(native('float'), 3), Float32Array.of(1, 2, -0.5), '3f80000040000000bf000000'],
  [vector(native('float'), 3), Float64Array.of(1, 2, -0.5), '3f80000040000000bf000000'],
  [vector(native('float'), 3), new Vector([1, 2, -0.5]), '3f80000040000000bf000000'],
  [vector(native('double'), 1), Float32Array.of(-0.5), 'bfe0000000000000'],
  [vector(text, 2), ['a', 'bcd'], '0161 03626364'],
  [vector(text, 1), ['x'.repeat(200)], `80c8 ${'78'.repeat(200)}`],
  [vector(native('boolean'), 2), [true, false], '0100'],
  [vector(int, 2), [1, -1], '00000001 ffffffff'],
  [vector(native('bigint'), 1), [1], '0000000000000001'],
  [vector(native('uuid'), 1), [uuid], uuidHex],
  [vector(native('timestamp'), 1), [new Date(1)], '0000000000000001'],
  [vector(native('tinyint'), 2), [1, -1], '0101 01ff'],
  [vector(native('smallint'), 2), [1, -1], '020001 02ffff'],
  [vector(native('date'), 2), ['1970-01-02', '1970-01-02'], '0480000001 0480000001'],
  [vector(native('time'), 2), [1_000_000_000n, '00:00:01'], '08000000003b9aca00 08000000003b9aca00'],
  [vector(native('inet'), 2), ['127.0.0.1', '::1'], '047f000001 10 00000000000000000000000000000001'],
  [vector(native('varint'), 2), [1, -129], '0101 02ff7f'],
  [vector(native('decimal'), 2), [1.5, -1], '05000000010f 0500000000ff'],
  [vector(native('duration'), 2), ['1mo2d3ns', '-1d'], '03020406 03000100'],
  [vector(native('blob'), 2), [bytes('01'), bytes('')], '0101 00'],
  [
    vector(vector(native('float'), 2), 2),
    [
      [1, 2],
      [3, 4],
    ],
    '3f800000 40000000 40400000 40800000',
  ],
  [vector(vector(text, 1), 2), [['a'], ['bc']], '020161 03026263'],
];

for (const [i, [type, value, hex]] of cases.entries()) {
  test(`writes ${type.toString()}, case ${i}: ${hex.slice(0, 60)}`, () => {
    assert.equal(encodeContent(type, value), hex.replaceAll(' ', ''));
  });
}

test('null is a length of -1', () => {
  assert.equal(encode(int, null), 'ffffffff');
  assert.equal(encode(CqlType.list(int), null), 'ffffffff');
});

test('undefined and UNSET_VALUE are a length of -2 from protocol v4 on', () => {
  assert.equal(encode(int, undefined, 4), 'fffffffe');
  assert.equal(encode(text, UNSET_VALUE, 5), 'fffffffe');
});

test('a view of shared memory is written as it is now', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(2));
  shared.set([1, 2]);
  assert.equal(encodeContent(native('blob'), shared), '0102');
  assert.equal(encodeContent(native('blob'), shared.buffer), '0102');
});

test('text of every length around the borders of its ways of writing comes out right', () => {
  for (const filler of ['a', 'é', '☃', '😀']) {
    for (const length of [1, 39, 40, 41, 5_000, 16_384, 40_000]) {
      const value = `${filler.repeat(length)}z`;
      assert.equal(encodeContent(text, value), Buffer.from(value).toString('hex'));
    }
  }
});
