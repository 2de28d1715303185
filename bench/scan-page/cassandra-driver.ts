// Client process of the scan-page bench: npm cassandra-driver.

import { Client } from 'cassandra-driver';
import { CQL_SELECT, measurePages, ROWS, touch, type BenchRow } from './workload.ts';

const client = new Client({
  contactPoints: ['127.0.0.1'],
  localDataCenter: 'dc1',
  protocolOptions: { port: Number(process.argv[2]) },
});
await client.connect();
await measurePages(async () => {
  const result = await client.execute(CQL_SELECT, [], { prepare: true, fetchSize: ROWS });
  let rows = 0;
  for (const row of result.rows) rows += touch(row as unknown as BenchRow);
  return rows;
});
await client.shutdown();
