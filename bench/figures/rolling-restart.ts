// Three nodes are restarted one after the other under load. Argument: minutes of load, default 10.

import { Cluster } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { startControl } from './measure/control.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';
import { Load, pause, until } from './measure/load.ts';

const MINUTES = argument(0, 10);
const KEYS = 1_000;

await using servers = await CassandraCluster.start({ nodes: 3 });
await using cluster = new Cluster({
  contactPoints: servers.contactPoints,
  consistencyLevel: 'LOCAL_QUORUM',
  logger: 'error',
});
const session = await cluster.connect(undefined, { waitForAllPools: true });
await session.execute("CREATE KEYSPACE rolling WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}");
await session.execute("CREATE TABLE rolling.t (k int PRIMARY KEY, v text) WITH speculative_retry = '50ms'");
const insert = await session.prepare('INSERT INTO rolling.t (k, v) VALUES (?, ?)');
for (let k = 0; k < KEYS; k++) await session.execute(insert, [k, `value ${k}`]);
const select = await session.prepare('SELECT v FROM rolling.t WHERE k = ?');

let failedReads = 0;
let wrongRows = 0;
let reads = 0;
const classesOfWrites = new Map<string, number>();
const control = startControl();
const started = performance.now();
const reading = new Load({
  perSecond: 200,
  send: (i) => session.execute(select, [i % KEYS]),
  onSample: ({ index, result, error }) => {
    reads++;
    if (error !== undefined) {
      if (failedReads++ === 0) note(`the first failure: ${(error as Error).message}`);
    } else if (result?.one()?.['v'] !== `value ${index % KEYS}`) wrongRows++;
  },
});
const writing = new Load({
  perSecond: 50,
  send: (i) => session.execute(insert, [i % KEYS, `value ${i % KEYS}`]),
  onSample: ({ error }) => {
    if (error === undefined) return;
    const { name } = error as Error;
    classesOfWrites.set(name, (classesOfWrites.get(name) ?? 0) + 1);
  },
});
for (const node of servers.nodes) {
  await pause(3_000);
  await node.restart();
  await until('the driver uses the node again', 60_000, () => cluster.metadata.allHosts().every((host) => host.isUp));
}
await pause(MINUTES * 60_000 - (performance.now() - started));
await reading.stop();
await writing.stop();
await control.stop();

note(`${reads} reads over ${((performance.now() - started) / 60_000).toFixed(1)} minutes`);
reportExactly('idempotent reads that failed', failedReads, 0);
reportExactly('reads that gave another row', wrongRows, 0);
const classes = [...classesOfWrites].map(([name, count]) => `${name} ${count} times`).join(', ');
note(`errors of writes that are not idempotent: ${classes === '' ? 'none' : classes}`);
reportAtMost('classes of errors of writes that are not idempotent', classesOfWrites.size, 1, 'class');
