// Whatever is put into them, value classes answer with a value or with an InvalidArgumentError.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { Inet } from '../../../src/types/inet.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { parseType } from '../../../src/types/parse-type.ts';
import { maxUuidFromTime, minUuidFromTime, TimeUuid, uuidFromTime } from '../../../src/types/time-uuid.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { Vector } from '../../../src/types/vector.ts';

const trap = {
  valueOf(): never {
    throw new Error('valueOf was called');
  },
  toString(): never {
    throw new Error('toString was called');
  },
};
const detached = new Uint8Array(16);
structuredClone(detached, { transfer: [detached.buffer] });
const faked: unknown = { [Symbol.toStringTag]: 'Uint8Array', length: 16 };
const unspeakable: unknown = {
  get [Symbol.toStringTag](): never {
    throw new Error('toStringTag was read');
  },
};

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withDate: true,
    withNullPrototype: true,
    withTypedArray: true,
    withSparseArray: true,
  }),
  fc.constantFrom<unknown>(
    trap,
    Symbol('s'),
    detached,
    faked,
    unspeakable,
    Object.create(null),
    () => 1,
    -0,
    Number.NaN,
    new Date(Number.NaN),
  ),
  fc.string(),
  fc.integer(),
  fc.bigInt(),
);

function valueOrRefusal(make: () => unknown): void {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof InvalidArgumentError, String((error as Error).stack));
  }
}

const makers: Readonly<Record<string, (a: never, b: never, c: never) => unknown>> = {
  'Uuid.parse': (text) => Uuid.parse(text),
  'new Uuid': (bytes, offset) => new Uuid(bytes, offset),
  'Uuid.compare': (other) => Uuid.random().compare(other),
  'TimeUuid.parse': (text) => TimeUuid.parse(text),
  uuidFromTime: (time, node, clockSeq) => uuidFromTime(time, node, clockSeq),
  minUuidFromTime: (time) => minUuidFromTime(time),
  maxUuidFromTime: (time) => maxUuidFromTime(time),
  'Decimal.parse': (text) => Decimal.parse(text),
  'new Decimal': (unscaled, scale) => new Decimal(unscaled, scale),
  'Decimal.add': (other) => new Decimal(1n, 0).add(other),
  'Decimal.compare': (other) => new Decimal(1n, 0).compare(other),
  'Duration.parse': (text) => Duration.parse(text),
  'new Duration': (months, days, nanoseconds) => new Duration(months, days, nanoseconds),
  'LocalDate.parse': (text) => LocalDate.parse(text),
  'new LocalDate': (year, month, day) => new LocalDate(year, month, day),
  'LocalDate.fromDate': (date) => LocalDate.fromDate(date),
  'LocalDate.fromDaysSinceEpoch': (days) => LocalDate.fromDaysSinceEpoch(days),
  'LocalTime.parse': (text) => LocalTime.parse(text),
  'new LocalTime': (nanoseconds) => new LocalTime(nanoseconds),
  'Inet.parse': (text) => Inet.parse(text),
  'new Inet': (bytes) => new Inet(bytes),
  'Vector.parse': (text) => Vector.parse(text),
  'new Vector': (values) => new Vector(values),
  parseType: (text) => parseType(text),
};

for (const [name, make] of Object.entries(makers)) {
  test(`${name} answers any arguments with a value or an InvalidArgumentError`, () => {
    fc.assert(
      fc.property(anything, anything, anything, (a, b, c) =>
        valueOrRefusal(() => make(a as never, b as never, c as never)),
      ),
      { numRuns: 500 },
    );
  });
}
