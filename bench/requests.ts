// What does a request cost? Every workload with each driver in a process of its own, in turn, against a native server that
// answers from prepared bytes; prints the CPU time of the client process per operation as ratios of one run. An operation is a
// request, or a row where rows are scanned. Arguments: rounds (default 5), workload (default: all).

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startCannedServer } from './requests/canned.ts';
import type { Measurement } from './requests/client.ts';

const ROUNDS = Number(process.argv[2] ?? 5);
const WORKLOADS = [
  'read-1',
  'read-32',
  'read-256',
  'insert-256',
  'concurrent',
  'batch',
  'scan',
  'scan-columns',
  'first',
];
const wanted = process.argv[3];

interface Client {
  readonly label: string;
  readonly program: string;
  readonly version: 4 | 5;
  readonly compression: 'none' | 'lz4';
}

const FERROCQL = fileURLToPath(new URL('./requests/ferrocql.js', import.meta.url));
const CASSANDRA_DRIVER = fileURLToPath(new URL('./requests/cassandra-driver.js', import.meta.url));
const BASELINE: Client = { label: 'cassandra-driver v4', program: CASSANDRA_DRIVER, version: 4, compression: 'none' };
const CLIENTS: readonly Client[] = [
  BASELINE,
  { label: 'ferrocql v4', program: FERROCQL, version: 4, compression: 'none' },
  { label: 'ferrocql v5', program: FERROCQL, version: 5, compression: 'none' },
  { label: 'ferrocql v5 lz4', program: FERROCQL, version: 5, compression: 'lz4' },
];

await using server = await startCannedServer([
  { program: CASSANDRA_DRIVER, version: 4 },
  { program: FERROCQL, version: 4 },
  { program: FERROCQL, version: 5 },
]);

for (const workload of WORKLOADS.filter((name) => wanted === undefined || name === wanted)) {
  const clients = CLIENTS.filter((client) => client !== BASELINE || workload !== 'scan-columns');
  const figures = new Map<Client, Measurement[]>(clients.map((client) => [client, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const client of clients) figures.get(client)?.push(await measure(client, workload));
  }
  print(workload, figures);
}

function print(workload: string, figures: ReadonlyMap<Client, readonly Measurement[]>): void {
  console.log(`\n${workload}`);
  const baseline = figures.get(BASELINE) ?? [];
  for (const [{ label }, rounds] of figures) {
    const cpu = rounds.map(({ cpuNanoseconds }) => cpuNanoseconds);
    const ratios = cpu.map((value, round) => value / (baseline[round]?.cpuNanoseconds ?? NaN));
    const elapsed = median(rounds.map(({ elapsedNanoseconds }) => elapsedNanoseconds));
    const latency = median(rounds.map(({ medianMs }) => medianMs ?? NaN));
    const memory = median(rounds.map(({ residentBytes }) => residentBytes)) / 2 ** 20;
    console.log(
      `  ${label.padEnd(20)} CPU ${(median(cpu) / 1_000).toFixed(2).padStart(9)} µs` +
        `  ratio ${median(ratios).toFixed(3)}  elapsed ${(elapsed / 1_000).toFixed(2)} µs` +
        `${Number.isNaN(latency) ? '' : `  p50 ${(latency * 1_000).toFixed(0)} µs`}  RSS ${memory.toFixed(0)} MiB`,
    );
  }
}

function measure({ program, version, compression }: Client, workload: string): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [String(server.port), String(version), compression, workload]);
    let measurement: Measurement | undefined;
    child.once('message', (message) => (measurement = message as Measurement));
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0 && measurement !== undefined) resolve(measurement);
      else reject(new Error(`${program} ended with exit code ${code ?? 'none'} in ${workload}`));
    });
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
