// Takes what wasm-pack built in a directory (core_bg.wasm) and leaves there what the package ships: core.wasm, stripped
// of everything that our exports do not reach and optimised, and module.ts, which holds it compressed with Brotli, as base64.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

// The part of the WebAssembly API that is used here; TypeScript knows it only with the DOM library.
declare const WebAssembly: {
  readonly Module: {
    new (bytes: Uint8Array): object;
    exports(module: object): { readonly name: string }[];
    imports(module: object): { readonly module: string; readonly name: string }[];
  };
};

const FEATURES = [
  '--enable-simd',
  '--enable-bulk-memory',
  '--enable-bulk-memory-opt',
  '--enable-reference-types',
  '--enable-nontrapping-float-to-int',
  '--enable-sign-ext',
  '--enable-mutable-globals',
  '--enable-multivalue',
];

const directory = process.argv[2] ?? 'bindings/pkg';
const file = (name: string): string => join(directory, name);
const binaryen = (tool: string, args: string[]): void => {
  execFileSync(join('node_modules', '.bin', tool), [...args, ...FEATURES], { stdio: ['ignore', 'ignore', 'inherit'] });
};

// What wasm-bindgen adds for its own JavaScript begins with two underscores; that JavaScript is not used, so neither
// these exports nor the imports that only they need stay.
const names = WebAssembly.Module.exports(new WebAssembly.Module(readFileSync(file('core_bg.wasm'))))
  .map(({ name }) => name)
  .filter((name) => !name.startsWith('__'));
const graph = [{ name: 'outside', root: true, reaches: names }, ...names.map((name) => ({ name, export: name }))];

writeFileSync(file('reach.json'), JSON.stringify(graph));
binaryen('wasm-metadce', [file('core_bg.wasm'), '--graph-file', file('reach.json'), '-o', file('reached.wasm')]);
binaryen('wasm-opt', [
  '-O3',
  '--strip-debug',
  '--strip-producers',
  '--strip-target-features',
  file('reached.wasm'),
  '-o',
  file('core.wasm'),
]);
rmSync(file('reach.json'));
rmSync(file('reached.wasm'));

const bytes = readFileSync(file('core.wasm'));
const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
if (imports.length > 0) {
  const list = imports.map(({ module, name }) => `${module}.${name}`).join(', ');
  console.error(`the module must not import anything, but it imports ${list}`);
  process.exit(1);
}
const inlined = brotliCompressSync(bytes, {
  params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY },
}).toString('base64');
writeFileSync(
  file('module.ts'),
  `// Generated from core.wasm by scripts/build-wasm.sh: never edited.\nexport const brotliBase64 =\n  '${inlined}';\n`,
);
const digest = createHash('sha256').update(bytes).digest('hex');
console.log(`core.wasm: ${bytes.length} bytes, ${names.length} exports, no imports, sha256 ${digest}`);
