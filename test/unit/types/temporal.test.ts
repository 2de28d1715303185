// Temporal: read where it is asked for, bound, converted both ways, and refused where the runtime has none. Runs with a polyfill.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';

import { Temporal } from 'temporal-polyfill';
import { CodecError, InvalidArgumentError, UnsupportedOperationError } from '../../../src/errors.ts';
import { SortedSet } from '../../../src/result/collections.ts';
import { Page } from '../../../src/result/page.ts';
import { cellOf } from '../../../src/result/readers.ts';
import { resolveTypeMapping, type TypeMappingOptions } from '../../../src/result/type-mapping.ts';
import { CqlType, type NativeTypeKind } from '../../../src/types/data-type.ts';
import { Duration } from '../../../src/types/duration.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { TimeUuid, uuidFromTime } from '../../../src/types/time-uuid.ts';
import { tapeOf, type TapeCell } from '../result/tape-builder.ts';
import { encode } from '../statement/encoding.ts';

const runtime = globalThis as { Temporal?: unknown };
const own = runtime.Temporal;
beforeEach(() => {
  runtime.Temporal = Temporal;
});
afterEach(() => {
  if (own === undefined) delete runtime.Temporal;
  else runtime.Temporal = own;
});

const asTemporal: TypeMappingOptions = { timestamp: 'Temporal', date: 'Temporal', time: 'Temporal' };

function read(type: CqlType | NativeTypeKind, cell: TapeCell): unknown {
  const cqlType = typeof type === 'string' ? CqlType.native(type) : type;
  const { delivery, records } = tapeOf([cqlType], [[cell]]);
  return cellOf(cqlType, resolveTypeMapping(asTemporal), 'c').read(new Page(delivery, records[0] ?? 0), 0);
}

/** The declarations of this project's library have no Temporal. */
function textOf(value: unknown): string {
  return String(value);
}

test('timestamp is read as Instant, date as PlainDate, time as PlainTime', () => {
  const instant = read('timestamp', -1);
  assert.ok(instant instanceof Temporal.Instant);
  assert.equal(instant.epochNanoseconds, -1_000_000n);
  const date = read('date', -1);
  assert.ok(date instanceof Temporal.PlainDate);
  assert.equal(date.toString(), '1969-12-31');
  const time = read('time', 86_399_123_456_789n);
  assert.ok(time instanceof Temporal.PlainTime);
  assert.equal(time.toString(), '23:59:59.123456789');
});

test('values outside the range of Temporal are errors of their column', () => {
  for (const [type, cell] of [
    ['timestamp', 8.64e15 + 1],
    ['date', 2 ** 31 - 1],
    ['date', -(2 ** 31)],
  ] as const) {
    assert.throws(
      () => read(type, cell),
      (error) => error instanceof CodecError && error.path === 'c',
    );
  }
  assert.equal(String(read('timestamp', 8.64e15)), '+275760-09-13T00:00:00Z');
});

test('Temporal values in sets and maps are compared by value and iterate in order', () => {
  const days = read(CqlType.set(CqlType.native('date')), [-800_000, 5, 4_000_000]) as Set<Temporal.PlainDate>;
  assert.ok(days instanceof SortedSet);
  assert.equal(days.size, 3);
  assert.ok(days.has(Temporal.PlainDate.from('1970-01-06')));
  assert.ok(!days.has(Temporal.PlainDate.from('1970-01-07')));
  const years = Array.from(days, (day) => Number(textOf(day).slice(0, -6)));
  assert.deepEqual(
    years,
    years.toSorted((a, b) => a - b),
  );
  const map = read(CqlType.map(CqlType.native('timestamp'), CqlType.native('int')), [
    [0, 1],
    [1, 2],
  ]) as Map<unknown, number>;
  assert.equal(map.get(Temporal.Instant.fromEpochMilliseconds(1)), 2);
});

