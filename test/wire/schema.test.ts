// The schema as it is read when a cluster connects: how it is asked for, and what happens when it cannot be had.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import { Cluster, type ClusterOptions } from '../../src/index.ts';
import { error } from './harness/error-response.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { TableDescription } from './harness/schema-tables.ts';
import { startServer } from './harness/test-context.ts';

const SCHEMA_QUERY = /FROM system_(virtual_)?schema/;

async function start(
  t: TestContext,
  options: ClusterOptions = {},
  tables: readonly TableDescription[] = [],
): Promise<{ server: FakeServer; cluster: Cluster; warnings: string[] }> {
  const replication = { class: 'org.apache.cassandra.locator.SimpleStrategy', replication_factor: '1' };
  const server = await startServer(t, { schema: { keyspaces: [{ name: 'ks', replication }], tables } });
  const ignore = (): void => undefined;
  const warnings: string[] = [];
  const warn = (...args: unknown[]): void => void warnings.push(args.map(String).join(' '));
  const logger = { debug: ignore, info: ignore, warn, error: warn };
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port, logger, ...options });
  t.after(() => cluster.shutdown());
  return { server, cluster, warnings };
}

function table(name: string): TableDescription {
  return {
    keyspace: 'ks',
    name,
    columns: [
      { name: 'k', type: 'int', kind: 'partition_key', position: 0 },
      { name: 'v', type: 'text', kind: 'regular', position: -1 },
    ],
  };
}

function pageSizes(server: FakeServer): Set<number | undefined> {
  const requests = server.requests({ cql: SCHEMA_QUERY }).map(({ request }) => request);
  return new Set(requests.map((request) => (request.opcode === 'QUERY' ? request.pageSize : NaN)));
}

test('a cluster that has connected knows every table', async (t) => {
  const names = Array.from({ length: 500 }, (_, i) => `t${i}`);
  const { cluster, warnings } = await start(t, {}, names.map(table));
  await cluster.connect();
  const tables = cluster.metadata.keyspaces.get('ks')?.tables;
  assert.deepEqual([...(tables?.keys() ?? [])], names);
  assert.equal(tables?.get('t499')?.columns.get('v')?.cqlType, 'text');
  assert.deepEqual(warnings, []);
});

test('pages of the schema have the size that is asked for', async (t) => {
  const { server, cluster } = await start(t, { schemaMetadataPageSize: 77, tokenMetadataEnabled: false });
  await cluster.connect();
  assert.deepEqual(pageSizes(server), new Set([77]));
});

test('pages of the schema have the size that the server chooses', async (t) => {
  const { server, cluster } = await start(t, { schemaMetadataPageSize: null, tokenMetadataEnabled: false });
  await cluster.connect();
  assert.deepEqual(pageSizes(server), new Set([undefined]));
});

test('nothing is asked of a schema that nobody wants', async (t) => {
  const { server, cluster } = await start(t, { schemaMetadataEnabled: false, tokenMetadataEnabled: false });
  await cluster.connect();
  assert.equal(server.requests({ cql: SCHEMA_QUERY }).length, 0);
  assert.equal(cluster.metadata.keyspaces.size, 0);
});

test('a schema that cannot be read is told of, and keeps nobody from connecting', async (t) => {
  const { server, cluster, warnings } = await start(t, {}, [table('t')]);
  server.on({ cql: /system_schema\.columns/ }).reply(error('OVERLOADED', 'not now'));
  await cluster.connect();
  assert.equal(cluster.metadata.keyspaces.size, 0);
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]), /schema could not be read.*not now/);
});

test('a table that does not fit its columns is told of once, and is the only one that is not there', async (t) => {
  const broken = { ...table('broken'), columns: [] };
  const { cluster, warnings } = await start(t, {}, [table('a'), broken, table('b')]);
  await cluster.connect();
  assert.deepEqual([...(cluster.metadata.keyspaces.get('ks')?.tables.keys() ?? [])], ['a', 'b']);
  assert.equal(warnings.length, 1);
  assert.match(String(warnings[0]), /table ks\.broken/);
});

test('connecting reads the schema with few requests at a time, if no more are allowed', async (t) => {
  const { cluster, warnings } = await start(t, { pooling: { maxRequestsPerConnection: 1 } }, [table('t')]);
  await cluster.connect();
  assert.equal(cluster.metadata.keyspaces.get('ks')?.tables.size, 1);
  assert.deepEqual(warnings, []);
});
