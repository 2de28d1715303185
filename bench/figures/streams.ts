// A server that leaves 5 % of its answers out: no row ever reaches the wrong request, no stream id gets lost, and connections
// with too many orphans are replaced. Argument: number of requests, default 1,000,000.

import { Cluster } from '../../src/index.ts';
import { startFakeProcess, SELECT } from './measure/fake-process.ts';
import { argument, note, reportExactly } from './measure/figure.ts';

const REQUESTS = argument(0, 1_000_000);
const CONCURRENCY = 1_000;
const IN_FLIGHT = 2_048;

await using server = await startFakeProcess({ nodes: 3, dropped: 0.05 });
const cluster = new Cluster({
  contactPoints: ['127.0.0.1'],
  port: server.port,
  logger: 'off',
  requestTimeout: 300,
  pooling: { maxRequestsPerConnection: IN_FLIGHT },
});
const session = await cluster.connect(undefined, { waitForAllPools: true });
const select = await session.prepare<{ v: string }>(SELECT);

let next = 0;
let wrong = 0;
let answered = 0;
let timedOut = 0;
const others = new Map<string, number>();
await Promise.all(Array.from({ length: CONCURRENCY }, () => worker()));

let broken = 0;
for (const { connections, inFlight, orphaned, available } of session.getPoolState().hosts) {
  if (inFlight !== 0 || available + orphaned !== connections * IN_FLIGHT) broken++;
}
note(`${answered} answered, ${timedOut} timed out, ${(await server.counts()).connections} connections in all`);
for (const [code, count] of others) note(`${count} times ${code}`);
reportExactly('rows that reached the wrong request', wrong, 0);
reportExactly('hosts whose stream ids do not add up', broken, 0);
await cluster.shutdown();

async function worker(): Promise<void> {
  while (next < REQUESTS) {
    const nonce = String(next++);
    try {
      const row = (await session.execute(select, [nonce])).one();
      answered++;
      if (row?.v !== nonce) wrong++;
    } catch (error) {
      const { code } = error as { code: string };
      if (code === 'CQL_OPERATION_TIMED_OUT') timedOut++;
      else others.set(code, (others.get(code) ?? 0) + 1);
    }
  }
}
