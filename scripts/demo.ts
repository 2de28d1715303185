// The demo: starts a real Apache Cassandra on loopback, loads public data into it, reads it back in every usual way,
// checks that nothing changed on the way, and stops the server.

import { Cluster } from '../src/index.ts';
import { CassandraCluster } from '../test/cluster/harness/cassandra-cluster.ts';
import { readDataSets } from './demo/data-sets.ts';
import * as steps from './demo/steps.ts';

console.log('Starting Apache Cassandra 5.0 on loopback …');
const server = await CassandraCluster.start({ nodes: 1 });
try {
  await run(server.contactPoints);
} finally {
  await server.stop();
}
console.log('The server is stopped.');

async function run(contactPoints: readonly string[]): Promise<void> {
  const data = readDataSets();
  const cluster = new Cluster({ contactPoints, compression: true });
  try {
    const session = await cluster.connect();
    console.log(
      `Connected to ${cluster.metadata.clusterName} at ${contactPoints.join(', ')}: ` +
        `protocol v${cluster.protocolVersion ?? '?'}, compression ${cluster.compression}`,
    );
    await steps.createSchema(session);
    const reports = [
      ...(await steps.load(session, data)),
      await steps.readByKey(session, data.flights),
      await steps.scan(session, data.flights),
      await steps.readByPartition(session, data),
      await steps.batch(session),
      await steps.lightweightTransaction(session),
    ];
    const events = await steps.traced(session);
    console.log(`\nTrace of one query:\n${events.map((event) => `  ${event}`).join('\n')}\n`);
    for (const { step, rows, seconds } of reports) {
      const rate = Math.round(rows / seconds).toLocaleString('en');
      console.log(
        `${step.padEnd(16)} ${rows.toLocaleString('en').padStart(9)} rows ${seconds.toFixed(2).padStart(7)} s ${rate.padStart(9)} rows/s`,
      );
    }
    console.log('\nEverything that was read equals what was loaded.');
  } finally {
    await cluster.shutdown();
  }
}
