// Runs the compiled TypeScript tests: all of them, or the files named as arguments (test/unit/layers.test.ts). Starts the real
// node that test files share beside the first of them. Leaves the runner's counts in build/test-counts.json.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveSharedCluster, SHARED_CLUSTER_FILE } from '../test/cluster/harness/shared-cluster.ts';

const SUITES = ['unit', 'wire', 'cluster', 'packaging'];
const NEED_CASSANDRA = /^test\/(cluster|interop|packaging)\//;
const FILE_LIMIT_MS = 600_000;
const COUNTS_FILE = join('build', 'test-counts.json');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const named = process.argv.slice(2);
const sources = named.length > 0 ? named : SUITES.flatMap((suite) => testFiles(join('test', suite)));
const environment = { ...process.env };
const directory = mkdtempSync(join(tmpdir(), 'ferrocql-run-'));
if (sources.some((source) => NEED_CASSANDRA.test(source))) {
  environment[SHARED_CLUSTER_FILE] = join(directory, 'cluster.json');
  void serveSharedCluster(environment[SHARED_CLUSTER_FILE]);
}

mkdirSync('build', { recursive: true });
rmSync(COUNTS_FILE, { force: true });
// Real servers and installations need the whole machine: one file of theirs at a time, after all others.
const counts: Record<string, number> = {};
let code = await run(
  sources.filter((source) => !NEED_CASSANDRA.test(source)),
  availableParallelism(),
);
code =
  (await run(
    sources.filter((source) => NEED_CASSANDRA.test(source)),
    1,
  )) || code;
writeFileSync(COUNTS_FILE, JSON.stringify(counts));
end(code);

/** Runs test files, so many at once, and adds to the counts; resolves to the exit code. */
function run(files: readonly string[], concurrency: number): Promise<number> {
  if (files.length === 0) return Promise.resolve(0);
  const countsOfRun = join(directory, 'counts.json');
  const runner = spawn(
    process.execPath,
    [
      '--test',
      `--test-concurrency=${concurrency}`,
      `--test-timeout=${FILE_LIMIT_MS}`,
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=./build/scripts/count-reporter.js', `--test-reporter-destination=${countsOfRun}`],
      ...files.map((source) => join('build', source.replace(/\.ts$/, '.js'))),
    ],
    { stdio: ['ignore', 'inherit', 'inherit'], env: environment },
  );
  const stop = (): void => {
    runner.once('exit', () => end(1));
    runner.kill('SIGTERM');
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  return new Promise((resolve) => {
    runner.once('exit', (exitCode) => {
      for (const signal of SIGNALS) process.removeListener(signal, stop);
      const added = JSON.parse(readFileSync(countsOfRun, 'utf8')) as Record<string, number>;
      for (const [name, count] of Object.entries(added)) counts[name] = (counts[name] ?? 0) + count;
      resolve(exitCode ?? 1);
    });
  });
}

/** Ends the shared cluster too: it cannot outlive this process. */
function end(exitCode: number): never {
  rmSync(directory, { recursive: true, force: true });
  process.exit(exitCode);
}

/** From the sources, not from build/, where a test that was deleted may still lie. */
function testFiles(suite: string): string[] {
  return readdirSync(suite, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(suite, name));
}
