// One of three nodes freezes (SIGSTOP): its kernel still acknowledges, nobody answers. Traffic leaves it, and comes back; an idle
// client notices by its heartbeats. Argument: seconds of the freeze under load, default 10.

import { Cluster, type ClusterOptions } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { startControl } from './measure/control.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';
import { Load, pause, until } from './measure/load.ts';

const FROZEN_MS = argument(0, 10) * 1_000;
const KEYS = 1_000;

await using servers = await CassandraCluster.start({ nodes: 3 });
const frozen = servers.nodes[1];
if (frozen === undefined) throw new Error('no node to freeze');

await underLoad();
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
