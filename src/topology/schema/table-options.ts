// Options of tables and views: those that the server's tables have and CREATE TABLE takes, written as CQL.

import { mapLiteral, textLiteral } from './describable.ts';

/** Value of an option as users see it. */
export type OptionValue = string | number | boolean | Readonly<Record<string, string>>;

/** Options by the names that `system_schema` gives them; those without a value are absent. */
export type TableOptions = Readonly<Record<string, OptionValue>>;

/** In the order in which they are written. */
const OPTIONS: readonly string[] = [
  ...['additional_write_policy', 'allow_auto_snapshot', 'bloom_filter_fp_chance', 'caching', 'cdc', 'comment'],
  ...[
    'compaction',
    'compression',
    'memtable',
    'crc_check_chance',
    'dclocal_read_repair_chance',
    'default_time_to_live',
  ],
  ...['gc_grace_seconds', 'incremental_backups', 'max_index_interval', 'memtable_flush_period_in_ms'],
  ...['min_index_interval', 'read_repair', 'read_repair_chance', 'speculative_retry'],
];
/** Servers that know `read_repair` still store these, and take no others than the ones they were replaced by. */
const REPLACED_BY_READ_REPAIR: ReadonlySet<string> = new Set(['dclocal_read_repair_chance', 'read_repair_chance']);
const REAL_NUMBERS: ReadonlySet<string> = new Set([
  ...['bloom_filter_fp_chance', 'crc_check_chance', 'dclocal_read_repair_chance', 'read_repair_chance'],
]);

/** Writes each option as `name = value`. A view takes no `default_time_to_live`. */
export function optionClauses(options: TableOptions, owner: 'table' | 'view'): string[] {
  return OPTIONS.filter((name) => isWritten(name, options, owner)).map(
    (name) => `${name} = ${optionLiteral(name, options[name] as OptionValue)}`,
  );
}

function isWritten(name: string, options: TableOptions, owner: 'table' | 'view'): boolean {
  if (!Object.hasOwn(options, name)) return false;
  if (owner === 'view' && name === 'default_time_to_live') return false;
  return !(REPLACED_BY_READ_REPAIR.has(name) && Object.hasOwn(options, 'read_repair'));
}

function optionLiteral(name: string, value: OptionValue): string {
  switch (typeof value) {
    case 'object':
      return mapLiteral(value);
    case 'string':
      return textLiteral(value);
    case 'number':
      return REAL_NUMBERS.has(name) && Number.isInteger(value) ? value.toFixed(1) : String(value);
    default:
      return String(value);
  }
}
