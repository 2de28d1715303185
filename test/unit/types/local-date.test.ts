// Dates over the whole range of CQL: calendar, text, and the way to and from Date.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { LocalDate } from '../../../src/types/local-date.ts';

const anyDays = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });

for (const [text, days] of [
  ['1970-01-01', 0],
  ['1969-12-31', -1],
  ['1970-01-02', 1],
  ['2000-02-29', 11_016],
  ['2026-02-28', 20_512],
  ['0000-03-01', -719_468],
  ['0000-01-01', -719_528],
  ['-0001-12-31', -719_529],
  ['9999-12-31', 2_932_896],
  ['+10000-01-01', 2_932_897],
  ['-5877641-06-23', -0x8000_0000],
  ['+5881580-07-11', 0x7fff_ffff],
] as const) {
  test(`${text} is day ${days}, and reads and writes as such`, () => {
    assert.equal(LocalDate.parse(text).daysFromEpoch, days);
    assert.equal(LocalDate.fromDaysSinceEpoch(days).toString(), text);
  });
}

test('every day of the range leads back to itself, by its parts and by its text', () => {
  fc.assert(
    fc.property(anyDays, (days) => {
      const date = LocalDate.fromDaysSinceEpoch(days);
      assert.equal(date.daysFromEpoch, days);
      assert.deepEqual(new LocalDate(date.year, date.month, date.day), date);
      assert.deepEqual(LocalDate.parse(date.toString()), date);
    }),
    { numRuns: 2000 },
  );
});

test('agrees with Date on every day that both have', () => {
  fc.assert(
    fc.property(fc.integer({ min: -100_000_000, max: 100_000_000 }), (days) => {
      const [date, local] = [new Date(days * 86_400_000), LocalDate.fromDaysSinceEpoch(days)];
      assert.deepEqual(
        [local.year, local.month, local.day],
        [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()],
      );
      assert.equal(local.toDate().getTime(), date.getTime());
      assert.equal(LocalDate.fromDate(date).daysFromEpoch, days);
    }),
    { numRuns: 2000 },
  );
});

test('days follow one another without a gap over all kinds of years', () => {
  for (const start of [-719_528 - 800, 0, 10_957 - 400, 47_482 - 400]) {
    let last = LocalDate.fromDaysSinceEpoch(start);
    for (let days = start + 1; days < start + 1600; days++) {
      const date = LocalDate.fromDaysSinceEpoch(days);
      const isNextDay = date.day === last.day + 1 && date.month === last.month && date.year === last.year;
      const isNextMonth = date.day === 1 && date.month === last.month + 1 && date.year === last.year && last.day >= 28;
      const isNextYear =
        date.day === 1 && date.month === 1 && last.month === 12 && last.day === 31 && date.year === last.year + 1;
      assert.ok(isNextDay || isNextMonth || isNextYear, `${String(date)} follows ${String(last)}`);
      last = date;
    }
  }
});

for (const text of [
  '',
  '2026-2-28',
  '2026-02-29',
  '1900-02-29',
  '2026-13-01',
  '2026-00-10',
  '2026-01-00',
  '2026-04-31',
  '02026-1-01',
  '26-01-01',
  '20260101',
  '2026-01-01T00:00:00',
  ' 2026-01-01',
  '2026-01-01 ',
  '12345678-01-01',
  '+5881580-07-12',
  '-5877641-06-22',
  '--2026-01-01',
]) {
  test(`refuses ${JSON.stringify(text)} as a date`, () => {
    assert.throws(() => LocalDate.parse(text), InvalidArgumentError);
  });
}

test('refuses parts that are no integers, and days outside of 32 bits', () => {
  for (const [year, month, day] of [
    [2026.5, 1, 1],
    [2026, 1.5, 1],
    [2026, 1, Number.NaN],
    ['2026', 1, 1],
    [1e300, 1, 1],
  ]) {
    assert.throws(() => new LocalDate(year as never, month as never, day as never), InvalidArgumentError);
  }
  for (const days of [0x8000_0000, -0x8000_0001, 0.5, '0', 0n]) {
    assert.throws(() => LocalDate.fromDaysSinceEpoch(days as never), InvalidArgumentError);
  }
});

test('takes the date of a Date in UTC, whatever its time of day', () => {
  assert.equal(LocalDate.fromDate(new Date('2026-02-28T23:59:59.999Z')).toString(), '2026-02-28');
  assert.equal(LocalDate.fromDate(new Date('1969-12-31T00:00:00.001Z')).daysFromEpoch, -1);
});

test('refuses an invalid Date, and to become a Date outside of its range', () => {
  for (const date of [new Date(Number.NaN), '2026-01-01', null]) {
    assert.throws(() => LocalDate.fromDate(date as never), InvalidArgumentError);
  }
  assert.equal(LocalDate.fromDaysSinceEpoch(100_000_000).toDate().getTime(), 8.64e15);
  assert.throws(() => LocalDate.fromDaysSinceEpoch(100_000_001).toDate(), InvalidArgumentError);
});

test('compares in days', () => {
  const [a, b] = [new LocalDate(2026, 2, 28), new LocalDate(2026, 3, 1)];
  assert.equal(b.compare(a), 1);
  assert.equal(a.compare(b), -1);
  assert.equal(a.equals(LocalDate.parse('2026-02-28')), true);
  assert.equal(a.equals(b), false);
  assert.equal(a.equals('2026-02-28'), false);
});

test('JSON and the console show the text of a date', () => {
  assert.equal(JSON.stringify([new LocalDate(-0, 1, 1)]), '["0000-01-01"]');
  assert.equal(inspect(new LocalDate(2026, 2, 28)), 'LocalDate(2026-02-28)');
});
