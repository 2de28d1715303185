// Sets and maps that compare CQL values by value.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { OrderedMap, SortedSet, type SetSource } from '../../../src/result/collections.ts';
import { valueKey } from '../../../src/result/value-key.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { Inet } from '../../../src/types/inet.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { LocalTime } from '../../../src/types/local-time.ts';
import { TimeUuid } from '../../../src/types/time-uuid.ts';
import { Tuple } from '../../../src/types/tuple.ts';
import { Uuid } from '../../../src/types/uuid.ts';
import { Vector } from '../../../src/types/vector.ts';

const timeUuid = '50554d6e-29bb-11e5-b345-feff819cdc9f';
const equalPairs: readonly (readonly [string, () => unknown, () => unknown])[] = [
  [
    'uuid',
    () => Uuid.parse('00112233-4455-6677-8899-aabbccddeeff'),
    () => Uuid.parse('00112233-4455-6677-8899-AABBCCDDEEFF'),
  ],
  ['timeuuid and uuid', () => TimeUuid.parse(timeUuid), () => Uuid.parse(timeUuid)],
  ['bytes', () => Uint8Array.of(1, 255), () => Buffer.from([1, 255])],
  ['date object', () => new Date(5), () => new Date(5)],
  ['decimal of another scale', () => Decimal.parse('1.0'), () => Decimal.parse('1.00')],
  ['decimal zero', () => Decimal.parse('0'), () => Decimal.parse('0.00')],
  ['duration', () => new Duration(1, 2, 3n), () => Duration.parse('1mo2d3ns')],
  ['date', () => new LocalDate(2024, 2, 29), () => LocalDate.parse('2024-02-29')],
  ['time', () => new LocalTime(1n), () => new LocalTime(1n)],
  ['inet', () => Inet.parse('::1'), () => Inet.parse('0:0:0:0:0:0:0:1')],
  ['tuple', () => new Tuple(1, null, 'a'), () => new Tuple(1, null, 'a')],
  ['list', () => [1n, [2n]], () => [1n, [2n]]],
  ['set in another order', () => new Set([1, 2]), () => new Set([2, 1])],
  [
    'map in another order',
    () =>
      new Map([
        ['a', 1],
        ['b', 2],
      ]),
    () =>
      new Map([
        ['b', 2],
        ['a', 1],
      ]),
  ],
  ['udt in another order', () => ({ a: 1, b: Uuid.parse(timeUuid) }), () => ({ b: Uuid.parse(timeUuid), a: 1 })],
  ['vector', () => new Vector([0.5, 1]), () => Float32Array.of(0.5, 1)],
  ['zero', () => 0, () => -0],
  ['NaN', () => NaN, () => NaN],
];

for (const [name, one, other] of equalPairs) {
  test(`equal values are one element and one key: ${name}`, () => {
    const set = new SortedSet<unknown>([one(), other()]);
    assert.equal(set.size, 1);
    assert.equal(set.has(other()), true);
    const map = new OrderedMap<unknown, string>([[one(), 'first']]);
    assert.equal(map.get(other()), 'first');
    assert.equal(map.set(other(), 'second').size, 1);
    assert.equal(map.get(one()), 'second');
    assert.equal(map.delete(other()), true);
    assert.equal(map.size, 0);
    assert.equal(set.delete(other()), true);
    assert.equal(set.size, 0);
  });
}

const different: readonly unknown[] = [
  1,
  1n,
  '1',
  true,
  null,
  undefined,
  [1],
  ['1'],
  [[1]],
  [1, 1],
  [11],
  new Tuple(1),
  new Set([1]),
  { 1: 1 },
  new Map([[1, 1]]),
  Uint8Array.of(1),
  new Date(1),
  Decimal.parse('1'),
  Decimal.parse('10'),
  Decimal.parse('0.1'),
  new LocalTime(1n),
  LocalDate.fromDaysSinceEpoch(1),
  new Duration(1, 0, 0n),
  new Duration(0, 1, 0n),
  ['a', 'b'],
  ['a1:sb'],
  ['asb'],
  ['ab'],
  [[1], [2]],
  [[1, 2]],
];