test('Temporal values are bound where they fit', () => {
  for (const [type, value, same] of [
    ['timestamp', Temporal.Instant.from('2026-02-28T13:30:00.5Z'), new Date('2026-02-28T13:30:00.5Z')],
    ['timestamp', Temporal.Instant.from('1969-12-31T23:59:59.9999Z'), new Date(-1)],
    ['date', Temporal.PlainDate.from('2026-02-28'), new LocalDate(2026, 2, 28)],
    ['date', Temporal.PlainDate.from('2026-02-28').withCalendar('gregory'), new LocalDate(2026, 2, 28)],
    ['time', Temporal.PlainTime.from('13:30:00.000000001'), LocalTime.parse('13:30:00.000000001')],
    ['duration', Temporal.Duration.from('-P1Y2M3W4DT5H6M7.008009010S'), new Duration(-14, -25, -18_367_008_009_010n)],
  ] as const) {
    const cqlType = CqlType.native(type);
    assert.equal(encode(cqlType, value), encode(cqlType, same), `${type} ${value.toString()}`);
  }
});

test('Temporal values are refused where they do not fit', () => {
  const now = Temporal.Instant.fromEpochMilliseconds(0);
  for (const [type, value] of [
    ['timestamp', now.toZonedDateTimeISO('UTC')],
    ['timestamp', Temporal.PlainDate.from('2026-02-28')],
    ['date', now],
    ['date', Temporal.PlainDateTime.from('2026-02-28T00:00')],
    ['time', Temporal.PlainDateTime.from('2026-02-28T00:00')],
    ['duration', Temporal.Duration.from({ days: 2 ** 32 - 1 })],
    ['bigint', now],
    ['text', now],
  ] as const) {
    assert.throws(() => encode(CqlType.native(type), value), CodecError, type);
  }
});

test('value classes convert to Temporal and back', () => {
  const date = new LocalDate(-1, 2, 28);
  assert.equal(textOf(date.toTemporal()), '-000001-02-28');
  assert.ok(LocalDate.fromTemporal(date.toTemporal()).equals(date));
  const time = LocalTime.parse('23:59:59.123456789');
  assert.equal(textOf(time.toTemporal()), '23:59:59.123456789');
  assert.ok(LocalTime.fromTemporal(time.toTemporal()).equals(time));
  for (const duration of [
    new Duration(14, 3, 5_000_000_001n),
    new Duration(0, -1, -(2n ** 63n)),
    new Duration(0, 0, 0n),
  ]) {
    assert.ok(Duration.fromTemporal(duration.toTemporal()).equals(duration), duration.toString());
  }
  const instant = Temporal.Instant.from('1969-12-31T23:59:59.1234567Z');
  const uuid = TimeUuid.fromTemporal(instant, { clockSeq: 5, node: Uint8Array.of(1, 2, 3, 4, 5, 6) });
  assert.equal((uuid.toTemporal() as Temporal.Instant).epochNanoseconds, instant.epochNanoseconds);
  assert.ok(TimeUuid.fromTemporal(Temporal.Instant.fromEpochMilliseconds(7)).toDate().getTime() === 7);
  assert.equal((uuidFromTime(1.5).toTemporal() as Temporal.Instant).epochNanoseconds, 1_500_000n);
});

test('conversions refuse what is something else, or beyond the range of Temporal', () => {
  const calls = [
    () => LocalDate.fromTemporal(new Date() as never),
    () => LocalTime.fromTemporal({} as never),
    () => Duration.fromTemporal(null as never),
    () => TimeUuid.fromTemporal(5 as never),
    () => LocalDate.fromDaysSinceEpoch(2 ** 31 - 1).toTemporal(),
  ];
  for (const call of calls) assert.throws(call, InvalidArgumentError);
});

test('a runtime without Temporal is named where it is asked for, and only there', () => {
  delete runtime.Temporal;
  for (const option of Object.keys(asTemporal)) {
    assert.throws(
      () => resolveTypeMapping({ [option]: 'Temporal' }),
      (error) => error instanceof UnsupportedOperationError && error.message.includes(`types.${option}`),
    );
  }
  assert.throws(() => new LocalDate(2026, 2, 28).toTemporal(), UnsupportedOperationError);
  assert.throws(() => new LocalTime(0n).toTemporal(), UnsupportedOperationError);
  assert.throws(() => new Duration(0, 0, 0n).toTemporal(), UnsupportedOperationError);
  assert.throws(() => TimeUuid.now().toTemporal(), UnsupportedOperationError);
});
