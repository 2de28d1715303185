// Connects, shuts down at the moment named as argument, and reports what is still open in this process.

import { Cluster } from '../../src/index.ts';

const [port = '', moment] = process.argv.slice(2);
/** Sockets and timers; the channel to the parent process is a pipe. */
const open = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));

const cluster = new Cluster({ contactPoints: [`127.0.0.1:${port}`], port: Number(port), logger: 'off' });
const outcome = await run();
// The operating system's handles are closed at the end of a turn of the event loop.
for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
process.send?.({ resources: open(), outcome }, () => process.disconnect());

async function run(): Promise<string> {
  if (moment === 'connecting') return settle(cluster.connect());
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  if (moment === 'in flight') return settle(session.execute('SELECT silent FROM ks.t'));
  await cluster.shutdown();
  if (moment === 'twice') await cluster.shutdown();
  return 'none';
}

/** Shuts down while something is under way, and says how that ended. */
async function settle(pending: Promise<unknown>): Promise<string> {
  const settled = pending.then(
    () => 'fulfilled',
    () => 'rejected',
  );
  await cluster.shutdown();
  return settled;
}
