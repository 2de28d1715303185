// The documents say what the code says: every option with its default, every error, and links that lead somewhere.

import { strict as assert } from 'node:assert';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { ERROR_TABLE, type ErrorDefinition } from '../../src/errors/table.ts';
import { resolveOptions } from '../../src/options.ts';

/** Compiled files stand in build/test/unit, so that the checkout is three levels up. */
const checkout = new URL('../../../', import.meta.url);
const guides = readdirSync(new URL('docs/', checkout)).map((name) => `docs/${name}`);

function read(path: string): string {
  return readFileSync(new URL(path, checkout), 'utf8');
}

/** Cells of the rows of the table whose first heading is `heading`. */
function tableOf(text: string, heading: string): string[][] {
  const table = new RegExp(`^\\| ${heading} \\|.*\\n\\|[-|]+\\n((?:\\|.*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return table
    .trim()
    .split('\n')
    .map((row) => row.slice(1, -1).split('|'))
    .map((cells) => cells.map((cell) => cell.trim()));
}

describe('docs/connecting.md', () => {
  const rows = tableOf(read('docs/connecting.md'), 'option');

  test('names every option of a cluster, and no other', () => {
    const source = /export interface ClusterOptions \{([\s\S]*?)\n\}/.exec(read('src/options.ts'))?.[1] ?? '';
    const options = [...source.matchAll(/^ {2}(\w+)\?: /gm)].map(([, name]) => `\`${name ?? ''}\``);
    assert.notEqual(options.length, 0);
    assert.deepEqual(
      rows.map(([name]) => name).sort(),
      options.sort(),
      'the table of all options in docs/connecting.md',
    );
  });

  test('gives the defaults that hold', () => {
    const defaults = Object.entries(resolveOptions({})).filter(([, value]) => typeof value !== 'object');
    for (const [name, value] of defaults.filter((entry) => typeof entry[1] !== 'function')) {
      const row = rows.find(([option]) => option === `\`${name}\``);
      assert.equal(row?.[1]?.replaceAll(',', ''), String(value), name);
    }
  });
});

describe('docs/values.md', () => {
  test('names every option of types with its choices, the default first', () => {
    const source =
      /export interface TypeMappingOptions \{([\s\S]*?)\n\}/.exec(read('src/result/type-mapping.ts'))?.[1] ?? '';
    const options = [...source.matchAll(/^ {2}(\w+)\?: (.*);$/gm)].map(([, name = '', choices = '']) => [
      `\`${name}\``,
      choices.replace(/'\w+'/g, '`$&`').replaceAll(' |', ','),
    ]);
    assert.deepEqual(tableOf(read('docs/values.md'), 'option'), options);
  });
});

describe('docs/errors.md', () => {
  test('has the table of errors', () => {
    const code = (text: string): string => (text === '' ? '' : `\`${text}\``);
    const expected = ERROR_TABLE.map((row: ErrorDefinition) => [
      ...[code(row.name), row.aliases.map(code).join(', '), code(row.code), code(row.base)],
      row.maybeApplied ? 'maybe' : 'no',
    ]);
    assert.deepEqual(tableOf(read('docs/errors.md'), 'class'), expected);
  });
});

describe('the documents', () => {
  const packed = (JSON.parse(read('package.json')) as { files: string[] }).files;

  test('are linked to one another by paths that exist', () => {
    for (const path of ['README.md', 'CONTRIBUTING.md', ...guides]) {
      for (const [, target = ''] of read(path).matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
        assert(existsSync(new URL(target, new URL(path, checkout))), `${path} links to ${target}`);
      }
    }
  });

  test('that the README links to are in the package', () => {
    for (const [, target = ''] of read('README.md').matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      assert(packed.includes(target.split('/')[0] ?? ''), target);
    }
  });

  test('that are guides are all linked from the README', () => {
    const readme = read('README.md');
    assert.deepEqual(
      guides.filter((path) => !readme.includes(`](${path})`)),
      [],
    );
  });

  test('leave the README short', () => {
    assert(read('README.md').split('\n').length <= 201);
  });
});
