// Bind markers in CQL text, and those of the model documents turned into them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import fc from 'fast-check';

import { findMarkers, rewritePercentMarkers } from '../../../src/statement/markers.ts';
import type { Params } from '../../../src/types/cql-value.ts';

const rewritten: readonly (readonly [text: string, params: Params, expected: string])[] = [
  ['INSERT INTO t (a, b) VALUES (%s, %s)', [1, 2], 'INSERT INTO t (a, b) VALUES (?, ?)'],
  [
    'SELECT * FROM t WHERE a=%(x)s AND b=%(y)s OR c=%(x)s',
    { x: 1, y: 2 },
    'SELECT * FROM t WHERE a=:x AND b=:y OR c=:x',
  ],
  ['SELECT * FROM t WHERE a = %(userId)s', { userId: 1 }, 'SELECT * FROM t WHERE a = :"userId"'],
  ['SELECT * FROM t WHERE a = %(from)s', { from: 1 }, 'SELECT * FROM t WHERE a = :"from"'],
  ['SELECT * FROM t WHERE a = %(odd "name)s', { 'odd "name': 1 }, 'SELECT * FROM t WHERE a = :"odd ""name"'],
  ["SELECT '%s', %s FROM t", [1], "SELECT '%s', ? FROM t"],
  ["SELECT 'it''s %s', %s FROM t", [1], "SELECT 'it''s %s', ? FROM t"],
  ['SELECT "a%s""b", %s FROM t', [1], 'SELECT "a%s""b", ? FROM t'],
  ['SELECT $$ %s $$, %s FROM t', [1], 'SELECT $$ %s $$, ? FROM t'],
  ['SELECT a /* %s */ FROM t WHERE a=%s -- %s', [1], 'SELECT a /* %s */ FROM t WHERE a=? -- %s'],
  ['SELECT a // %s\nFROM t WHERE a=%s', [1], 'SELECT a // %s\nFROM t WHERE a=?'],
  ['SELECT a -- %s\r\nFROM t WHERE a=%s', [1], 'SELECT a -- %s\r\nFROM t WHERE a=?'],
  ["INSERT INTO t (a, b) VALUES (%s, '100%%')", [1], "INSERT INTO t (a, b) VALUES (?, '100%')"],
  ['SELECT a %% 2 FROM t WHERE b=%s', [1], 'SELECT a % 2 FROM t WHERE b=?'],
  ['SELECT a %%s FROM t WHERE b=%s', [1], 'SELECT a %s FROM t WHERE b=?'],
  ['SELECT %%%s FROM t', [1], 'SELECT %? FROM t'],
  ['SELECT a % b FROM t WHERE c=%s', [1], 'SELECT a % b FROM t WHERE c=?'],
  ['SELECT a %size FROM t WHERE c=%s', [1], 'SELECT a %size FROM t WHERE c=?'],
  ["UPDATE t SET m = {'k': %s, %s: 'x'} WHERE a=%s", [1, 2, 3], "UPDATE t SET m = {'k': ?, ?: 'x'} WHERE a=?"],
  ['%s', [1], '?'],
];

for (const [text, params, expected] of rewritten) {
  test(`rewrites ${JSON.stringify(text)}`, () => {
    assert.equal(rewritePercentMarkers(text, params), expected);
  });
}

