// Runs the compiled TypeScript tests in one `node --test`: all of them, or the files named as arguments
// (test/unit/layers.test.ts). Starts the real node that test files share beside the first of them.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveSharedCluster, SHARED_CLUSTER_FILE } from '../test/cluster/harness/shared-cluster.ts';

const SUITES = ['unit', 'wire', 'cluster', 'packaging'];
const NEED_CASSANDRA = /^test\/(cluster|interop|packaging)\//;
const FILE_LIMIT_MS = 900_000;

const named = process.argv.slice(2);
const sources = named.length > 0 ? named : SUITES.flatMap((suite) => testFiles(join('test', suite)));
const environment = { ...process.env };
const directory = mkdtempSync(join(tmpdir(), 'ferrocql-run-'));
if (sources.some((source) => NEED_CASSANDRA.test(source))) {
  environment[SHARED_CLUSTER_FILE] = join(directory, 'cluster.json');
  void serveSharedCluster(environment[SHARED_CLUSTER_FILE]);
}

mkdirSync('build', { recursive: true });
const runner = spawn(
  process.execPath,
  [
    '--test',
    `--test-concurrency=${availableParallelism()}`,
    `--test-timeout=${FILE_LIMIT_MS}`,
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=./build/scripts/count-reporter.js', '--test-reporter-destination=build/test-counts.json'],
    ...sources.map((source) => join('build', source.replace(/\.ts$/, '.js'))),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'], env: environment },
);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => runner.kill('SIGTERM'));
}
runner.once('exit', (code) => {
  rmSync(directory, { recursive: true, force: true });
  // Ends the shared cluster too: it cannot outlive this process.
  process.exit(code ?? 1);
});

/** From the sources, not from build/, where a test that was deleted may still lie. */
function testFiles(suite: string): string[] {
  return readdirSync(suite, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .sort()
    .map((name) => join(suite, name));
}
