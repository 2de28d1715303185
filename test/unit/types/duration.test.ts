// Durations: the forms of text that CQL knows, ranges and signs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { Duration } from '../../../src/types/duration.ts';

const maxNanoseconds = 0x7fff_ffff_ffff_ffffn;
const anyDuration = fc
  .tuple(
    fc.integer({ min: 0, max: 0x7fff_ffff }),
    fc.integer({ min: 0, max: 0x7fff_ffff }),
    fc.bigInt(0n, maxNanoseconds),
    fc.boolean(),
  )
  .map(([months, days, nanoseconds, isNegative]) =>
    isNegative ? new Duration(-months, -days, -nanoseconds) : new Duration(months, days, nanoseconds),
  );

for (const [text, months, days, nanoseconds] of [
  ['1y2mo3d4h5m6s7ms8us9ns', 14, 3, 14_706_007_008_009n],
  ['1Y2MO3W4D5H6M7S8MS9US10NS', 14, 25, 18_367_008_009_010n],
  ['2w', 0, 14, 0n],
  ['-1mo1d', -1, -1, 0n],
  ['1m', 0, 0, 60_000_000_000n],
  ['1mo1m1ms', 1, 0, 60_001_000_000n],
  ['5µs', 0, 0, 5000n],
  ['5μs', 0, 0, 5000n],
  ['90m', 0, 0, 5_400_000_000_000n],
  ['0s', 0, 0, 0n],
  ['P1Y2M3DT4H5M6S', 14, 3, 14_706_000_000_000n],
  ['P3W', 0, 21, 0n],
  ['P1Y', 12, 0, 0n],
  ['PT1M', 0, 0, 60_000_000_000n],
  ['PT0.000000001S', 0, 0, 1n],
  ['-PT1.5S', 0, 0, -1_500_000_000n],
  ['P0001-02-03T04:05:06', 14, 3, 14_706_000_000_000n],
  ['-P0000-00-10T00:00:00', 0, -10, 0n],
] as const) {
  test(`reads ${text} as ${months} months, ${days} days and ${nanoseconds} ns`, () => {
    assert.deepEqual(Duration.parse(text), new Duration(months, days, nanoseconds));
  });
}

for (const text of [
  '',
  '-',
  '1',
  'y',
  '1x',
  '1d1y',
  '1d2d',
  '1h 2m',
  ' 1h',
  '1h ',
  '1.5h',
  '--1h',
  '1h-2m',
  '+1h',
  'P',
  'PT',
  'P1YT',
  'P1D1Y',
  'p1y',
  'P1.5Y',
  'PT1.5M',
  'PT1.S',
  'PT1.0123456789S',
  'P1',
  'P1W2',
  'T1H',
  'P001-02-03T04:05:06',
  'P0001-02-03',
  '2147483648mo',
  '306783379w',
  '9223372036854775808ns',
  '99999999999999999999ns',
  '178956971y',
  '1h\n',
]) {
  test(`refuses ${JSON.stringify(text)} as a duration`, () => {
    assert.throws(() => Duration.parse(text), InvalidArgumentError);
  });
}

test('the text of any duration leads back to the same parts', () => {
  fc.assert(fc.property(anyDuration, (duration) => assert.deepEqual(Duration.parse(duration.toString()), duration)));
});

for (const [duration, text] of [
  [new Duration(14, 3, 14_706_007_008_009n), '1y2mo3d4h5m6s7ms8us9ns'],
  [new Duration(-14, 0, -1n), '-1y2mo1ns'],
  [new Duration(0, 10, 86_400_000_000_000n), '10d24h'],
  [new Duration(0, 0, 0n), '0s'],
  [
    new Duration(-0x8000_0000, -0x8000_0000, -0x8000_0000_0000_0000n),
    '-178956970y8mo2147483648d2562047h47m16s854ms775us808ns',
  ],
] as const) {
  test(`writes ${text}, and reads it back`, () => {
    assert.equal(duration.toString(), text);
    assert.deepEqual(Duration.parse(text), duration);
  });
}

test('refuses parts of different signs', () => {
  for (const [months, days, nanoseconds] of [
    [1, -1, 0n],
    [-1, 0, 1n],
    [0, 1, -1n],
    [1, 1, -1n],
  ] as const) {
    assert.throws(() => new Duration(months, days, nanoseconds), InvalidArgumentError);
  }
});

test('refuses parts out of their range or of another type', () => {
  for (const wrong of [0x8000_0000, -0x8000_0001, 0.5, Number.NaN, '1', 1n, null]) {
    assert.throws(() => new Duration(wrong as never, 0, 0n), InvalidArgumentError);
    assert.throws(() => new Duration(0, wrong as never, 0n), InvalidArgumentError);
  }
  for (const wrong of [maxNanoseconds + 1n, -maxNanoseconds - 2n, 1, '1', undefined]) {
    assert.throws(() => new Duration(0, 0, wrong as never), InvalidArgumentError);
  }
});

test('-0 is kept as 0', () => {
  assert.ok(Object.is(new Duration(-0, -0, 0n).months, 0));
});

test('durations are equal part by part: a day is not 24 hours', () => {
  assert.equal(Duration.parse('1y').equals(Duration.parse('12mo')), true);
  assert.equal(Duration.parse('1d').equals(Duration.parse('24h')), false);
  assert.equal(Duration.parse('1d').equals('1d'), false);
});

test('JSON and the console show the text of a duration', () => {
  assert.equal(JSON.stringify([new Duration(1, 0, 0n)]), '["1mo"]');
  assert.equal(inspect(new Duration(1, 0, 0n)), 'Duration(1mo)');
});
