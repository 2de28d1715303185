// A client process: one driver, one workload. Connects, warms up, measures itself, and tells the parent process.

import { key, ROWS_OF_A_PAGE } from './tables.ts';

/** What every driver must be able to do. */
export interface BenchClient {
  read(key: string): Promise<unknown>;
  insert(i: number): Promise<unknown>;
  /** Reads so many keys with the driver's own function for that, 100 at once. */
  readConcurrently(keys: readonly string[]): Promise<unknown>;
  /** Executes one unlogged batch of 100 inserts. */
  batch(): Promise<unknown>;
  /** Reads so many pages of the scanned table and every cell in them; gives the number of rows. */
  scan(pages: number): Promise<number>;
  /** The same as columns, where the driver has them. */
  scanColumns?(pages: number): Promise<number>;
  close(): Promise<void>;
}

export interface BenchSettings {
  readonly port: number;
  readonly version: 4 | 5;
  readonly compression: 'none' | 'lz4';
}

export interface Measurement {
  readonly cpuNanoseconds: number;
  readonly elapsedNanoseconds: number;
  /** Median latency where one request is in flight. */
  readonly medianMs: number | undefined;
  readonly residentBytes: number;
}

/** A workload: so many operations to warm up and to measure; `run` gives what one of them is counted as. */
interface Workload {
  readonly warmUp: number;
  readonly measured: number;
  run(client: BenchClient, count: number, latencies: number[]): Promise<void>;
}

const PAGES_OF_A_SCAN = 100;

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'read-1': { warmUp: 5_000, measured: 20_000, run: oneByOne },
  'read-32': {
    warmUp: 20_000,
    measured: 60_000,
    run: (client, count) => inFlight(32, count, (i) => client.read(key(i))),
  },
  'read-256': {
    warmUp: 20_000,
    measured: 100_000,
    run: (client, count) => inFlight(256, count, (i) => client.read(key(i))),
  },
  'insert-256': {
    warmUp: 20_000,
    measured: 100_000,
    run: (client, count) => inFlight(256, count, (i) => client.insert(i)),
  },
  concurrent: {
    warmUp: 20_000,
    measured: 100_000,
    run: async (client, count) => {
      await client.readConcurrently(Array.from({ length: count }, (_, i) => key(i)));
    },
  },
  batch: { warmUp: 200, measured: 1_000, run: (client, count) => inFlight(8, count, () => client.batch()) },
  scan: {
    warmUp: 40 * ROWS_OF_A_PAGE,
    measured: PAGES_OF_A_SCAN * ROWS_OF_A_PAGE,
    run: async (client, count) => requireRows(await client.scan(count / ROWS_OF_A_PAGE), count),
  },
  'scan-columns': {
    warmUp: 40 * ROWS_OF_A_PAGE,
    measured: PAGES_OF_A_SCAN * ROWS_OF_A_PAGE,
    run: async (client, count) => requireRows((await client.scanColumns?.(count / ROWS_OF_A_PAGE)) ?? 0, count),
  },
  first: {
    warmUp: 0,
    measured: 1,
    run: async (client) => {
      await client.read(key(0));
    },
  },
};

/** Runs the workload that the arguments of the process name. */
export async function runClient(open: (settings: BenchSettings) => Promise<BenchClient>): Promise<void> {
  const [port, version, compression, name = ''] = process.argv.slice(2);
  const client = await open({
    port: Number(port),
    version: version === '5' ? 5 : 4,
    compression: compression === 'lz4' ? 'lz4' : 'none',
  });
  if (name === 'record') await doEverythingOnce(client);
  else process.send?.(await measure(client, name));
  await client.close();
  process.disconnect();
}

/** What the answers are prepared from. */
async function doEverythingOnce(client: BenchClient): Promise<void> {
  await client.read(key(0));
  await client.insert(0);
  await client.readConcurrently([key(0)]);
  await client.batch();
  await client.scan(1);
  await client.scanColumns?.(1);
}

async function measure(client: BenchClient, name: string): Promise<Measurement> {
  const workload = WORKLOADS[name];
  if (workload === undefined) throw new Error(`no workload ${name}`);
  const latencies: number[] = [];
  if (workload.warmUp > 0) await workload.run(client, workload.warmUp, latencies);
  latencies.length = 0;
  // The cold start counts from the start of the process.
  const before = workload.warmUp > 0 ? process.cpuUsage() : undefined;
  const started = workload.warmUp > 0 ? performance.now() : 0;
  await workload.run(client, workload.measured, latencies);
  const { user, system } = process.cpuUsage(before);
  return {
    cpuNanoseconds: ((user + system) * 1_000) / workload.measured,
    elapsedNanoseconds: ((performance.now() - started) * 1e6) / workload.measured,
    medianMs: latencies.sort((a, b) => a - b)[latencies.length >> 1],
    residentBytes: process.memoryUsage.rss(),
  };
}

async function oneByOne(client: BenchClient, count: number, latencies: number[]): Promise<void> {
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await client.read(key(i));
    latencies.push(performance.now() - start);
  }
}

async function inFlight(width: number, count: number, send: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await send(next++);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

function requireRows(got: number, expected: number): void {
  if (got !== expected) throw new Error(`expected ${expected} rows, got ${got}`);
}
