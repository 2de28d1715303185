// Compressed bodies of v3 and v4 that unfold to something else than they say, or to far too much.
import { ByteWriter, hex } from '../harness/byte-writer.ts';
import type { CompressionName } from '../harness/compression.ts';
import { HEADER_FLAGS, OPCODES } from '../harness/opcodes.ts';
import { answer, onQuery, type Scenario } from './scenario.ts';

const MEBIBYTES_4 = 4 * 1024 * 1024;

export function compressionScenarios(version: number): Scenario[] {
  const bodies: readonly (readonly [string, CompressionName, () => Uint8Array])[] = [
    ['an lz4 body without its length', 'lz4', () => hex('0000')],
    ['an lz4 body of 2^31-1 bytes', 'lz4', () => hex('7fffffff 10 61')],
    ['an lz4 body of -1 bytes', 'lz4', () => hex('ffffffff 10 61')],
    ['an lz4 body that is garbage', 'lz4', () => hex('00000100 ffffffffffffffff')],
    ['an lz4 body shorter than it says', 'lz4', () => hex('00000100 50 0000000161')],
    ['an lz4 body longer than it says', 'lz4', () => hex('00000001 50 0000000161')],
    ['an lz4 body that copies from before its start', 'lz4', () => hex('00000040 10 61 ffff 00')],
    ['an lz4 body of 4 MiB of zeroes in 16 KiB', 'lz4', () => lz4Zeroes(MEBIBYTES_4)],
    ['a snappy body without its length', 'snappy', () => new Uint8Array(0)],
    ['a snappy body of 2^32-1 bytes', 'snappy', () => hex('ffffffff0f 00 61')],
    ['a snappy body that is garbage', 'snappy', () => hex('40 ffffffffffff')],
    ['a snappy body that copies from before its start', 'snappy', () => hex('40 00 61 fa ffff')],
  ];
  return [
    ...bodies.map(([name, compression, body]) =>
      onQuery(version, name, (target) => answer(target, OPCODES.RESULT, body(), HEADER_FLAGS.COMPRESSED), {
        compression,
        expects: 'error',
      }),
    ),
    onQuery(
      version,
      'a compressed body that nobody negotiated',
      (target) => answer(target, OPCODES.RESULT, hex('00000004 40 00000001'), HEADER_FLAGS.COMPRESSED),
      { expects: 'error' },
    ),
    onQuery(
      version,
      'a plain body where compression is negotiated',
      (target) => answer(target, OPCODES.RESULT, hex('00000001')),
      { compression: 'lz4', expects: 'value', connection: 'kept' },
    ),
  ];
}

/** One literal zero, copied over and over; RESULT kind 0 is what it would say. */
function lz4Zeroes(length: number): Uint8Array {
  const copied = length - 1;
  const steps = Math.floor((copied - 4 - 15) / 255);
  return new ByteWriter()
    .int(length)
    .raw(hex('1f 00 0100'))
    .raw(new Uint8Array(steps).fill(255))
    .byte(copied - 4 - 15 - 255 * steps)
    .finish();
}
