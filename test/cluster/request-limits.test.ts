// Requests beyond the limits of a real server: a typed error, and the session goes on.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { Cluster, DriverError, InvalidRequestError, type Session } from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const MEBIBYTE = 1024 * 1024;

for (const protocolVersion of [5, 4, 3] as const) {
  describe(`a request of a size, over v${protocolVersion}`, () => {
    let cluster: Cluster;
    let session: Session;
    const keyspace = `request_limits_${protocolVersion}`;

    before(async () => {
      const { contactPoints } = await sharedCluster();
      cluster = new Cluster({ contactPoints, protocolVersion, logger: 'off' });
      session = await cluster.connect();
      await session.execute(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      await session.setKeyspace(keyspace);
      await session.execute('CREATE TABLE things (k text, l text, v blob, PRIMARY KEY ((k, l)))');
      await session.execute('CREATE TABLE simple (k text PRIMARY KEY, v blob)');
    });

    after(() => cluster.shutdown());

    const goesOn = async (): Promise<void> => {
      await session.execute('INSERT INTO simple (k, v) VALUES (?, ?)', ['after', new Uint8Array(100_000)]);
      assert.equal((await session.execute('SELECT k FROM simple WHERE k = ?', ['after'])).length, 1);
    };

    test('of 17 MiB is refused by the server, with an error that says so', async () => {
      const work = session.execute('INSERT INTO simple (k, v) VALUES (?, ?)', ['large', new Uint8Array(17 * MEBIBYTE)]);
      await assert.rejects(work, InvalidRequestError);
      await goesOn();
    });

    test('whose key is longer than 65,535 bytes is refused', async () => {
      const long = 'k'.repeat(70_000);
      await assert.rejects(
        session.execute('INSERT INTO simple (k) VALUES (?)', [long]),
        (error) => error instanceof InvalidRequestError || (error instanceof DriverError && !error.maybeApplied),
      );
      await assert.rejects(
        session.execute('INSERT INTO things (k, l) VALUES (?, ?)', [long, 'l']),
        (error) => error instanceof DriverError && !error.maybeApplied,
      );
      await goesOn();
    });

    test('of 3 MiB is none, it is written and read', async () => {
      const bytes = new Uint8Array(3 * MEBIBYTE).fill(7);
      await session.execute('INSERT INTO simple (k, v) VALUES (?, ?)', ['fits', bytes]);
      const row = (await session.execute('SELECT v FROM simple WHERE k = ?', ['fits'])).one();
      assert(Buffer.from(row?.['v'] as Uint8Array).equals(Buffer.from(bytes)));
    });
  });
}
