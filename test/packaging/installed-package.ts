// Packs the package as it would be published and installs the tarball into empty projects.
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..', '..');
const FIXTURES = join(ROOT, 'test', 'packaging', 'fixtures');

/** What `npm pack` made. */
export interface Tarball {
  readonly file: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Paths inside the package. */
  readonly files: readonly string[];
}

/** A directory of its own for projects. */
export function projectsDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'ferrocql-packaging-'));
}

/** A program among the development dependencies of this project. */
export function developmentProgram(name: string): string {
  return join(ROOT, 'node_modules', '.bin', name);
}

/** A package among the development dependencies of this project. */
export function developmentPackage(name: string): string {
  return join(ROOT, 'node_modules', name);
}

/** Packs what `make build` left in dist/. */
export async function packTarball(directory: string): Promise<Tarball> {
  const args = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', directory];
  const { stdout } = await run('npm', args, { cwd: ROOT });
  const reports = Object.values(JSON.parse(stdout) as Record<string, PackReport>);
  const [report] = reports;
  if (report === undefined) throw new Error(`npm pack reported nothing: ${stdout}`);
  return { file: join(directory, report.filename), size: report.size, files: report.files.map(({ path }) => path) };
}

interface PackReport {
  readonly filename: string;
  readonly size: number;
  readonly files: readonly { readonly path: string }[];
}

/**
 * Makes an empty project with the package installed and the named fixture programs in it; gives its directory.
 *
 * npm works offline here: a package that depends on nothing needs no registry.
 */
export async function installInto(directory: string, name: string, tarball: Tarball, fixtures: readonly string[]) {
  const project = join(directory, name);
  await mkdir(project);
  await writeFile(join(project, 'package.json'), JSON.stringify({ name, private: true, version: '1.0.0' }));
  const args = ['install', '--offline', '--no-audit', '--no-fund', '--loglevel=error', tarball.file];
  await run('npm', args, { cwd: project });
  for (const fixture of fixtures) await copyFile(join(FIXTURES, fixture), join(project, fixture));
  return project;
}

/** Runs a program in a project and gives what it printed; rejects with its errors if it fails or hangs for a minute. */
export async function runIn(project: string, command: string, args: readonly string[]): Promise<string> {
  const environment = { ...process.env, DENO_NO_UPDATE_CHECK: '1', DENO_DIR: join(project, '.deno') };
  const { stdout } = await run(command, args, { cwd: project, env: environment, timeout: 60_000 });
  return stdout;
}
