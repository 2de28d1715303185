// The order of the modules, written here and nowhere else: a file imports only from its own layer and those before it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crateFaults } from './layers/rust-layers.ts';
import { layerFaults, type LayerRules } from './layers/typescript-layers.ts';

const ORDER = [
  ...['errors', 'types', 'core', 'protocol', 'result', 'connection', 'topology', 'statement', 'policies', 'pool'],
  ...['execution', 'control', 'options', 'session', 'concurrent', 'version', 'cluster', 'index', 'arrow'],
];

const CRATE_ORDER = [
  ...[
    'error',
    'notation',
    'crc',
    'compress',
    'frame',
    'segment',
    'decoder',
    'types',
    'value',
    'metadata',
    'parameters',
  ],
  ...['request', 'delivery', 'response', 'rows', 'columns', 'token', 'inbound', 'request_block', 'outbound'],
];

const RULES: LayerRules = {
  order: ORDER,
  door: { layer: 'core', file: 'bindings/load.ts' },
  reserved: new Map([
    ['node:net', 'connection'],
    ['node:tls', 'connection'],
    ['node:dns', 'connection'],
    ['apache-arrow', 'arrow'],
  ]),
};

const LINE_LIMIT = 500;
const ROOT = join(import.meta.dirname, '..', '..', '..');

function filesIn(folder: string, extension: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => extension.test(name) && !/(^|\/)(target|pkg|node_modules)\//.test(name));
}

function textsIn(folder: string, extension: RegExp, prefix: string): Map<string, string> {
  return new Map(
    filesIn(folder, extension).map((name) => [prefix + name, readFileSync(join(ROOT, folder, name), 'utf8')]),
  );
}

describe('this project', () => {
  test('keeps the order of its TypeScript layers', () => {
    const files = textsIn('src', /\.ts$/, 'src/');
    assert.ok(files.size > 0);
    assert.deepEqual(layerFaults(files, RULES), []);
  });

  test('keeps the order of the modules of its core', () => {
    assert.deepEqual(crateFaults(textsIn('core-rs/src', /\.rs$/, ''), CRATE_ORDER), []);
  });

  test(`has no file of more than ${LINE_LIMIT} lines`, () => {
    const folders = ['src', 'core-rs', 'bindings', 'test', 'scripts', 'bench', 'examples'];
    const tooLong = folders.flatMap((folder) =>
      [...textsIn(folder, /\.(ts|mjs|rs|sh)$/, `${folder}/`)]
        .map(([path, text]) => ({ path, lines: text.split('\n').length - 1 }))
        .filter(({ lines }) => lines > LINE_LIMIT)
        .map(({ path, lines }) => `${path}: ${lines}`),
    );
    assert.deepEqual(tooLong, []);
  });
});

describe('the check of TypeScript layers', () => {
  const rules: LayerRules = { ...RULES, order: ['low', 'high'] };
  const faults = (files: Record<string, string>): string[] => layerFaults(new Map(Object.entries(files)), rules);

  test('accepts imports downwards and inside a layer', () => {
    const files = {
      'src/low.ts': `import { a } from './low/a.ts';`,
      'src/low/a.ts': `import net from 'node:fs';`,
      'src/high.ts': `import { a } from './low/a.ts'; import type { B } from './low.ts'; export { a };`,
    };
    assert.deepEqual(faults(files), []);
  });

  test('finds an import upwards, also of a type', () => {
    const files = { 'src/low.ts': `import type { B } from './high.ts';`, 'src/high.ts': '' };
    assert.deepEqual(faults(files), ['src/low.ts imports src/high.ts, but low lies below high']);
  });

  test('finds a name that is exported on from above', () => {
    const files = { 'src/low/a.ts': `export { b } from '../high.ts';`, 'src/high.ts': '' };
    assert.deepEqual(faults(files), ['src/low/a.ts imports src/high.ts, but low lies below high']);
  });

  test('finds a cycle inside a layer', () => {
    const files = { 'src/low.ts': `import './low/a.ts';`, 'src/low/a.ts': `import type { X } from '../low.ts';` };
    assert.deepEqual(faults(files), ['cycle: src/low.ts → src/low/a.ts → src/low.ts']);
  });

  test('finds imports that run inside code', () => {
    const files = { 'src/low.ts': `const a = await import('./high.ts'); let b: import('./high.ts').B; require('fs');` };
    assert.deepEqual(faults(files), [
      `src/low.ts imports inside its code: import('./high.ts')`,
      `src/low.ts imports inside its code: import('./high.ts').B`,
      `src/low.ts imports inside its code: require('fs')`,
    ]);
  });

  test('finds exports of everything, missing extensions, missing files and packages', () => {
    const files = {
      'src/high.ts': `export * from './low.ts'; import { a } from './low'; import './none.ts'; import 'chalk';`,
      'src/low.ts': '',
    };
    assert.deepEqual(faults(files), [
      'src/high.ts exports all of ./low.ts instead of names',
      'src/high.ts imports ./low without the extension .ts',
      'src/high.ts imports src/none.ts, which does not exist',
      'src/high.ts imports chalk: the package depends on nothing',
    ]);
  });

  test('finds sockets and the module outside the layers that own them', () => {
    const files = {
      'src/low.ts': `import net from 'node:net'; import dns from 'node:dns/promises'; import '../bindings/load.ts';`,
      'src/other.ts': '',
    };
    assert.deepEqual(faults(files), [
      'src/low.ts imports node:net, which only connection may',
      'src/low.ts imports node:dns/promises, which only connection may',
      'src/low.ts imports bindings/load.ts, which is outside src/',
      'src/other.ts belongs to no layer',
    ]);
  });
});

describe('the check of the core', () => {
  const faults = (files: Record<string, string>): string[] =>
    crateFaults(new Map(Object.entries({ 'lib.rs': 'pub mod low;\nmod high;\n', ...files })), ['low', 'high']);

  test('accepts uses downwards, of itself, and in comments', () => {
    assert.deepEqual(
      faults({
        'low.rs': '// crate::high\nuse std::fmt;',
        'high.rs': 'use crate::low::{a, b};',
        'high/part.rs': 'use super::x;',
      }),
      [],
    );
  });

  test('finds uses upwards in each of their forms', () => {
    const expected = (path: string): string[] => [`${path} uses high, but low lies below it`];
    assert.deepEqual(faults({ 'low.rs': 'use crate::high::x;' }), expected('low.rs'));
    assert.deepEqual(faults({ 'low.rs': 'use crate::{low::{y, z}, high};' }), expected('low.rs'));
    assert.deepEqual(faults({ 'low/part.rs': 'fn f() { crate::high::x() }' }), expected('low/part.rs'));
    assert.deepEqual(faults({ 'low.rs': 'use super::high::x;' }), expected('low.rs'));
    assert.deepEqual(faults({ 'low/part.rs': 'use super::super::high::x;' }), expected('low/part.rs'));
  });

  test('finds modules that are new or listed in another order', () => {
    assert.deepEqual(faults({ 'lib.rs': 'mod high;\nmod low;\n' }), ['lib.rs lists its modules as: high low']);
    assert.deepEqual(faults({ 'new.rs': '' }), ['new.rs belongs to no layer']);
  });
});
