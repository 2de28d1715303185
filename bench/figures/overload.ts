// A server that is overloaded answers 5,000 requests a second with nothing but that: the driver must not make it worse. And a
// session whose queue is full refuses at once. Argument: seconds, default 20.

import { Cluster, RequestThrottledError } from '../../src/index.ts';
import { startFakeProcess, SELECT } from './measure/fake-process.ts';
import { argument, note, percentile, reportAtMost, reportExactly } from './measure/figure.ts';
import { Load, pause } from './measure/load.ts';

const SECONDS = argument(0, 20);
const PER_SECOND = 5_000;

await retries();
await refusals();

async function retries(): Promise<void> {
  await using server = await startFakeProcess({ nodes: 3, isOverloaded: true });
  const cluster = new Cluster({ contactPoints: ['127.0.0.1'], port: server.port, logger: 'off' });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const select = await session.prepare(SELECT);
  const before = (await server.counts()).requests;
  let sent = 0;
  let typed = 0;
  const load = new Load({
    perSecond: PER_SECOND,
    send: () => session.execute(select, ['k'], { isIdempotent: true }),
    onSample: ({ error }) => {
      sent++;
      if ((error as { code?: string } | undefined)?.code === 'CQL_OVERLOADED') typed++;
    },
  });
  await pause(SECONDS * 1_000);
  await load.stop();
  const attempts = (await server.counts()).requests - before;
  note(`${sent} requests, ${attempts} attempts that the server saw`);
  reportAtMost('retries as a share of the requests', (attempts - sent) / sent, 0.1, '');
  reportExactly('requests that failed with another error than that of the server', sent - typed, 0);
  await cluster.shutdown();
}

async function refusals(): Promise<void> {
  await using server = await startFakeProcess({ nodes: 1, isSilent: true });
  const cluster = new Cluster({
    contactPoints: ['127.0.0.1'],
    port: server.port,
    logger: 'off',
    pooling: { maxRequestsPerConnection: 100 },
    maxQueuedRequests: 1_000,
    requestTimeout: 2_000,
  });
  const session = await cluster.connect();
  const select = await session.prepare(SELECT);
  const waiting = Array.from({ length: 1_100 }, () => session.execute(select, ['k']).catch((error: unknown) => error));
  await pause(100);
  const tookMs: number[] = [];
  let typed = 0;
  for (let i = 0; i < 1_000; i++) {
    const start = performance.now();
    const error = await session.execute(select, ['k']).catch((reason: unknown) => reason);
    tookMs.push(performance.now() - start);
    if (error instanceof RequestThrottledError) typed++;
  }
  reportExactly('requests beyond the queue that were refused with RequestThrottledError', typed, 1_000);
  reportAtMost('p99 of the time to refuse', percentile(tookMs, 0.99), 1, 'ms');
  await Promise.all(waiting);
  await cluster.shutdown();
}
