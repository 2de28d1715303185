// The schema from the rows of the server's tables: whole, in parts, and from servers that lack some of them.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { ConnectionError } from '../../../src/errors.ts';
import { SchemaSnapshot } from '../../../src/topology/schema/schema-snapshot.ts';
import { columnRow, FakeSchema, keyspaceRow, SMALL, tableRow, typeRow, viewRow, type Tables } from './schema-rows.ts';

async function read(tables: Tables): Promise<SchemaSnapshot> {
  const schema = new FakeSchema(tables);
  const snapshot = await schema.reader.readAll(schema.query);
  assert.deepEqual(schema.reports, []);
  return snapshot;
}

const WITH_VIEW: Tables = {
  ...SMALL,
  views: [viewRow('by_v', 't')],
  columns: [
    ...(SMALL['columns'] ?? []),
    columnRow('by_v', 'v', 'text', 'partition_key', 0),
    columnRow('by_v', 'k', 'int', 'clustering', 0),
  ],
};

describe('reading everything', () => {
  test('gives the columns of a table in the order of SELECT *', async () => {
    const { keyspaces } = await read({
      ...SMALL,
      columns: [
        columnRow('t', 'a', 'text'),
        columnRow('t', 'c', 'int', 'clustering', 0),
        columnRow('t', 'k1', 'int', 'partition_key', 1),
        columnRow('t', 'k2', 'int', 'partition_key', 0),
        columnRow('t', 's', 'int', 'static'),
      ],
    });
    const table = keyspaces.get('ks')?.tables.get('t');
    assert.deepEqual([...(table?.columns.keys() ?? [])], ['k2', 'k1', 'c', 's', 'a']);
    assert.deepEqual(
      table?.primaryKey.map(({ name }) => name),
      ['k2', 'k1', 'c'],
    );
  });

  test('needs no more than three tables of the server', async () => {
    const { keyspaces } = await read(SMALL);
    assert.equal(keyspaces.get('ks')?.tables.get('t')?.columns.get('v')?.cqlType, 'text');
  });

  test('rejects where there is no system_schema', async () => {
    const schema = new FakeSchema({});
    await assert.rejects(schema.reader.readAll(schema.query), { code: 'CQL_INVALID_REQUEST' });
  });

  test('rejects with the error of the connection', async () => {
    const schema = new FakeSchema(SMALL);
    const error = new ConnectionError('gone', { maybeApplied: false });
    const query = (cql: string) => (cql.includes('.views') ? Promise.reject(error) : schema.query(cql));
    await assert.rejects(schema.reader.readAll(query), error);
  });

  test('asks no more queries at once than it may', async () => {
    const schema = new FakeSchema(SMALL);
    let [now, most] = [0, 0];
    await schema.reader.readAll(async (cql) => {
      most = Math.max(most, (now += 1));
      await Promise.resolve();
      now -= 1;
      return schema.query(cql);
    });
    assert.equal(most, 4);
  });

  test('resolves user-defined types whatever the order of their rows', async () => {
    const { keyspaces } = await read({
      ...SMALL,
      types: [typeRow('a', { x: 'list<frozen<b>>' }), typeRow('b', { y: 'int' })],
      columns: [columnRow('t', 'k', 'frozen<a>', 'partition_key', 0)],
    });
    const type = keyspaces.get('ks')?.tables.get('t')?.columns.get('k')?.type;
    assert.deepEqual(type?.args[0]?.args[0]?.fieldNames, ['y']);
    assert.equal(type.frozen, true);
  });

  test('hides the columns that a table WITH COMPACT STORAGE has for itself', async () => {
    const { keyspaces } = await read({
      ...SMALL,
      tables: [tableRow('t', { flags: new Set() }), tableRow('d', { flags: new Set(['dense', 'compound']) })],
      columns: [
        columnRow('t', 'k', 'int', 'partition_key', 0),
        columnRow('t', 'column1', 'text', 'clustering', 0),
        columnRow('t', 'v', 'int', 'static'),
        columnRow('t', 'value', 'blob'),
        columnRow('d', 'k', 'int', 'partition_key', 0),
        columnRow('d', 'c', 'int', 'clustering', 0),
        columnRow('d', 'value', 'empty'),
      ],
    });
    const tables = keyspaces.get('ks')?.tables;
    assert.match(String(tables?.get('t')?.asCqlQuery()), /\(k int, v int, PRIMARY KEY \(k\)\) WITH COMPACT STORAGE/);
    assert.match(
      String(tables?.get('d')?.asCqlQuery()),
      /\(k int, c int, PRIMARY KEY \(k, c\)\) WITH COMPACT STORAGE AND/,
    );
  });

  test('exports a super column family as a comment that nothing ends early', async () => {
    const { keyspaces } = await read({
      ...SMALL,
      tables: [tableRow('t', { flags: new Set(['super']), comment: 'a */ b' })],
    });
    const table = keyspaces.get('ks')?.tables.get('t');
    assert.equal(table?.isCqlCompatible, false);
    assert.match(table.exportAsString(), /^\/\*(?:(?!\*\/)[^])*\*\/$/);
  });

  test('leaves out of the export what the servers make themselves', async () => {
    const local = new Map([['class', 'org.apache.cassandra.locator.LocalStrategy']]);
    const schema = await read({
      ...SMALL,
      keyspaces: [
        keyspaceRow(),
        keyspaceRow({ keyspace_name: 'system_auth' }),
        keyspaceRow({ keyspace_name: 'a', replication: local }),
      ],
      virtual_keyspaces: [{ keyspace_name: 'system_views' }],
    });
    assert.deepEqual([...schema.keyspaces.keys()].sort(), ['a', 'ks', 'system_auth', 'system_views']);
    assert.equal(schema.exportAsString().match(/CREATE KEYSPACE/g)?.length, 1);
  });

  test('knows tablets, change logs and the views of indexes of ScyllaDB', async () => {
    const { keyspaces } = await read({
      ...WITH_VIEW,
      tables: [tableRow('t'), tableRow('t_scylla_cdc_log')],
      columns: [
        ...(WITH_VIEW['columns'] ?? []),
        columnRow('i_index', 'v', 'text', 'partition_key', 0),
        columnRow('t_scylla_cdc_log', 'k', 'int', 'partition_key', 0),
      ],
      views: [viewRow('by_v', 't'), viewRow('i_index', 't')],
      indexes: [
        {
          keyspace_name: 'ks',
          table_name: 't',
          index_name: 'i',
          kind: 'COMPOSITES',
          options: new Map([['target', 'v']]),
        },
      ],
      scylla_keyspaces: [{ keyspace_name: 'ks', initial_tablets: 8 }],
      scylla_tables: [{ keyspace_name: 'ks', table_name: 't', cdc: new Map([['enabled', 'true']]) }],
    });
    const keyspace = keyspaces.get('ks');
    assert.deepEqual(keyspace?.tablets, { initial: 8 });
    const text = keyspace.exportAsString();
    assert.match(text, /AND tablets = \{'enabled': true, 'initial': 8\};/);
    assert.match(text, /WITH cdc = \{'enabled': 'true'\}/);
    assert.match(text, /VIEW ks\.by_v /);
    assert.doesNotMatch(text, /i_index|cdc_log/);
  });

  test('takes its turns while it reads thousands of tables', async () => {
    const names = Array.from({ length: 3_000 }, (_, i) => `t${i}`);
    const schema = new FakeSchema({
      ...SMALL,
      tables: names.map((name) => tableRow(name)),
      columns: names.map((name) => columnRow(name, 'k', 'int', 'partition_key', 0)),
    });
    await schema.reader.readAll(schema.query);
    assert(schema.clock.pauses > 300, `${schema.clock.pauses}`);
  });
});

