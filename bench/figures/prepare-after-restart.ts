// After the restart of one of three nodes, which has then forgotten 500 statements: exactly one PREPARE for each statement that
// is used there again, however many executions wait for it, and no error for the user. A node that never knows what it has
// prepared ends the request soon. The nodes are fakes that count. Argument: number of statements, default 500.

import { Cluster } from '../../src/index.ts';
import { detailedError } from '../../test/wire/harness/error-response.ts';
import { FakeServer } from '../../test/wire/harness/fake-server.ts';
import { argument, note, reportAtMost, reportExactly } from './measure/figure.ts';
import { pause, until } from './measure/load.ts';

const STATEMENTS = argument(0, 500);
const CONCURRENT = 1_000;

await restart(true);
await restart(false);
await neverKnows();

async function restart(reprepareOnUp: boolean): Promise<void> {
  const server = await FakeServer.start({ nodes: 3, toleratesViolations: true });
  server.statement(/^SELECT v FROM ks\.t/, { columns: [['v', 'text']], rows: [['one']] });
  const cluster = new Cluster({ contactPoints: ['127.0.0.1'], port: server.port, logger: 'off', reprepareOnUp });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const statements = await Promise.all(
    Array.from({ length: STATEMENTS }, (_, i) => session.prepare(`SELECT v FROM ks.t${i} WHERE k = 1`)),
  );
  for (const statement of statements) for (const host of session.hosts) await session.execute(statement, [], { host });

  const [, victim] = server.nodes;
  const host = cluster.metadata.getHost(victim?.address ?? '');
  await victim?.stop();
  await until('the driver sees the node down', 10_000, () => host?.isUp === false);
  const before = server.requests({ opcode: 'PREPARE' }).length;
  await victim?.start();
  await until('the driver sees the node up', 30_000, () => host?.isUp === true);
  const [first] = statements;
  if (first === undefined || host === undefined) throw new Error('nothing to execute');
  const executions = [
    ...Array.from({ length: CONCURRENT }, () => session.execute(first, [], { host })),
    ...statements.slice(0, STATEMENTS / 2).map((statement) => session.execute(statement, [], { host })),
  ];
  const outcomes = await Promise.allSettled(executions);
  await pause(3_000);
  const prepares = server.requests({ opcode: 'PREPARE', node: 2 }).slice();
  const sinceRestart = server.requests({ opcode: 'PREPARE' }).slice(before);
  const byText = new Map<string, number>();
  for (const { cql = '' } of sinceRestart) byText.set(cql, (byText.get(cql) ?? 0) + 1);
  note(`reprepareOnUp: ${reprepareOnUp}; ${prepares.length} PREPAREs on that node in all`);
  reportExactly('executions that failed', outcomes.filter(({ status }) => status === 'rejected').length, 0);
  reportExactly('most PREPAREs of one statement after the restart', Math.max(...byText.values()), 1);
  reportExactly('statements prepared again', byText.size, reprepareOnUp ? STATEMENTS : STATEMENTS / 2);
  await cluster.shutdown();
  await server.stop();
}

async function neverKnows(): Promise<void> {
  const server = await FakeServer.start({ toleratesViolations: true });
  server.statement(/^SELECT v/, { columns: [['v', 'text']], rows: [['one']] });
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger: 'off' });
  const session = await cluster.connect();
  const statement = await session.prepare('SELECT v FROM ks.t');
  const before = server.requests({ opcode: 'PREPARE' }).length;
  server.on({ opcode: 'EXECUTE' }).reply(detailedError('UNPREPARED', { id: statement.queryId }, 'never heard of it'));
  const start = performance.now();
  const failed = await session.execute(statement, []).then(
    () => false,
    () => true,
  );
  const tookMs = performance.now() - start;
  reportExactly('requests that a confused server fails', failed ? 1 : 0, 1);
  reportAtMost('PREPAREs for that', server.requests({ opcode: 'PREPARE' }).length - before, 2, 'PREPAREs');
  reportAtMost('time for that', tookMs, 50, 'ms');
  await cluster.shutdown();
  await server.stop();
}
