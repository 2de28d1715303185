// The only node is away for about 10 and 60 seconds: how soon after its return does a request succeed? The return is the moment
// when the port takes connections again. Argument: seconds of the longer outage, default 60.

import { connect } from 'node:net';
import { Cluster } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import type { CassandraNode } from '../../test/cluster/harness/cassandra-node.ts';
import { startControl } from './measure/control.ts';
import { argument, note, reportAtMost } from './measure/figure.ts';
import { Load, pause, until } from './measure/load.ts';

await using servers = await CassandraCluster.start({ nodes: 1 });
const [node] = servers.nodes;
if (node === undefined) throw new Error('no node');

await measure(node, 0, 1_500);
await measure(node, argument(0, 60) - 10, 5_500);

/** `waitSeconds` before the start, which itself takes about ten seconds. */
async function measure(node: CassandraNode, waitSeconds: number, limitMs: number): Promise<void> {
  await using cluster = new Cluster({ contactPoints: servers.contactPoints, logger: 'off' });
  const session = await cluster.connect();
  const control = startControl();
  let returnedAt = Infinity;
  let firstSuccess = Infinity;
  const load = new Load({
    perSecond: 20,
    send: () => session.execute('SELECT release_version FROM system.local', undefined, { timeout: 2_000 }),
    onSample: ({ dueMs, latencyMs, error }) => {
      if (error === undefined && returnedAt < Infinity) firstSuccess = Math.min(firstSuccess, dueMs + latencyMs);
    },
  });
  await pause(1_000);
  await node.stop();
  const goneAt = performance.now();
  await pause(waitSeconds * 1_000);
  node.launch();
  await until('the port takes connections', 120_000, () => takesConnections(node));
  returnedAt = performance.now();
  await until('a request succeeds', 60_000, () => firstSuccess < Infinity);
  await load.stop();
  await control.stop();
  await node.ready();
  note(`the node was away for ${((returnedAt - goneAt) / 1000).toFixed(1)} s`);
  reportAtMost('first success after the return', firstSuccess - returnedAt, limitMs, 'ms');
}

function takesConnections({ address, port }: CassandraNode): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
