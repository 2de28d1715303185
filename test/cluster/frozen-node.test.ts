// One of three real nodes is frozen under load, as by a long pause of its machine: requests leave it and none fails; when it
// goes on it is used again. The figures are printed, not judged: the machine of a test is nobody's data center.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster } from '../../src/index.ts';
import { CassandraCluster } from './harness/cassandra-cluster.ts';

const PAUSE_BETWEEN_MS = 20;

interface Sample {
  readonly startedMs: number;
  readonly durationMs: number;
  /** Addresses of the hosts that were asked, and when. */
  readonly attempts: readonly { readonly address: string; readonly startedMs: number }[];
  readonly coordinator: string;
}

test('traffic leaves a frozen node and comes back to it', async (t) => {
  await using cassandra = await CassandraCluster.start({ nodes: 3, jvmOptions: ['-Xms512m', '-Xmx512m'] });
  await using cluster = new Cluster({ contactPoints: cassandra.contactPoints.slice(0, 1), logger: 'off' });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  for (const cql of [
    "CREATE KEYSPACE frozen WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}",
    "CREATE TABLE frozen.t (k int PRIMARY KEY, v text) WITH speculative_retry = '50ms'",
  ])
    await session.execute(cql);
  const insert = await session.prepare('INSERT INTO frozen.t (k, v) VALUES (?, ?)');
  for (let k = 0; k < 100; k++) await session.execute(insert, [k, `value ${k}`], { isIdempotent: true });
  const select = await session.prepare('SELECT v FROM frozen.t WHERE k = ?');

  const samples: Sample[] = [];
  const failures: unknown[] = [];
  const pending = new Set<Promise<void>>();
  const ending = new AbortController();
  const ask = async (k: number): Promise<void> => {
    const startedMs = Date.now();
    try {
      const { info } = await session.execute(select, [k]);
      samples.push({
        startedMs,
        durationMs: Date.now() - startedMs,
        attempts: info.attempts.map(({ host, startedAt }) => ({ address: host.address, startedMs: startedAt })),
        coordinator: info.coordinator.address,
      });
    } catch (error) {
      failures.push(error);
    }
  };
  const load = (async () => {
    for (let k = 0; !ending.signal.aborted; k++) {
      const asking: Promise<void> = ask(k % 100).finally(() => pending.delete(asking));
      pending.add(asking);
      await sleep(PAUSE_BETWEEN_MS);
    }
    await Promise.all(pending);
  })();
  const frozen = cassandra.nodes[2];
  assert(frozen !== undefined);
  const host = cluster.metadata.allHosts().find(({ address }) => address === frozen.address);
  assert(host !== undefined);

  await until(() => samples.some(({ coordinator }) => coordinator === frozen.address));
  frozen.pause();
  const frozenAt = Date.now();
  await until(() => session.getPoolState().hosts.some(({ suspect }) => suspect > 0));
  const suspectAt = Date.now();
  assert.equal(host.isUp, true);
  await until(() => host.isUp === false);
  const downAt = Date.now();
  await sleep(1_000);
  frozen.resume();
  const resumedAt = Date.now();
  await until(() =>
    samples.some(({ coordinator, startedMs }) => coordinator === frozen.address && startedMs > resumedAt),
  );
  ending.abort();
  await load;

  assert.deepEqual(failures, []);
  const toFrozen = samples
    .flatMap(({ attempts }) => attempts)
    .filter(({ address, startedMs }) => address === frozen.address && startedMs > frozenAt && startedMs < resumedAt);
  assert.deepEqual(
    toFrozen.filter(({ startedMs }) => startedMs > suspectAt),
    [],
  );
  const during = samples.filter(({ startedMs }) => startedMs >= frozenAt - 100);
  const slow = during.filter(({ durationMs }) => durationMs > 1_000);
  const last = Math.max(frozenAt, ...toFrozen.map(({ startedMs }) => startedMs));
  const back = during.find(({ coordinator, startedMs }) => coordinator === frozen.address && startedMs > resumedAt);
  t.diagnostic(
    `last request to the frozen node after ${last - frozenAt} ms; suspect after ${suspectAt - frozenAt} ms, down after ${downAt - frozenAt} ms; ` +
      `${slow.length} of ${during.length} requests took more than 1 s, at most ${Math.max(...during.map(({ durationMs }) => durationMs))} ms; ` +
      `used again ${(back?.startedMs ?? 0) - resumedAt} ms after it went on`,
  );
});

/** Waits until it holds; what never does ends the test, not the run. */
async function until(holds: () => boolean): Promise<void> {
  const giveUp = AbortSignal.timeout(30_000);
  while (!holds()) {
    giveUp.throwIfAborted();
    await sleep(5);
  }
}
