// Client process: npm cassandra-driver.

import { Client, concurrent } from 'cassandra-driver';
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

const PREPARED = { prepare: true } as const;

await runClient(async ({ port, version, compression }) => {
  if (version !== 4 || compression !== 'none')
    throw new Error('cassandra-driver speaks v4 at most, without compression');
  const client = new Client({
    contactPoints: ['127.0.0.1'],
    localDataCenter: 'dc1',
    protocolOptions: { port },
  });
  await client.connect();
  return {
    read: async (id) => (await client.execute(READ, [id], PREPARED)).first(),
    insert: (i) => client.execute(INSERT, insertValues(i), PREPARED),
    readConcurrently: (keys) =>
      concurrent.executeConcurrent(
        client,
        READ,
        keys.map((id) => [id]),
        { concurrencyLevel: 100, collectResults: true },
      ),
    batch: () =>
      client.batch(
        Array.from({ length: STATEMENTS_OF_A_BATCH }, (_, i) => ({ query: INSERT, params: insertValues(i) })),
        { prepare: true, logged: false },
      ),
    scan: async (pages) => {
      let rows = 0;
      let pageState: string | undefined;
      for (let page = 0; page < pages; page++) {
        const result = await client.execute(SCAN, [], {
          ...PREPARED,
          fetchSize: ROWS_OF_A_PAGE,
          ...(pageState === undefined ? {} : { pageState }),
        });
        for (const row of result.rows) if (isWhole(row as unknown as WideRow)) rows++;
        pageState = result.pageState;
      }
      return rows;
    },
    close: () => client.shutdown(),
  };
});
