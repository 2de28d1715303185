// Every promise of the documents: the programs of the README and of each guide, and each example, run against a real Apache
// Cassandra and print what they are said to print.

import { strict as assert } from 'node:assert';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codeOf, faultsOf, firstNotPrinted, writeProgram } from './document-code.ts';
import { sharedCluster } from './harness/shared-cluster.ts';

const run = promisify(execFile);
/** Compiled files stand in build/test/cluster, so that the checkout is three levels up. */
const checkout = new URL('../../../', import.meta.url);
const LIMIT_MS = 60_000;

const guides = readdirSync(new URL('docs/', checkout)).filter((name) => name.endsWith('.md'));
const documents = ['README.md', ...guides.map((name) => `docs/${name}`)].map(codeOf);

describe('documents', () => {
  test('what stands in them compiles in a strict project', () => {
    assert.deepEqual(faultsOf(documents), []);
  });

  for (const document of documents.filter(({ program }) => program !== '')) {
    test(`the program of ${document.path} runs as it stands and prints what it is said to`, async () => {
      const { contactPoints } = await sharedCluster();
      const program = writeProgram(document, contactPoints[0] ?? '');
      const { stdout } = await run(process.execPath, [program], { timeout: LIMIT_MS });
      assert.notEqual(document.printed.length, 0);
      assert.equal(firstNotPrinted(document.printed, stdout), undefined, stdout);
    });
  }

  const examples = new URL('build/examples/', checkout);
  for (const file of readdirSync(examples).filter((name) => name.endsWith('.js'))) {
    test(`the example ${file.replace('.js', '.ts')} runs`, async () => {
      const { contactPoints } = await sharedCluster();
      const { stdout } = await run(process.execPath, [fileURLToPath(new URL(file, examples)), contactPoints[0] ?? '']);
      assert.notEqual(stdout, '');
    });
  }
});
