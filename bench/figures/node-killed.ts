// One of three nodes is killed (SIGKILL) under load: no idempotent request fails, and those of that second stay quick; no write
// that is not idempotent is applied twice or reported wrongly. Argument: number of kills, default 10.

import { Cluster, DriverError } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { startControl } from './measure/control.ts';
import { argument, note, percentile, reportAtMost, reportExactly } from './measure/figure.ts';
import { Load, pause, until, type Sample } from './measure/load.ts';

const KILLS = argument(0, 10);
const READS_PER_SECOND = 500;
const WRITES_PER_SECOND = 50;
const KEYS = 1_000;

await using servers = await CassandraCluster.start({ nodes: 3 });
await using cluster = new Cluster({
  contactPoints: servers.contactPoints,
  consistencyLevel: 'LOCAL_QUORUM',
  logger: 'error',
});
const session = await cluster.connect(undefined, { waitForAllPools: true });
await session.execute(
  "CREATE KEYSPACE killed WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3} AND durable_writes = true",
);
await session.execute("CREATE TABLE killed.read (k int PRIMARY KEY, v text) WITH speculative_retry = '50ms'");
await session.execute(
  "CREATE TABLE killed.appended (k bigint PRIMARY KEY, l list<int>) WITH speculative_retry = '50ms'",
);
const insert = await session.prepare('INSERT INTO killed.read (k, v) VALUES (?, ?)');
for (let k = 0; k < KEYS; k++) await session.execute(insert, [k, `value ${k}`]);
const select = await session.prepare('SELECT v FROM killed.read WHERE k = ?');
// Appending twice shows as two elements.
const append = await session.prepare('UPDATE killed.appended SET l = l + [1] WHERE k = ?');

const secondBefore: number[] = [];
const inTheSecond: number[] = [];
const failedReads: unknown[] = [];
const writes = new Map<bigint, Sample>();
let reads = 0;
let nextWrite = 0n;
const control = startControl();

for (let kill = 0; kill < KILLS; kill++) {
  const victim = servers.nodes[kill % servers.nodes.length];
  if (victim === undefined) throw new Error('no node to kill');
  const reading = new Load({ perSecond: READS_PER_SECOND, send: (i) => session.execute(select, [i % KEYS]) });
  const writeKeys = new Map<number, bigint>();
  const writing = new Load({
    perSecond: WRITES_PER_SECOND,
    send: (i) => {
      writeKeys.set(i, nextWrite);
      return session.execute(append, [nextWrite++]);
    },
  });
  await pause(2_000);
  const killedAt = performance.now();
  await victim.kill();
  await pause(3_000);
  for (const { dueMs, latencyMs, error } of await reading.stop()) {
    reads++;
    if (error !== undefined) failedReads.push(error);
    if (dueMs >= killedAt - 1_000 && dueMs < killedAt) secondBefore.push(latencyMs);
    if (dueMs >= killedAt && dueMs < killedAt + 1_000) inTheSecond.push(latencyMs);
  }
  for (const sample of await writing.stop()) writes.set(writeKeys.get(sample.index) ?? -1n, sample);
  await victim.restart();
  await until('the driver uses the node again', 30_000, () => cluster.metadata.allHosts().every((host) => host.isUp));
}
await control.stop();

let twice = 0;
let missing = 0;
let untrue = 0;
let failedWrites = 0;
for (const [k, { error }] of writes) {
  const row = (
    await session.execute<{ l: number[] | null }>('SELECT l FROM killed.appended WHERE k = ?', [k], {
      consistencyLevel: 'ALL',
    })
  ).one();
  const applied = row?.l?.length ?? 0;
  if (applied > 1) twice++;
  if (error === undefined && applied === 0) missing++;
  if (error !== undefined) {
    failedWrites++;
    if (applied > 0 && !(error instanceof DriverError && error.maybeApplied)) untrue++;
  }
}

note(`${KILLS} kills; ${reads} reads, ${writes.size} writes that are not idempotent, of which ${failedWrites} failed`);
if (failedReads.length > 0) note(`the first failure: ${String(failedReads[0])}`);
reportExactly('idempotent reads that failed', failedReads.length, 0);
reportAtMost('p99.9 of reads in the second of the kill', percentile(inTheSecond, 0.999), 250, 'ms');
note(`p99.9 of reads in the second before: ${percentile(secondBefore, 0.999).toFixed(0)} ms`);
note(`the slowest of those ${inTheSecond.length} took ${Math.max(...inTheSecond).toFixed(0)} ms`);
reportExactly('writes that were applied twice', twice, 0);
reportExactly('writes that were reported as done and are missing', missing, 0);
reportExactly('writes that were applied although their error says that they cannot have been', untrue, 0);
