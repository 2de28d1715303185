// The entries of a batch from a list of them.

import type { BatchEntries, ValueSource } from '../../../src/protocol/requests.ts';

/** One statement of a batch: CQL text or a prepared id, and its values. */
export interface ListedEntry {
  readonly statement: string | Uint8Array;
  readonly values: ValueSource | undefined;
}

export function batchEntries(entries: readonly ListedEntry[]): BatchEntries {
  return {
    length: entries.length,
    statement: (index) => entries[index]?.statement ?? '',
    writeValues: (index, sink) => entries[index]?.values?.writeValues(sink) ?? 0,
  };
}
