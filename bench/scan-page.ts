// What does a row cost? Reads a page of 5,000 rows × 8 columns, again and again, with each driver in a process of its own, in
// turn, and prints the CPU time of the client process per row as ratios of one run. The pages come ready-made from memory,
// so that the drivers are what is measured.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { FakeServer } from '../test/wire/harness/fake-server.ts';
import { OPCODES } from '../test/wire/harness/opcodes.ts';
import { rawResponse, responseFrame, rows } from '../test/wire/harness/response.ts';
import { CELLS, COLUMNS, CQL_SELECT } from './scan-page/workload.ts';

/** Label, program, protocol version: cassandra-driver speaks v4 at most, which has no checksums to verify. */
const CLIENTS = [
  ['ferrocql, protocol v5', 'ferrocql', '5'],
  ['ferrocql, protocol v4', 'ferrocql', '4'],
  ['cassandra-driver, protocol v4', 'cassandra-driver', '4'],
] as const;
const BASELINE = CLIENTS[2][0];
const ROUNDS = 5;

const server = await FakeServer.start({ versions: [4, 5] });
const page = responseFrame(rows(COLUMNS, CELLS), 4, 0).body;
server.statement(CQL_SELECT, { columns: COLUMNS, rows: [] });
server.on({ opcode: 'EXECUTE', cql: CQL_SELECT }).reply(rawResponse(OPCODES.RESULT, page));

const figures = new Map<string, number[]>(CLIENTS.map(([label]) => [label, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [label, program, version] of CLIENTS) figures.get(label)?.push(await measure(program, version));
}
await server.stop();

const baseline = figures.get(BASELINE) ?? [];
for (const [label, nanoseconds] of figures) {
  const ratios = nanoseconds.map((value, round) => value / (baseline[round] ?? NaN));
  console.log(
    `${label.padEnd(30)} CPU per row: median ${median(nanoseconds).toFixed(0)} ns ` +
      `(min ${Math.min(...nanoseconds).toFixed(0)}, max ${Math.max(...nanoseconds).toFixed(0)}), ` +
      `ratio to cassandra-driver of the same round: median ${median(ratios).toFixed(3)}`,
  );
}

/** CPU nanoseconds per row of one client process, after its warm-up. */
function measure(driver: string, version: string): Promise<number> {
  const program = fileURLToPath(new URL(`./scan-page/${driver}.js`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = fork(program, [String(server.port), version]);
    let figure: number | undefined;
    child.on('message', (message) => (figure = Number(message)));
    child.on('error', reject);
    child.on('exit', (code) => {
      if (code === 0 && figure !== undefined) resolve(figure);
      else reject(new Error(`${driver} ended with exit code ${code ?? 'none'}`));
    });
  });
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
