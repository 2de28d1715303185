// Client process: this driver.

import { Cluster, executeConcurrentWithArgs, BatchStatement, ColumnBatch } from '../../src/index.ts';
import { runClient } from './client.ts';
import {
  INSERT,
  insertValues,
  isWhole,
  READ,
  ROWS_OF_A_PAGE,
  SCAN,
  STATEMENTS_OF_A_BATCH,
  type WideRow,
} from './tables.ts';

await runClient(async ({ port, version, compression }) => {
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${port}`],
    port,
    protocolVersion: version,
    compression: compression === 'lz4',
    fetchSize: ROWS_OF_A_PAGE,
  });
  const session = await cluster.connect();
  const read = await session.prepare(READ);
  const insert = await session.prepare(INSERT);
  const scan = await session.prepare<WideRow>(SCAN);
  return {
    read: async (id) => (await session.execute(read, [id])).one(),
    insert: (i) => session.execute(insert, insertValues(i)),
    readConcurrently: (keys) =>
      executeConcurrentWithArgs(
        session,
        read,
        keys.map((id) => [id]),
        { concurrency: 100 },
      ),
    batch: () => {
      const batch = new BatchStatement({ batchType: 'UNLOGGED' });
      for (let i = 0; i < STATEMENTS_OF_A_BATCH; i++) batch.add(insert, insertValues(i));
      return session.executeBatch(batch);
    },
    scan: async (pages) => {
      let rows = 0;
      for await (const page of (await session.execute(scan)).pages()) {
        for (const row of page) if (isWhole(row)) rows++;
        if (--pages === 0) break;
      }
      return rows;
    },
    scanColumns: async (pages) => {
      let rows = 0;
      for await (const page of (await session.execute(scan, [], { rowFactory: 'columns' })).pages()) {
        const batch = page.one() as unknown;
        if (!(batch instanceof ColumnBatch)) throw new Error('expected columns');
        rows += batch.length;
        if (--pages === 0) break;
      }
      return rows;
    },
    close: () => cluster.shutdown(),
  };
});
