// Decimals: exact at any precision, and never larger than what was put in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { Decimal } from '../../../src/types/decimal.ts';

const unscaled = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
const anyDecimal = fc
  .tuple(unscaled, fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff }))
  .map(([digits, scale]) => new Decimal(digits, scale));
const nearDecimal = fc
  .tuple(unscaled, fc.integer({ min: -30, max: 30 }))
  .map(([digits, scale]) => new Decimal(digits, scale));

/** The number as a whole count of 10^-30. */
function exact({ unscaled: digits, scale }: Decimal): bigint {
  return digits * 10n ** BigInt(30 - scale);
}

for (const [digits, scale, text] of [
  [0n, 0, '0'],
  [-125n, 2, '-1.25'],
  [125n, 3, '0.125'],
  [-5n, 1, '-0.5'],
  [0n, 2, '0.00'],
  [1n, 6, '0.000001'],
  [1n, 7, '1E-7'],
  [123n, 9, '1.23E-7'],
  [1n, -3, '1E+3'],
  [-1250n, -3, '-1.250E+6'],
  [0n, -2, '0E+2'],
  [1n, 0x7fff_ffff, '1E-2147483647'],
  [-12n, -0x8000_0000, '-1.2E+2147483649'],
] as const) {
  test(`writes ${digits} at scale ${scale} as ${text}, and reads it back`, () => {
    const decimal = new Decimal(digits, scale);
    assert.equal(decimal.toString(), text);
    assert.deepEqual(Decimal.parse(text), decimal);
  });
}

test('the text of any decimal leads back to the same digits and scale', () => {
  fc.assert(fc.property(anyDecimal, (decimal) => assert.deepEqual(Decimal.parse(decimal.toString()), decimal)));
});

for (const [text, digits, scale] of [
  ['+1.50', 150n, 2],
  ['.5', 5n, 1],
  ['5.', 5n, 0],
  ['1e5', 1n, -5],
  ['1.5E-2', 15n, 3],
  ['007', 7n, 0],
] as const) {
  test(`reads ${text} as ${digits} at scale ${scale}`, () => {
    assert.deepEqual(Decimal.parse(text), new Decimal(digits, scale));
  });
}

for (const text of [
  '',
  '.',
  '-',
  '1e',
  'e5',
  '1.2.3',
  '0x10',
  'NaN',
  'Infinity',
  ' 1',
  '1 ',
  '1,5',
  '--1',
  '1_000',
  '1e99999999999',
]) {
  test(`refuses ${JSON.stringify(text)} as a decimal`, () => {
    assert.throws(() => Decimal.parse(text), InvalidArgumentError);
  });
}

test('refuses scales outside of 32 bits, and unscaled values that are no bigint', () => {
  for (const scale of [0x8000_0000, -0x8000_0001, 0.5, Number.NaN, '1', 1n, Symbol('s'), null]) {
    assert.throws(() => new Decimal(1n, scale as never), InvalidArgumentError);
  }
  for (const digits of [1, '1', null, undefined])
    assert.throws(() => new Decimal(digits as never, 0), InvalidArgumentError);
});

test('compares by number, whatever the scales', () => {
  fc.assert(
    fc.property(nearDecimal, nearDecimal, (a, b) => {
      const expected = exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0;
      assert.equal(Math.sign(a.compare(b)), expected);
      assert.equal(a.equals(b), expected === 0);
    }),
  );
});

test('1.0 equals 1.00, and zeros of all scales are equal', () => {
  assert.equal(Decimal.parse('1.0').equals(Decimal.parse('1.00')), true);
  assert.equal(new Decimal(0n, 0x7fff_ffff).equals(new Decimal(0n, -0x8000_0000)), true);
  assert.equal(Decimal.parse('1').equals('1'), false);
});

test('compares, prints and converts decimals of the widest scales without writing out their zeros', () => {
  const [huge, tiny] = [new Decimal(1n, -0x8000_0000), new Decimal(999n, 0x7fff_ffff)];
  assert.ok(huge.compare(tiny) > 0);
  assert.ok(new Decimal(-1n, -0x8000_0000).compare(tiny) < 0);
  assert.ok(new Decimal(10n, -0x8000_0000 + 1).equals(huge));
  assert.ok(tiny.compare(new Decimal(1n, 0x7fff_ffff - 3)) < 0);
  assert.equal(huge.toNumber(), Infinity);
  assert.equal(tiny.toNumber(), 0);
});

test('adds and subtracts exactly, with the larger scale', () => {
  fc.assert(
    fc.property(nearDecimal, nearDecimal, (a, b) => {
      const [sum, difference] = [a.add(b), a.sub(b)];
      assert.equal(exact(sum), exact(a) + exact(b));
      assert.equal(exact(difference), exact(a) - exact(b));
      assert.equal(sum.scale, Math.max(a.scale, b.scale));
      assert.equal(difference.scale, sum.scale);
    }),
  );
  assert.equal(Decimal.parse('12.50').add(Decimal.parse('0.5')).toString(), '13.00');
});

test('refuses to add decimals whose sum would need more than 100,000 zeros', () => {
  const one = new Decimal(1n, 0);
  for (const scale of [100_001, -100_001, 0x7fff_ffff, -0x8000_0000]) {
    assert.throws(() => one.add(new Decimal(1n, scale)), InvalidArgumentError);
    assert.throws(() => new Decimal(1n, scale).sub(one), InvalidArgumentError);
  }
  assert.equal(one.add(new Decimal(1n, 100_000)).unscaled, 10n ** 100_000n + 1n);
});

test('converts to the nearest double', () => {
  assert.equal(Decimal.parse('-1.25').toNumber(), -1.25);
  assert.equal(Decimal.parse('0.1').toNumber(), 0.1);
  assert.equal(Decimal.parse('9007199254740993').toNumber(), 9007199254740992);
});

test('JSON and the console show the text of a decimal', () => {
  assert.equal(JSON.stringify([new Decimal(150n, 2)]), '["1.50"]');
  assert.equal(inspect(new Decimal(150n, 2)), 'Decimal(1.50)');
});
