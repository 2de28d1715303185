// Rows that no server should store: each takes away the object it describes, says so once, and nothing else.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { columnRow, FakeSchema, keyspaceRow, SMALL, tableRow, typeRow, viewRow, type Tables } from './schema-rows.ts';

const GOOD_COLUMNS = SMALL['columns'] ?? [];
const KEY = columnRow('bad', 'k', 'int', 'partition_key', 0);
const bad = (changes: Tables): Tables => ({
  ...SMALL,
  tables: [tableRow('bad'), tableRow('t')],
  ...changes,
  columns: [...(changes['columns'] ?? [KEY]), ...GOOD_COLUMNS],
});

describe('a table is left out', () => {
  for (const [what, tables] of [
    ['has no columns', bad({ columns: [] })],
    ['has no partition key', bad({ columns: [columnRow('bad', 'k', 'int')] })],
    ['lacks a part of its key', bad({ columns: [KEY, columnRow('bad', 'c', 'int', 'clustering', 1)] })],
    ['has two columns at one place', bad({ columns: [KEY, columnRow('bad', 'j', 'int', 'partition_key', 0)] })],
    ['has a column whose type is no type', bad({ columns: [KEY, columnRow('bad', 'v', 'map<int')] })],
    ['has a column whose type is too deep', bad({ columns: [KEY, columnRow('bad', 'v', 'list<'.repeat(10_000))] })],
    ['has a column without type', bad({ columns: [KEY, { ...columnRow('bad', 'v', ''), type: null }] })],
    ['has a column of an unknown kind', bad({ columns: [KEY, columnRow('bad', 'v', 'int', 'sideways')] })],
    ['has a column without name', bad({ columns: [KEY, { ...KEY, column_name: null }] })],
    ['has flags that are text', bad({ tables: [tableRow('bad', { flags: 'compound' }), tableRow('t')] })],
    [
      'has a mask without function',
      bad({ column_masks: [{ keyspace_name: 'ks', table_name: 'bad', column_name: 'k', function_name: null }] }),
    ],
  ] as const) {
    test(`that ${what}`, async () => {
      const schema = new FakeSchema(tables);
      const { keyspaces } = await schema.reader.readAll(schema.query);
      await schema.reader.readAll(schema.query);
      assert.deepEqual([...(keyspaces.get('ks')?.tables.keys() ?? [])], ['t']);
      assert.equal(schema.reports.length, 1);
      assert.match(String(schema.reports[0]), /table ks\.bad /);
    });
  }
});

describe('nothing but the object itself is left out', () => {
  async function keyspaceOf(tables: Tables) {
    const schema = new FakeSchema({ ...SMALL, ...tables });
    const { keyspaces } = await schema.reader.readAll(schema.query);
    assert.equal(schema.reports.length, 1);
    const keyspace = keyspaces.get('ks');
    assert.equal(keyspace?.tables.size, 1);
    return keyspace;
  }

  test('where an index has no target', async () => {
    const row = { keyspace_name: 'ks', table_name: 't', index_name: 'i', kind: 'KEYS', options: new Map() };
    assert.equal((await keyspaceOf({ indexes: [row] })).indexes.size, 0);
  });

  test('where options of a trigger are no map', async () => {
    const row = { keyspace_name: 'ks', table_name: 't', trigger_name: 'i', options: 'x' };
    assert.equal((await keyspaceOf({ triggers: [row] })).tables.get('t')?.triggers.size, 0);
  });

  test('where a view has no where clause', async () => {
    const columns = [...GOOD_COLUMNS, columnRow('v', 'k', 'int', 'partition_key', 0)];
    assert.equal((await keyspaceOf({ columns, views: [viewRow('v', 't', { where_clause: null })] })).views.size, 0);
  });

  test('where a user-defined type has more types than names', async () => {
    const types = [typeRow('good', { a: 'int' }), { ...typeRow('bad', { a: 'int' }), field_names: [] }];
    assert.deepEqual([...(await keyspaceOf({ types })).userTypes.keys()], ['good']);
  });

  test('where a function has fewer names than types', async () => {
    const names = { function_name: 'f', argument_names: [], argument_types: ['int'] };
    const row = { keyspace_name: 'ks', ...names, return_type: 'int', language: 'java', body: '' };
    assert.equal((await keyspaceOf({ functions: [row] })).functions.size, 0);
  });

  test('where an aggregate has no state', async () => {
    const row = { keyspace_name: 'ks', aggregate_name: 'a', argument_types: [], return_type: 'int', state_func: 'f' };
    assert.equal((await keyspaceOf({ aggregates: [row] })).aggregates.size, 0);
  });

  test('where a keyspace has no replication', async () => {
    const keyspaces = [keyspaceRow(), keyspaceRow({ keyspace_name: 'bad', replication: null })];
    assert.equal((await keyspaceOf({ keyspaces })).name, 'ks');
  });
});

