// Values as they travel to and from the Python driver: plain JSON, as test/interop/driver.py describes it.

import { Decimal, Duration, LocalDate, LocalTime, TimeUuid, Tuple, Uuid } from '../../src/index.ts';
import type { NativeTypeKind } from '../../src/types/data-type.ts';
import type { TypeJson } from '../vectors/vectors.ts';

/** The value as JSON. */
export function travelling(type: TypeJson, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (typeof type === 'string') return scalar(type, value);
  if ('list' in type) return all(type.list, value);
  if ('set' in type) return all(type.set, value);
  if ('vector' in type) return all(type.vector[0], value);
  if ('map' in type) {
    const [keyType, valueType] = type.map;
    return [...(value as Iterable<[unknown, unknown]>)].map(([key, item]) => [
      travelling(keyType, key),
      travelling(valueType, item),
    ]);
  }
  if ('tuple' in type) return type.tuple.map((part, i) => travelling(part, [...(value as Iterable<unknown>)][i]));
  if ('udt' in type) {
    return type.udt.fields.map(([name, field]) => travelling(field, (value as Record<string, unknown>)[name]));
  }
  throw new Error('a custom type does not travel');
}

function all(type: TypeJson, values: unknown): unknown[] {
  return [...(values as Iterable<unknown>)].map((value) => travelling(type, value));
}

function scalar(kind: NativeTypeKind, value: unknown): unknown {
  switch (kind) {
    case 'blob':
      return Buffer.from(value as Uint8Array).toString('hex');
    case 'decimal':
      return `${(value as Decimal).unscaled}/${(value as Decimal).scale}`;
    case 'float':
      return hexOf(4, (bytes) => bytes.writeFloatBE(value as number));
    case 'double':
      return hexOf(8, (bytes) => bytes.writeDoubleBE(value as number));
    case 'timestamp':
      return String((value as Date).getTime());
    case 'date':
      return String((value as LocalDate).daysFromEpoch);
    case 'time':
      return String((value as LocalTime).nanoseconds);
    case 'duration': {
      const { months, days, nanoseconds } = value as Duration;
      return [months, days, nanoseconds].map(String);
    }
    case 'boolean':
      return value;
    default:
      return String(value);
  }
}

function hexOf(size: number, write: (bytes: Buffer) => void): string {
  const bytes = Buffer.alloc(size);
  write(bytes);
  return bytes.toString('hex');
}

/** One value or more of every native type, the same in both languages. */
export const SAMPLES: Readonly<Partial<Record<NativeTypeKind, readonly unknown[]>>> = {
  ascii: ['plain', '', '~ !'],
  bigint: [-(2n ** 63n), 0n, 2n ** 63n - 1n],
  blob: [Uint8Array.of(0, 255, 1), new Uint8Array(), new Uint8Array(300).fill(7)],
  boolean: [true, false, true],
  date: [LocalDate.parse('1970-01-01'), LocalDate.parse('1969-12-31'), new LocalDate(2026, 11, 21)],
  decimal: [Decimal.parse('-1.25'), new Decimal(12n, -3), new Decimal(123_456_789_012_345_678_901n, 20)],
  double: [-0, 1e300, NaN],
  duration: [new Duration(1, 2, 3n), new Duration(-1, -2, -(2n ** 62n)), new Duration(0, 0, 0n)],
  float: [1.5, -0, Infinity],
  inet: ['127.0.0.1', '::1', '2001:db8::ff00:42:8329'],
  int: [-(2 ** 31), 0, 2 ** 31 - 1],
  smallint: [-32_768, 1, 32_767],
  text: ['Ärger 🦀', '', 'x'.repeat(5_000)],
  time: [new LocalTime(0n), LocalTime.parse('23:59:59.999999999'), LocalTime.parse('12:00')],
  timestamp: [new Date(0), new Date(-1), new Date('2026-11-21T10:00:00.123Z')],
  timeuuid: [
    TimeUuid.parse('e7ae5cf3-d358-1d99-b900-85902fda9bb1'),
    TimeUuid.parse('50554d6e-29bb-11e5-b345-feff819cdc9f'),
    TimeUuid.parse('00000000-0000-1000-8080-808080808080'),
  ],
  tinyint: [-128, 0, 127],
  uuid: [
    Uuid.parse('756716f7-2e54-4715-9f00-91dcbea6cf50'),
    Uuid.parse('00000000-0000-0000-0000-000000000000'),
    Uuid.parse('ffffffff-ffff-4fff-bfff-ffffffffffff'),
  ],
  varint: [-(2n ** 200n), 0n, 128n],
};

/** Every type that is tested, with three values of each. */
export function typesAndValues(): readonly (readonly [TypeJson, readonly unknown[]])[] {
  const scalars = Object.entries(SAMPLES) as [NativeTypeKind, readonly unknown[]][];
  const keys = scalars.filter(([kind]) => kind !== 'duration');
  const fields = scalars.map(([kind]) => [`f_${kind}`, kind] as const);
  return [
    ...scalars,
    ...scalars.map(([list, values]) => [{ list }, [values, [values[0]], values.toReversed()]] as const),
    ...keys.map(([set, values]) => [{ set }, [new Set(values), new Set([values[0]]), new Set([values[1]])]] as const),
    ...scalars.map(
      ([kind, values]) =>
        [
          { map: ['int', kind] } as const,
          [new Map([[1, values[0]]]), new Map([[2, values[1]]]), new Map([[-3, values[2]]])],
        ] as const,
    ),
    ...keys.map(
      ([kind, values]) =>
        [
          { map: [kind, 'text'] } as const,
          [new Map([[values[0], 'a']]), new Map([[values[1], 'b']]), new Map([[values[2], '']])],
        ] as const,
    ),
    ...scalars.map(
      ([kind, values]) =>
        [
          { tuple: [kind, 'int'] } as const,
          values.map((value, i) => new Tuple(value as never, i === 1 ? null : i)),
        ] as const,
    ),
    [
      { udt: { keyspace: '', name: 'everything', fields } },
      [0, 1, 2].map((i) =>
        Object.fromEntries(scalars.map(([kind, values]) => [`f_${kind}`, i === 2 && kind > 'i' ? null : values[i]])),
      ),
    ],
    [{ vector: ['float', 3] }, [0, 1, 2].map((i) => Float32Array.of(i, -0.5, 1.5))],
    [
      { vector: ['int', 2] },
      [
        [1, -1],
        [0, 0],
        [2 ** 31 - 1, 5],
      ],
    ],
    [
      { vector: ['text', 2] },
      [
        ['a', 'bcd'],
        ['', 'é'],
        ['x'.repeat(200), 'y'],
      ],
    ],
    [
      { list: { map: ['text', { set: 'int' }] } },
      [[new Map([['k', new Set([1, 2])]]), new Map()], [new Map([['', new Set([-1])]])], [new Map()]],
    ],
  ];
}
