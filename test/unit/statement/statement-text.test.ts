import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { isConditional, isPlainSelect } from '../../../src/statement/statement-text.ts';

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

test('a statement is conditional if IF stands in it outside of literals, quoted names and comments', () => {
  const conditional = [
    'INSERT INTO t (k) VALUES (1) IF NOT EXISTS',
    'update t set v = 1 where k = 1 if v = 2',
    '/* if */ DELETE FROM t WHERE k = 1\nIF EXISTS',
    "BEGIN BATCH INSERT INTO t (k) VALUES ('it''s') IF NOT EXISTS; APPLY BATCH",
  ];
  const plain = [
    'CREATE TABLE IF NOT EXISTS t (k int PRIMARY KEY)',
    'SELECT * FROM t',
    "INSERT INTO t (k) VALUES (' if ')",
    'INSERT INTO t ("if") VALUES ($$ if $$)',
    'UPDATE t SET iffy = 1 WHERE k = 1 -- if',
    'DELETE FROM t WHERE k = 1 /* if',
  ];
  for (const text of conditional) assert.equal(isConditional(text), true, text);
  for (const text of plain) assert.equal(isConditional(text), false, text);
});
