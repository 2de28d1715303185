// Times of day in nanoseconds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { LocalTime } from '../../../src/types/local-time.ts';

for (const [text, nanoseconds, written] of [
  ['00:00', 0n, '00:00:00.000000000'],
  ['08:30', 30_600_000_000_000n, '08:30:00.000000000'],
  ['00:00:01.5', 1_500_000_000n, '00:00:01.500000000'],
  ['00:00:00.000000001', 1n, '00:00:00.000000001'],
  ['23:59:59.999999999', 86_399_999_999_999n, '23:59:59.999999999'],
] as const) {
  test(`reads ${text} as ${nanoseconds} ns, and writes ${written}`, () => {
    assert.equal(LocalTime.parse(text).nanoseconds, nanoseconds);
    assert.equal(new LocalTime(nanoseconds).toString(), written);
  });
}

test('the text and the parts of any time lead back to its nanoseconds', () => {
  fc.assert(
    fc.property(fc.bigInt(0n, 86_399_999_999_999n), (nanoseconds) => {
      const time = new LocalTime(nanoseconds);
      const seconds = (time.hour * 60 + time.minute) * 60 + time.second;
      assert.equal(BigInt(seconds) * 1_000_000_000n + BigInt(time.nanosecond), nanoseconds);
      assert.deepEqual(LocalTime.parse(time.toString()), time);
    }),
  );
});

for (const text of [
  '',
  '8:30',
  '24:00',
  '23:60',
  '23:59:60',
  '08:30:60',
  '08:30:',
  '08:30:00.',
  '08:30:00.1234567890',
  '08:30:00,5',
  '08',
  ' 08:30',
  '-08:30',
  '08:30Z',
  '08:30\n',
]) {
  test(`refuses ${JSON.stringify(text)} as a time of day`, () => {
    assert.throws(() => LocalTime.parse(text), InvalidArgumentError);
  });
}

test('refuses nanoseconds outside of one day or of another type', () => {
  for (const wrong of [-1n, 86_400_000_000_000n, 0, '0', null, undefined]) {
    assert.throws(() => new LocalTime(wrong as never), InvalidArgumentError);
  }
});

test('compares by time of day', () => {
  const [early, late] = [LocalTime.parse('08:30'), LocalTime.parse('08:30:00.000000001')];
  assert.ok(early.compare(late) < 0);
  assert.ok(late.compare(early) > 0);
  assert.equal(early.equals(new LocalTime(30_600_000_000_000n)), true);
  assert.equal(early.equals(late), false);
  assert.equal(early.equals(30_600_000_000_000n), false);
});

test('JSON and the console show the text of a time', () => {
  assert.equal(JSON.stringify([LocalTime.parse('08:30')]), '["08:30:00.000000000"]');
  assert.equal(inspect(LocalTime.parse('08:30')), 'LocalTime(08:30:00.000000000)');
});
