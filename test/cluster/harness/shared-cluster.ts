// One real node for all test files of a run: the runner starts it beside the first files and says where through a file
// named in the environment. A test file run by itself starts its own.
import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { CassandraCluster } from './cassandra-cluster.ts';

/** A real node that other tests use at the same time: make keyspaces of your own, and leave the node alone. */
export interface SharedCluster {
  /** `address:port` of the node. */
  readonly contactPoints: readonly string[];
  readonly localDatacenter: string;
}

/** Environment variable with the path of the file that says where the shared cluster is. */
export const SHARED_CLUSTER_FILE = 'FERROCQL_SHARED_CLUSTER';

const WAIT_LIMIT_MS = 200_000;
let own: Promise<CassandraCluster> | undefined;

/**
 * Gives the real node that all test files of this run share; waits while it starts.
 *
 * Nobody needs to stop it: it ends with the runner, or with this process if this process had to start it.
 * Tests that pause, kill or configure nodes start a {@link CassandraCluster} of their own.
 */
export async function sharedCluster(): Promise<SharedCluster> {
  const file = process.env[SHARED_CLUSTER_FILE];
  if (file === undefined) return (own ??= startForTests());
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (Date.now() < deadline) {
    const text = await readFile(file, 'utf8').catch(() => undefined);
    if (text === undefined) {
      await delay(100);
      continue;
    }
    const report = JSON.parse(text) as SharedClusterReport;
    if ('failure' in report) throw new Error(`the shared cluster did not start: ${report.failure}`);
    return report;
  }
  throw new Error('the shared cluster did not start in time');
}

type SharedClusterReport = SharedCluster | { readonly failure: string };

/** Starts the cluster that the test files of a run share, and reports it, or why it did not start, in `file`. */
export async function serveSharedCluster(file: string): Promise<void> {
  const report = await startForTests().then(
    ({ contactPoints, localDatacenter }): SharedClusterReport => ({ contactPoints, localDatacenter }),
    (cause: unknown): SharedClusterReport => ({ failure: String(cause) }),
  );
  await writeFile(`${file}.part`, JSON.stringify(report));
  await rename(`${file}.part`, file);
}

/** This node is never restarted, so it need not flush its schema to disk: CREATE TABLE takes 7 ms instead of 54. */
function startForTests(): Promise<CassandraCluster> {
  return CassandraCluster.start({ jvmOptions: ['-Dcassandra.unsafesystem=true'] });
}
