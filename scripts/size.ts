// Prints how large the module and the main entry are and how long the import takes; fails over budget.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const MODULE_BUDGET = 150_000;
const ENTRY_BUDGET = 450_000;
const RUNS = 9;

const entry = join('dist', 'index.js');
const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;

const module = readFileSync(join('bindings', 'pkg', 'core.wasm'));
const zipped = gzipSync(module, { level: 9 }).length;
const bundle = await build({
  entryPoints: [entry],
  bundle: true,
  minify: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  write: false,
  logLevel: 'error',
});
const contents = bundle.outputFiles[0]?.contents ?? new Uint8Array();
const minified = contents.length;
const zippedEntry = gzipSync(contents, { level: 9 }).length;

console.log(
  `core.wasm      ${kilobytes(module.length)}, ${kilobytes(zipped)} gzipped (budget ${kilobytes(MODULE_BUDGET)})`,
);
console.log(
  `main entry     ${kilobytes(minified)} minified with the module in it, ${kilobytes(zippedEntry)} gzipped ` +
    `(budget ${kilobytes(ENTRY_BUDGET)} minified)`,
);
console.log(`import time    ${importTime().toFixed(0)} ms over an empty program (median of ${RUNS})`);
if (zipped > MODULE_BUDGET || minified > ENTRY_BUDGET) {
  console.error('over budget');
  process.exit(1);
}

/** Both programs take turns, so that a busy machine slows both. */
function importTime(): number {
  const program = `import ${JSON.stringify(pathToFileURL(entry).href)};`;
  const differences = Array.from({ length: RUNS }, () => {
    const empty = timeOf('');
    return timeOf(program) - empty;
  });
  return differences.sort((a, b) => a - b)[RUNS >> 1] ?? 0;
}

function timeOf(program: string): number {
  const start = performance.now();
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], { stdio: 'inherit' });
  if (status !== 0) throw new Error('the main entry cannot be imported');
  return performance.now() - start;
}
