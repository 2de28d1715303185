// Reads a large partition page by page: every row as it comes, page by page, and from a saved paging state.
// Usage: paging.ts [contact point]

import { Cluster, executeConcurrent } from '../src/index.ts';

const cluster = new Cluster({ contactPoints: [process.argv[2] ?? '127.0.0.1'] });
const session = await cluster.connect();
await session.execute(`CREATE KEYSPACE IF NOT EXISTS examples
  WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}`);
await session.execute(
  'CREATE TABLE IF NOT EXISTS examples.readings (sensor int, at int, value double, PRIMARY KEY (sensor, at))',
);
const insert = await session.prepare('INSERT INTO examples.readings (sensor, at, value) VALUES (?, ?, ?)');
await executeConcurrent(
  session,
  Array.from({ length: 2_500 }, (_, at) => [insert, [1, at, at / 10]] as const),
);

interface Reading {
  readonly at: number;
  readonly value: number;
}
const select = 'SELECT at, value FROM examples.readings WHERE sensor = ?';

// Every row of every page; while one page is read, the next is on its way.
let sum = 0;
for await (const reading of await session.execute<Reading>(select, [1], { fetchSize: 500 })) sum += reading.value;
console.log('sum of all readings', sum);

// Page by page.
for await (const page of (await session.execute<Reading>(select, [1], { fetchSize: 1_000 })).pages()) {
  console.log('a page of', page.length, 'rows');
}

// One page now, the next in another request: keep the paging state on the server's side, it is not authenticated.
const first = await session.execute<Reading>(select, [1], { fetchSize: 10 });
if (first.pagingState !== undefined) {
  const second = await session.execute<Reading>(select, [1], { fetchSize: 10, pagingState: first.pagingState });
  console.log('the second page starts at', second.one()?.at);
}

await cluster.shutdown();
