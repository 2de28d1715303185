// Binding parameters: counts, names, unset values, and where the partition key is.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError, InvalidArgumentError } from '../../../src/errors.ts';
import { BoundWriter, type BindOptions } from '../../../src/statement/bind.ts';
import { HeapSink } from '../../../src/statement/byte-sink.ts';
import type { ColumnSpec } from '../../../src/types/column-spec.ts';
import type { Params } from '../../../src/types/cql-value.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { UNSET_VALUE } from '../../../src/types/unset.ts';

const int = CqlType.native('int');
const text = CqlType.native('text');

function columns(...entries: (readonly [name: string, type: CqlType])[]): ColumnSpec[] {
  return entries.map(([name, type]) => ({ keyspace: 'ks', table: 't', name, type }));
}

function bind(
  specs: readonly ColumnSpec[],
  params: unknown,
  options: Partial<BindOptions> = {},
): { hex: string; ranges: number[] } {
  const sink = new HeapSink(1);
  const writer = new BoundWriter(specs, { protocolVersion: 5, ...options });
  const ranges = writer.write(params as Params, sink);
  return { hex: Buffer.from(sink.take()).toString('hex'), ranges };
}

const refusal =
  (field: string, text: string) =>
  (error: unknown): boolean =>
    error instanceof InvalidArgumentError && error.field === field && error.message.includes(text);

const two = columns(['a', int], ['b', text]);

test('values in order are written back to back', () => {
  assert.equal(bind(two, [1, 'x']).hex, '00000004 00000001 00000001 78'.replaceAll(' ', ''));
});

test('values by name are written in the order of the markers', () => {
  assert.equal(bind(two, { b: 'x', a: 1 }).hex, bind(two, [1, 'x']).hex);
  assert.equal(bind(two, Object.assign(Object.create(null), { b: 'x', a: 1 })).hex, bind(two, [1, 'x']).hex);
});

test('one value serves all markers of its name', () => {
  assert.equal(bind(columns(['a', int], ['a', int]), { a: 1 }).hex, '0000000400000001'.repeat(2));
});

test('a marker may have any name', () => {
  const specs = columns(['__proto__', int], ['constructor', int], ['', int]);
  const params = JSON.parse('{"__proto__": 1, "constructor": 2, "": 3}') as unknown;
  assert.equal(
    bind(specs, params).hex,
    [1, 2, 3]
      .map((n) => `00000004 0000000${n}`)
      .join('')
      .replaceAll(' ', ''),
  );
});

test('a count that does not match is refused with both counts', () => {
  assert.throws(() => bind(two, [1]), refusal('params', 'expected 2 bound values, got 1'));
  assert.throws(() => bind(two, [1, 'x', 2]), refusal('params', 'expected 2 bound values, got 3'));
  assert.throws(() => bind(two, undefined), refusal('params', 'expected 2 bound values, got 0'));
  assert.throws(() => bind([], [1]), refusal('params', 'expected 0 bound values, got 1'));
});

test('no parameters fit a statement without markers', () => {
  assert.equal(bind([], undefined).hex, '');
  assert.equal(bind([], []).hex, '');
  assert.equal(bind([], {}).hex, '');
});

test('a missing name and an unknown one are refused by name', () => {
  assert.throws(() => bind(two, { a: 1 }), refusal('params', '"b"'));
  assert.throws(() => bind(two, { a: 1, b: 'x', c: 1 }), refusal('params', '"c"'));
  assert.throws(() => bind(two, { a: 1, B: 'x' }), refusal('params', '"b"'));
  assert.throws(() => bind(columns(['toString', int]), {}), refusal('params', '"toString"'));
});

test('what is neither an array nor an object is refused', () => {
  for (const params of [5, 'ab', true, null, new Map([['a', 1]]), new Set([1]), Uint8Array.of(1, 2), () => 1]) {
    if (params !== null) assert.throws(() => bind(two, params), InvalidArgumentError);
  }
});

test('parameters that cannot be read are refused with the error as cause', () => {
  const failure = new Error('mine');
  const fail = (): never => {
    throw failure;
  };
  assert.throws(
    () => bind(two, new Proxy([1, 'x'], { get: fail })),
    (error) => error instanceof InvalidArgumentError && error.cause === failure,
  );
  assert.throws(
    () => bind(two, Object.defineProperty({ a: 1 }, 'b', { get: fail, enumerable: true })),
    (error) => error instanceof CodecError && error.cause === failure && error.path === 'values.b',
  );
});

