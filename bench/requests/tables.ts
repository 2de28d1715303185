// The statements that every driver executes, and what they bind.

/** A point read of five values by a key of 16 bytes. */
export const READ = 'SELECT a, b, c, d, e FROM bench.points WHERE id = ?';
export const INSERT = 'INSERT INTO bench.points (id, a, b, d, e) VALUES (?, ?, ?, ?, ?)';
export const SCAN = 'SELECT row, a, b, c, d, e, f, g FROM bench.wide';

export const ROWS_OF_A_PAGE = 5_000;
export const STATEMENTS_OF_A_BATCH = 100;

export const POINT_PARAMETERS = [['id', 'uuid']] as const;
export const POINT_COLUMNS = [
  ['a', 'int'],
  ['b', 'text'],
  ['c', 'uuid'],
  ['d', 'timestamp'],
  ['e', 'double'],
] as const;
export const INSERT_PARAMETERS = [
  ['id', 'uuid'],
  ['a', 'int'],
  ['b', 'text'],
  ['d', 'timestamp'],
  ['e', 'double'],
] as const;
export const WIDE_COLUMNS = [
  ['row', 'int'],
  ['a', 'bigint'],
  ['b', 'text'],
  ['c', 'uuid'],
  ['d', 'timestamp'],
  ['e', 'double'],
  ['f', 'boolean'],
  ['g', 'blob'],
] as const;

/** A row of the scanned table, as every driver names its columns. */
export type WideRow = Readonly<Record<(typeof WIDE_COLUMNS)[number][0], unknown>>;

/** 1,024 keys as text, which every driver takes for a UUID. */
const KEYS: readonly string[] = Array.from({ length: 1_024 }, (_, i) => {
  const digits = (i * 2_654_435_761).toString(16).padStart(12, '0').slice(-12);
  return `${digits.slice(0, 8)}-${digits.slice(8)}-4abc-8def-${digits}`;
});

export function key(i: number): string {
  return KEYS[i % KEYS.length] ?? '';
}

/** What the ith INSERT binds. */
export function insertValues(i: number): [string, number, string, Date, number] {
  return [key(i), i, 'a text of some twenty', new Date(1_700_000_000_000 + i), i / 3];
}

/** Touches every cell, so that a driver which decodes late has to decode. */
export function isWhole(row: WideRow): boolean {
  return (
    row.row !== null &&
    row.a !== null &&
    row.b !== null &&
    row.c !== null &&
    row.d !== null &&
    row.e !== null &&
    row.f !== null &&
    row.g !== null
  );
}
