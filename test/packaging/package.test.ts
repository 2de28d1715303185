// The package as a user gets it: what is in the tarball, and that it works once installed, in every runtime.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { build } from 'esbuild';
import { CASSANDRA_VERSION } from '../cluster/harness/cassandra-cluster.ts';
import { sharedCluster } from '../cluster/harness/shared-cluster.ts';
import {
  developmentPackage,
  developmentProgram,
  installInto,
  packTarball,
  projectsDirectory,
  runIn,
  type Tarball,
} from './installed-package.ts';

const SIZE_LIMIT = 1_500_000;

interface Manifest {
  readonly dependencies?: Record<string, string>;
  readonly optionalDependencies?: Record<string, string>;
  readonly peerDependencies?: Record<string, string>;
  readonly peerDependenciesMeta?: Record<string, { readonly optional?: boolean }>;
  readonly bundleDependencies?: unknown;
  readonly scripts?: Record<string, string>;
  readonly exports: Record<string, string | Record<string, string>>;
}

let directory: string;
let tarball: Tarball;
let project: string;
let manifest: Manifest;
let contactPoint: string;

before(async () => {
  directory = await projectsDirectory();
  tarball = await packTarball(directory);
  project = await installInto(directory, 'user', tarball, ['query.mjs', 'query.cjs', 'arrow.mjs', 'strict-user.ts']);
  manifest = JSON.parse(await readFile(join(project, 'node_modules', 'ferrocql', 'package.json'), 'utf8')) as Manifest;
  contactPoint = (await sharedCluster()).contactPoints[0] ?? '';
});
after(() => rm(directory, { recursive: true, force: true }));

describe('the tarball', () => {
  test('has no dependency and runs nothing at installation', () => {
    assert.deepEqual(manifest.dependencies ?? {}, {});
    const required = Object.keys(manifest.peerDependencies ?? {}).filter(
      (name) => manifest.peerDependenciesMeta?.[name]?.optional !== true,
    );
    assert.deepEqual(required, []);
    assert.deepEqual(manifest.optionalDependencies ?? {}, {});
    assert.equal(manifest.bundleDependencies, undefined);
    const hooks = Object.keys(manifest.scripts ?? {}).filter((name) => /install|prepare|prepublish/.test(name));
    assert.deepEqual(hooks, []);
    assert.deepEqual(
      tarball.files.filter((path) => /\.node$|binding\.gyp$/.test(path)),
      [],
    );
  });

  test('holds what is built, and its licence and documents, and nothing else', () => {
    const expected =
      /^(dist\/.*\.(js|d\.ts|wasm)(\.map)?|package\.json|docs\/[a-z]+\.md|README\.md|CHANGELOG\.md|LICENSE)$/;
    assert.deepEqual(
      tarball.files.filter((path) => !expected.test(path)),
      [],
    );
    for (const path of ['LICENSE', 'README.md', 'CHANGELOG.md'])
      assert.ok(tarball.files.includes(path), `${path} is missing`);
  });

  test(`is at most ${SIZE_LIMIT / 1e6} MB`, () => {
    assert.ok(tarball.size <= SIZE_LIMIT, `${tarball.size} bytes`);
  });

  test('has every file that its exports name', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target] : Object.values(target),
    );
    const missing = targets.filter((target) => !existsSync(join(project, 'node_modules', 'ferrocql', target)));
    assert.deepEqual(missing, []);
  });
});

describe('the installed package', () => {
  const answer = { release_version: CASSANDRA_VERSION };

  test('answers a query from Node through import', async () => {
    assert.deepEqual(JSON.parse(await runIn(project, process.execPath, ['query.mjs', contactPoint])), answer);
  });

  test('answers a query from Node through require()', async () => {
    assert.deepEqual(
      JSON.parse(await runIn(project, process.execPath, [...REQUIRE_ESM, 'query.cjs', contactPoint])),
      answer,
    );
  });

  test('answers a query from Deno that may use the loopback network and read the project, nothing more', async () => {
    const permissions = ['--no-prompt', '--allow-net=127.0.0.1', '--allow-read=.'];
    const args = ['run', '--node-modules-dir=manual', ...permissions, 'query.mjs', contactPoint];
    assert.deepEqual(JSON.parse(await runIn(project, developmentProgram('deno'), args)), answer);
  });

  test('answers a query from Bun', async () => {
    assert.deepEqual(JSON.parse(await runIn(project, developmentProgram('bun'), ['query.mjs', contactPoint])), answer);
  });

  test('answers a query from one file that a bundler made, without the package beside it', async () => {
    const outfile = join(directory, 'bundle.mjs');
    await build({ entryPoints: [join(project, 'query.mjs')], bundle: true, platform: 'node', format: 'esm', outfile });
    assert.deepEqual(JSON.parse(await runIn(directory, process.execPath, [outfile, contactPoint])), answer);
  });

  test('makes Arrow tables where apache-arrow is installed, and says what is missing where it is not', async () => {
    await assert.rejects(
      runIn(project, process.execPath, ['arrow.mjs', contactPoint]),
      /Cannot find package 'apache-arrow'/,
    );
    const link = join(project, 'node_modules', 'apache-arrow');
    await symlink(developmentPackage('apache-arrow'), link);
    const table = { names: ['key', 'release_version'], rows: [{ key: 'local', release_version: CASSANDRA_VERSION }] };
    assert.deepEqual(JSON.parse(await runIn(project, process.execPath, ['arrow.mjs', contactPoint])), table);
    await rm(link);
  });

  test('offers the module as a file of its own', async () => {
    const program = `
      import { readFileSync } from 'node:fs';
      const module = new WebAssembly.Module(readFileSync(new URL(import.meta.resolve('ferrocql/core.wasm'))));
      console.log(WebAssembly.Module.imports(module).length);`;
    await writeFile(join(project, 'module.mjs'), program);
    assert.equal(await runIn(project, process.execPath, ['module.mjs']), '0\n');
  });
});

// Node warns once that require() of an ES module is young, on stderr; the option keeps the test's output clean.
const REQUIRE_ESM = ['--disable-warning=ExperimentalWarning'];

describe('the declarations compile in a strict project', () => {
  const compile = async (types: readonly string[]): Promise<void> => {
    const compilerOptions = {
      ...{ target: 'es2022', lib: ['es2022', 'dom', 'esnext.disposable'], module: 'nodenext', noEmit: true, types },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: false },
    };
    await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['strict-user.ts'] }));
    const compiler = join(developmentPackage('typescript'), 'bin', 'tsc');
    const output = await runIn(project, process.execPath, [compiler]).catch(outputOf);
    assert.equal(output, '');
  };
  const outputOf = (cause: unknown): string => (cause as { stdout: string }).stdout;

  test('that knows nothing of Node', async () => {
    await compile([]);
  });

  test('that uses @types/node', async () => {
    await mkdir(join(project, 'node_modules', '@types'), { recursive: true });
    await symlink(developmentPackage('@types/node'), join(project, 'node_modules', '@types', 'node'));
    await symlink(developmentPackage('undici-types'), join(project, 'node_modules', 'undici-types'));
    await compile(['node']);
  });
});
