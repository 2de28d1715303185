// Version 1 UUIDs: their time, their order, their bounds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import {
  datetimeFromTimestamp,
  datetimeFromUuid1,
  HIGHEST_TIME_UUID,
  LOWEST_TIME_UUID,
  maxUuidFromTime,
  minUuidFromTime,
  TimeUuid,
  unixTimeFromUuid1,
  uuidFromTime,
} from '../../../src/types/time-uuid.ts';
import { Uuid } from '../../../src/types/uuid.ts';

// The example of RFC 9562, appendix A.1.
const example = TimeUuid.parse('c232ab00-9414-11ec-b3c8-9f6bdeced846');
const exampleTime = Date.UTC(2022, 1, 22, 19, 22, 22);

test('tells the time of the version 1 example of RFC 9562', () => {
  assert.equal(example.unixTime(), exampleTime);
  assert.equal(example.toDate().getTime(), exampleTime);
  assert.equal(unixTimeFromUuid1(new Uuid(example.bytes)), exampleTime);
  assert.equal(datetimeFromUuid1(example).getTime(), exampleTime);
});

test('makes the version 1 example of RFC 9562 from its time, clock sequence and node', () => {
  const node = Uint8Array.from([0x9f, 0x6b, 0xde, 0xce, 0xd8, 0x46]);
  assert.equal(String(uuidFromTime(exampleTime, node, 0x33c8)), String(example));
  assert.equal(String(TimeUuid.fromDate(new Date(exampleTime), { node, clockSeq: 0x33c8 })), String(example));
});

test('keeps any time from 1582 to 5236 to the millisecond', () => {
  fc.assert(
    fc.property(fc.integer({ min: -12_219_292_800_000, max: 103_072_857_660_683 }), (ms) => {
      assert.equal(uuidFromTime(ms).unixTime(), ms);
      assert.equal(uuidFromTime(new Date(ms)).toDate().getTime(), ms);
    }),
  );
});

test('counts the fraction of a millisecond in ticks of 100 ns, before 1970 too', () => {
  assert.equal(uuidFromTime(1000.25).unixTime(), 1000.25);
  assert.equal(uuidFromTime(-1000.25).unixTime(), -1000.25);
  assert.equal(uuidFromTime(-1000.25).toDate().getTime(), -1001);
  assert.equal(uuidFromTime(0.999_99).unixTime(), 0.9999);
});

test('refuses times that version 1 does not have', () => {
  const times = [
    -12_219_292_800_001,
    103_072_857_660_684,
    Number.NaN,
    Infinity,
    new Date(Number.NaN),
    new Date(8.64e15),
  ];
  for (const time of times) {
    assert.throws(() => uuidFromTime(time), InvalidArgumentError);
    assert.throws(() => minUuidFromTime(time), InvalidArgumentError);
  }
  assert.throws(() => uuidFromTime('2026-01-01' as never), InvalidArgumentError);
});

test('refuses a node that is not 6 bytes and a clock sequence over 14 bits', () => {
  assert.throws(() => uuidFromTime(0, new Uint8Array(5)), InvalidArgumentError);
  for (const clockSeq of [-1, 0x4000, 1.5])
    assert.throws(() => uuidFromTime(0, undefined, clockSeq), InvalidArgumentError);
});

test('refuses UUIDs of other versions', () => {
  const random = Uuid.random();
  assert.throws(() => new TimeUuid(random.bytes), InvalidArgumentError);
  assert.throws(() => TimeUuid.parse(random.toString()), InvalidArgumentError);
  assert.throws(() => unixTimeFromUuid1(random), InvalidArgumentError);
  assert.throws(() => datetimeFromUuid1(undefined as never), InvalidArgumentError);
});

test('two UUIDs of one time differ, and have a node that is no network card', () => {
  const [a, b] = [uuidFromTime(exampleTime), uuidFromTime(exampleTime)];
  assert.equal(a.equals(b), false);
  assert.equal((a.bytes[10] ?? 0) & 1, 1);
});

