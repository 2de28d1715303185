// What is executed, and how: everything that encoding needs, again where a retry changes the consistency or another page is
// asked for.

import type { BatchTypeName } from '../statement/batch.ts';
import { RESULT, type PreparedStatement, type ResultShape } from '../statement/prepared.ts';
import type { Statement } from '../statement/statement.ts';
import type { Program } from '../types/program.ts';
import type { Uuid } from '../types/uuid.ts';
import type { ValueSource } from '../protocol/requests.ts';
import type { RequestSettings } from './settings.ts';
import { preparedOf, type EncodableEntry } from './statement-encoder.ts';
import { isConditional, mayApplyInParts, mayBeConditional } from '../statement/statement-text.ts';

/** One statement, with its values and settings. */
export interface Job {
  readonly text: string;
  readonly statement: Statement<unknown> | undefined;
  readonly prepared: PreparedStatement<unknown> | undefined;
  readonly values: ValueSource | undefined;
  readonly batch: BatchJob | undefined;
  /** The shape of the rows that the request is encoded for. */
  readonly shape: ResultShape | undefined;
  readonly settings: RequestSettings;
  readonly isIdempotent: boolean;
  /** Ids of the traces of the pages before. */
  readonly traces: readonly Uuid[];
}

/** The statements of a batch, and those that are prepared, each once. */
export interface BatchJob {
  readonly type: BatchTypeName;
  readonly entries: readonly EncodableEntry[];
  readonly prepared: readonly PreparedStatement<unknown>[];
}

export const NO_TRACES: readonly Uuid[] = Object.freeze([]);

/** A batch of these entries. */
export function batchJob(type: BatchTypeName, entries: readonly EncodableEntry[]): BatchJob {
  const prepared: PreparedStatement<unknown>[] = [];
  for (const entry of entries) {
    if (entry.kind === 'text') continue;
    const statement = preparedOf(entry);
    // Mostly one statement many times over.
    if (prepared[prepared.length - 1] !== statement && !prepared.includes(statement)) prepared.push(statement);
  }
  return { type, entries, prepared };
}

/** Whether the statement, or one of the batch, is conditional. */
export function isLwt({ prepared, batch, text }: Job): boolean {
  if (prepared !== undefined) return prepared.isLwt;
  if (batch === undefined) return isConditional(text);
  if (batch.prepared.some((each) => each.isLwt)) return true;
  return batch.entries.some((entry) => entry.kind === 'text' && isConditional(entry.queryString));
}

/** Whether a coordinator may find too few replicas alive after it has applied a part. */
export function isAppliedInParts({ batch, text }: Job): boolean {
  if (batch === undefined) return mayApplyInParts(text);
  // A logged batch asks for the replicas of all its partitions before it writes any; the others go one by one.
  const test = batch.type === 'LOGGED' ? mayBeConditional : mayApplyInParts;
  return (batch.type !== 'LOGGED' && batch.entries.length > 1) || batch.entries.some((entry) => test(textOf(entry)));
}

/**
 * Keeps what a server says of the rows of a prepared statement. An answer to an older request, which comes late, must not put
 * its columns beside the newer id: the server would leave out the metadata of rows that they do not fit.
 */
export function takeOverShape(job: Job, newMetadataId: Uint8Array | undefined, program: Program): void {
  const { prepared, shape } = job;
  if (prepared === undefined || shape === undefined || prepared[RESULT].program === null) return;
  const { columns } = program;
  if (newMetadataId !== undefined) prepared[RESULT] = { metadataId: newMetadataId, columns, program };
  else if (prepared[RESULT] === shape && shape.program !== program) {
    prepared[RESULT] = { metadataId: shape.metadataId, columns, program };
  }
}

function textOf(entry: EncodableEntry): string {
  return entry.kind === 'text' ? entry.queryString : preparedOf(entry).queryString;
}