test('different values have different keys', () => {
  const keys = new Map<string, unknown>();
  for (const value of different) {
    const key = valueKey(value);
    assert.equal(keys.has(key), false, `${key} stands for two values`);
    keys.set(key, value);
  }
});

test('a set is a Set, iterates in ascending order, and stays so as it changes', () => {
  const set = new SortedSet([3, 1, 2]);
  assert.ok(set instanceof Set);
  assert.deepEqual([...set], [1, 2, 3]);
  set.add(0).add(5).delete(3);
  assert.deepEqual(
    [...set.entries()],
    [
      [0, 0],
      [1, 1],
      [2, 2],
      [5, 5],
    ],
  );
  set.delete(5);
  set.add(4);
  assert.deepEqual([...set.keys()], [0, 1, 2, 4]);
  const seen: number[] = [];
  set.add(-1).forEach((value) => seen.push(value));
  assert.deepEqual(seen, [-1, 0, 1, 2, 4]);
  set.clear();
  assert.deepEqual([...set.add(2).add(1)], [1, 2]);
});

test('values sort as the server sorts them', () => {
  const cases: readonly (readonly unknown[])[] = [
    [Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(1, 0), Uint8Array.of(255)],
    [new Date(-1), new Date(0), new Date(5)],
    [Decimal.parse('-1'), Decimal.parse('0.99'), Decimal.parse('1.0')],
    [new Tuple(null, 2), new Tuple(1, 1), new Tuple(1, 2)],
    [[], [1], [1, 2], [2]],
    [-5n, 0n, 2n ** 70n],
    ['a', 'b', 'ä'],
    [-Infinity, 0, 1, NaN],
    [LocalDate.parse('1969-12-31'), LocalDate.parse('1970-01-01')],
  ];
  for (const sorted of cases) assert.deepEqual([...new SortedSet(sorted.toReversed())], sorted);
});

test('a map is a Map and keeps the order of insertion', () => {
  const map = new OrderedMap<readonly number[], string>([
    [[2], 'b'],
    [[1], 'a'],
  ]);
  assert.ok(map instanceof Map);
  map.set([2], 'B');
  assert.deepEqual(
    [...map],
    [
      [[2], 'B'],
      [[1], 'a'],
    ],
  );
  assert.equal(map.has([3]), false);
  assert.equal(map.get([3]), undefined);
  assert.equal(map.delete([3]), false);
  map.clear();
  assert.equal(map.has([2]), false);
});

test('what is no CQL value or contains itself is refused as a key', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);
  for (const value of [Symbol('x'), () => 1, cyclic]) {
    assert.throws(() => new SortedSet([value]), InvalidArgumentError);
  }
});

test('a set of lists of text holds exactly the different ones, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.string({ maxLength: 2 }), { maxLength: 3 }), { maxLength: 20 }), (lists) => {
      const set = new SortedSet(lists);
      const expected = new Map(lists.map((list) => [JSON.stringify(list), list]));
      assert.equal(set.size, expected.size);
      for (const list of lists) assert.ok(set.has([...list]));
      const values = [...set];
      for (let i = 1; i < values.length; i++) assert.ok(isBefore(values[i - 1] ?? [], values[i] ?? []));
    }),
  );
});

function isBefore(a: readonly string[], b: readonly string[]): boolean {
  const i = a.findIndex((text, at) => text !== b[at]);
  if (i === -1) return a.length < b.length;
  const other = b[i];
  return other !== undefined && (a[i] ?? '') < other;
}

const uuids = (...last: number[]): Uuid[] =>
  last.map((n) => Uuid.parse(`00000000-0000-4000-8000-${String(n).padStart(12, '0')}`));

/** Another set in each form that is taken. */
const forms: readonly (readonly [string, (values: readonly Uuid[]) => SetSource<Uuid>])[] = [
  ['a SortedSet', (values) => new SortedSet(values)],
  ['a Set', (values) => new Set(values)],
  ['an array', (values) => values],
  [
    'what looks like a set',
    (values) => ({ size: values.length, has: (value) => values.includes(value), keys: () => values.values() }),
  ],
];

