import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { isPlainSelect } from '../../../src/execution/statement-text.ts';

test('a SELECT is found behind blanks and comments', () => {
  for (const cql of [
    'SELECT 1',
    '  select * from t',
    '-- why\nSELECT 1',
    '// why\n SELECT 1',
    '/* select\n */ /**/SELECT 1',
    '\t\nSeLeCt',
  ]) {
    assert.equal(isPlainSelect(cql), true, cql);
  }
});

test('anything else is no SELECT, whatever its comments say', () => {
  for (const cql of [
    'INSERT INTO t',
    'selection',
    '-- SELECT 1',
    '/* SELECT */ UPDATE t',
    "'SELECT'",
    '',
    'BEGIN BATCH SELECT',
  ]) {
    assert.equal(isPlainSelect(cql), false, cql);
  }
});

test('a text of a hundred thousand blanks and comments costs no time', () => {
  assert.equal(isPlainSelect(`${'/**/ '.repeat(20_000)}DELETE`), false);
  assert.equal(isPlainSelect(`${' '.repeat(100_000)}-`), false);
});
