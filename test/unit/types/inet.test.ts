// Addresses: what is one, and how it is written.
import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { Inet, parseInetBytes } from '../../../src/types/inet.ts';

const bytesOfLength = (length: number): fc.Arbitrary<Uint8Array> =>
  fc
    .array(fc.oneof(fc.constant(0), fc.constant(0), fc.nat(255)), { minLength: length, maxLength: length })
    .map((b) => Uint8Array.from(b));

for (const [text, written] of [
  ['192.0.2.1', '192.0.2.1'],
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['::', '::'],
  ['::1', '::1'],
  ['1::', '1::'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['2001:0db8:0000:0000:0001:0000:0000:0001', '2001:db8::1:0:0:1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1::2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::ffff:192.0.2.1', '::ffff:192.0.2.1'],
  ['::FFFF:c000:201', '::ffff:192.0.2.1'],
  ['::192.0.2.1', '::c000:201'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4:5:6:c000:201'],
] as const) {
  test(`reads ${text} and writes ${written}`, () => {
    assert.equal(Inet.parse(text).toString(), written);
    assert.equal(Inet.parse(written).equals(Inet.parse(text)), true);
  });
}

for (const text of [
  '',
  '300.1.1.1',
  '1.2.3',
  '1.2.3.4.5',
  '01.2.3.4',
  '1.2.3.4 ',
  ' 1.2.3.4',
  '1.2.3.',
  '0x1.2.3.4',
  '1.2.3.-4',
  '127.1',
  '2130706433',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8:9',
  '1:2:3:4::5:6:7:8',
  ':1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:',
  '12345::',
  'g::',
  '::1%eth0',
  '[::1]',
  '::1/64',
  '1.2.3.4::',
  '::1.2.3.4:5',
  '::1.2.3',
  '::300.1.1.1',
  '1:2:3:4:5:6:7:1.2.3.4',
  'localhost',
  '1.2.3.4\n',
  '::\n',
  `${'1:'.repeat(1000)}:1`,
]) {
  test(`refuses ${JSON.stringify(text.slice(0, 40))} as an address`, () => {
    assert.throws(() => Inet.parse(text), InvalidArgumentError);
  });
}

test('the text of any address leads back to its bytes', () => {
  fc.assert(
    fc.property(fc.oneof(bytesOfLength(4), bytesOfLength(16)), (bytes) => {
      const inet = new Inet(bytes);
      assert.deepEqual(Inet.parse(inet.toString()).bytes, bytes);
      assert.equal(inet.version, bytes.length === 4 ? 4 : 6);
    }),
  );
});

test('writes IPv6 as URLs do, except for IPv4 inside of it', () => {
  fc.assert(
    fc.property(bytesOfLength(16), (bytes) => {
      const text = new Inet(bytes).toString();
      fc.pre(!text.includes('.'));
      assert.equal(new URL(`http://[${text}]`).hostname, `[${text}]`);
    }),
  );
});

test('accepts exactly what node:net takes for an address', () => {
  const pieces = fc.constantFrom(
    ':',
    '::',
    '.',
    '0',
    '1',
    '01',
    '255',
    '256',
    'ffff',
    'a',
    '10.0.0.1',
    '12345',
    'g',
    '',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 16 }), (parts) => {
      const text = parts.join('');
      const bytes = parseInetBytes(text);
      assert.equal(bytes === undefined ? 0 : bytes.length === 4 ? 4 : 6, isIP(text), text);
    }),
    { numRuns: 5000 },
  );
});

test('refuses bytes that are neither 4 nor 16', () => {
  for (const length of [0, 3, 5, 15, 17]) assert.throws(() => new Inet(new Uint8Array(length)), InvalidArgumentError);
  assert.throws(() => new Inet([127, 0, 0, 1] as never), InvalidArgumentError);
});

test('neither the bytes it was made of nor the bytes it gives out change an address', () => {
  const source = Uint8Array.from([192, 0, 2, 1]);
  const inet = new Inet(source);
  source.fill(0);
  inet.bytes.fill(0);
  assert.equal(inet.toString(), '192.0.2.1');
});

test('compares byte by byte, and IPv4 is not the IPv6 address that holds it', () => {
  const ordered = ['::', '::1', '1.2.3.4', '1.2.3.5', '127.0.0.1', '200::', 'ff02::1'];
  const sorted = ordered.map((text) => Inet.parse(text)).sort((a, b) => a.compare(b));
  assert.deepEqual(sorted.map(String), ['::', '::1', '1.2.3.4', '1.2.3.5', '200::', '127.0.0.1', 'ff02::1']);
  assert.ok(new Inet(new Uint8Array(4)).compare(new Inet(new Uint8Array(16))) < 0);
  assert.equal(Inet.parse('192.0.2.1').equals(Inet.parse('::ffff:192.0.2.1')), false);
  assert.equal(Inet.parse('192.0.2.1').equals('192.0.2.1'), false);
});

test('JSON and the console show the text of an address', () => {
  assert.equal(JSON.stringify([Inet.parse('::1')]), '["::1"]');
  assert.equal(inspect(Inet.parse('::1')), 'Inet(::1)');
});