const untouched: readonly (readonly [text: string, params: Params | undefined])[] = [
  ['SELECT a %s FROM t', undefined],
  ['SELECT a %% 2 FROM t', []],
  ['SELECT a %% 2 FROM t WHERE b = ?', [1]],
  ['SELECT %s FROM t', []],
  ['SELECT %s FROM t', [1, 2]],
  ['SELECT %s, %s FROM t', [1]],
  ['SELECT %s FROM t', { s: 1 }],
  ['SELECT %(a)s FROM t', [1]],
  ['SELECT %(a)s FROM t', { b: 1 }],
  ['SELECT %(a)s FROM t', { a: 1, b: 1 }],
  ['SELECT %(a)s, %(b)s FROM t', { a: 1 }],
  ['SELECT %(a)s, %s FROM t', { a: 1 }],
  ['SELECT %s, ? FROM t', [1]],
  ['SELECT %s FROM t WHERE a = :x', [1]],
  ['SELECT a %s FROM t WHERE b = ?', [1]],
  ["SELECT '%s' FROM t", [1]],
  ["SELECT '%s", [1]],
  ['SELECT /* %s', [1]],
  ['SELECT $$ %s', [1]],
  ['SELECT "%s', [1]],
  ['SELECT %(a FROM t', { a: 1 }],
  ['SELECT %(a)d FROM t', { a: 1 }],
  ['SELECT %d FROM t', [1]],
];

for (const [text, params] of untouched) {
  test(`leaves ${JSON.stringify(text)} with ${JSON.stringify(params)} as it is`, () => {
    assert.equal(rewritePercentMarkers(text, params), text);
  });
}

const found: readonly (readonly [text: string, positional: number, named: readonly string[]])[] = [
  ['SELECT * FROM t', 0, []],
  ['SELECT * FROM t WHERE a = ? AND b IN (?, ?)', 3, []],
  ['SELECT * FROM t WHERE a = :x AND b = :x AND c = :Yz', 0, ['x', 'x', 'yz']],
  ['SELECT * FROM t WHERE a = :"Yz" AND b = :"a""b"', 0, ['Yz', 'a"b']],
  ['SELECT * FROM t WHERE a = : x LIMIT :l', 0, ['x', 'l']],
  ['SELECT \'?\', "?", $$?$$ FROM t /* ? :x */ -- ?\n WHERE a = ? // :x', 1, []],
  ["INSERT INTO t (m) VALUES ({'a': 1, 'b':2})", 0, []],
  ['INSERT INTO t (u) VALUES ({street: now(), number:f(:x), other: :y})', 0, ['x', 'y']],
  ['INSERT INTO t (m) VALUES ({:k: :v, ?: ?})', 2, ['k', 'v']],
  ['INSERT INTO t (m) VALUES ({1: {a: :x}, 2: [:y]})', 0, ['x', 'y']],
  ['INSERT INTO t (m) VALUES ({(int)1: x, [1]: y, {1}: z, f(): w})', 0, []],
  ['SELECT a[:i] FROM t WHERE t = 12:30', 0, ['i']],
  ['UPDATE t USING TTL :ttl AND TIMESTAMP :ts SET a = a + {:e} WHERE k = :k', 0, ['ttl', 'ts', 'e', 'k']],
];

for (const [text, positional, named] of found) {
  test(`finds the markers of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(findMarkers(text), { positional, named });
  });
}

test('literals are never changed and markers are exactly the parameters, whatever stands in the literals', () => {
  const part = fc.oneof(
    fc.string().map((s) => ({ text: `'${s.replaceAll("'", "''").replaceAll('%%', '')}'`, isMarker: false })),
    fc.string().map((s) => ({ text: `"${s.replaceAll('"', '""').replaceAll('%%', '')}"`, isMarker: false })),
    fc.string().map((s) => ({
      text: `/*${s.replaceAll('*', '').replaceAll('%%', '')}*/`,
      isMarker: false,
    })),
    fc.constant({ text: 'word', isMarker: false }),
    fc.constant({ text: '%s', isMarker: true }),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.map((piece) => piece.text).join(' ');
      const values = parts.filter(({ isMarker }) => isMarker).map(() => 1);
      const expected = parts.map((piece) => (piece.isMarker ? '?' : piece.text)).join(' ');
      assert.equal(rewritePercentMarkers(text, values), expected);
    }),
    { numRuns: 1000 },
  );
});

test('a literal of a megabyte is passed over', () => {
  const literal = `'${"''%s".repeat(250_000)}'`;
  assert.equal(rewritePercentMarkers(`SELECT ${literal}, %s`, [1]), `SELECT ${literal}, ?`);
});
