// Connects and shuts down at each of many moments, one after another, and reports what is still open in this process after
// each, and how what was under way ended.

import { Cluster, executeConcurrent, type ClusterOptions, type Session } from '../../src/index.ts';

const [port = ''] = process.argv.slice(2);
const SILENT = 'SELECT silent FROM ks.t';

/** What is under way when the cluster is shut down, and how; undefined where nothing is. */
interface Moment {
  readonly options?: ClusterOptions;
  readonly connects?: (cluster: Cluster) => Promise<Session>;
  readonly begin?: (session: Session, cluster: Cluster) => Promise<unknown>;
  /** Turns of the event loop between the beginning and the shutdown. */
  readonly turns?: number;
  readonly shutdown?: (cluster: Cluster, session: Session) => Promise<unknown>;
}

const connectAll = (cluster: Cluster): Promise<Session> => cluster.connect(undefined, { waitForAllPools: true });

const MOMENTS: Readonly<Record<string, Moment>> = {
  idle: {},
  'idle with many connections': { options: { pooling: { connectionsPerHost: 4 } } },
  'filling pools': { options: { pooling: { connectionsPerHost: 4 } }, connects: (cluster) => cluster.connect() },
  twice: { shutdown: (cluster) => Promise.all([cluster.shutdown(), cluster.shutdown()]) },
  'session first': {
    shutdown: async (cluster, session) => {
      await session.shutdown();
      await cluster.shutdown();
    },
  },
  'several sessions': { begin: (_session, cluster) => cluster.connect('ks') },
  'in flight, not sent': { begin: (session) => session.execute(SILENT) },
  'in flight': { begin: (session) => session.execute(SILENT), turns: 20 },
  'in flight without a deadline': {
    begin: (session) => session.execute(SILENT, undefined, { timeout: null }),
    turns: 20,
  },
  'in flight, probed': { begin: (session) => session.execute(SILENT), turns: 20, shutdown: afterMs(700) },
  'waiting in line': {
    options: { pooling: { maxRequestsPerConnection: 1 } },
    begin: (session) => Promise.all(Array.from({ length: 10 }, () => session.execute(SILENT))),
    turns: 5,
  },
  'waiting for the throttler': {
    options: { throttler: { maxConcurrentRequests: 1, maxRequestsPerSecond: 10 } },
    begin: (session) => Promise.all(Array.from({ length: 10 }, () => session.execute(SILENT))),
    turns: 5,
  },
  'with orphans': {
    options: { pooling: { maxRequestsPerConnection: 4 } },
    begin: (session) =>
      Promise.all(Array.from({ length: 8 }, () => session.execute(SILENT, undefined, { timeout: 5 }))),
    shutdown: afterMs(20),
  },
  preparing: { begin: (session) => session.prepare('SELECT silent FROM ks.t WHERE k = ?'), turns: 10 },
  'setting a keyspace': { begin: (session) => session.setKeyspace('silent'), turns: 10 },
  'many at once': {
    begin: (session) =>
      executeConcurrent(
        session,
        Array.from({ length: 500 }, () => [SILENT]),
      ),
    turns: 3,
  },
  'a connection was reset': { begin: (session) => session.execute('SELECT reset FROM ks.t'), turns: 30 },
  'while it reconnects': { begin: (session) => session.execute('SELECT reset FROM ks.t'), shutdown: afterMs(60) },
  speculating: {
    begin: (session) => session.execute(SILENT, undefined, { isIdempotent: true }),
    turns: 10,
  },
  'gracefully, idle': { shutdown: (cluster) => cluster.shutdown({ graceful: 10_000 }) },
  'gracefully, with no end': {
    begin: (session) => session.execute(SILENT),
    turns: 10,
    shutdown: (cluster) => cluster.shutdown({ graceful: 20 }),
  },
  'a schema change': { begin: (session) => session.execute('CREATE TABLE silent (k int PRIMARY KEY)'), turns: 10 },
  'changing metadata': { begin: (_session, cluster) => cluster.refreshNodes(), turns: 1 },
  'after an abort': {
    begin: (session) => session.execute(SILENT, undefined, { signal: AbortSignal.abort() }),
  },
};

/** Sockets and timers; the channel to the parent process is a pipe. */
const open = (): string[] => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout|Immediate/.test(name));

const reports: Record<string, { readonly resources: string[]; readonly outcome: string }> = {};
for (const [name, moment] of Object.entries(MOMENTS)) await report(name, () => at(moment));
for (const turns of [0, 1, 2, 4, 8, 16, 32]) await report(`connecting for ${turns} turns`, () => connecting(turns));
process.send?.(reports, () => process.disconnect());

async function report(name: string, run: () => Promise<string>): Promise<void> {
  const outcome = await run();
  // The operating system's handles are closed at the end of a turn of the event loop.
  await pass(3);
  reports[name] = { resources: open(), outcome };
}

async function at({ options = {}, connects = connectAll, begin, turns = 0, shutdown }: Moment): Promise<string> {
  const cluster = newCluster(options);
  const session = await connects(cluster);
  const settled = settle(begin?.(session, cluster));
  await pass(turns);
  await (shutdown?.(cluster, session) ?? cluster.shutdown());
  return settled;
}

async function connecting(turns: number): Promise<string> {
  const cluster = newCluster({});
  const settled = settle(cluster.connect());
  await pass(turns);
  await cluster.shutdown();
  return settled;
}

function newCluster(options: ClusterOptions): Cluster {
  return new Cluster({ contactPoints: [`127.0.0.1:${port}`], port: Number(port), logger: 'off', ...options });
}

function afterMs(ms: number): (cluster: Cluster) => Promise<void> {
  return async (cluster) => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    await cluster.shutdown();
  };
}

async function settle(pending: Promise<unknown> | undefined): Promise<string> {
  if (pending === undefined) return 'none';
  return pending.then(
    () => 'settled',
    () => 'settled',
  );
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
