// The data behind the statements, the same in every run: cells as the fake server takes them, UUIDs, timestamps and blobs as
// their bytes.

import { createHash } from 'node:crypto';
import { ROWS_OF_A_PAGE } from './tables.ts';

export const POINT_CELLS = [42, 'a text of some twenty', bytes(1).subarray(0, 16), timestamp(1), 3.25];
export const WIDE_CELLS: readonly (readonly unknown[])[] = Array.from({ length: ROWS_OF_A_PAGE + 1 }, (_, row) => {
  const digest = bytes(row);
  return [
    row,
    digest.readBigInt64BE(0),
    digest.toString('hex').slice(0, 20),
    new Uint8Array(digest.subarray(0, 16)),
    timestamp(row),
    row / 7,
    row % 2 === 0,
    new Uint8Array(digest.subarray(16)),
  ];
});

function bytes(seed: number): Buffer {
  return createHash('sha256').update(String(seed)).digest();
}

function timestamp(row: number): Uint8Array {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigInt64(0, BigInt(1_700_000_000_000 + row * 1_000));
  return value;
}
