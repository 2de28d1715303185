// Columns come and go, and a user type grows, once a second under 500 prepared `SELECT *` a second: no row is ever misread. On
// protocol v4, on v5, and on v5 with a second client that prepares the same statement anew. Argument: seconds each, default 60.

import { Cluster, type Session } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { argument, note, reportExactly } from './measure/figure.ts';
import { Load, pause } from './measure/load.ts';

const SECONDS = argument(0, 60);
const KEYS = 200;
const EXTRA = ['b', 'd', 'f', 'x'];

await using servers = await CassandraCluster.start({ nodes: 1 });
await measure(4, false);
await measure(5, false);
await measure(5, true);

async function measure(protocolVersion: 4 | 5, hasSecondClient: boolean): Promise<void> {
  const name = `schema_v${protocolVersion}${hasSecondClient ? '_two' : ''}`;
  await using cluster = new Cluster({ contactPoints: servers.contactPoints, protocolVersion, logger: 'error' });
  await using other = new Cluster({ contactPoints: servers.contactPoints, protocolVersion, logger: 'error' });
  const session = await cluster.connect();
  const second = hasSecondClient ? await other.connect() : null;
  await session.execute(
    `CREATE KEYSPACE ${name} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`,
  );
  await session.execute(`CREATE TYPE ${name}.u (p text)`);
  // Columns before and after `c` and `e` in the order of their names, which is the order of `SELECT *`.
  await session.execute(`CREATE TABLE ${name}.t (k int PRIMARY KEY, c text, e text, u frozen<${name}.u>)`);
  for (let k = 0; k < KEYS; k++) {
    await session.execute(`INSERT INTO ${name}.t (k, c, e, u) VALUES (?, ?, ?, ?)`, [
      k,
      `c ${k}`,
      `e ${k}`,
      { p: `p ${k}` },
    ]);
  }
  const select = await session.prepare(`SELECT * FROM ${name}.t WHERE k = ?`);

  let read = 0;
  let misread = 0;
  const errors = new Map<string, number>();
  const load = new Load({
    perSecond: 500,
    send: (i) => session.execute(select, [i % KEYS]),
    onSample: ({ index, result, error }) => {
      if (error !== undefined) {
        const text = (error as Error).message;
        errors.set(text, (errors.get(text) ?? 0) + 1);
        return;
      }
      read++;
      if (!isRight(result?.one() ?? {}, index % KEYS)) misread++;
    },
  });
  for (let second_ = 0; second_ < SECONDS; second_++) {
    const started = performance.now();
    await alter(session, name, second_);
    if (second !== null) {
      const again = await second.prepare(`SELECT * FROM ${name}.t WHERE k = ?`);
      await second.execute(again, [second_ % KEYS]);
    }
    await pause(Math.max(0, 1_000 - (performance.now() - started)));
  }
  await load.stop();

  note(
    `protocol v${protocolVersion}${hasSecondClient ? ', and a second client that prepares anew' : ''}: ${read} rows read`,
  );
  for (const [text, count] of errors) note(`${count} times: ${text}`);
  reportExactly('rows misread', misread, 0);
  reportExactly(
    'requests that failed',
    [...errors.values()].reduce((sum, count) => sum + count, 0),
    0,
  );
}

/** Adds each of the extra columns in turn, then drops them; the user type gets a field every tenth time. */
async function alter(session: Session, keyspace: string, step: number): Promise<void> {
  if (step % 10 === 9) {
    await session.execute(`ALTER TYPE ${keyspace}.u ADD f${step} text`);
    return;
  }
  const column = `${EXTRA[step % EXTRA.length] ?? ''}${Math.floor(step / (2 * EXTRA.length))}`;
  const isAdding = Math.floor(step / EXTRA.length) % 2 === 0;
  const done = await session
    .execute(`ALTER TABLE ${keyspace}.t ${isAdding ? 'ADD' : 'DROP'} ${column}${isAdding ? ' text' : ''}`)
    .then(
      () => true,
      () => false,
    );
  if (!done) note(`step ${step}: the table has no such column`);
}

function isRight(row: Readonly<Record<string, unknown>>, key: number): boolean {
  return Object.entries(row).every(([column, value]) => {
    if (column === 'k') return value === key;
    if (column === 'c' || column === 'e') return value === `${column} ${key}`;
    if (column === 'u') return (value as { p?: unknown } | null)?.p === `p ${key}`;
    return value === null;
  });
}
