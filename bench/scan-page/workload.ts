// The table that every driver reads, and how a client process measures itself.

import { createHash } from 'node:crypto';

export const ROWS = 5_000;
const WARM_UP_PAGES = 60;
const PAGES = 120;

export const CQL_SELECT = 'SELECT row, a, b, c, d, e, f, g FROM bench.page WHERE part = 1';
export const COLUMNS = [
  ['row', 'int'],
  ['a', 'bigint'],
  ['b', 'text'],
  ['c', 'uuid'],
  ['d', 'timestamp'],
  ['e', 'double'],
  ['f', 'boolean'],
  ['g', 'blob'],
] as const;

/** Values of every row, the same in every run; UUIDs and timestamps as their bytes. */
export const CELLS: readonly (readonly unknown[])[] = Array.from({ length: ROWS }, (_, row) => {
  const digest = createHash('sha256').update(String(row)).digest();
  const timestamp = new Uint8Array(8);
  new DataView(timestamp.buffer).setBigInt64(0, BigInt(1_700_000_000_000 + row * 1_000));
  return [
    row,
    digest.readBigInt64BE(0),
    digest.toString('hex').slice(0, 20),
    new Uint8Array(digest.subarray(0, 16)),
    timestamp,
    row / 7,
    row % 2 === 0,
    new Uint8Array(digest.subarray(16)),
  ];
});

/** Reads pages until warm, then measures: sends CPU nanoseconds per row to the parent process. */
export async function measurePages(readPage: () => Promise<number>): Promise<void> {
  for (let page = 0; page < WARM_UP_PAGES; page++) await readPage();
  const before = process.cpuUsage();
  let rows = 0;
  for (let page = 0; page < PAGES; page++) rows += await readPage();
  const { user, system } = process.cpuUsage(before);
  if (rows !== ROWS * PAGES) throw new Error(`expected ${ROWS * PAGES} rows, got ${rows}`);
  process.send?.(((user + system) * 1_000) / rows);
}

/** A row of the table, as every driver gives it. */
export interface BenchRow {
  readonly row: unknown;
  readonly a: unknown;
  readonly b: unknown;
  readonly c: unknown;
  readonly d: unknown;
  readonly e: unknown;
  readonly f: unknown;
  readonly g: unknown;
}

/** Touches every cell, so that a driver which decodes lazily has to decode. */
export function touch(row: BenchRow): number {
  const isWhole =
    row.row !== null &&
    row.a !== null &&
    row.b !== null &&
    row.c !== null &&
    row.d !== null &&
    row.e !== null &&
    row.f !== null &&
    row.g !== null;
  return isWhole ? 1 : 0;
}
