// The statements of a batch made ready to be encoded: texts with parameters are prepared, all at once.

import type { BatchEntry } from '../statement/batch.ts';
import { rewritePercentMarkers } from '../statement/markers.ts';
import { PreparedStatement } from '../statement/prepared.ts';
import type { Params } from '../types/cql-value.ts';
import { countParams } from './execute-params.ts';
import type { EncodableEntry } from './statement-encoder.ts';

/** The statement of a text; later where it has to be prepared. */
export type PrepareText = (text: string) => PreparedStatement | Promise<PreparedStatement>;

/**
 * The entries ready to be encoded; a promise where one has to be prepared first. `isKept`: values are encoded now, as they may
 * have to be written once more and must be the same then.
 */
export function encodableEntries(
  entries: readonly BatchEntry[],
  isKept: boolean,
  prepare: PrepareText,
): EncodableEntry[] | Promise<EncodableEntry[]> {
  const encodable: EncodableEntry[] = [];
  const preparing: Promise<void>[] = [];
  for (const [i, entry] of entries.entries()) {
    const ready =
      entry.kind === 'text' ? textEntry(entry.queryString, entry.params, isKept, prepare) : kept(entry, isKept);
    if (ready instanceof Promise) preparing.push(ready.then((prepared) => void (encodable[i] = prepared)));
    else encodable[i] = ready;
  }
  return preparing.length === 0 ? encodable : Promise.all(preparing).then(() => encodable);
}

function textEntry(
  queryString: string,
  params: Params | undefined,
  isKept: boolean,
  prepare: PrepareText,
): EncodableEntry | Promise<EncodableEntry> {
  if (params === undefined) return { kind: 'text', queryString };
  try {
    if (countParams(params) === 0) return { kind: 'text', queryString };
    const statement = prepare(rewritePercentMarkers(queryString, params));
    if (statement instanceof PreparedStatement) return kept({ kind: 'prepared', statement, params }, isKept);
    return statement.then((prepared) => kept({ kind: 'prepared', statement: prepared, params }, isKept));
  } catch (error) {
    // Not thrown: preparations that were begun for other entries would be left without anybody who waits for them.
    return Promise.reject(error);
  }
}

function kept(entry: Exclude<EncodableEntry, { kind: 'text' }>, isKept: boolean): EncodableEntry {
  if (!isKept || entry.kind === 'bound') return entry;
  return { kind: 'bound', statement: entry.statement.bind(entry.params) };
}