for (const [name, of] of forms) {
  test(`sets are combined with ${name} by value`, () => {
    const set = new SortedSet(uuids(3, 1, 2));
    const other = of(uuids(3, 4));
    assert.deepEqual([...set.union(other)], uuids(1, 2, 3, 4));
    assert.deepEqual([...set.intersection(other)], uuids(3));
    assert.deepEqual([...set.difference(other)], uuids(1, 2));
    assert.deepEqual([...set.symmetricDifference(other)], uuids(1, 2, 4));
    assert.ok(set.union(other) instanceof SortedSet);
    assert.deepEqual([...set], uuids(1, 2, 3));
  });

  test(`sets are compared with ${name} by value`, () => {
    const set = new SortedSet(uuids(1, 2));
    assert.deepEqual([set.isSubsetOf(of(uuids(1, 2, 3))), set.isSubsetOf(of(uuids(1)))], [true, false]);
    assert.deepEqual([set.isSupersetOf(of(uuids(1))), set.isSupersetOf(of(uuids(1, 3)))], [true, false]);
    assert.deepEqual([set.isDisjointFrom(of(uuids(3))), set.isDisjointFrom(of(uuids(2)))], [true, false]);
  });
}

test('a set has a first and a last value, and equals one of the same values', () => {
  const set = new SortedSet(uuids(3, 1, 2));
  assert.deepEqual([set.at(0), set.at(-1), set.at(3)], [...uuids(1, 3), undefined]);
  assert.ok(set.equals(new Set(uuids(1, 2, 3))));
  assert.ok(!set.equals(new Set(uuids(1, 2))) && !set.equals(new Set(uuids(1, 2, 4))) && !set.equals(uuids(1, 2, 3)));
});

test('a map gives the value of an equal key before it makes one', () => {
  const map = new OrderedMap([[uuids(1)[0], 'one']]);
  assert.equal(map.getOrInsert(uuids(1)[0], 'other'), 'one');
  assert.equal(map.getOrInsert(uuids(2)[0], 'two'), 'two');
  assert.equal(
    map.getOrInsertComputed(uuids(2)[0], () => assert.fail('the key is there')),
    'two',
  );
  assert.equal(
    map.getOrInsertComputed(uuids(3)[0], (key) => String(key).slice(-1)),
    '3',
  );
  assert.deepEqual([...map.values()], ['one', 'two', '3']);
});

test('maps with equal entries are equal, whatever their order', () => {
  const [one, two] = uuids(1, 2);
  const map = new OrderedMap([
    [one, [1]],
    [two, [2]],
  ]);
  assert.ok(
    map.equals(
      new OrderedMap([
        [two, [2]],
        [one, [1]],
      ]),
    ),
  );
  assert.ok(
    map.equals(
      new Map([
        [one, [1]],
        [two, [2]],
      ]),
    ),
  );
  assert.ok(
    !map.equals(
      new OrderedMap([
        [one, [1]],
        [two, [3]],
      ]),
    ),
  );
  assert.ok(!map.equals(new OrderedMap([[one, [1]]])) && !map.equals([...map]));
});

test('values of user-defined types are in the order of their fields, as the server has them', () => {
  class Point {
    readonly x: number | null;
    constructor(x: number | null) {
      this.x = x;
    }
  }
  const points = [new Point(10), new Point(9), new Point(null), new Point(-1)];
  assert.deepEqual(
    [...new SortedSet(points)].map(({ x }) => x),
    [null, -1, 9, 10],
  );
  assert.deepEqual([...new SortedSet([{ a: 10 }, { a: 9 }, { a: -1 }])], [{ a: -1 }, { a: 9 }, { a: 10 }]);
});

test('the key of a decimal takes time in proportion to its digits, whatever zeros are among them', () => {
  const digits = `1${'0'.repeat(300_000)}1`;
  const before = process.cpuUsage();
  assert.equal(valueKey(new Decimal(BigInt(digits), 2)), `e${digits},2`);
  assert.equal(valueKey(new Decimal(BigInt(`${digits}00`), 4)), `e${digits},2`);
  // A hundredth of a second; minutes where each zero is looked at once for each zero before it.
  assert.ok(process.cpuUsage(before).user < 10_000_000);
});
