// What values are read as and bound from, on a real Apache Cassandra: classes of user-defined types, an application's codecs, Temporal,
// and every shape of rows with conditional statements.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { Temporal } from 'temporal-polyfill';
import {
  BatchStatement,
  Cluster,
  CodecError,
  enumCodec,
  jsonCodec,
  OrderedMap,
  SortedSet,
  UserTypeDoesNotExistError,
  Uuid,
  type BuiltinRowFactory,
  type Codec,
  type ClusterOptions,
  type RowFactory,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

class Address {
  readonly street: string | null;
  readonly zip: number | null;
  constructor(street: string | null, zip: number | null) {
    this.street = street;
    this.zip = zip;
  }
}

class Person {
  readonly name: string;
  readonly homes: readonly Address[];
  private constructor(name: string, homes: readonly Address[]) {
    this.name = name;
    this.homes = homes;
  }
  static fromFields(fields: { readonly name?: unknown; readonly homes?: unknown }): Person {
    return new Person(fields.name as string, (fields.homes ?? []) as Address[]);
  }
  static of(name: string, ...homes: Address[]): Person {
    return new Person(name, homes);
  }
}

class Cents {
  readonly amount: bigint;
  constructor(amount: bigint) {
    this.amount = amount;
  }
}

const cents: Codec<Cents> = {
  cql: 'bigint',
  encode: (value) => value.amount,
  decode: (value) => new Cents(value as bigint),
};

let open: Cluster[] = [];

async function connect(options: ClusterOptions = {}): Promise<{ cluster: Cluster; session: Session }> {
  const { contactPoints } = await sharedCluster();
  const cluster = new Cluster({ ...options, contactPoints });
  open.push(cluster);
  return { cluster, session: await cluster.connect() };
}

before(async () => {
  const { session } = await connect();
  for (const cql of [
    `CREATE KEYSPACE mapping WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
    'CREATE TYPE mapping.address (street text, zip int)',
    'CREATE TYPE mapping.person (name text, homes frozen<list<frozen<address>>>)',
    `CREATE TABLE mapping.users (id int PRIMARY KEY, home frozen<address>, known frozen<person>, visited set<frozen<address>>,
       by_place map<frozen<address>, text>)`,
    'CREATE TABLE mapping.orders (id int PRIMARY KEY, total bigint, parts list<bigint>, state int, details text, note text)',
    `CREATE TABLE mapping.times (id int PRIMARY KEY, at timestamp, day date, clock time, lasts duration, days set<date>)`,
    'CREATE TABLE mapping.keys (id int PRIMARY KEY, by_id map<uuid, int>, ids set<uuid>, blobs map<blob, int>)',
    'CREATE TABLE mapping.unique_names (name text PRIMARY KEY, owner int)',
  ]) {
    await session.execute(cql);
  }
});

after(async () => {
  await Promise.all(open.map((cluster) => cluster.shutdown()));
  open = [];
});

describe('classes of user-defined types', () => {
  test('are bound and read, nested in collections and in one another', async () => {
    const { cluster, session } = await connect();
    cluster.registerUserType('mapping', 'address', Address);
    cluster.registerUserType('mapping', 'person', Person);
    const home = new Address('Main St', null);
    const known = Person.of('Ada', home, new Address(null, 5));
    await session.execute('INSERT INTO mapping.users (id, home, known, visited, by_place) VALUES (?, ?, ?, ?, ?)', [
      1,
      home,
      known,
      new Set([home]),
      new Map([[home, 'x']]),
    ]);
    const row = (await session.execute('SELECT * FROM mapping.users WHERE id = 1')).one();
    assert.ok(row?.['home'] instanceof Address && row['known'] instanceof Person);
    assert.deepEqual(row['home'], home);
    assert.deepEqual(row['known'], known);
    assert.ok((row['visited'] as Set<Address>).has(new Address('Main St', null)));
    assert.equal((row['by_place'] as Map<Address, string>).get(new Address('Main St', null)), 'x');
  });

  test('are refused for a type that the schema does not have, and looked for when a session connects', async () => {
    const { cluster } = await connect();
    for (const [keyspace, name] of [
      ['mapping', 'adress'],
      ['maping', 'address'],
    ] as const) {
      assert.throws(
        () => cluster.registerUserType(keyspace, name, Address),
        (error) => error instanceof UserTypeDoesNotExistError && error.keyspace === keyspace && error.userType === name,
      );
    }
    const { contactPoints } = await sharedCluster();
    const early = new Cluster({ contactPoints });
    open.push(early);
    early.registerUserType('mapping', 'adress', Address);
    await assert.rejects(early.connect(), UserTypeDoesNotExistError);
    const unknowing = new Cluster({ contactPoints, schemaMetadataEnabled: false });
    open.push(unknowing);
    unknowing.registerUserType('mapping', 'adress', Address);
    await unknowing.connect();
  });

  test('may be registered as soon as the type is made', async () => {
    const { cluster, session } = await connect();
    await session.execute('CREATE TYPE mapping.made_now (street text, zip int)');
    cluster.registerUserType('mapping', 'made_now', Address);
    await session.execute('DROP TYPE mapping.made_now');
  });

  test('count for prepared statements and other sessions when they are registered later', async () => {
    const { cluster, session } = await connect();
    const insert = await session.prepare('INSERT INTO mapping.users (id, home) VALUES (?, ?)');
    const select = await session.prepare('SELECT home FROM mapping.users WHERE id = ?');
    await session.execute(insert, [2, { street: 'a', zip: 1 }]);
    assert.deepEqual((await session.execute(select, [2])).one()?.['home'], { street: 'a', zip: 1 });
    cluster.registerUserType('mapping', 'address', Address);
    assert.deepEqual((await session.execute(select, [2])).one()?.['home'], new Address('a', 1));
    const other = await cluster.connect();
    cluster.registerUserType('mapping', 'address', 'map');
    for (const each of [session, other]) {
      const read = (await each.execute('SELECT home FROM mapping.users WHERE id = 2')).one()?.['home'];
      assert.ok(read instanceof Map);
      await each.execute(insert, [2, read]);
    }
  });
});

describe('codecs', () => {
  test('of types and columns are used both ways, wherever a value is bound', async () => {
    const codecs = [
      cents,
      enumCodec('mapping.orders.state', { open: 0, paid: 1 }),
      jsonCodec('mapping.orders.details'),
    ];
    const { session } = await connect({ codecs });
    const params = [1, new Cents(5n), [new Cents(1n), new Cents(2n)], 'paid', { lines: [1, 'é'] }, 'plain'];
    const cql = 'INSERT INTO mapping.orders (id, total, parts, state, details, note) VALUES (?, ?, ?, ?, ?, ?)';
    await session.execute(cql, params);
    await session.execute(await session.prepare(cql), [2, ...params.slice(1)]);
    await session.executeBatch(new BatchStatement().add(cql, [3, ...params.slice(1)]));
    for (const rowFactory of ['object', 'lazy'] as const) {
      for (const row of await session.execute('SELECT * FROM mapping.orders', undefined, { rowFactory })) {
        assert.deepEqual(
          [row['total'], row['parts'], row['state'], row['details'], row['note']],
          [new Cents(5n), [new Cents(1n), new Cents(2n)], 'paid', { lines: [1, 'é'] }, 'plain'],
        );
      }
    }
    const { session: plainly } = await connect();
    const row = (await plainly.execute('SELECT * FROM mapping.orders WHERE id = 3')).one();
    assert.deepEqual([row?.['total'], row?.['state'], row?.['details']], [5n, 1, '{"lines":[1,"é"]}']);
  });

  test('refuse before a byte is sent, with the place of the value', async () => {
    const { session } = await connect({ codecs: [enumCodec('mapping.orders.state', { open: 0, paid: 1 })] });
    await assert.rejects(
      session.execute('INSERT INTO mapping.orders (id, state) VALUES (?, ?)', [1, 'lost']),
      (error) => error instanceof CodecError && error.path === 'values[1]' && !error.maybeApplied,
    );
  });
});

describe('Temporal', () => {
  const runtime = globalThis as { Temporal?: unknown };
  const own = runtime.Temporal;
  before(() => {
    runtime.Temporal = Temporal;
  });
  after(() => {
    runtime.Temporal = own;
  });

  test('is bound, and read where it is asked for', async () => {
    const { session } = await connect({ types: { timestamp: 'Temporal', date: 'Temporal', time: 'Temporal' } });
    const at = Temporal.Instant.from('2026-02-28T13:30:00.123Z');
    const day = Temporal.PlainDate.from('2026-02-28');
    const clock = Temporal.PlainTime.from('13:30:00.000000001');
    const lasts = Temporal.Duration.from('P1Y2M3DT4.5S');
    const days = [Temporal.PlainDate.from('-000100-01-01'), day];
    await session.execute('INSERT INTO mapping.times (id, at, day, clock, lasts, days) VALUES (?, ?, ?, ?, ?, ?)', [
      1,
      at,
      day,
      clock,
      lasts,
      days,
    ]);
    const row = (await session.execute('SELECT * FROM mapping.times')).one() ?? {};
    assert.ok(row['at'] instanceof Temporal.Instant && row['at'].equals(at));
    assert.ok(row['day'] instanceof Temporal.PlainDate && row['day'].equals(day));
    assert.ok(row['clock'] instanceof Temporal.PlainTime && row['clock'].equals(clock));
    assert.equal(String(row['lasts']), '1y2mo3d4s500ms');
    assert.deepEqual([...(row['days'] as Set<unknown>)].map(String), days.map(String));
    assert.ok((row['days'] as Set<unknown>).has(Temporal.PlainDate.from('2026-02-28')));
  });
});

test('maps and sets with keys that are no primitives are read as compared by value', async () => {
  const { session } = await connect();
  const id = Uuid.random();
  await session.execute('INSERT INTO mapping.keys (id, by_id, ids, blobs) VALUES (?, ?, ?, ?)', [
    1,
    new Map([[id, 7]]),
    [id, id],
    new Map([[Uint8Array.of(1, 2), 8]]),
  ]);
  const row = (await session.execute('SELECT * FROM mapping.keys')).one() ?? {};
  const sameId = Uuid.parse(id.toString());
  assert.ok(row['by_id'] instanceof OrderedMap && row['by_id'].get(sameId) === 7);
  assert.ok(row['ids'] instanceof SortedSet && row['ids'].has(sameId) && row['ids'].size === 1);
  assert.ok(row['blobs'] instanceof OrderedMap && row['blobs'].get(Uint8Array.of(1, 2)) === 8);
});

describe('conditional statements tell whether they were applied', () => {
  const custom: RowFactory<number> = () => (values) => values.length;
  const factories: readonly (BuiltinRowFactory | RowFactory<number>)[] = [
    'object',
    'tuple',
    'map',
    'columns',
    'lazy',
    custom,
  ];
  for (const rowFactory of factories) {
    const shape = typeof rowFactory === 'string' ? rowFactory : "the user's own";
    const options = { rowFactory: rowFactory as RowFactory<unknown> };

    test(`with ${shape} rows`, async () => {
      const { session } = await connect();
      const insert = 'INSERT INTO mapping.unique_names (name, owner) VALUES (?, ?) IF NOT EXISTS';
      const name = `single ${shape}`;
      assert.equal((await session.execute(insert, [name, 1], options)).wasApplied, true);
      assert.equal((await session.execute(insert, [name, 2], options)).wasApplied, false);
      const prepared = await session.prepare(insert);
      assert.equal((await session.execute(prepared, [name, 2], options)).wasApplied, false);
      assert.equal((await session.execute(prepared, [`${name} too`, 2], options)).wasApplied, true);
      assert.equal((await session.execute('SELECT * FROM mapping.unique_names', [], options)).wasApplied, true);
    });

    test(`with ${shape} rows of a batch`, async () => {
      const { session } = await connect();
      const insert = 'INSERT INTO mapping.unique_names (name, owner) VALUES (?, ?) IF NOT EXISTS';
      const batch = new BatchStatement().add(insert, [`batch ${shape}`, 1]);
      assert.equal((await session.execute(batch, undefined, options as never)).wasApplied, true);
      assert.equal((await session.execute(batch, undefined, options as never)).wasApplied, false);
    });
  }
});
