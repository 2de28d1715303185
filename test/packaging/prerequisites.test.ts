// What someone sees who lacks a tool that the README asks for: one line that says what to install.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

const SCRIPT = join(import.meta.dirname, '..', '..', '..', 'scripts', 'prerequisites.sh');

/** What each tool does when the script looks at it. */
const TOOLS: Readonly<Record<string, string>> = {
  node: 'exit 0',
  npm: '',
  cargo: '',
  rustc: `echo 'rustc 1.88.0 (6b00bc388 2025-06-23)'`,
  java: `echo 'openjdk version "17.0.15" 2025-04-15' >&2`,
  mvn: '',
  make: '',
  cc: '',
};

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true });
});

/** Runs the check where only these tools exist. */
function check(tools: Readonly<Record<string, string>>): { status: number | null; lines: string[] } {
  const directory = mkdtempSync(join(tmpdir(), 'ferrocql-tools-'));
  directories.push(directory);
  for (const [name, text] of Object.entries({ ...tools, sed: 'exec /bin/sed "$@"', head: 'exec /usr/bin/head "$@"' })) {
    writeFileSync(join(directory, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(directory, name), 0o755);
  }
  const { status, stdout, stderr } = spawnSync('/bin/bash', [SCRIPT], { env: { PATH: directory }, encoding: 'utf8' });
  assert.equal(stdout, '');
  return { status, lines: stderr.split('\n').filter((line) => line !== '') };
}

function without(name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(TOOLS).filter(([tool]) => tool !== name));
}

describe('the check of prerequisites', () => {
  test('says nothing when all are there', () => {
    assert.deepEqual(check(TOOLS), { status: 0, lines: [] });
  });

  for (const [tool, hint] of [
    ['node', 'Node 20.19 or newer'],
    ['npm', 'npm'],
    ['cargo', 'Rust'],
    ['rustc', 'Rust'],
    ['java', 'a JDK 17'],
    ['mvn', 'Maven'],
    ['make', 'make'],
    ['cc', 'a C compiler'],
  ] as const) {
    test(`names what to install where ${tool} is missing, in one line`, () => {
      const { status, lines } = check(without(tool));
      assert.equal(status, 1);
      assert.equal(lines.length, 1);
      assert.ok(lines[0]?.startsWith(`missing: ${hint}`), lines[0]);
    });
  }

  test('names the version that was found where it is too old or too new', () => {
    const { status, lines } = check({
      ...TOOLS,
      node: 'test "$1" = --version && echo v18.1.0; exit 1',
      rustc: `echo 'rustc 1.63.0'`,
      java: `echo 'openjdk version "21.0.1" 2023-10-17' >&2`,
    });
    assert.equal(status, 1);
    assert.match(lines[0] ?? '', /^missing: Node 20\.19 or newer \(found v18\.1\.0\)/);
    assert.match(lines[1] ?? '', /^missing: Rust 1\.88 or newer \(found rustc 1\.63\.0\)/);
    assert.match(lines[2] ?? '', /^missing: a JDK 17, which Cassandra 5\.0 needs \(found 21;/);
    assert.equal(lines.length, 3);
  });

  test('leaves the version of Rust to a rustup', () => {
    assert.deepEqual(check({ ...TOOLS, rustup: '', rustc: 'exit 1' }), { status: 0, lines: [] });
  });

  test('names everything that is missing at once', () => {
    assert.equal(check({}).lines.length, 7);
  });

  test('asks for the Rust that the crates ask for', () => {
    const root = join(SCRIPT, '..', '..');
    const [, minor] = /^rust-version = "1\.(\d+)"$/m.exec(readFileSync(join(root, 'Cargo.toml'), 'utf8')) ?? [];
    assert.match(readFileSync(SCRIPT, 'utf8'), new RegExp(`^RUST_MINOR=${minor ?? 'none'}$`, 'm'));
  });
});