describe('reading a part', () => {
  async function readBoth(
    before: Tables,
    after: Tables,
    readPart: (schema: FakeSchema, previous: SchemaSnapshot) => Promise<SchemaSnapshot>,
  ): Promise<{ schema: FakeSchema; previous: SchemaSnapshot; next: SchemaSnapshot }> {
    const schema = new FakeSchema(before);
    const previous = await schema.reader.readAll(schema.query);
    schema.tables = after;
    schema.queries.length = 0;
    return { schema, previous, next: await readPart(schema, previous) };
  }

  const more: Tables = {
    ...SMALL,
    tables: [tableRow('t'), tableRow('u')],
    columns: [...(SMALL['columns'] ?? []), columnRow('u', 'k', 'int', 'partition_key', 0)],
  };

  test('of a new table leaves every other object as it was', async () => {
    const { previous, next } = await readBoth(SMALL, more, ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', 'u'),
    );
    assert.equal(next.keyspaces.get('ks')?.tables.size, 2);
    assert.equal(next.keyspaces.get('ks')?.tables.get('t'), previous.keyspaces.get('ks')?.tables.get('t'));
    assert.equal(previous.keyspaces.get('ks')?.tables.size, 1);
  });

  test('asks for the rows of that part alone, of tables that the server has', async () => {
    const { schema } = await readBoth(more, more, ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', "it's"),
    );
    assert.equal(schema.queries.length, 2);
    for (const query of schema.queries) assert.match(query, /WHERE keyspace_name = 'ks' AND table_name = 'it''s'$/);
  });

  test('of a table that is gone takes it away', async () => {
    const { next } = await readBoth(more, SMALL, ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', 'u'),
    );
    assert.deepEqual([...(next.keyspaces.get('ks')?.tables.keys() ?? [])], ['t']);
  });

  test('of a table with views reads them too', async () => {
    const column = columnRow('by_v', 'w', 'int');
    const after = { ...WITH_VIEW, columns: [...(WITH_VIEW['columns'] ?? []), column, columnRow('t', 'w', 'int')] };
    const { next } = await readBoth(WITH_VIEW, after, ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', 't'),
    );
    assert(next.keyspaces.get('ks')?.tables.get('t')?.views.get('by_v')?.columns.has('w'));
  });

  test('of a view, also called a table, puts it into its table', async () => {
    const before = { ...SMALL, views: [] };
    const { next } = await readBoth(before, WITH_VIEW, ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', 'by_v'),
    );
    const keyspace = next.keyspaces.get('ks');
    assert.equal(keyspace?.views.get('by_v')?.baseTableName, 't');
    assert.equal(keyspace.tables.get('t')?.views.get('by_v'), keyspace.views.get('by_v'));
  });

  test('of a view that is gone takes it out of its table', async () => {
    const after = { ...SMALL, views: [] };
    const { next } = await readBoth(WITH_VIEW, after, ({ reader, query }, previous) =>
      reader.readView(query, previous, 'ks', 'by_v'),
    );
    const keyspace = next.keyspaces.get('ks');
    assert.deepEqual([keyspace?.views.size, keyspace?.tables.get('t')?.views.size], [0, 0]);
  });

  test('of a keyspace that is gone takes it away', async () => {
    const { next } = await readBoth(SMALL, { ...SMALL, keyspaces: [] }, ({ reader, query }, previous) =>
      reader.readKeyspace(query, previous, 'ks'),
    );
    assert.equal(next.keyspaces.size, 0);
  });

  const typed = (fields: Readonly<Record<string, string>>): Tables => ({
    ...SMALL,
    types: [typeRow('a', fields)],
    columns: [columnRow('t', 'k', 'frozen<a>', 'partition_key', 0)],
  });

  test('of a type that has changed changes the tables that use it', async () => {
    const { next } = await readBoth(
      typed({ x: 'int' }),
      typed({ x: 'int', y: 'text' }),
      ({ reader, query }, previous) => reader.readUserType(query, previous, 'ks', 'a'),
    );
    assert.deepEqual(next.keyspaces.get('ks')?.tables.get('t')?.columns.get('k')?.type.fieldNames, ['x', 'y']);
  });

  test('of a new type asks one query', async () => {
    const after = { ...SMALL, types: [typeRow('a', { x: 'int' })] };
    const { schema, next } = await readBoth({ ...SMALL, types: [] }, after, ({ reader, query }, previous) =>
      reader.readUserType(query, previous, 'ks', 'a'),
    );
    assert.equal(schema.queries.length, 1);
    assert.deepEqual(next.keyspaces.get('ks')?.userTypes.get('a')?.fieldNames, ['x']);
  });

  test('of a table that uses a type that is not known reads the keyspace', async () => {
    const { next } = await readBoth({ ...SMALL, types: [] }, typed({ x: 'int' }), ({ reader, query }, previous) =>
      reader.readTable(query, previous, 'ks', 't'),
    );
    assert.deepEqual(next.keyspaces.get('ks')?.tables.get('t')?.columns.get('k')?.type.fieldNames, ['x']);
  });

  const function_ = (name: string, ...types: string[]) => ({
    keyspace_name: 'ks',
    function_name: name,
    argument_names: types.map((_, i) => `a${i}`),
    argument_types: types,
    return_type: 'int',
    language: 'java',
    body: '',
  });

  test('of a function reads all of its name, and no other', async () => {
    const before = { ...SMALL, functions: [function_('f', 'int'), function_('f', 'text'), function_('g')] };
    const after = { ...SMALL, functions: [function_('f', 'text'), function_('f', 'list<int>'), function_('g')] };
    const { previous, next } = await readBoth(before, after, ({ reader, query }, previous) =>
      reader.readFunction(query, previous, 'ks', { name: 'f' }),
    );
    const functions = next.keyspaces.get('ks')?.functions;
    assert.deepEqual([...(functions?.keys() ?? [])].sort(), ['f(list<int>)', 'f(text)', 'g()']);
    assert.equal(functions?.get('g()'), previous.keyspaces.get('ks')?.functions.get('g()'));
  });

  test('of an aggregate follows its first state', async () => {
    const aggregate = (initcond: string | null) => [
      {
        ...{ keyspace_name: 'ks', aggregate_name: 'a', argument_types: ['int'], return_type: 'int', initcond },
        ...{ state_func: 'f', state_type: 'frozen<tuple<int>>', final_func: null },
      },
    ];
    const { next } = await readBoth(
      { ...SMALL, aggregates: aggregate(null) },
      { ...SMALL, aggregates: aggregate('(3)') },
      ({ reader, query }, previous) => reader.readAggregate(query, previous, 'ks', { name: 'a' }),
    );
    assert.equal(
      next.keyspaces.get('ks')?.aggregates.get('a(int)')?.asCqlQuery(),
      'CREATE AGGREGATE ks.a(int) SFUNC f STYPE tuple<int> INITCOND (3)',
    );
  });

  test('of a keyspace that is not known reads it', async () => {
    const schema = new FakeSchema(SMALL);
    for (const part of ['readTable', 'readView', 'readUserType'] as const) {
      const next = await schema.reader[part](schema.query, SchemaSnapshot.empty, 'ks', 't');
      assert.equal(next.keyspaces.get('ks')?.tables.size, 1);
    }
  });
});
