// The node of the control connection dies while the driver connects, reads the topology, or waits for schema agreement: the
// control connection moves to another node, and what was asked for still ends rightly. Argument: number of runs, default 1000.

import { Cluster } from '../../src/index.ts';
import { FakeServer } from '../../test/wire/harness/fake-server.ts';
import { Random } from '../../test/wire/harness/random.ts';
import { schemaChange } from '../../test/wire/harness/response.ts';
import { argument, note, percentile, reportAtMost, reportExactly } from './measure/figure.ts';
import { until } from './measure/load.ts';

const RUNS = argument(0, 1_000);
const SEED = 20_261;
const MOMENTS = ['connecting', 'refreshing', 'agreeing', 'idle'] as const;

const random = new Random(SEED);
const moves: number[] = [];
const failures: string[] = [];
for (let run = 0; run < RUNS; run++) {
  const moment = MOMENTS[run % MOMENTS.length] ?? 'idle';
  // How many of the queries on system tables are answered before the node dies.
  const nth = 1 + random.integer(5);
  try {
    moves.push(await kill(moment, nth));
  } catch (error) {
    failures.push(`run ${run}, ${moment}, query ${nth}: ${(error as Error).message}`);
  }
}
note(`${RUNS} runs, seed ${SEED}`);
for (const failure of failures.slice(0, 5)) note(failure);
reportExactly('runs that ended wrongly or not at all', failures.length, 0);
reportAtMost('longest time until another node has the control connection', percentile(moves, 1), 1_000, 'ms');

async function kill(moment: (typeof MOMENTS)[number], nth: number): Promise<number> {
  const server = await FakeServer.start({ nodes: 3, toleratesViolations: true });
  const cluster = new Cluster({
    contactPoints: ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
    port: server.port,
    logger: 'off',
    schemaEventRefreshWindow: -1,
  });
  try {
    let diedAt = performance.now();
    const die = server.on({
      cql: /system/,
      ...(moment === 'connecting' ? { nth } : { when: () => isArmed }),
      times: 1,
      node: 1,
    });
    let isArmed = false;
    die.reset();
    server.on({ cql: /^CREATE/ }).reply(schemaChange({ change: 'CREATED', target: 'KEYSPACE', keyspace: 'made' }));
    const session = await within(cluster.connect(undefined, { waitForAllPools: true }), 'connecting');
    const control = (): string | undefined => cluster.getControlConnectionHost()?.address;
    diedAt = performance.now();
    isArmed = true;
    if (moment === 'refreshing')
      await within(
        cluster.refreshNodes().catch(() => undefined),
        'refreshing',
      );
    if (moment === 'agreeing') {
      const [, host] = session.hosts;
      if (host === undefined) throw new Error('expected three hosts');
      const { info } = await within(session.execute('CREATE KEYSPACE made', undefined, { host }), 'DDL');
      if (!info.isSchemaAgreed) throw new Error('expected the nodes to agree');
    }
    if (moment === 'idle') for (const connection of server.nodes[0]?.openConnections ?? []) connection.destroy();
    await until('there is a control connection', 5_000, () => control() !== undefined);
    if (moment === 'idle') await until('it is elsewhere or back', 5_000, () => control() !== undefined);
    const took = performance.now() - diedAt;
    await within(session.execute('SELECT release_version FROM system.local'), 'a request afterwards');
    return took;
  } finally {
    await within(cluster.shutdown(), 'shutting down');
    await server.stop();
  }
}

function within<T>(promise: Promise<T>, what: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what} did not end within 15 s`)), 15_000);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
