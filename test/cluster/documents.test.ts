// Every promise of the documents: the README's quick start and each example run against a real Apache Cassandra.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { sharedCluster } from './harness/shared-cluster.ts';

const run = promisify(execFile);
/** Compiled files stand in build/test/cluster, so that the checkout is three levels up. */
const buildFolder = new URL('../../', import.meta.url);
const checkout = new URL('../../../', import.meta.url);

describe('documents', () => {
  test('the quick start of the README runs as it stands', async () => {
    const { contactPoints } = await sharedCluster();
    const readme = readFileSync(new URL('README.md', checkout), 'utf8');
    const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    assert(code !== undefined);
    const program = new URL('quick-start.mjs', buildFolder);
    writeFileSync(
      program,
      code.replace("'ferrocql'", "'./src/index.js'").replace("'127.0.0.1'", JSON.stringify(contactPoints[0])),
    );
    try {
      const { stdout } = await run(process.execPath, [fileURLToPath(program)]);
      assert.match(stdout, /9007199254740993n/);
      assert.match(stdout, /La Petite Tonkinoise/);
    } finally {
      rmSync(program);
    }
  });

  const examples = new URL('examples/', buildFolder);
  for (const file of readdirSync(examples).filter((name) => name.endsWith('.js'))) {
    test(`the example ${file.replace('.js', '.ts')} runs`, async () => {
      const { contactPoints } = await sharedCluster();
      const { stdout } = await run(process.execPath, [fileURLToPath(new URL(file, examples)), contactPoints[0] ?? '']);
      assert.notEqual(stdout, '');
    });
  }
});
