// Random types with random values, written by the writers and read back by a plain decoder.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { encodeContent } from './encoding.ts';
import { decode, type Plain } from './plain-decoder.ts';

/** A type, a value of it, and what the decoder makes of that. */
interface Sample {
  readonly type: CqlType;
  readonly value: unknown;
  readonly plain: Plain;
}

const native = (kind: NativeTypeKind): CqlType => CqlType.native(kind);
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const scalar: fc.Arbitrary<Sample> = fc.oneof(
  fc.integer({ min: -128, max: 127 }).map((n) => ({ type: native('tinyint'), value: n, plain: BigInt(n) })),
  fc
    .integer({ min: -32768, max: 32767 })
    .map((n) => ({ type: native('smallint'), value: String(n), plain: BigInt(n) })),
  fc.integer().map((n) => ({ type: native('int'), value: BigInt(n), plain: BigInt(n) })),
  long.map((n) => ({ type: native('bigint'), value: n, plain: n })),
  fc.maxSafeInteger().map((n) => ({ type: native('counter'), value: n, plain: BigInt(n) })),
  fc.maxSafeInteger().map((n) => ({ type: native('timestamp'), value: n, plain: BigInt(n) })),
  fc.bigInt().map((n) => ({ type: native('varint'), value: n, plain: n })),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map((n) => ({ type: native('varint'), value: String(n), plain: n })),
  fc.boolean().map((b) => ({ type: native('boolean'), value: b, plain: b ? '01' : '00' })),
  fc
    .string({ unit: 'binary', maxLength: 60 })
    .map((s) => ({ type: native('text'), value: s, plain: hex(Buffer.from(s)) })),
  fc.uint8Array({ maxLength: 300 }).map((b) => ({ type: native('blob'), value: b, plain: hex(b) })),
  fc.uuid().map((u) => ({ type: native('uuid'), value: u, plain: u.replaceAll('-', '') })),
  fc.double().map((d) => {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(d);
    return { type: native('double'), value: d, plain: hex(bytes) };
  }),
  fc.float().map((f) => {
    const bytes = Buffer.alloc(4);
    bytes.writeFloatBE(f);
    return { type: native('float'), value: f, plain: hex(bytes) };
  }),
);

/** Samples of one type: the given one several times, which is all a collection needs. */
const { sample } = fc.letrec<{ sample: Sample }>((tie) => ({
  sample: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.tuple(tie('sample'), fc.nat(4)).map(([one, count]) => collection(CqlType.list(one.type), one, count)),
    fc.tuple(tie('sample'), fc.nat(4)).map(([one, count]) => collection(CqlType.set(one.type), one, count)),
    fc
      .tuple(tie('sample'), fc.integer({ min: 1, max: 4 }))
      .map(([one, count]) => collection(CqlType.vector(one.type, count), one, count)),
    // A Map of JavaScript has no key -0.
    fc
      .tuple(
        tie('sample').filter(({ value }) => !Object.is(value, -0)),
        tie('sample'),
      )
      .map(([key, one]) => ({
        type: CqlType.map(key.type, one.type),
        value: new Map([[key.value, one.value]]),
        plain: [[key.plain, one.plain]],
      })),
    fc.array(fc.option(tie('sample'), { freq: 4 }), { maxLength: 4 }).map((parts) => ({
      type: CqlType.tuple(parts.map((part) => part?.type ?? native('int'))),
      value: new Tuple(...parts.map((part) => part?.value ?? null)),
      plain: parts.map((part) => part?.plain ?? null),
    })),
    fc.array(tie('sample'), { maxLength: 4 }).map((parts) => ({
      type: CqlType.udt({
        keyspace: 'ks',
        typeName: 'u',
        fieldNames: parts.map((_, i) => `f${i}`),
        fieldTypes: parts.map(({ type }) => type),
      }),
      value: Object.fromEntries(parts.map(({ value }, i) => [`f${i}`, value])),
      plain: parts.map(({ plain }) => plain),
    })),
  ),
}));

function collection(type: CqlType, { value, plain }: Sample, count: number): Sample {
  return { type, value: new Array(count).fill(value), plain: new Array<Plain>(count).fill(plain) };
}

test('what is written reads back, whatever the type', () => {
  fc.assert(
    fc.property(sample, ({ type, value, plain }) => {
      assert.deepEqual(decode(type, Buffer.from(encodeContent(type, value), 'hex')), plain);
    }),
    { numRuns: 2000 },
  );
});

test('a varint is as short as it can be', () => {
  fc.assert(
    fc.property(fc.bigInt(), (value) => {
      const bytes = Buffer.from(encodeContent(native('varint'), value), 'hex');
      assert.equal(BigInt.asIntN(8 * bytes.length, value), value);
      assert.ok(bytes.length === 1 || BigInt.asIntN(8 * (bytes.length - 1), value) !== value);
    }),
    { numRuns: 500 },
  );
});
