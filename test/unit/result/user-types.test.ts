// What values of user-defined types are read as: plain objects, Maps, instances of a user's classes; nested, and registered later.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError, InvalidArgumentError } from '../../../src/errors.ts';
import { SortedSet } from '../../../src/result/collections.ts';
import { DecoderCache } from '../../../src/result/decoders.ts';
import { Page } from '../../../src/result/page.ts';
import { cellOf } from '../../../src/result/readers.ts';
import { resolveTypeMapping } from '../../../src/result/type-mapping.ts';
import type { RowObject } from '../../../src/types/cql-value.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { UserTypes, type UserTypeShape } from '../../../src/types/user-types.ts';
import { encodeContent } from '../statement/encoding.ts';
import { columnsOf, tapeOf, type TapeCell } from './tape-builder.ts';

const address = CqlType.udt({
  keyspace: 'ks',
  typeName: 'address',
  fieldNames: ['street', 'zip'],
  fieldTypes: [CqlType.native('text'), CqlType.native('int')],
});

class Address {
  readonly street: string | null;
  readonly zip: number | null;
  constructor(street: string | null, zip: number | null) {
    this.street = street;
    this.zip = zip;
  }
}

class Place {
  readonly #fields: RowObject;
  private constructor(fields: RowObject) {
    this.#fields = fields;
  }
  static fromFields(fields: RowObject): Place {
    return new Place(fields);
  }
  get street(): unknown {
    return this.#fields['street'];
  }
}

function read(type: CqlType, cell: TapeCell, shape: UserTypeShape, name = 'address'): unknown {
  const userTypes = new UserTypes();
  userTypes.register('ks', name, shape);
  const { delivery, records } = tapeOf([type], [[cell]]);
  const page = new Page(delivery, records[0] ?? 0);
  return cellOf(type, resolveTypeMapping({}, { userTypes }), 'c').read(page, 0);
}

test('a class is constructed with the values of the fields in the order of the type', () => {
  const value = read(address, ['Main St', null], Address);
  assert.ok(value instanceof Address);
  assert.deepEqual(value, new Address('Main St', null));
});

test('a class with fromFields is given an object of all fields', () => {
  const value = read(address, ['Main St', 5], Place);
  assert.ok(value instanceof Place);
  assert.equal(value.street, 'Main St');
});

test('values are Maps or plain objects where that is registered', () => {
  const fields = new Map<string, unknown>([
    ['street', 'a'],
    ['zip', 1],
  ]);
  assert.deepEqual(read(address, ['a', 1], 'map'), fields);
  assert.deepEqual(read(address, ['a', 1], 'object'), { street: 'a', zip: 1 });
});

test('instances are made inside collections, tuples and other user-defined types', () => {
  const person = CqlType.udt({
    keyspace: 'ks',
    typeName: 'person',
    fieldNames: ['homes'],
    fieldTypes: [CqlType.list(address)],
  });
  assert.deepEqual(
    read(
      person,
      [
        [
          ['a', 1],
          ['b', 2],
        ],
      ],
      Address,
    ),
    {
      homes: [new Address('a', 1), new Address('b', 2)],
    },
  );
  const set = read(
    CqlType.set(address),
    [
      ['a', 1],
      ['b', 2],
    ],
    Address,
  ) as Set<Address>;
  assert.ok(set instanceof SortedSet);
  assert.ok(set.has(new Address('b', 2)));
});

test('instances whose contents nobody sees are elements of their own', () => {
  const set = read(
    CqlType.set(address),
    [
      ['a', 1],
      ['b', 2],
    ],
    Place,
  ) as Set<Place>;
  assert.equal(set.size, 2);
  assert.ok([...set].every((place) => set.has(place)));
});

test('another type of the same name in another keyspace is not meant', () => {
  assert.deepEqual(read(address, ['a', 1], Address, 'other'), { street: 'a', zip: 1 });
});

test('what a class throws is an error of the column, with its cause', () => {
  const cause = new Error('no such place');
  class Refusing {
    readonly street: string;
    constructor(street: string) {
      this.street = street;
      throw cause;
    }
  }
  assert.throws(
    () => read(address, ['a', 1], Refusing),
    (error) => error instanceof CodecError && error.path === 'c' && error.cause === cause,
  );
});

test('a registration that comes later counts for the next rows', () => {
  const userTypes = new UserTypes();
  const columns = columnsOf([['home', address]]);
  const program = { id: 1, columns, metadata: new Uint8Array() };
  const { delivery, records } = tapeOf([address], [[['a', 1]]]);
  const page = new Page(delivery, records[0] ?? 0);
  const decoders = new DecoderCache(resolveTypeMapping({}, { userTypes }));
  const before = decoders.get(program, 'object');
  assert.deepEqual(before.row(page, 0), { home: { street: 'a', zip: 1 } });
  assert.equal(decoders.get(program, 'object'), before);
  userTypes.register('ks', 'address', Address);
  assert.deepEqual(decoders.get(program, 'object').row(page, 0), { home: new Address('a', 1) });
});

test('instances, objects and Maps are bound alike', () => {
  const hex = encodeContent(address, { street: 'a', zip: 1 });
  assert.equal(encodeContent(address, new Address('a', 1)), hex);
  assert.equal(encodeContent(address, new Map(Object.entries({ zip: 1, street: 'a' }))), hex);
  assert.equal(encodeContent(address, new Map([['street', 'a']])), encodeContent(address, { street: 'a' }));
});

test('a Map with a key that is no field is refused, without showing it', () => {
  assert.throws(
    () => encodeContent(address, new Map([['stret', 'a']])),
    (error) => error instanceof CodecError && !error.message.includes('stret'),
  );
});

test('a registration of something else is refused', () => {
  const userTypes = new UserTypes();
  for (const [keyspace, name, shape, field] of [
    ['', 'address', Address, 'keyspace'],
    ['ks', 5, Address, 'userType'],
    ['ks', 'address', 'array', 'klass'],
    ['ks', 'address', undefined, 'klass'],
    ['ks', 'address', (street: string) => ({ street }), 'klass'],
    ['ks', 'address', Object.assign(() => undefined, { fromFields: 5 }), 'klass'],
  ] as const) {
    assert.throws(
      () => userTypes.register(keyspace, name as never, shape as never),
      (error) => error instanceof InvalidArgumentError && error.field === field,
    );
  }
  assert.equal(userTypes.version, 0);
});