test('errors name the value by position or by name', () => {
  assert.throws(
    () => bind(two, [1, 2]),
    (error) => error instanceof CodecError && error.path === 'values[1]' && error.cqlType === 'text',
  );
  assert.throws(
    () => bind(two, { a: 'x', b: 'x' }),
    (error) => error instanceof CodecError && error.path === 'values.a',
  );
});

test('undefined is unset on protocol v4 and later', () => {
  assert.equal(bind(two, [undefined, UNSET_VALUE], { protocolVersion: 4 }).hex, 'fffffffefffffffe');
  assert.equal(bind(two, { a: undefined, b: undefined }).hex, 'fffffffefffffffe');
});

test('undefined is refused on protocol v3, never taken for null', () => {
  for (const value of [undefined, UNSET_VALUE]) {
    assert.throws(
      () => bind(two, [1, value], { protocolVersion: 3 }),
      (error) => error instanceof CodecError && error.path === 'values[1]' && error.message.includes('v3'),
    );
  }
  assert.equal(bind(two, [1, null], { protocolVersion: 3 }).hex, '0000000400000001ffffffff');
});

test('undefined is null where that is chosen, UNSET_VALUE stays unset', () => {
  assert.equal(bind(two, [undefined, UNSET_VALUE], { undefinedAs: 'null' }).hex, 'fffffffffffffffe');
  assert.equal(bind(two, [undefined, null], { undefinedAs: 'null', protocolVersion: 3 }).hex, 'ffffffffffffffff');
});

test('the components of the partition key are found in the order of the key', () => {
  const specs = columns(['v', text], ['k2', text], ['k1', int]);
  const { hex, ranges } = bind(specs, ['value', 'ab', 1], { keyIndexes: [2, 1] });
  const part = (i: number): string => hex.slice(2 * (ranges[i] ?? 0), 2 * ((ranges[i] ?? 0) + (ranges[i + 1] ?? 0)));
  assert.equal(ranges.length, 4);
  assert.equal(part(0), '00000001');
  assert.equal(part(2), '6162');
});

test('offsets of the key count from the start of the sink', () => {
  const sink = new HeapSink();
  sink.position = 10;
  const ranges = new BoundWriter(two, { protocolVersion: 5, keyIndexes: [0] }).write([1, 'x'], sink);
  assert.deepEqual(ranges, [14, 4]);
});

test('a component without a value has the length -1', () => {
  assert.equal(bind(two, [null, 'x'], { keyIndexes: [0] }).ranges[1], -1);
  assert.equal(bind(two, [undefined, 'x'], { keyIndexes: [0] }).ranges[1], -1);
  assert.equal(bind(two, [1, ''], { keyIndexes: [1] }).ranges[1], 0);
});

test('a component of the key that is too long is refused, other values are not', () => {
  const long = 'x'.repeat(65_536);
  assert.throws(
    () => bind(two, [1, long], { keyIndexes: [1] }),
    (error) => error instanceof CodecError && error.path === 'values[1]',
  );
  assert.equal(bind(two, [1, long.slice(1)], { keyIndexes: [1] }).ranges[1], 65_535);
  assert.equal(bind(two, [1, long], { keyIndexes: [0] }).ranges[1], 4);
});

test('65,535 values are the most', () => {
  const specs = columns(...Array.from({ length: 65_535 }, () => ['v', int] as const));
  const values = new Array<number>(65_535).fill(1);
  assert.equal(bind(specs, values).hex.length, 65_535 * 16);
  assert.throws(() => bind([...specs, ...specs.slice(0, 1)], values), InvalidArgumentError);
});

test('a value may bind the same statement while it is read', () => {
  const writer = new BoundWriter(two, { protocolVersion: 5, keyIndexes: [0] });
  const outer = new HeapSink();
  const nested = {
    a: 1,
    get b(): string {
      assert.throws(() => writer.write({ a: 'x', b: 'y' }, new HeapSink()), CodecError);
      assert.deepEqual(writer.write([7, 'inner'], new HeapSink(64)), [4, 4]);
      return 'x';
    },
  };
  assert.deepEqual(writer.write(nested, outer), [4, 4]);
  assert.equal(Buffer.from(outer.take()).toString('hex'), bind(two, [1, 'x']).hex);
});
