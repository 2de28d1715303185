// JavaScript values that are not quite what they seem, and for each the CQL types that it is a good value of, with the bytes that
// are written then. For all other types it must be refused.

import { CqlType, type NativeTypeKind } from '../../src/types/data-type.ts';
import { Decimal } from '../../src/types/decimal.ts';
import { Duration } from '../../src/types/duration.ts';
import { LocalDate } from '../../src/types/local-date.ts';
import { Tuple } from '../../src/types/tuple.ts';
import { UNSET_VALUE } from '../../src/types/unset.ts';
import { Uuid } from '../../src/types/uuid.ts';
import { Vector } from '../../src/types/vector.ts';

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);
const text = native('text');
const int = native('int');
/** Every kind of type, by name. */
export const HOSTILE_TYPES: Readonly<Record<string, CqlType>> = {
  ...Object.fromEntries(
    (
      'ascii bigint blob boolean counter date decimal double duration float inet int smallint text time timestamp timeuuid tinyint ' +
      'uuid varint'
    )
      .split(' ')
      .map((kind) => [kind, native(kind as NativeTypeKind)]),
  ),
  custom: CqlType.custom('org.example.Type'),
  list: CqlType.list(int),
  set: CqlType.set(int),
  map: CqlType.map(text, int),
  tuple: CqlType.tuple([int]),
  udt: CqlType.udt({ keyspace: 'ks', typeName: 'u', fieldNames: ['a'], fieldTypes: [int] }),
  vector: CqlType.vector(int, 1),
};

/** Bytes whose buffer was given away. */
export const detached = new Uint8Array(8);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
// Resizable buffers are newer than the library that the compiler knows.
type Resizable = ArrayBuffer & { resize(length: number): void };
const ResizableBuffer = ArrayBuffer as unknown as new (length: number, options: { maxByteLength: number }) => Resizable;
const shrunk = new ResizableBuffer(8, { maxByteLength: 16 });
/** A view beyond the end of its buffer. */
export const shrunkView = new Uint8Array(shrunk, 4, 4);
const shrunkData = new DataView(shrunk, 4, 4);
shrunk.resize(2);
const cyclic: unknown[] = [];
cyclic.push(cyclic);
const cyclicObject: Record<string, unknown> = {};
cyclicObject['a'] = cyclicObject;
const revoked = Proxy.revocable([], {});
revoked.revoke();
class NotADate extends Date {
  override getTime(): number {
    return 5;
  }
}
const withToString = { toString: (): string => '5', valueOf: (): number => 5 };
const sparse: unknown[] = [];
sparse.length = 3;

