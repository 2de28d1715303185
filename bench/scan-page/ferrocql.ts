// Client process of the scan-page bench: this driver.

import { Cluster } from '../../src/index.ts';
import { CQL_SELECT, measurePages, ROWS, touch, type BenchRow } from './workload.ts';

const cluster = new Cluster({
  contactPoints: [`127.0.0.1:${process.argv[2] ?? ''}`],
  port: Number(process.argv[2]),
  protocolVersion: process.argv[3] === '4' ? 4 : 5,
  fetchSize: ROWS,
});
const session = await cluster.connect();
const select = await session.prepare<BenchRow>(CQL_SELECT);
await measurePages(async () => {
  let rows = 0;
  for (const row of await session.execute(select, [])) rows += touch(row);
  return rows;
});
await cluster.shutdown();
