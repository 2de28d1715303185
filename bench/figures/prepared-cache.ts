// Values formatted into the text instead of bound: every text is another statement. The cache stays bounded, and so does the
// memory; there is one warning. Argument: number of different statements, default 1,000,000.

import { Cluster } from '../../src/index.ts';
import { startFakeProcess } from './measure/fake-process.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';

const STATEMENTS = argument(0, 1_000_000);
const CONCURRENCY = 256;
const MIB = 1024 * 1024;

await using server = await startFakeProcess({ nodes: 1 });
const warnings: string[] = [];
const silent = (): void => undefined;
const cluster = new Cluster({
  contactPoints: ['127.0.0.1'],
  port: server.port,
  logger: { debug: silent, info: silent, warn: (text: unknown) => void warnings.push(String(text)), error: silent },
});
const session = await cluster.connect();

let next = 0;
await run(Math.min(20_000, STATEMENTS));
globalThis.gc?.();
const before = process.memoryUsage.rss();
await run(STATEMENTS);
globalThis.gc?.();
const growth = (process.memoryUsage.rss() - before) / MIB;
note(`${next} different statements`);
reportAtMost('growth of the resident memory', growth, 64, 'MiB');
reportExactly('warnings that the cache is full', warnings.filter((text) => text.includes('maxPrepared')).length, 1);
await cluster.shutdown();

async function run(until: number): Promise<void> {
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < until) await session.execute(`SELECT v FROM ks.t WHERE k = ? AND n = ${next++}`, ['k']);
    }),
  );
}
