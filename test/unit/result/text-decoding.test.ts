// Text out of bytes, with whatever decoder a runtime has.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { decodeAscii, decodeUtf16, decodeUtf8 } from '../../../src/result/text-decoding.ts';

const sourceFile = fileURLToPath(new URL('../../../src/result/text-decoding.js', import.meta.url));

test('each decoder decodes the part it is given', () => {
  const bytes = Uint8Array.from(Buffer.from('xABCx'));
  assert.equal(decodeAscii(bytes, 1, 4), 'ABC');
  assert.equal(decodeUtf16(Uint8Array.from(Buffer.from('x€😀', 'utf16le')), 2, 8), '€😀');
  assert.equal(decodeUtf8(Uint8Array.from(Buffer.from('x€😀')), 1, 8), '€😀');
});

const runtimes: readonly (readonly [name: string, setup: string])[] = [
  ['has no Buffer', 'delete globalThis.Buffer;'],
  ['has a Buffer without the methods', 'globalThis.Buffer = class {};'],
  [
    'has methods that refuse plain arrays',
    "globalThis.Buffer = { prototype: { latin1Slice() { throw 1; }, ucs2Slice() { return ''; } } };",
  ],
];

for (const [name, setup] of runtimes) {
  test(`text is decoded where the runtime ${name}`, () => {
    const script = `
      ${setup}
      const { decodeAscii, decodeUtf16 } = await import(${JSON.stringify(sourceFile)});
      const wide = Uint8Array.of(0, 0xff, 0xfe, 0x41, 0, 0xac, 0x20, 0x3d, 0xd8, 0x00, 0xde);
      if (decodeAscii(Uint8Array.of(0, 0x41, 0x42), 1, 3) !== 'AB') process.exit(2);
      if (decodeUtf16(wide, 1, 11) !== '\\ufeffA€😀') process.exit(3);
    `;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  });
}
