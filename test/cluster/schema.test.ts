// The schema of a real Apache Cassandra: what metadata says of it, and that its export makes it again.

import { strict as assert } from 'node:assert';
import { rm } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import {
  Cluster,
  type CqlDescribable,
  type KeyspaceMetadata,
  CqlSyntaxError,
  cqlKeywordsReserved,
  cqlKeywordsUnreserved,
  type Session,
} from '../../src/index.ts';
import { EVERY_FEATURE, EVERY_FEATURE_CONFIG } from './every-schema-feature.ts';
import { CassandraCluster } from './harness/cassandra-cluster.ts';
import { cqlStatements } from './harness/cql-statements.ts';
import { makeTriggerDirectory } from './harness/trigger-jar.ts';

const KEYSPACES = ['every', '"Every_Other"'];

describe('schema metadata', () => {
  let server: CassandraCluster;
  let triggers: string;
  let cluster: Cluster;
  let session: Session;
  let followed: string;

  before(async () => {
    triggers = await makeTriggerDirectory();
    server = await CassandraCluster.start({
      jvmOptions: ['-Dcassandra.unsafesystem=true', `-Dcassandra.triggers_dir=${triggers}`],
      config: EVERY_FEATURE_CONFIG,
    });
    await reconnect();
    for (const statement of EVERY_FEATURE) await session.execute(statement);
    followed = cluster.metadata.exportSchemaAsString();
    await reconnect();
  });

  after(async () => {
    await cluster.shutdown();
    await server.stop();
    await rm(triggers, { recursive: true, force: true });
  });

  /** A new cluster knows the schema from reading it whole. */
  async function reconnect(): Promise<void> {
    await (cluster as Cluster | undefined)?.shutdown();
    cluster = new Cluster({ contactPoints: server.contactPoints, logger: 'error' });
    session = await cluster.connect();
  }

  function keyspaceNamed(name: string): KeyspaceMetadata {
    const found = cluster.metadata.keyspaces.get(name);
    assert(found !== undefined, name);
    return found;
  }

  /** What the server itself says of the schema. */
  async function described(): Promise<unknown[]> {
    const answers = await Promise.all(KEYSPACES.map((keyspace) => session.execute(`DESCRIBE KEYSPACE ${keyspace}`)));
    return answers.flatMap((answer) => answer.rows.map((row) => row['create_statement']));
  }

  test('follows every statement of a session as if it were read whole', () => {
    assert.equal(followed, cluster.metadata.exportSchemaAsString());
  });

  test('exports statements that make the same schema again', async () => {
    const [exported, description] = [cluster.metadata.exportSchemaAsString(), await described()];
    for (const keyspace of KEYSPACES) await session.execute(`DROP KEYSPACE ${keyspace}`);
    for (const statement of cqlStatements(exported)) {
      await session.execute(statement).catch((error: unknown) => {
        throw new Error(`expected to execute ${statement}`, { cause: error });
      });
    }
    await reconnect();
    assert.equal(cluster.metadata.exportSchemaAsString(), exported);
    assert.deepEqual(await described(), description);
  });

  test('writes each object on one line too, as a statement that makes it', async () => {
    const every = keyspaceNamed('every');
    await session.execute('DROP KEYSPACE every');
    const tables = [...every.tables.values()];
    const types = ['zip', 'address', 'Person "X"', 'byte', 'ttl', 'text', 'point'].map((name) =>
      every.userTypes.get(name),
    );
    const objects: (CqlDescribable | undefined)[] = [
      every,
      ...types,
      ...every.functions.values(),
      ...every.aggregates.values(),
      ...tables,
    ];
    objects.push(
      ...every.indexes.values(),
      ...tables.flatMap((table) => [...table.triggers.values()]),
      ...every.views.values(),
    );
    for (const object of objects) await session.execute(object?.asCqlQuery() ?? '');
    await reconnect();
    assert.equal(keyspaceNamed('every').exportAsString(), every.exportAsString());
  });

  test('knows keys, order, types and options of a table', () => {
    const every = keyspaceNamed('every');
    const table = every.tables.get('KeysAndOrders');
    assert(table !== undefined);
    assert.deepEqual(
      table.primaryKey.map(({ name, isReversed }) => [name, isReversed]),
      [
        ['A', false],
        ['b', false],
        ['c', true],
        ['D d', false],
        ['e', true],
      ],
    );
    assert.equal(table.columns.get('Static')?.isStatic, true);
    assert.equal(table.columns.get('values')?.cqlType, 'list<text>');
    assert.equal(every.tables.get('options')?.options['gc_grace_seconds'], 5);
    assert.deepEqual(every.tables.get('options')?.options['caching'], { keys: 'NONE', rows_per_partition: '120' });
    assert.equal(every.durableWrites, false);
    assert.deepEqual(every.replicationStrategy.options, { dc1: '1' });
  });

  test('has the columns of a table in the order of SELECT *', async () => {
    const tables = [...keyspaceNamed('every').tables.values()];
    for (const { name, columns } of tables) {
      const result = await session.execute(`SELECT * FROM every."${name}" LIMIT 1`);
      assert.deepEqual(result.columnNames, [...columns.keys()], name);
    }
  });

  test('knows the fields of user-defined types within others', () => {
    const every = keyspaceNamed('every');
    const person = every.tables.get('types')?.columns.get('cc')?.type;
    const address = person?.args[1];
    assert.deepEqual(
      [address?.fieldNames?.join(), address?.args[1]?.fieldNames?.join()],
      ['street,zip,select,ttl', 'code,Country'],
    );
    assert.equal(every.tables.get('types')?.columns.get('hh')?.type.kind, 'udt');
    const other = keyspaceNamed('Every_Other').tables.get('types')?.columns.get('a')?.type;
    assert.deepEqual([other?.keyspace, other?.fieldNames?.join()], ['Every_Other', 'a']);
  });

  test('has views and indexes with their tables and with their keyspace', () => {
    const every = keyspaceNamed('every');
    assert.deepEqual([...(every.tables.get('base')?.views.keys() ?? [])].sort(), ['SomeColumns', 'all_columns']);
    assert.equal(every.views.get('all_columns'), every.tables.get('base')?.views.get('all_columns'));
    assert.equal(every.views.get('all_columns')?.includeAllColumns, true);
    assert.equal(every.indexes.get('by_keys')?.indexOptions['target'], 'keys(m)');
    assert.equal(every.tables.get('indexed')?.triggers.size, 1);
  });

  test('finds functions and aggregates by name and types of arguments', () => {
    const every = keyspaceNamed('every');
    assert.equal(every.functions.get('plus(bigint, bigint)')?.calledOnNullInput, false);
    assert.equal(every.functions.get('plus(int, int)')?.calledOnNullInput, true);
    assert.equal(every.aggregates.get('total(int)')?.initialCondition, '3');
  });

  test('knows virtual keyspaces, and exports them as comments', async () => {
    const virtual = keyspaceNamed('system_views');
    assert.equal(virtual.isVirtual, true);
    const clients = virtual.tables.get('clients');
    assert(clients !== undefined);
    assert.equal(clients.isVirtual, true);
    const result = await session.execute('SELECT * FROM system_views.clients');
    assert.deepEqual(result.columnNames, [...clients.columns.keys()]);
    assert.deepEqual(cqlStatements(virtual.exportAsString()), []);
  });

  test('says of every word whether it is a name without quotes, as the server does', async () => {
    const columns = [...cqlKeywordsUnreserved].map((word) => `${word} int`);
    await session.execute(`CREATE TABLE "Every_Other".words ("the key" int PRIMARY KEY, ${columns.join(', ')})`);
    const refused: string[] = [];
    for (const word of cqlKeywordsReserved) {
      const statement = `CREATE TABLE "Every_Other".word_${word} (k int PRIMARY KEY, ${word} int)`;
      await session.execute(statement).catch((error: unknown) => {
        if (!(error instanceof CqlSyntaxError)) throw error;
        refused.push(word);
      });
    }
    // The server quotes these itself, but does not insist.
    const tolerated = ['default', 'mbean', 'mbeans', 'replace', 'unset'];
    assert.deepEqual([...refused, ...tolerated].sort(), [...cqlKeywordsReserved].sort());
  });

  test('is empty where it is not wanted', async () => {
    const without = new Cluster({ contactPoints: server.contactPoints, schemaMetadataEnabled: false });
    await without.connect();
    assert.equal(without.metadata.keyspaces.size, 0);
    assert.equal(without.metadata.exportSchemaAsString(), '');
    await without.shutdown();
  });

  test('follows changes of what others are made of', async () => {
    for (const statement of [
      'ALTER TYPE every.zip ADD more int',
      'ALTER TABLE every.base ADD f text',
      'ALTER MATERIALIZED VIEW every."SomeColumns" WITH gc_grace_seconds = 78',
      `ALTER KEYSPACE "Every_Other" WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1}`,
      'CREATE OR REPLACE FUNCTION every.plus(state int, val int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS $$return 1;$$',
      'ALTER TABLE every.masks ALTER a MASKED WITH mask_null()',
      'DROP INDEX every.by_list',
      'DROP TRIGGER "Some trigger" ON every.indexed',
      'DROP AGGREGATE every.total(int)',
      'DROP TABLE every.more_options',
    ]) {
      await session.execute(statement);
    }
    const changed = cluster.metadata.exportSchemaAsString();
    const zip = keyspaceNamed('every').tables.get('types')?.columns.get('bb')?.type.args[1];
    assert.deepEqual(zip?.fieldNames, ['code', 'Country', 'more']);
    assert.equal(keyspaceNamed('every').views.get('all_columns')?.columns.has('f'), true);
    await reconnect();
    assert.equal(changed, cluster.metadata.exportSchemaAsString());
    assert.doesNotMatch(changed, /more_options|by_list|Some trigger|total\(int\)/);
  });

  test('reads the part anew that a user asks for, and no other', async () => {
    const still = new Cluster({ contactPoints: server.contactPoints, logger: 'error' });
    await still.connect();
    still.setMetaRefreshEnabled(false);
    for (const statement of [
      'CREATE TYPE every.fresh (a int)',
      'CREATE TABLE every.fresh_table (k int PRIMARY KEY, v int)',
      'CREATE MATERIALIZED VIEW every.fresh_view AS SELECT k, v FROM every.fresh_table WHERE v IS NOT NULL AND k IS NOT NULL ' +
        'PRIMARY KEY (v, k)',
      'CREATE FUNCTION every.fresh(a int) CALLED ON NULL INPUT RETURNS int LANGUAGE java AS $$return 1;$$',
      'CREATE AGGREGATE every.fresh_sum(int) SFUNC plus STYPE int',
      "CREATE KEYSPACE fresh WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    ]) {
      await session.execute(statement);
    }
    const known = (): string[] => {
      const every = still.metadata.keyspaces.get('every');
      return [
        ...(every?.userTypes.has('fresh') === true ? ['type'] : []),
        ...(every?.tables.has('fresh_table') === true ? ['table'] : []),
        ...(every?.views.has('fresh_view') === true ? ['view'] : []),
        ...(every?.functions.has('fresh(int)') === true ? ['function'] : []),
        ...(every?.aggregates.has('fresh_sum(int)') === true ? ['aggregate'] : []),
        ...(still.metadata.keyspaces.has('fresh') ? ['keyspace'] : []),
      ];
    };
    assert.deepEqual(known(), []);
    await still.refreshUserTypeMetadata('every', 'fresh');
    assert.deepEqual(known(), ['type']);
    await still.refreshTableMetadata('every', 'fresh_table');
    assert.deepEqual(known(), ['type', 'table']);
    await still.refreshMaterializedViewMetadata('every', 'fresh_view');
    assert.deepEqual(known(), ['type', 'table', 'view']);
    await still.refreshUserFunctionMetadata('every', { name: 'fresh', argumentTypes: ['int'] });
    assert.deepEqual(known(), ['type', 'table', 'view', 'function']);
    await still.refreshUserAggregateMetadata('every', { name: 'fresh_sum', argumentTypes: ['int'] });
    assert.deepEqual(known(), ['type', 'table', 'view', 'function', 'aggregate']);
    await still.refreshKeyspaceMetadata('fresh');
    assert.deepEqual(known(), ['type', 'table', 'view', 'function', 'aggregate', 'keyspace']);
    await session.execute('DROP MATERIALIZED VIEW every.fresh_view');
    await still.refreshMaterializedViewMetadata('every', 'fresh_view');
    assert(!known().includes('view'));
    await still.refreshSchemaMetadata();
    await reconnect();
    assert.equal(still.metadata.exportSchemaAsString(), cluster.metadata.exportSchemaAsString());
    await still.shutdown();
  });
});
