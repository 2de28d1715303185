// Objects and arrays out of slots, by generated code and by the loop that stands in where code generation is forbidden.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';

import { arrayBuilder, objectBuilder } from '../../../src/result/object-builder.ts';
import { Page } from '../../../src/result/page.ts';
import { cellOf } from '../../../src/result/readers.ts';
import { DEFAULT_TYPE_MAPPING } from '../../../src/result/type-mapping.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { tapeOf, type TapeCell } from './tape-builder.ts';

const types = [
  CqlType.native('int'),
  CqlType.native('boolean'),
  CqlType.native('double'),
  CqlType.native('bigint'),
  CqlType.native('text'),
  CqlType.native('timestamp'),
  CqlType.list(CqlType.native('int')),
];
const row: TapeCell[] = [1, true, 0.5, 5n, 'text', 7, [1, 2]];
const values = [1, true, 0.5, 5n, 'text', new Date(7), [1, 2]];
const nulls: TapeCell[] = types.map(() => null);

const hostileNames = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  'a"b',
  "a'b",
  'a\\b',
  'a\nb\r',
  'a\u2028b\u2029',
  '`${page}`',
  '"]: (() => { throw 1 })(), ["',
  '*/ } ); //',
  '\ud800',
  '😀',
  '0',
  'get x',
  'x'.repeat(48_000),
];

for (const generate of [true, false]) {
  const how = generate ? 'generated code' : 'the loop';

  function build(names: readonly string[], rows: readonly TapeCell[][], row = 0): Record<string, unknown> {
    const rowTypes = names.map((_, i) => types[i % types.length] as CqlType);
    const { delivery, records } = tapeOf(rowTypes, rows);
    const cells = rowTypes.map((type, i) => cellOf(type, DEFAULT_TYPE_MAPPING, names[i] ?? ''));
    const page = new Page(delivery, records[0] ?? 0);
    return objectBuilder(names, cells, generate)(page, row * names.length);
  }

  test(`${how} reads every kind of slot`, () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    assert.deepEqual(
      build(names, [nulls.slice(0, 0), row], 1),
      Object.fromEntries(names.map((name, i) => [name, values[i]])),
    );
  });

  test(`${how} reads pages without nulls and with them, in any order`, () => {
    const cells = types.map((type) => cellOf(type, DEFAULT_TYPE_MAPPING, ''));
    const builder = arrayBuilder(cells, generate);
    const full = tapeOf(types, [row]);
    const withNulls = tapeOf(types, [row, nulls]);
    const fullPage = new Page(full.delivery, full.records[0] ?? 0);
    const nullPage = new Page(withNulls.delivery, withNulls.records[0] ?? 0);
    assert.deepEqual(builder(fullPage, 0), values);
    assert.deepEqual(builder(nullPage, 7), [null, null, null, null, null, null, null]);
    assert.deepEqual(builder(nullPage, 0), values);
    assert.deepEqual(builder(fullPage, 0), values);
  });

  test(`${how} makes plain properties of hostile names`, () => {
    const cells = hostileNames.map((_, i) => row[i % row.length] ?? null);
    const object = build(hostileNames, [cells]);
    assert.equal(Object.getPrototypeOf(object), null);
    assert.deepEqual(new Set(Object.keys(object)), new Set(hostileNames));
    for (const [i, name] of hostileNames.entries()) assert.deepEqual(object[name], values[i % values.length]);
  });

  test(`${how} keeps Object.prototype as the prototype unless a name is __proto__`, () => {
    assert.equal(Object.getPrototypeOf(build(['constructor', 'toString'], [[1, true]])), Object.prototype);
    assert.equal(Object.getPrototypeOf(build(['a', '__proto__'], [[1, true]])), null);
  });

  test(`${how} lets the last of equal names win`, () => {
    const object = build(['a', 'b', 'a'], [[1, true, 0.5]]);
    assert.deepEqual(object, { a: 0.5, b: true });
    assert.deepEqual(Object.keys(object), ['a', 'b']);
  });

  test(`${how} makes objects without columns`, () => {
    assert.deepEqual(build([], [[]]), {});
  });

  test(`${how} makes writable, configurable properties`, () => {
    assert.deepEqual(Object.getOwnPropertyDescriptor(build(['a'], [[1]]), 'a'), {
      value: 1,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  });

  test(`${how} does not run setters of Object.prototype`, () => {
    Object.defineProperty(Object.prototype, 'trap', { set: () => assert.fail('setter ran'), configurable: true });
    try {
      assert.deepEqual(Object.entries(build(['trap'], [[1]])), [['trap', 1]]);
    } finally {
      delete (Object.prototype as { trap?: unknown }).trap;
    }
  });
}

test('generated code and the loop make the same of any names', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 30 }), (names) => {
      const rowTypes = names.map((_, i) => types[i % types.length] as CqlType);
      const { delivery, records } = tapeOf(rowTypes, [names.map((_, i) => row[i % row.length] ?? null)]);
      const page = new Page(delivery, records[0] ?? 0);
      const cells = rowTypes.map((type) => cellOf(type, DEFAULT_TYPE_MAPPING, ''));
      const generated = objectBuilder(names, cells, true)(page, 0);
      const looped = objectBuilder(names, cells, false)(page, 0);
      assert.deepEqual(generated, looped);
      assert.deepEqual(Object.keys(generated), Object.keys(looped));
    }),
    { numRuns: 300 },
  );
});

test('rows of more columns than code is generated for come out whole', () => {
  const names = Array.from({ length: 3000 }, (_, i) => `c${i}`);
  const { delivery, records } = tapeOf(
    names.map(() => CqlType.native('int')),
    [names.map((_, i) => i)],
  );
  const cells = names.map(() => cellOf(CqlType.native('int'), DEFAULT_TYPE_MAPPING, ''));
  const object = objectBuilder(names, cells)(new Page(delivery, records[0] ?? 0), 0);
  assert.equal(object['c2999'], 2999);
  assert.equal(Object.keys(object).length, 3000);
});

test('rows are made where code generation from strings is forbidden', () => {
  const here = fileURLToPath(new URL('.', import.meta.url));
  const script = `
    const { objectBuilder } = await import('${here}../../../src/result/object-builder.js');
    try { new Function(''); process.exit(2); } catch {}
    const page = { nullsWord: 0, isNull: () => false };
    const object = objectBuilder(['a', '__proto__'], [{ inline: 'int', read: () => 1 }, { inline: 'none', read: () => 2 }])(page, 0);
    if (object.a !== 1 || Object.entries(object).length !== 2) process.exit(3);
  `;
  const args = ['--disallow-code-generation-from-strings', '--input-type=module', '-e', script];
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
});
