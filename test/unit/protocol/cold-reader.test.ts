import assert from 'node:assert/strict';
import test from 'node:test';
import { ColdReader } from '../../../src/protocol/cold-reader.ts';
import { RECORD_WORDS } from '../../../src/protocol/record.ts';
import { deliveryOf } from '../connection/fake-delivery.ts';
import type { ColdItem } from '../connection/fake-delivery.ts';

function reader(...cold: ColdItem[]): ColdReader {
  return new ColdReader(deliveryOf([{ stream: 1, opcode: 8, cold }]), RECORD_WORDS);
}

test('reads numbers with their sign', () => {
  const words = reader(0, -1, 2_147_483_647, -2_147_483_648);

  assert.deepEqual([words.int(), words.int(), words.int(), words.int()], [0, -1, 2_147_483_647, -2_147_483_648]);
});

test('reads 64-bit numbers from their lower and upper word', () => {
  const words = reader(-1, 0, 0, -2_147_483_648, -2, -1, 1, 1);

  const longs = [words.long(), words.long(), words.long(), words.long()];

  assert.deepEqual(longs, [4_294_967_295n, -(2n ** 63n), -2n, 4_294_967_297n]);
});

test('reads bytes as a copy, and null as null', () => {
  const delivery = deliveryOf([{ stream: 1, opcode: 8, cold: [Uint8Array.of(1, 2, 3), new Uint8Array(0), null] }]);
  const words = new ColdReader(delivery, RECORD_WORDS);

  const [full, empty, none] = [words.bytes(), words.bytes(), words.bytes()];
  delivery.u8.fill(0);

  assert.deepEqual(full, Uint8Array.of(1, 2, 3));
  assert.deepEqual(empty, new Uint8Array(0));
  assert.equal(none, null);
});

test('reads text as UTF-8, keeps a byte order mark, and takes null for empty', () => {
  const words = reader('zażółć 🦀', '\ufeffx', '', null);

  assert.deepEqual([words.text(), words.text(), words.text(), words.text()], ['zażółć 🦀', '\ufeffx', '', '']);
});

test('reads lists of texts and of numbers, and goes on behind them', () => {
  const words = reader(2, 'a', 'b', 0, 3, 7, 8, 9, 42);

  assert.deepEqual([words.texts(), words.texts(), words.ints(), words.int()], [['a', 'b'], [], [7, 8, 9], 42]);
});

test('finds a text among others, and four bytes as a number, and goes on behind them', () => {
  const words = reader('UP', 'DOWN', 'UPS', null, Uint8Array.of(255, 0, 0, 1), Uint8Array.of(1), 42);

  const found = [1, 2, 3, 4].map(() => words.oneOf(['DOWN', 'UP']));

  assert.deepEqual(found, [1, 0, -1, -1]);
  assert.deepEqual([words.quad(), words.quad(), words.int()], [0xff00_0001, -1, 42]);
});