/** Each hostile value, and the types for which it is a good one, with what is written. */
export const HOSTILE_VALUES: readonly (readonly [
  name: string,
  value: unknown,
  good?: Readonly<Record<string, string>>,
])[] = [
  ['NaN', NaN, { float: '7fc00000', double: '7ff8000000000000' }],
  ['Infinity', Infinity, { float: '7f800000', double: '7ff0000000000000' }],
  ['-Infinity', -Infinity, { float: 'ff800000', double: 'fff0000000000000' }],
  [
    '-0',
    -0,
    {
      ...{
        tinyint: '00',
        smallint: '0000',
        int: '00000000',
        bigint: '00'.repeat(8),
        counter: '00'.repeat(8),
        varint: '00',
      },
      ...{
        float: '80000000',
        double: '8000000000000000',
        decimal: '0000000000',
        timestamp: '00'.repeat(8),
        time: '00'.repeat(8),
      },
    },
  ],
  ['0.5', 0.5, { float: '3f000000', double: '3fe0000000000000', decimal: '0000000105' }],
  [
    '128',
    128,
    {
      smallint: '0080',
      int: '00000080',
      ...long('80'),
      varint: '0080',
      float: '43000000',
      double: '4060000000000000',
      decimal: '000000000080',
    },
  ],
  [
    '2^31',
    2 ** 31,
    {
      ...long('80000000'),
      varint: '0080000000',
      float: '4f000000',
      double: '41e0000000000000',
      decimal: '000000000080000000',
    },
  ],
  ['2^53', 2 ** 53, { float: '5a000000', double: '4340000000000000' }],
  ['2^53 + 2', 2 ** 53 + 2, { float: '5a000000', double: '4340000000000001' }],
  ['1e300', 1e300, { double: '7e37e43c8800759c' }],
  ['5e-324', 5e-324, { float: '00000000', double: '0000000000000001', decimal: '0000014405' }],
  [
    '2n^64',
    2n ** 64n,
    {
      varint: '010000000000000000',
      float: '5f800000',
      double: '43f0000000000000',
      decimal: '00000000010000000000000000',
    },
  ],
  [
    '2n^53 + 1n',
    2n ** 53n + 1n,
    { ...long('20000000000001', 'time'), varint: '20000000000001', decimal: '0000000020000000000001' },
  ],
  ['10n^400', 10n ** 400n, { varint: hexOf(10n ** 400n), decimal: `00000000${hexOf(10n ** 400n)}` }],
  ['empty string', '', { text: '', ascii: '' }],
  ['"1e5"', '1e5', { text: '316535', ascii: '316535', decimal: 'fffffffb01' }],
  ['"0x10"', '0x10', { text: '30783130', ascii: '30783130' }],
  ['" 1 "', ' 1 ', { text: '203120', ascii: '203120' }],
  ['"NaN"', 'NaN', { text: '4e614e', ascii: '4e614e' }],
  ['"true"', 'true', { text: '74727565', ascii: '74727565' }],
  ['lone surrogate', 'a\ud800b'],
  ['lone low surrogate at the end of long text', `${'é'.repeat(100)}\udc00`],
  ['"é"', 'é', { text: 'c3a9' }],
  ['NUL', 'a\0b', { text: '610062', ascii: '610062' }],
  ['true', true, { boolean: '01' }],
  ['new Boolean(false)', new Boolean(false)],
  ['new Number(1)', new Number(1)],
  ['new String("a")', new String('a')],
  ['symbol', Symbol('x')],
  ['function', () => 1],
  ['class', Map],
  ['object with toString', withToString],
  ['Invalid Date', new Date(NaN)],
  ['Date', new Date(5), { timestamp: '0000000000000005' }],
  ['Date with another getTime', new NotADate(7), { timestamp: '0000000000000007' }],
  ['Date.prototype as prototype', Object.create(Date.prototype)],
  ['{}', {}, { map: '00000000', udt: 'ffffffff' }],
  ['object without prototype', Object.create(null), { map: '00000000', udt: 'ffffffff' }],
  ['{ a: 1 }', { a: 1 }, { map: '00000001000000016100000004 00000001', udt: '0000000400000001' }],
  ['{ a: undefined }', { a: undefined }],
  ['{ a: null }', { a: null }, { udt: 'ffffffff' }],
  ['{ b: 1 }', { b: 1 }, { map: '00000001000000016200000004 00000001' }],
  [
    '{ __proto__: own }',
    JSON.parse('{"__proto__": 1}'),
    { map: '0000000100000009 5f5f70726f746f5f5f 00000004 00000001' },
  ],
  ['{ then }', { then: (): void => undefined }],
  [
    'throwing getter',
    {
      get a(): number {
        throw new Error('mine');
      },
    },
  ],
  [
    'proxy that throws',
    new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('mine');
        },
        getPrototypeOf: () => {
          throw new Error('mine');
        },
      },
    ),
  ],
  ['revoked proxy', revoked.proxy],
  ['proxy of bytes', new Proxy(new Uint8Array(1), {})],
  ['proxy of a Map', new Proxy(new Map([['a', 1]]), {})],
  [
    'proxy of an array',
    new Proxy([1], {}),
    {
      list: '00000001 00000004 00000001',
      set: '00000001 00000004 00000001',
      tuple: '00000004 00000001',
      vector: '00000001',
    },
  ],
  ['cyclic array', cyclic],
  ['cyclic object', cyclicObject],
  ['sparse array', sparse],
  ['array of 2^32 - 1 holes', new Array(2 ** 32 - 1)],
  ['[]', [], { list: '00000000', set: '00000000' }],
  ['[null]', [null], { tuple: 'ffffffff' }],
  ['[undefined]', [undefined]],
  ['[UNSET_VALUE]', [UNSET_VALUE]],
  [
    '["1"]',
    ['1'],
    {
      list: '00000001 00000004 00000001',
      set: '00000001 00000004 00000001',
      tuple: '00000004 00000001',
      vector: '00000001',
    },
  ],
  [
    '[1, 2]',
    [1, 2],
    { list: '00000002 00000004 00000001 00000004 00000002', set: '00000002 00000004 00000001 00000004 00000002' },
  ],
  ['iterable array-like', { 0: 1, length: 1, [Symbol.iterator]: (): Iterator<number> => [1].values() }],
  ['Set', new Set([1]), { set: '00000001 00000004 00000001' }],
  ['Set of null', new Set([null])],
  ['Map', new Map([['a', 1]]), { map: '00000001 00000001 61 00000004 00000001', udt: '00000004 00000001' }],
  ['Map with a null key', new Map([[null, 1]])],
  ['Map with a number key', new Map([[1, 1]])],
  ['WeakMap', new WeakMap()],
  [
    'generator',
    (function* () {
      yield 1;
    })(),
  ],
  ['promise', Promise.resolve(1)],
  ['RegExp', /a/],
  ['Error', new Error('x')],
  ['URL', new URL('http://a')],
  [
    'bytes',
    Uint8Array.of(1),
    {
      blob: '01',
      custom: '01',
      list: '00000001 00000004 00000001',
      set: '00000001 00000004 00000001',
      vector: '00000001',
    },
  ],
  ['detached bytes', detached],
  ['buffer of detached bytes', detached.buffer],
  ['view beyond a shrunk buffer', shrunkView],
  ['DataView beyond a shrunk buffer', shrunkData],
  ['DataView', new DataView(new ArrayBuffer(1)), { blob: '00', custom: '00' }],
  ['Uuid', Uuid.parse('00112233-4455-6677-8899-aabbccddeeff'), { uuid: '00112233445566778899aabbccddeeff' }],
  ['Decimal', Decimal.parse('1'), { decimal: '0000000001' }],
  ['Duration', new Duration(0, 0, 0n), { duration: '000000' }],
  ['LocalDate', LocalDate.parse('1970-01-01'), { date: '80000000' }],
  ['Tuple', new Tuple(1), { tuple: '0000000400000001' }],
  ['Vector', new Vector([1]), { vector: '00000001' }],
];

/** What the types of 64 bits write of a number; `time` is left out for more than a day. */
function long(low: string, except?: 'time'): Readonly<Record<string, string>> {
  const hex = low.padStart(16, '0');
  const all = { bigint: hex, counter: hex, timestamp: hex };
  return except === undefined ? { ...all, time: hex } : all;
}

function hexOf(positive: bigint): string {
  const hex = positive.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return even < '8' ? even : `00${even}`;
}
