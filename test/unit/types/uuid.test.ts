// UUIDs: text, bytes, order, and what is promised of those the driver makes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { Uuid } from '../../../src/types/uuid.ts';

const sixteenBytes = fc.uint8Array({ minLength: 16, maxLength: 16 });
const random = Uuid.parse('550e8400-e29b-41d4-a716-446655440000');

test('a UUID gives back the bytes it was made of, and its text in lower case', () => {
  const bytes = Uint8Array.from([
    0x55, 0x0e, 0x84, 0, 0xe2, 0x9b, 0x41, 0xd4, 0xa7, 0x16, 0x44, 0x66, 0x55, 0x44, 0, 0,
  ]);
  assert.deepEqual(new Uuid(bytes).bytes, bytes);
  assert.equal(new Uuid(bytes).toString(), '550e8400-e29b-41d4-a716-446655440000');
  assert.equal(Uuid.parse('550E8400-E29B-41D4-A716-446655440000').toString(), '550e8400-e29b-41d4-a716-446655440000');
});

test('text and bytes of any UUID lead back to the same UUID', () => {
  fc.assert(
    fc.property(sixteenBytes, (bytes) => {
      const uuid = new Uuid(bytes);
      assert.deepEqual(uuid.bytes, bytes);
      assert.equal(Uuid.parse(uuid.toString()).equals(uuid), true);
      assert.equal(uuid.toString().replaceAll('-', ''), Buffer.from(bytes).toString('hex'));
    }),
  );
});

test('a UUID can be read from and written to the middle of a buffer', () => {
  const buffer = Uint8Array.from({ length: 20 }, (_, i) => i);
  const uuid = new Uuid(buffer, 3);
  assert.equal(uuid.toString(), '03040506-0708-090a-0b0c-0d0e0f101112');
  const target = new Uint8Array(18);
  uuid.copyTo(target, 1);
  assert.deepEqual(target.subarray(1, 17), buffer.subarray(3, 19));
});

test('neither the bytes it was made of nor the bytes it gives out change a UUID', () => {
  const source = random.bytes;
  const uuid = new Uuid(source);
  source.fill(0);
  uuid.bytes.fill(0);
  assert.equal(uuid.equals(random), true);
});

for (const text of [
  '',
  '550e8400e29b41d4a716446655440000',
  '{550e8400-e29b-41d4-a716-446655440000}',
  '550e8400-e29b-41d4-a716-44665544000',
  '550e8400-e29b-41d4-a716-4466554400000',
  '550e8400-e29b-41d4-a716-44665544000g',
  ' 550e8400-e29b-41d4-a716-446655440000',
  '550e8400-e29b-41d4-a716-446655440000\n',
  '550e8400_e29b_41d4_a716_446655440000',
]) {
  test(`refuses ${JSON.stringify(text)} as the text of a UUID`, () => {
    assert.throws(() => Uuid.parse(text), InvalidArgumentError);
  });
}

test('refuses bytes that are not 16, and an offset without 16 bytes behind it', () => {
  for (const length of [0, 15, 17]) assert.throws(() => new Uuid(new Uint8Array(length)), InvalidArgumentError);
  for (const offset of [-1, 1.5, Number.NaN, 5]) {
    assert.throws(() => new Uuid(new Uint8Array(20), offset), InvalidArgumentError);
  }
});

test('the message about a bad text does not repeat the text', () => {
  assert.throws(() => Uuid.parse('canary'), { message: /text of 6 characters$/ });
});

test('random UUIDs have version 4, the variant of RFC 9562, and differ', () => {
  const made = Array.from({ length: 2000 }, () => Uuid.random());
  for (const uuid of made) assert.match(uuid.toString(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
  assert.equal(new Set(made.map(String)).size, made.length);
});

test('version 7 UUIDs begin with the time, differ, and ascend however fast they are made', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 4_102_444_800_000 });
  const made = Array.from({ length: 10_000 }, () => Uuid.v7());
  t.mock.timers.setTime(4_102_444_799_000);
  made.push(Uuid.v7());
  t.mock.timers.setTime(4_102_444_900_000);
  made.push(Uuid.v7());
  assert.equal(made[0]?.toString().slice(0, 13), '03bb2cc3-d800');
  for (const uuid of made) assert.match(uuid.toString(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/);
  const texts = made.map(String);
  assert.deepEqual(texts, [...texts].sort());
  assert.equal(new Set(texts).size, texts.length);
});

test('UUIDs are ordered as the server orders uuid columns: version, then time of version 1, then unsigned bytes', () => {
  const ordered = [
    '00000000-0000-0000-0000-000000000001',
    'ffffffff-0000-1000-8000-000000000000',
    '00000000-0001-1000-8000-000000000000',
    '00000000-0000-1001-8000-000000000000',
    '00000000-0000-1001-8000-000000000001',
    '00000000-0000-4000-8000-000000000000',
    '00000000-0000-4000-8000-00000000007f',
    '00000000-0000-4000-8000-000000000080',
    'ffffffff-0000-4000-8000-000000000000',
  ].map((text) => Uuid.parse(text));
  for (const [i, a] of ordered.entries()) {
    for (const [j, b] of ordered.entries()) assert.equal(Math.sign(a.compare(b)), Math.sign(i - j), `${i} and ${j}`);
  }
});

test('equals is false for other UUIDs and for what is no UUID', () => {
  for (const other of ['550e8400-e29b-41d4-a716-446655440001', '550e8400-e29b-41d4-a717-446655440000']) {
    assert.equal(random.equals(Uuid.parse(other)), false);
  }
  for (const other of [random.toString(), random.bytes, null, undefined, {}]) assert.equal(random.equals(other), false);
});

test('a deep comparison tells two UUIDs apart', () => {
  assert.deepEqual(Uuid.parse(random.toString()), random);
  assert.notDeepEqual(Uuid.random(), random);
});

test('JSON and the console show the text of a UUID', () => {
  assert.equal(JSON.stringify({ id: random }), '{"id":"550e8400-e29b-41d4-a716-446655440000"}');
  assert.equal(inspect({ id: random }), '{ id: Uuid(550e8400-e29b-41d4-a716-446655440000) }');
});
