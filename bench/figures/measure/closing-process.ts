// Program that connects, executes without pause, and shuts down so many milliseconds after its start.

import { Cluster } from '../../../src/index.ts';
import { pause } from './load.ts';

const [port = '', afterMs = ''] = process.argv.slice(2);
const open = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));

const cluster = new Cluster({ contactPoints: ['127.0.0.1'], port: Number(port), logger: 'off' });
let pending = 0;
const settle = async (work: Promise<unknown>): Promise<void> => {
  pending++;
  await work.catch(() => undefined);
  pending--;
};
const all: Promise<void>[] = [];
const connecting = cluster.connect();
all.push(settle(connecting));
void connecting.then(
  (session) => {
    for (let i = 0; i < 100; i++) all.push(settle(session.execute('SELECT v FROM ks.t WHERE k = ?', ['k'])));
  },
  () => undefined,
);
await pause(Number(afterMs));
await cluster.shutdown();
await cluster.shutdown();
for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
process.send?.({ resources: open(), pending }, () => process.disconnect());
