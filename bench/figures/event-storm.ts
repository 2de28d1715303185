// 20,000 status events in one burst, then nodes that flap 100 times a second: the event loop stays free, the system tables are
// read at most twice a second, and connections to nodes that are up stay. Argument: seconds of flapping, default 60.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Cluster } from '../../src/index.ts';
import type { Event } from '../../test/wire/harness/event.ts';
import { startControl } from './measure/control.ts';
import { startFakeProcess } from './measure/fake-process.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';
import { pause } from './measure/load.ts';

const BURST = 20_000;
const SECONDS = argument(0, 60);

await using server = await startFakeProcess({ nodes: 3 });
const cluster = new Cluster({ contactPoints: ['127.0.0.1'], port: server.port, logger: 'off' });
const session = await cluster.connect(undefined, { waitForAllPools: true });
const statusOf = (change: 'UP' | 'DOWN', node: number): Event => ({
  type: 'STATUS_CHANGE',
  change,
  address: `127.0.0.${node}`,
  port: server.port,
});

const control = startControl();
const connectionsBefore = await server.counts();
const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
await pause(100);
delays.reset();
await server.push(Array.from({ length: BURST }, (_, i) => statusOf('UP', 1 + (i % 3))));
await pause(2_000);
const burstBlock = delays.max / 1e6;

const readsBefore = (await server.counts()).topologyReads;
delays.reset();
for (let second = 0; second < SECONDS; second++) {
  for (let part = 0; part < 10; part++) {
    const events: Event[] = [];
    for (let i = 0; i < 10; i++) {
      const node = 1 + (i % 3);
      if (i % 2 === 0) events.push(statusOf(i % 4 === 0 ? 'DOWN' : 'UP', node));
      else events.push({ type: 'TOPOLOGY_CHANGE', change: 'NEW_NODE', address: `127.0.0.${node}`, port: server.port });
    }
    await server.push(events);
    await pause(100);
  }
  await session.execute('SELECT release_version FROM system.local');
}
delays.disable();
const after = await server.counts();
await control.stop();

note(`${BURST} events in one write, then ${SECONDS} s of 100 events a second`);
reportAtMost('longest block of the event loop by the burst', burstBlock, 20, 'ms');
reportAtMost('longest block of the event loop while nodes flap', delays.max / 1e6, 20, 'ms');
reportAtMost('reads of the topology a second', (after.topologyReads - readsBefore) / SECONDS, 2, 'reads');
reportExactly('connections opened meanwhile', after.connections - connectionsBefore.connections, 0);
await cluster.shutdown();
