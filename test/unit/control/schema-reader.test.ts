// The schema from the rows of the server's tables: whole, in parts, and where rows are missing or nonsense.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { FakeSchema, SMALL, columnRow, keyspaceRow, tableRow } from './schema-rows.ts';

describe('the schema reader', () => {
  test('reads a table with its columns in the order of SELECT *', async () => {
    const schema = new FakeSchema({
      ...SMALL,
      columns: [
        columnRow('t', 'a', 'text'),
        columnRow('t', 'c', 'int', 'clustering', 0),
        columnRow('t', 'k1', 'int', 'partition_key', 1),
        columnRow('t', 'k2', 'int', 'partition_key', 0),
        columnRow('t', 's', 'int', 'static'),
      ],
    });
    const { keyspaces } = await schema.reader.readAll(schema.query);
    const table = keyspaces.get('ks')?.tables.get('t');
    assert.deepEqual([...(table?.columns.keys() ?? [])], ['k2', 'k1', 'c', 's', 'a']);
    assert.deepEqual(
      table?.primaryKey.map(({ name }) => name),
      ['k2', 'k1', 'c'],
    );
  });

  test('leaves out a table without partition key, says so once, and keeps the rest', async () => {
    const schema = new FakeSchema({
      ...SMALL,
      keyspaces: [keyspaceRow()],
      tables: [tableRow('broken'), tableRow('t')],
    });
    const first = await schema.reader.readAll(schema.query);
    await schema.reader.readAll(schema.query);
    assert.deepEqual([...(first.keyspaces.get('ks')?.tables.keys() ?? [])], ['t']);
    assert.equal(schema.reports.length, 1);
    assert.match(String(schema.reports[0]), /ks\.broken/);
  });
});
