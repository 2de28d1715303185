// 1,000 requests a second at a server that never answers: every request ends at its deadline of 500 ms, hardly late. Argument:
// seconds, default 20.

import { Cluster } from '../../src/index.ts';
import { startControl } from './measure/control.ts';
import { startFakeProcess, SELECT } from './measure/fake-process.ts';
import { argument, note, percentile, reportAtMost, reportExactly } from './measure/figure.ts';
import { pause } from './measure/load.ts';

const SECONDS = argument(0, 20);
const TIMEOUT_MS = 500;

await using server = await startFakeProcess({ nodes: 3, isSilent: true });
const cluster = new Cluster({ contactPoints: ['127.0.0.1'], port: server.port, logger: 'off' });
const session = await cluster.connect(undefined, { waitForAllPools: true });
const select = await session.prepare(SELECT);

const lateness: number[] = [];
let wrong = 0;
const pending: Promise<void>[] = [];
const control = startControl();
const timer = setInterval(() => {
  for (let i = 0; i < 10; i++) pending.push(one());
}, 10);
await pause(SECONDS * 1_000);
clearInterval(timer);
await Promise.all(pending);
await control.stop();

note(`${lateness.length} requests`);
reportExactly('requests that ended otherwise than by their deadline', wrong, 0);
reportAtMost('p99 of the lateness', percentile(lateness, 0.99), 20, 'ms');
reportAtMost('largest lateness', percentile(lateness, 1), 60, 'ms');
await cluster.shutdown();

async function one(): Promise<void> {
  const start = performance.now();
  const code = await session.execute(select, ['k'], { timeout: TIMEOUT_MS }).then(
    () => 'answered',
    (error: unknown) => (error as { code: string }).code,
  );
  if (code !== 'CQL_OPERATION_TIMED_OUT') wrong++;
  lateness.push(performance.now() - start - TIMEOUT_MS);
}
