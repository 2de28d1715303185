// The user's own codecs, both ways: of types, wherever they occur, and of columns.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError, InvalidArgumentError } from '../../../src/errors.ts';
import { OrderedMap, SortedSet } from '../../../src/result/collections.ts';
import { Page } from '../../../src/result/page.ts';
import { rowDecoder } from '../../../src/result/rows.ts';
import { resolveTypeMapping } from '../../../src/result/type-mapping.ts';
import { BoundWriter } from '../../../src/statement/bind.ts';
import { HeapSink } from '../../../src/statement/byte-sink.ts';
import { Codecs, type Codec } from '../../../src/types/codec.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { enumCodec, jsonCodec } from '../../../src/types/ready-codecs.ts';
import { encode } from '../statement/encoding.ts';
import { tapeOf, type TapeCell } from './tape-builder.ts';

const int = CqlType.native('int');
const text = CqlType.native('text');

class Cents {
  readonly amount: number;
  constructor(amount: number) {
    this.amount = amount;
  }
}

const cents: Codec<Cents> = {
  cql: 'int',
  encode: (value) => value.amount,
  decode: (value) => new Cents(value as number),
};

function specOf(type: CqlType, name = 'c') {
  return { keyspace: 'ks', table: 't', name, type };
}

function read(type: CqlType, cell: TapeCell, codecs: readonly Codec[], name = 'c'): unknown {
  const { delivery, records } = tapeOf([type], [[cell]]);
  const mapping = resolveTypeMapping({}, { codecs: new Codecs(codecs) });
  const [row] = [
    rowDecoder<unknown[]>([specOf(type, name)], 'tuple', mapping).row(new Page(delivery, records[0] ?? 0), 0),
  ];
  return row[0];
}

function write(type: CqlType, value: unknown, codecs: readonly Codec[], name = 'c'): string {
  const writer = new BoundWriter([specOf(type, name)], { protocolVersion: 5, codecs: new Codecs(codecs) });
  const sink = new HeapSink();
  writer.write([value] as never, sink);
  return Buffer.from(sink.take()).toString('hex');
}

test('the codec of a type reads and writes it wherever it occurs', () => {
  const udt = CqlType.udt({ keyspace: 'ks', typeName: 'u', fieldNames: ['a'], fieldTypes: [int] });
  for (const [type, cell, value, plain] of [
    [int, 5, new Cents(5), 5],
    [CqlType.list(int), [1, 2], [new Cents(1), new Cents(2)], [1, 2]],
    [udt, [5], { a: new Cents(5) }, { a: 5 }],
    [CqlType.vector(int, 2), [1, 2], [new Cents(1), new Cents(2)], [1, 2]],
  ] as const) {
    assert.deepEqual(read(type, cell, [cents]), value, type.toString());
    assert.equal(write(type, value, [cents]), encode(type, plain), type.toString());
  }
});

test('the codec of float reads and writes the elements of a vector, which come as raw bytes', () => {
  const half: Codec<number> = { cql: 'float', encode: (value) => value / 2, decode: (value) => 2 * (value as number) };
  const type = CqlType.vector(CqlType.native('float'), 2);
  assert.deepEqual(read(type, [1, 2], [half]), [2, 4]);
  for (const value of [[2, 4], Float32Array.of(2, 4)]) {
    assert.equal(write(type, value, [half]), encode(type, Float32Array.of(1, 2)));
  }
});

test('what a codec makes of elements and keys is compared by value', () => {
  const set = read(CqlType.set(int), [1, 2], [cents]);
  assert.ok(set instanceof SortedSet && set.has(new Cents(2)));
  const map = read(CqlType.map(int, text), [[1, 'a']], [cents]);
  assert.ok(map instanceof OrderedMap && map.get(new Cents(1)) === 'a');
});

test('null is null without asking the codec', () => {
  assert.equal(read(int, null, [cents]), null);
  assert.equal(write(int, null, [cents]), encode(int, null));
  assert.equal(write(int, undefined, [cents]), encode(int, undefined));
});

test('the codec of a column comes before that of its type, and counts for no other column', () => {
  const column: Codec = { cql: 'ks.t."Total"', encode: () => 7, decode: (value) => `total ${String(value)}` };
  assert.equal(read(int, 5, [cents, column], 'Total'), 'total 5');
  assert.equal(write(int, 'x', [cents, column], 'Total'), encode(int, 7));
  assert.deepEqual(read(int, 5, [cents, column], 'total'), new Cents(5));
});