test('types that are made of each other, and chains of thousands of types, end', async () => {
  const chain = Array.from({ length: 5_000 }, (_, i) => typeRow(`t${i}`, { a: `frozen<t${i + 1}>` }));
  const types = [
    typeRow('a', { x: 'frozen<b>' }),
    typeRow('b', { x: 'frozen<a>' }),
    typeRow('self', { x: 'self' }),
    ...chain,
  ];
  const schema = new FakeSchema({ ...SMALL, types });
  const { keyspaces } = await schema.reader.readAll(schema.query);
  const keyspace = keyspaces.get('ks');
  assert.equal(keyspace?.tables.size, 1);
  assert(keyspace.userTypes.has('a') && keyspace.userTypes.has('self'));
  assert(keyspace.exportAsString().length > 0);
});

test('names of objects are data, whatever they are', async () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  const names = [
    '__proto__',
    'constructor',
    'hasOwnProperty',
    '',
    'a"b',
    "a'b",
    '*/',
    '; DROP',
    '\u{1F600}',
    'x'.repeat(48_000),
  ];
  for (const name of names) {
    const options = new Map([
      ['__proto__', 'polluted'],
      ['target', name],
    ]);
    const schema = new FakeSchema({
      keyspaces: [keyspaceRow({ keyspace_name: name })],
      tables: [{ ...tableRow(name), keyspace_name: name, caching: options }],
      columns: [{ ...columnRow(name, name, 'int', 'partition_key', 0), keyspace_name: name }],
      indexes: [{ keyspace_name: name, table_name: name, index_name: name, kind: 'KEYS', options }],
    });
    const snapshot = await schema.reader.readAll(schema.query);
    assert.equal(snapshot.keyspaces.get(name)?.tables.get(name)?.indexes.get(name)?.name, name);
    assert(snapshot.exportAsString().includes(name.replaceAll('"', '""')));
    const next = await schema.reader.readTable(schema.query, snapshot, name, name);
    assert(next.keyspaces.get(name)?.tables.get(name)?.columns.has(name));
  }
  assert.deepEqual(Object.getOwnPropertyNames(Object.prototype), before);
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined);
});

test('rows with any values in them never break the reading of the rest', async () => {
  const value = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      undefined,
      true,
      new Map([[1, 2]]),
      new Map([['a', null]]),
      new Set([1]),
      [1],
      new Uint8Array(2),
    ),
    fc.double(),
    fc.bigInt(),
    fc.string(),
    fc.constantFrom('int', 'list<int>', 'frozen<u>', 'partition_key', 'clustering', 'ks', 't', 'CUSTOM', 'dense'),
  );
  const columns = [
    ...[
      'table_name',
      'column_name',
      'type_name',
      'view_name',
      'index_name',
      'kind',
      'position',
      'type',
      'flags',
      'options',
    ],
    ...[
      'base_table_name',
      'where_clause',
      'field_names',
      'field_types',
      'replication',
      'function_name',
      'argument_types',
    ],
    ...[
      'argument_names',
      'return_type',
      'body',
      'language',
      'caching',
      'extensions',
      'comment',
      'initial_tablets',
      'cdc',
    ],
  ];
  const row = fc
    .record(Object.fromEntries(columns.map((column) => [column, value])), { requiredKeys: [] })
    .map((cells) => ({ keyspace_name: 'ks', ...cells }));
  const names = [
    'tables',
    'columns',
    'types',
    'views',
    'indexes',
    'triggers',
    'functions',
    'aggregates',
    'column_masks',
  ];
  const tables = fc.record(
    Object.fromEntries(
      [...names, 'scylla_tables', 'scylla_keyspaces'].map((name) => [name, fc.array(row, { maxLength: 4 })]),
    ),
  );
  await fc.assert(
    fc.asyncProperty(tables, async (hostile) => {
      const all = Object.entries(hostile).map(([name, rows]) => [name, [...rows, ...(SMALL[name] ?? [])]] as const);
      const schema = new FakeSchema({
        ...Object.fromEntries(all),
        keyspaces: [keyspaceRow({ keyspace_name: 'other' }), keyspaceRow()],
      });
      const snapshot = await schema.reader.readAll(schema.query);
      assert(snapshot.keyspaces.has('other') && snapshot.keyspaces.has('ks'));
      snapshot.exportAsString();
    }),
    { numRuns: 300 },
  );
});

test('an option that is no map of texts is left out of its table', async () => {
  const comment = new Map([['a', null]]);
  const schema = new FakeSchema(bad({ tables: [tableRow('bad', { comment })] }));
  const { keyspaces } = await schema.reader.readAll(schema.query);
  assert.equal(keyspaces.get('ks')?.tables.get('bad')?.options['comment'], undefined);
  assert(!keyspaces.get('ks')?.exportAsString().includes('comment'));
});
