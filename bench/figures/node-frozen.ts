// One of three nodes freezes (SIGSTOP): its kernel still acknowledges, nobody answers. Traffic leaves it, and comes back; a short
// freeze fails nothing, not even what may not be asked twice; an idle client notices by its heartbeats. Argument: seconds of
// the long freeze under load, default 10.

import { Cluster, type ClusterOptions } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { startControl } from './measure/control.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';
import { Load, pause, until } from './measure/load.ts';

const FROZEN_MS = argument(0, 10) * 1_000;
/** As a long pause for garbage collection. */
const SHORT_MS = 3_000;
const KEYS = 1_000;

await using servers = await CassandraCluster.start({ nodes: 3 });
const frozen = servers.nodes[1];
if (frozen === undefined) throw new Error('no node to freeze');

await underLoad();
await shortly();
await idle(
  'with heartbeats every 2 s and 1 s for the answer',
  { idleHeartbeatInterval: 2_000, idleHeartbeatTimeout: 1_000 },
  3_100,
);
await idle('with the defaults', {}, 35_100);

async function underLoad(): Promise<void> {
  await using cluster = new Cluster({ contactPoints: servers.contactPoints, logger: 'off' });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  await session.execute("CREATE KEYSPACE frozen WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}");
  await session.execute("CREATE TABLE frozen.t (k int PRIMARY KEY, v text) WITH speculative_retry = '50ms'");
  const insert = await session.prepare('INSERT INTO frozen.t (k, v) VALUES (?, ?)');
  for (let k = 0; k < KEYS; k++) await session.execute(insert, [k, `value ${k}`]);
  const select = await session.prepare('SELECT v FROM frozen.t WHERE k = ?');
  for (let i = 0; i < 100; i++) await session.execute(select, [i]);

  const control = startControl();
  const wallClockOffset = Date.now() - performance.now();
  let lastSent = 0;
  let backAt = Infinity;
  let resumedAt = Infinity;
  const latencies: number[] = [];
  let failed = 0;
  const load = new Load({
    perSecond: 50,
    send: (i) => session.execute(select, [i % KEYS]),
    onSample: ({ latencyMs, result, error }) => {
      latencies.push(latencyMs);
      if (error !== undefined) failed++;
      for (const { host, startedAt } of result?.info.attempts ?? []) {
        if (host.address !== frozen?.address) continue;
        const sentAt = startedAt - wallClockOffset;
        if (sentAt < resumedAt) lastSent = Math.max(lastSent, sentAt);
        else if (result?.info.coordinator.address === frozen.address) backAt = Math.min(backAt, sentAt);
      }
    },
  });
  await pause(2_000);
  const frozenAt = performance.now();
  frozen?.pause();
  await pause(FROZEN_MS);
  const stillSent = lastSent - frozenAt;
  resumedAt = performance.now();
  frozen?.resume();
  await until('the node is used again', 60_000, () => backAt < Infinity);
  await load.stop();
  await control.stop();

  reportExactly('idempotent reads that failed', failed, 0);
  reportAtMost('last request sent to the frozen node, after the freeze', Math.max(0, stillSent), 2_000, 'ms');
  reportAtMost('requests slower than 1 s', latencies.filter((ms) => ms > 1_000).length, 40, 'requests');
  reportAtMost('slowest request', Math.max(...latencies), 2_200, 'ms');
  reportAtMost('first request that the node answers, after it goes on', backAt - resumedAt, 5_000, 'ms');
}

async function shortly(): Promise<void> {
  await using cluster = new Cluster({ contactPoints: servers.contactPoints, logger: 'off' });
  const session = await cluster.connect('frozen', { waitForAllPools: true });
  const insert = await session.prepare('INSERT INTO t (k, v) VALUES (?, ?)');
  for (let k = 0; k < 100; k++) await session.execute(insert, [k, `value ${k}`]);
  const host = cluster.metadata.getHost(frozen?.address ?? '');
  let losses = 0;
  cluster.on('hostDown', () => losses++);

  const control = startControl();
  const latencies: number[] = [];
  let failed = 0;
  let retried = 0;
  const load = new Load({
    perSecond: 50,
    send: (i) => session.execute(insert, [i % KEYS, 'written once']),
    onSample: ({ latencyMs, result, error }) => {
      latencies.push(latencyMs);
      if (error !== undefined) failed++;
      if ((result?.info.attempts.length ?? 1) > 1) retried++;
    },
  });
  await pause(1_000);
  frozen?.pause();
  await pause(SHORT_MS);
  frozen?.resume();
  await pause(2_000);
  await load.stop();
  await control.stop();

  note('a freeze of 3 s, with writes that may not be asked twice');
  reportExactly('writes that failed', failed, 0);
  reportExactly('writes that were sent twice', retried, 0);
  reportExactly('connections lost', losses + (host?.openConnections === 1 ? 0 : 1), 0);
  reportAtMost('slowest write', Math.max(...latencies), SHORT_MS + 2_500, 'ms');
}

async function idle(what: string, options: ClusterOptions, limitMs: number): Promise<void> {
  await using cluster = new Cluster({ contactPoints: servers.contactPoints, logger: 'off', ...options });
  await cluster.connect(undefined, { waitForAllPools: true });
  const host = cluster.metadata.getHost(frozen?.address ?? '');
  const control = startControl();
  const frozenAt = performance.now();
  frozen?.pause();
  await until('the idle connection is closed', 120_000, () => host?.openConnections === 0);
  const closedAfter = performance.now() - frozenAt;
  frozen?.resume();
  await control.stop();
  note(`an idle client, ${what}`);
  reportAtMost('connection to the frozen node closed after', closedAfter, limitMs, 'ms');
  await until('the node is up again', 60_000, () => host?.isUp === true);
}
