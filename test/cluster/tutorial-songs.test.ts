// A first client: a cluster, a schema of songs and playlists, statements as text, prepared, by position and by name, users with
// addresses of a type of their own, and tuples.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import {
  Cluster,
  ConstantReconnectionPolicy,
  DowngradingConsistencyRetryPolicy,
  InvalidArgumentError,
  Tuple,
  Uuid,
  type Logger,
  type Session,
} from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const SONG = Uuid.parse('756716f7-2e54-4715-9f00-91dcbea6cf50');
const PLAYLIST = Uuid.parse('2cc9ccb7-6221-4ccb-8387-f22b6a1b354d');
const TITLE = 'La Petite Tonkinoise';
const ALBUM = 'Bye Bye Blackbird';
const ARTIST = 'Joséphine Baker';

interface PlaylistEntry {
  readonly title: string;
  readonly album: string;
  readonly artist: string;
}

class Address {
  readonly street: string;
  readonly city: string;
  readonly zipCode: number;
  readonly phones: readonly string[];

  constructor(street: string, city: string, zipCode: number, phones: readonly string[]) {
    this.street = street;
    this.city = city;
    this.zipCode = zipCode;
    this.phones = phones;
  }

  static fromFields(fields: Readonly<Record<string, unknown>>): Address {
    const { street, city, zip_code: zipCode, phones } = fields;
    return new Address(street as string, city as string, zipCode as number, phones as string[]);
  }
}

