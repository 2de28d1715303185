// Prepares the answers of the canned server: each driver does everything once with a fake server, through a proxy that keeps
// what was asked and answered.

import { fork, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ByteReader } from '../../test/wire/harness/byte-reader.ts';
import { FakeServer } from '../../test/wire/harness/fake-server.ts';
import { FaultProxy } from '../../test/wire/harness/fault-proxy.ts';
import type { Frame } from '../../test/wire/harness/frame.ts';
import { OPCODES } from '../../test/wire/harness/opcodes.ts';
import { POINT_CELLS, WIDE_CELLS } from './cells.ts';
import { INSERT, INSERT_PARAMETERS, POINT_COLUMNS, POINT_PARAMETERS, READ, SCAN, WIDE_COLUMNS } from './tables.ts';

export interface CannedServer extends AsyncDisposable {
  readonly port: number;
}

/** A driver's program and the protocol version that it records with. */
export interface Recording {
  readonly program: string;
  readonly version: 4 | 5;
}

/** Starts the native server with the answers to everything that these clients ask. */
export async function startCannedServer(recordings: readonly Recording[]): Promise<CannedServer> {
  const answers: Uint8Array[] = [];
  for (const recording of recordings) answers.push(...(await record(recording)));
  const directory = mkdtempSync(join(tmpdir(), 'ferrocql-bench-'));
  const file = join(directory, 'answers');
  writeFileSync(file, Buffer.concat(answers));
  const server = spawn(
    fileURLToPath(new URL('../../../bench/server/target/release/canned-server', import.meta.url)),
    [file],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    createInterface(server.stdout).once('line', (line) => resolve(Number(line)));
    server.once('error', reject);
  });
  process.once('exit', () => server.kill());
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      const ended = exitOf(server);
      server.kill();
      await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function record({ program, version }: Recording): Promise<Uint8Array[]> {
  const server = await FakeServer.start({ versions: [version], toleratesViolations: true });
  server.statement(READ, {
    parameters: POINT_PARAMETERS,
    partitionKey: [0],
    columns: POINT_COLUMNS,
    rows: [POINT_CELLS],
  });
  server.statement(INSERT, { parameters: INSERT_PARAMETERS, partitionKey: [0] });
  server.statement(SCAN, { columns: WIDE_COLUMNS, rows: WIDE_CELLS });
  const proxy = await FaultProxy.start({ target: { port: server.port } });
  const client = fork(program, [String(proxy.port), String(version), 'none', 'record']);
  const code = await exitOf(client);
  if (code !== 0) throw new Error(`${program} could not be recorded`);
  const asked = new Map<string, Frame>();
  const answers: Uint8Array[] = [];
  for (const { direction, connection, frame } of proxy.passed) {
    if (frame === undefined) continue;
    const exchange = `${connection} ${frame.stream}`;
    if (direction === 'request') asked.set(exchange, frame);
    else {
      const request = asked.get(exchange);
      const what = request === undefined ? undefined : identityOf(request);
      if (request !== undefined && what !== undefined) answers.push(entry(request, what, frame));
    }
  }
  await proxy.stop();
  await server.stop();
  return answers;
}

/** What the server finds the answer by; undefined for what it answers by itself. */
function identityOf({ opcode, body }: Frame): Uint8Array | undefined {
  const reader = new ByteReader(body);
  if (opcode === OPCODES.QUERY || opcode === OPCODES.PREPARE) return new TextEncoder().encode(reader.longString());
  if (opcode === OPCODES.EXECUTE) return reader.shortBytes();
  return opcode === OPCODES.BATCH ? new Uint8Array() : undefined;
}

function entry(request: Frame, what: Uint8Array, answer: Frame): Uint8Array {
  const head = Buffer.alloc(6);
  head.writeUInt8(request.version, 0);
  head.writeUInt8(request.opcode, 1);
  head.writeUInt32LE(what.length, 2);
  const tail = Buffer.alloc(5);
  tail.writeUInt8(answer.opcode, 0);
  tail.writeUInt32LE(answer.body.length, 1);
  return Buffer.concat([head, what, tail, answer.body]);
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('exit', resolve));
}