test('the codec of a collection is given what those of its parts made', () => {
  const sum: Codec = {
    cql: 'frozen<list<int>>',
    encode: (value) => [value as Cents] as never,
    decode: (items) => (items as Cents[]).reduce((total, { amount }) => total + amount, 0),
  };
  assert.equal(read(CqlType.list(int), [1, 2, 3], [cents, sum]), 6);
  assert.equal(write(CqlType.list(int), new Cents(9), [cents, sum]), encode(CqlType.list(int), [9]));
});

test('an error of encode is a CodecError with the place of the value', () => {
  assert.throws(
    () =>
      write(CqlType.list(int), [new Cents(1), null, new Cents(2)].slice(0, 1).concat([undefined as never]), [cents]),
    (error) => error instanceof CodecError && error.path === 'values[0][1]',
  );
  const cause = new Error('mine');
  const failing: Codec = {
    cql: 'int',
    encode: () => {
      throw cause;
    },
    decode: () => {
      throw cause;
    },
  };
  const isMine = (path: string) => (error: unknown) =>
    error instanceof CodecError && error.path === path && error.cqlType === 'int' && error.cause === cause;
  assert.throws(() => write(CqlType.list(int), [1], [failing]), isMine('values[0][0]'));
  assert.throws(() => read(int, 1, [failing]), isMine('c'));
});

test('what a codec returns has to fit the type', () => {
  const wrong: Codec = { cql: 'int', encode: (value) => value as never, decode: (value) => value };
  for (const value of ['x', 2 ** 31, {}]) assert.throws(() => write(int, value, [wrong]), CodecError);
  const nothing: Codec = { cql: 'int', encode: () => undefined, decode: (value) => value };
  assert.throws(() => write(int, 5, [nothing]), CodecError);
});

test('what is no codec, names nothing, or is there twice is refused', () => {
  for (const [codecs, field] of [
    [{}, 'codecs'],
    [[null], 'codecs[0]'],
    [[{ cql: 'int' }], 'codecs[0]'],
    [[cents, { ...cents, cql: 'txet' }], 'codecs[1].cql'],
    [[cents, { ...cents, cql: 'list<' }], 'codecs[1].cql'],
    [[cents, { ...cents, cql: ' INT ' }], 'codecs[1].cql'],
    [[{ ...cents, cql: 'money' }], 'codecs[0].cql'],
    [[{ ...cents, cql: 'map<text, frozen<list<money>>>' }], 'codecs[0].cql'],
  ] as const) {
    assert.throws(
      () => Codecs.of(codecs),
      (error) => error instanceof InvalidArgumentError && error.field === field,
      field,
    );
  }
});

test('jsonCodec stores any JSON value as text', () => {
  const codec = jsonCodec('ks.t.c');
  const value = { a: [1, null, 'ö'] };
  assert.equal(write(text, value, [codec]), encode(text, JSON.stringify(value)));
  assert.deepEqual(read(text, JSON.stringify(value), [codec]), value);
  assert.throws(() => write(text, { a: 1n }, [codec]), CodecError);
  assert.throws(() => write(text, () => 1, [codec]), CodecError);
  assert.throws(() => read(text, '{', [codec]), CodecError);
});

test('enumCodec stores names, or the value of each name', () => {
  const names = enumCodec('ks.t.c', ['open', 'paid']);
  assert.equal(write(text, 'paid', [names]), encode(text, 'paid'));
  assert.equal(read(text, 'open', [names]), 'open');
  assert.throws(() => write(text, 'lost', [names]), CodecError);
  assert.throws(() => read(text, 'lost', [names]), CodecError);
  const numbers = enumCodec('ks.t.c', { open: 0, paid: 1 });
  assert.equal(write(int, 'paid', [numbers]), encode(int, 1));
  assert.equal(read(int, 0, [numbers]), 'open');
  assert.equal(read(CqlType.native('bigint'), 1n, [numbers]), 'paid');
  assert.throws(() => read(int, 2, [numbers]), CodecError);
  assert.throws(() => enumCodec('int', { a: 1, b: 1 }), InvalidArgumentError);
  assert.throws(() => enumCodec('int', []), InvalidArgumentError);
});
