// A Python driver of PyPI as a child process, installed once into a virtual environment in the project's cache.

import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { promisify } from 'node:util';

import { cacheDirectory } from '../cluster/harness/cache-directory.ts';
import type { TypeJson } from '../vectors/vectors.ts';

const run = promisify(execFile);
const INSTALL_LIMIT_MS = 180_000;
const SCRIPT = 'test/interop/driver.py';

/** The drivers that can be the other side, with the versions that are tested. */
export const PYTHON_DRIVERS = { 'scylla-driver': '3.29.12', 'cassandra-driver': '3.30.1' } as const;
export type PythonDriverName = keyof typeof PYTHON_DRIVERS;

/** Where to connect, and how. */
export interface PythonDriverOptions {
  readonly contactPoint: string;
  readonly keyspace: string;
  readonly protocolVersion: 3 | 4 | 5;
  readonly compression: 'lz4' | null;
}

/** Columns of one table in an order; the values of rows have the same. */
export interface TableColumns {
  readonly table: string;
  readonly columns: readonly string[];
  readonly types: readonly TypeJson[];
}

/**
 * Gives the Python of a virtual environment that has the driver; installs it if need be.
 *
 * Rejects, saying what is missing, where there is no Python, no venv module or no package index.
 */
export async function pythonWith(driver: PythonDriverName): Promise<string> {
  const directory = cacheDirectory('interop', `${driver}-${PYTHON_DRIVERS[driver]}`);
  const python = join(directory, 'bin', 'python');
  const mark = join(directory, 'installed');
  const isInstalled = await access(mark).then(
    () => true,
    () => false,
  );
  if (isInstalled) return python;
  await mkdir(directory, { recursive: true });
  const limit = { timeout: INSTALL_LIMIT_MS };
  await run('python3', ['-m', 'venv', '--clear', directory], limit).catch(
    lacking('python3 with venv (Debian: python3-venv)'),
  );
  const install = [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary=:all:',
    '--retries=1',
    '--timeout=15',
  ];
  await run(python, [...install, `${driver}==${PYTHON_DRIVERS[driver]}`, 'lz4==4.4.5'], limit).catch(
    lacking(`${driver} ${PYTHON_DRIVERS[driver]} from PyPI`),
  );
  await writeFile(mark, '');
  return python;
}

function lacking(what: string): (error: unknown) => never {
  return (error) => {
    const reason = error instanceof Error ? (error.message.split('\n').at(-2) ?? error.message) : String(error);
    throw new Error(`${what} is missing: ${reason}`);
  };
}

/** A running Python driver. */
export class PythonDriver {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  #errors = '';

  constructor(python: string, { contactPoint, ...options }: PythonDriverOptions) {
    const [host, port] = contactPoint.split(':');
    this.#child = spawn(python, [SCRIPT, JSON.stringify({ ...options, host, port: Number(port) })]);
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    this.#lines = createInterface(this.#child.stdout);
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** Inserts rows of values as they travel. */
  async insert(table: TableColumns, rows: readonly (readonly unknown[])[]): Promise<void> {
    await this.#ask({ do: 'insert', ...table, rows });
  }

  /** Selects the rows with these ids, as they travel. */
  select(table: TableColumns, ids: readonly number[]): Promise<unknown[][]> {
    return this.#ask({ do: 'select', ...table, ids });
  }

  /** Resolves when the process has ended. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#child.exitCode !== null) resolve();
      this.#child.once('exit', () => resolve());
      this.#child.stdin.end();
    });
  }

  async #ask(request: unknown): Promise<unknown[][]> {
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = (await this.#answers.next()) as IteratorResult<string, undefined>;
    if (answer.done === true) throw new Error(`the Python driver ended: ${this.#errors}`);
    return (JSON.parse(answer.value) as { rows: unknown[][] }).rows;
  }
}
