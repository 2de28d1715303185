// Tables and types that change under load: rows of prepared `SELECT *` are read as what they are, whatever the session knew.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, DriverError, type Session } from '../../src/index.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const KEYS = 20;
const CHANGES = 6;
const PAUSE_MS = 250;

for (const protocolVersion of [4, 5] as const) {
  describe(`on protocol v${protocolVersion}`, () => {
    const keyspace = `altered_v${protocolVersion}`;
    let cluster: Cluster;
    let other: Cluster;
    let session: Session;
    let second: Session;

    before(async () => {
      const { contactPoints } = await sharedCluster();
      cluster = new Cluster({ contactPoints, protocolVersion, logger: 'off' });
      other = new Cluster({ contactPoints, protocolVersion, logger: 'off' });
      session = await cluster.connect();
      await session.execute(
        `CREATE KEYSPACE ${keyspace} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
      );
      await session.setKeyspace(keyspace);
      second = await other.connect(keyspace);
      await session.execute('CREATE TYPE address (street text, number int)');
      await session.execute('CREATE TABLE t (k int PRIMARY KEY, m text, a frozen<address>, z int)');
    });

    after(() => Promise.all([cluster.shutdown(), other.shutdown()]));

    test('no row is misread while columns and fields come and go, though another client prepares the same', async () => {
      await fill(session);
      const text = 'SELECT * FROM t WHERE k = ?';
      const select = await session.prepare(text);
      const errors: unknown[] = [];
      const misread: unknown[] = [];
      let rows = 0;
      let isDone = false;
      const reading = Array.from({ length: 4 }, async (_, start) => {
        for (let k = start; !isDone; k = (k + 1) % KEYS) {
          try {
            const row = (await session.execute(select, [k])).one();
            rows++;
            if (!isRight(k, row)) misread.push(row);
          } catch (error) {
            errors.push(error);
          }
        }
      });
      // Whoever prepares first takes the loss from the other, who then hears nothing of the change but the rows.
      const preparing = (async () => {
        while (!isDone) {
          const again = await second.prepare(text);
          await second.execute(again, [0]);
          await delay(1);
        }
      })();
      for (let change = 0; change < CHANGES; change++) {
        await delay(PAUSE_MS);
        // Before and behind the others in the order of columns, so that a wrong shape shifts them.
        await session.execute(change % 2 === 0 ? 'ALTER TABLE t ADD b blob' : 'ALTER TABLE t DROP b');
        await delay(PAUSE_MS);
        await session.execute(`ALTER TYPE address ADD f${change} int`);
      }
      await delay(PAUSE_MS);
      isDone = true;
      await Promise.all([...reading, preparing]);
      assert(rows > 500, String(rows));
      assert.deepEqual(misread, []);
      assert.deepEqual(
        errors.map((error) => (DriverError.isDriverError(error) ? error.code : String(error))),
        [],
      );
      const row = (await session.execute(select, [1])).one();
      assert.equal(Object.keys(row?.['a'] ?? {}).length, 2 + CHANGES);
    });
  });
}

async function fill(session: Session): Promise<void> {
  for (let k = 0; k < KEYS; k++) {
    const address = { street: `street ${k}`, number: k };
    await session.execute('INSERT INTO t (k, m, a, z) VALUES (?, ?, ?, ?)', [k, `text ${k}`, address, k * 1_000]);
  }
}

function isRight(k: number, row: Record<string, unknown> | null | undefined): boolean {
  if (row === null || row === undefined) return false;
  const { a, b, ...rest } = row as { a: Record<string, unknown>; b?: unknown };
  const { street, number, ...added } = a;
  return (
    JSON.stringify(rest) === JSON.stringify({ k, m: `text ${k}`, z: k * 1_000 }) &&
    (b === null || b === undefined) &&
    street === `street ${k}` &&
    number === k &&
    Object.entries(added).every(([name, value]) => /^f\d$/.test(name) && value === null)
  );
}
