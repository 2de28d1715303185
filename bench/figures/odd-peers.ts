// A thousand peers, some of them ghosts: null columns, ids given twice, addresses that nobody can reach, wrong ports. Connecting
// goes on, quickly, and without blocking the event loop. Argument: number of peers, default 1,000.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Cluster } from '../../src/index.ts';
import { startControl } from './measure/control.ts';
import { startFakeProcess } from './measure/fake-process.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';

const PEERS = argument(0, 1_000);
const RUNS = 5;

await using server = await startFakeProcess({ nodes: 1, peers: PEERS });
const control = startControl();
const connects: number[] = [];
const blocks: number[] = [];
let failed = 0;
let hosts = 0;
let reports = 0;
for (let run = 0; run < RUNS; run++) {
  const silent = (): void => undefined;
  const count = (): void => {
    reports++;
  };
  const cluster = new Cluster({
    contactPoints: ['127.0.0.1'],
    port: server.port,
    logger: { debug: silent, info: silent, warn: count, error: count },
  });
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  const start = performance.now();
  try {
    const session = await cluster.connect();
    connects.push(performance.now() - start);
    await session.execute('SELECT release_version FROM system.local');
    hosts = cluster.metadata.allHosts().length;
  } catch (error) {
    note(String(error));
    failed++;
  }
  delays.disable();
  blocks.push(delays.max / 1e6);
  await cluster.shutdown();
}
await control.stop();

const usable = 1 + PEERS - 4 * Math.floor(PEERS / 10);
note(`${hosts} hosts of ${PEERS} peers and the node itself; the first run warms up`);
reportExactly('connects that failed', failed, 0);
reportExactly('hosts that are known', hosts, usable);
reportAtMost('slowest connect', Math.max(...connects.slice(1)), 1_000, 'ms');
reportAtMost('longest block of the event loop', Math.max(...blocks.slice(1)), 20, 'ms');
note(`${(reports / RUNS).toFixed(0)} warnings a run`);