describe('a first client', () => {
  let contactPoints: readonly string[];
  let localDatacenter: string;
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    ({ contactPoints, localDatacenter } = await sharedCluster());
    cluster = new Cluster({ contactPoints });
    session = await cluster.connect();
    await session.execute(`
      CREATE KEYSPACE simplex WITH replication
        = {'class': 'SimpleStrategy', 'replication_factor': 1};
    `);
    await session.execute(`
      CREATE TABLE simplex.songs (
        id uuid PRIMARY KEY, title text, album text, artist text, tags set<text>, data blob
      );
    `);
    await session.execute(`
      CREATE TABLE simplex.playlists (
        id uuid, title text, album text, artist text, song_id uuid,
        PRIMARY KEY (id, title, album, artist)
      );
    `);
  });

  after(() => cluster.shutdown());

  test('finds the name of the cluster, and where each host stands', () => {
    assert.notEqual(cluster.metadata.clusterName, '');
    const hosts = cluster.metadata.allHosts();
    assert.equal(hosts.length, 1);
    for (const { address, datacenter, rack } of hosts) {
      assert.equal(address, '127.0.0.1');
      assert.deepEqual([datacenter, rack], [localDatacenter, 'rack1']);
    }
  });

  test('writes and reads with statements as text', async () => {
    await session.execute(`
      INSERT INTO simplex.songs (id, title, album, artist, tags)
      VALUES (${SONG.toString()}, '${TITLE}', '${ALBUM}', '${ARTIST}', {'jazz', '2013'});
    `);
    await session.execute(`
      INSERT INTO simplex.playlists (id, song_id, title, album, artist)
      VALUES (${PLAYLIST.toString()}, ${SONG.toString()}, '${TITLE}', '${ALBUM}', '${ARTIST}');
    `);
    const results = await session.execute<PlaylistEntry>(
      `SELECT * FROM simplex.playlists WHERE id = ${PLAYLIST.toString()};`,
    );
    const lines = [...results].map(({ title, album, artist }) => `${title} | ${album} | ${artist}`);
    assert.deepEqual(lines, [`${TITLE} | ${ALBUM} | ${ARTIST}`]);
  });

  test('writes with prepared statements, whose values are objects and not text', async () => {
    const insertSong = await session.prepare(`
      INSERT INTO simplex.songs (id, title, album, artist, tags) VALUES (?, ?, ?, ?, ?);
    `);
    const insertEntry = await session.prepare(`
      INSERT INTO simplex.playlists (id, song_id, title, album, artist) VALUES (?, ?, ?, ?, ?);
    `);
    const id = Uuid.random();
    await session.execute(insertSong, [SONG, TITLE, ALBUM, ARTIST, new Set(['jazz', '2013'])]);
    await session.execute(insertEntry, [id, SONG, TITLE, ALBUM, ARTIST]);
    const song = (await session.execute('SELECT * FROM simplex.songs WHERE id = ?', [SONG])).one();
    assert.deepEqual(song?.['tags'], new Set(['2013', 'jazz']));
    assert.equal(song['data'], null);
    assert.equal((await session.execute('SELECT song_id FROM simplex.playlists WHERE id = ?', [id])).length, 1);
  });

  test('binds parameters by position and by name', async () => {
    const byPosition = await session.prepare(
      'INSERT INTO simplex.songs (id, title, album, artist) VALUES (?, ?, ?, ?)',
    );
    const [first, second] = [Uuid.random(), Uuid.random()];
    await session.execute(byPosition, [first, 'Lazing on a Sunday Afternoon', 'A Night at the Opera', 'Queen']);
    const byName = await session.prepare(
      'INSERT INTO simplex.songs (id, title, album, artist) VALUES (:id, :title, :album, :artist)',
    );
    const bound = byName.bind({ artist: 'Harry Nilsson', album: 'Nilsson Schmilsson', title: 'Coconut', id: second });
    await session.execute(bound);
    const select = await session.prepare<{ artist: string }>('SELECT artist FROM simplex.songs WHERE id = ?');
    assert.equal((await session.execute(select, [first])).one()?.artist, 'Queen');
    assert.equal((await session.execute(select, [second])).one()?.artist, 'Harry Nilsson');
  });

  test('passes values to text by %s and %(name)s, whatever quotes they have', async () => {
    await session.execute(
      'CREATE TABLE simplex.accounts (user_id uuid PRIMARY KEY, name text, credits int, username text)',
    );
    const [first, second] = [Uuid.random(), Uuid.random()];
    const name = "John O'Reilly";
    await session.execute('INSERT INTO simplex.accounts (name, credits, user_id) VALUES (%s, %s, %s)', [
      name,
      42,
      first,
    ]);
    await session.execute(
      `INSERT INTO simplex.accounts (name, credits, user_id, username)
       VALUES (%(name)s, %(credits)s, %(user_id)s, %(name)s)`,
      { name, credits: 42, user_id: second },
    );
    const rows = await session.execute('SELECT name, credits, username FROM simplex.accounts WHERE user_id IN (?, ?)', [
      first,
      second,
    ]);
    const usernames = [];
    for (const row of rows) {
      assert.deepEqual([row['name'], row['credits']], [name, 42]);
      usernames.push(row['username']);
    }
    assert.deepEqual(usernames.sort(), [name, null].sort());
  });

  test('refuses one value where a list of values belongs', async () => {
    await assert.rejects(
      session.execute('INSERT INTO simplex.songs (id) VALUES (%s)', 'blah' as never),
      InvalidArgumentError,
    );
  });

  test('keeps addresses of users as objects of a class', async () => {
    await session.execute('CREATE TYPE simplex.address (street text, city text, zip_code int, phones list<text>)');
    await session.execute(
      'CREATE TABLE simplex.users (id uuid PRIMARY KEY, name text, addresses map<text, frozen<address>>)',
    );
    cluster.registerUserType('simplex', 'address', Address);
    const insert = await session.prepare(
      'INSERT INTO simplex.users (id, name, addresses) VALUES (:id, :name, :addresses)',
    );
    const home = {
      street: '123 Arnold Drive',
      city: 'Sonoma',
      zip_code: 95_476,
      phones: ['707-555-1234', '800-555-9876'],
    };
    await session.execute(insert.bind({ id: SONG, name: 'John Doe', addresses: new Map([['Home', home]]) }));
    const row = (await session.execute('SELECT addresses FROM simplex.users WHERE id = ?', [SONG])).one();
    const addresses = row?.['addresses'] as ReadonlyMap<string, Address>;
    const read = addresses.get('Home');
    assert(read instanceof Address);
    assert.deepEqual(read, new Address(home.street, home.city, home.zip_code, home.phones));
  });

  test('binds and reads tuples', async () => {
    await session.execute(
      'CREATE TABLE simplex.tuple_test (the_key int PRIMARY KEY, the_tuple tuple<int, text, float>)',
    );
    const insert = await session.prepare('INSERT INTO simplex.tuple_test (the_key, the_tuple) VALUES (?, ?)');
    await session.execute(insert, [1, new Tuple(0, 'abc', 1)]);
    await session.execute(insert, [2, [0, 'def', 0.5]]);
    const read = async (key: number): Promise<unknown> =>
      (await session.execute('SELECT the_tuple FROM simplex.tuple_test WHERE the_key = ?', [key])).one()?.['the_tuple'];
    assert.deepEqual(await read(1), new Tuple(0, 'abc', 1));
    assert.deepEqual(await read(2), new Tuple(0, 'def', 0.5));
  });

  test('shuts its cluster down through the session', async () => {
    const other = await new Cluster({ contactPoints }).connect();
    await other.cluster.shutdown();
    assert(other.isClosed);
    assert(other.cluster.isClosed);
  });
});

describe('a client that is careful', () => {
  test('retries at a lower consistency and reconnects at a steady pace', async () => {
    const { contactPoints } = await sharedCluster();
    const cluster = new Cluster({
      contactPoints,
      defaultRetryPolicy: new DowngradingConsistencyRetryPolicy(),
      reconnectionPolicy: new ConstantReconnectionPolicy(20_000, 10),
    });
    const session = await cluster.connect();
    assert.notEqual(cluster.metadata.clusterName, '');
    await session.shutdown();
    await cluster.shutdown();
  });

  test('logs what happens while it connects, at the level of debug', async () => {
    const { contactPoints } = await sharedCluster();
    const lines: string[] = [];
    const take = (...args: unknown[]): void => {
      lines.push(args.map(String).join(' '));
    };
    const logger: Logger = { debug: take, info: take, warn: take, error: take };
    const cluster = new Cluster({ contactPoints, logger });
    await cluster.connect(undefined, { waitForAllPools: true });
    await cluster.shutdown();
    assert(
      lines.some((line) => /127\.0\.0\.1.* is up/.test(line)),
      lines.join('\n'),
    );
  });
});