test('now ascends and never repeats, in one millisecond, and when the clock is set back', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 4_102_444_800_000 });
  const made = Array.from({ length: 25_000 }, () => TimeUuid.now());
  assert.equal(made[0]?.toDate().getTime(), 4_102_444_800_000);
  t.mock.timers.setTime(4_102_444_700_000);
  made.push(TimeUuid.now());
  t.mock.timers.setTime(4_102_444_900_000);
  made.push(TimeUuid.now());
  assert.equal(made.at(-1)?.unixTime(), 4_102_444_900_000);
  for (const [i, uuid] of made.entries()) {
    const next = made[i + 1];
    if (next !== undefined) assert.ok(uuid.compare(next) < 0, `${String(uuid)} is not before ${String(next)}`);
  }
});

test('the bounds of a millisecond enclose every UUID of it and none of its neighbours, in the order of the server', () => {
  fc.assert(
    fc.property(
      // The fraction may round up to the next millisecond, and the neighbour of that must exist.
      fc.integer({ min: -12_219_292_800_000 + 1, max: 103_072_857_660_680 }),
      fc.uint8Array({ minLength: 6, maxLength: 6 }),
      fc.integer({ min: 0, max: 0x3fff }),
      fc.integer({ min: 0, max: 9999 }),
      (ms, node, clockSeq, tick) => {
        const uuid = uuidFromTime(ms + tick / 10_000, node, clockSeq);
        const time = uuid.toDate();
        assert.ok(minUuidFromTime(time).compare(uuid) <= 0);
        assert.ok(maxUuidFromTime(time).compare(uuid) >= 0);
        assert.ok(maxUuidFromTime(time.getTime() - 1).compare(uuid) < 0);
        assert.ok(minUuidFromTime(time.getTime() + 1).compare(uuid) > 0);
        assert.ok(LOWEST_TIME_UUID.compare(uuid) <= 0);
        assert.ok(HIGHEST_TIME_UUID.compare(uuid) >= 0);
      },
    ),
  );
});

test('the bounds of a millisecond are version 1 UUIDs with the bytes that compare lowest and highest', () => {
  assert.equal(String(minUuidFromTime(exampleTime)), 'c232ab00-9414-11ec-8080-808080808080');
  assert.equal(String(maxUuidFromTime(exampleTime)), 'c232d20f-9414-11ec-bf7f-7f7f7f7f7f7f');
});

test('time UUIDs are ordered by time and then by signed bytes', () => {
  const ordered = [
    'ffffffff-0000-1000-8080-808080808080',
    '00000000-0001-1000-8080-808080808080',
    '00000000-0001-1000-80ff-808080808080',
    '00000000-0001-1000-8000-808080808080',
    '00000000-0001-1000-8000-8080808080ff',
    '00000000-0001-1000-8000-80808080807f',
    '00000000-0001-1000-bf7f-7f7f7f7f7f7f',
  ].map((text) => TimeUuid.parse(text));
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) assert.equal(Math.sign(a.compare(b)), Math.sign(i - j), `${i} and ${j}`);
  }
});

test('a time UUID compares with other UUIDs as they compare with it', () => {
  const [plain, timed] = [new Uuid(example.bytes), TimeUuid.parse('c232ab00-9414-11ec-b3c8-1f6bdeced846')];
  assert.ok(timed.compare(plain) < 0);
  assert.ok(plain.compare(timed) > 0);
  assert.ok(timed.equals(new Uuid(timed.bytes)));
});

test('a timestamp becomes a Date, or is refused where no Date can hold it', () => {
  assert.equal(datetimeFromTimestamp(-1).toISOString(), '1969-12-31T23:59:59.999Z');
  for (const time of [8.64e15 + 1, Number.NaN, '0' as never]) {
    assert.throws(() => datetimeFromTimestamp(time), InvalidArgumentError);
  }
});
