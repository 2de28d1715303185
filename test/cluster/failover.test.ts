// Three real nodes, one of which is killed under load: reads that may be repeated never fail, and a write that may not is never
// applied twice, nor reported falsely.

import { strict as assert } from 'node:assert';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Cluster, DriverError, type PreparedStatement, type Session } from '../../src/index.ts';
import { CassandraCluster } from './harness/cassandra-cluster.ts';

const KEYS = 200;

/** Calls `request` so often a turn, with pauses between, until it is told to end; gives what every call came to. */
function load(perTurn: number, request: (number: number) => Promise<unknown>): { end(): Promise<Outcome[]> } {
  const outcomes: Promise<Outcome>[] = [];
  let number = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < perTurn; i++) {
      const key = number++;
      outcomes.push(
        request(key).then(
          () => ({ key, error: null }),
          (error: unknown) => ({ key, error }),
        ),
      );
    }
  }, 10);
  return {
    end() {
      clearInterval(timer);
      return Promise.all(outcomes);
    },
  };
}

interface Outcome {
  readonly key: number;
  readonly error: unknown;
}

describe('a node that is killed', () => {
  let nodes: CassandraCluster;
  let cluster: Cluster;
  let session: Session;

  before(async () => {
    nodes = await CassandraCluster.start({ nodes: 3 });
    cluster = new Cluster({ contactPoints: nodes.contactPoints, consistencyLevel: 'LOCAL_QUORUM', logger: 'off' });
    session = await cluster.connect(undefined, { waitForAllPools: true });
    await session.execute(`CREATE KEYSPACE ks WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}`);
    await session.setKeyspace('ks');
    for (const table of ['read_only (k int PRIMARY KEY, v text)', 'appended (k int PRIMARY KEY, v list<int>)']) {
      await session.execute(`CREATE TABLE ${table} WITH speculative_retry = '50ms'`);
    }
    const insert = await session.prepare('INSERT INTO read_only (k, v) VALUES (?, ?)');
    for (let k = 0; k < KEYS; k++) await session.execute(insert, [k, `value ${k}`]);
  });

  after(async () => {
    await cluster.shutdown();
    await nodes.stop();
  });

  test('costs no idempotent request, and no write more than its certainty', async () => {
    const select = await session.prepare('SELECT v FROM read_only WHERE k = ?');
    const append = await session.prepare('UPDATE appended SET v = v + [1] WHERE k = ?');
    await warmUp(session, select, append);
    const reads = load(4, async (number) => {
      const k = number % KEYS;
      assert.equal((await session.execute(select, [k])).one()?.['v'], `value ${k}`);
    });
    const writes = load(2, (number) => session.execute(append, [number]));
    await delay(1_500);
    await nodes.nodes[1]?.kill();
    await delay(3_000);
    const [readOutcomes, writeOutcomes] = await Promise.all([reads.end(), writes.end()]);

    assert(readOutcomes.length > 500);
    const failedReads = readOutcomes.filter(({ error }) => error !== null);
    assert.deepEqual(failedReads, []);

    const lengths = await appliedCounts(session, writeOutcomes);
    assert.deepEqual(
      writeOutcomes.filter(({ key }) => (lengths.get(key) ?? 0) > 1),
      [],
      'no write is applied twice',
    );
    for (const { key, error } of writeOutcomes) {
      const applied = lengths.get(key) ?? 0;
      if (error === null) assert.equal(applied, 1, `write ${key} was reported as done`);
      else {
        assert(DriverError.isDriverError(error));
        assert(error.attempts.length > 0);
        assert(error.attempts.every(({ durationMs, error: cause }) => durationMs !== undefined && cause !== undefined));
        assert(error.maybeApplied || applied === 0, `write ${key}: ${error.message}`);
      }
    }
    const failedWrites = writeOutcomes.filter(({ error }) => error !== null);
    console.log(
      `${readOutcomes.length} reads, ${writeOutcomes.length} writes, of which ${failedWrites.length} failed: ` +
        [...new Set(failedWrites.map(({ error }) => (error as DriverError).code))].join(' '),
    );
  });

  test('is asked for its statements when it is back, and serves again', async () => {
    const back = nodes.nodes[1];
    assert(back !== undefined);
    await back.restart();
    const select = await session.prepare('SELECT v FROM read_only WHERE k = ?');
    const giveUp = AbortSignal.timeout(60_000);
    const seen = new Set<string>();
    for (let k = 0; seen.size < 3; k = (k + 1) % KEYS) {
      giveUp.throwIfAborted();
      seen.add((await session.execute(select, [k])).info.coordinator.address);
    }
  });
});

async function warmUp(session: Session, ...statements: PreparedStatement[]): Promise<void> {
  for (const statement of statements) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => session.execute(statement, [-1 - i])));
  }
}

/** How often each write was applied, by the server's own count. */
async function appliedCounts(session: Session, outcomes: readonly Outcome[]): Promise<Map<number, number>> {
  const select = await session.prepare('SELECT k, v FROM appended WHERE k = ?');
  const counts = new Map<number, number>();
  for (const { key } of outcomes) {
    const row = (await session.execute(select, [key])).one();
    if (row !== null) counts.set(key, (row['v'] as unknown[]).length);
  }
  return counts;
}
