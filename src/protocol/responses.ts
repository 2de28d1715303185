// Responses as small objects: the prefix that any body may have, and the messages that are neither rows nor errors.

import { Uuid } from '../types/uuid.ts';
import { ColdReader } from './cold-reader.ts';
import { readSchemaChange } from './events.ts';
import { readPrepared } from './metadata.ts';
import { PageFlag, PREFIX_FLAGS, RecordWord } from './record.ts';
import { HeaderFlag } from './opcodes.ts';
import type { Delivery } from '../core.ts';
import type { SchemaChange } from './events.ts';
import type { PreparedMessage } from './metadata.ts';

/** What may stand before the body of any response. */
export interface Prefix {
  readonly tracingId: Uuid | undefined;
  readonly warnings: readonly string[];
  readonly payload: ReadonlyMap<string, Uint8Array | null> | undefined;
}

/** A message and its reader, which stands behind the prefix. */
export interface OpenMessage {
  readonly prefix: Prefix;
  readonly reader: ColdReader;
}

/** What stands beside the rows of a page. */
export interface RowsHeader {
  readonly prefix: Prefix;
  /** Absent on the last page. */
  readonly pagingState: Uint8Array | undefined;
  /** The id of the new metadata of a prepared statement whose rows changed their shape; v5. */
  readonly newResultMetadataId: Uint8Array | undefined;
}

/** A RESULT that is not rows. */
export type ResultMessage =
  | { readonly kind: 'void' }
  | { readonly kind: 'setKeyspace'; readonly keyspace: string }
  | { readonly kind: 'prepared'; readonly prepared: PreparedMessage }
  | { readonly kind: 'schemaChange'; readonly change: SchemaChange };

const NO_PREFIX: Prefix = Object.freeze({ tracingId: undefined, warnings: Object.freeze([]), payload: undefined });
const PLAIN_ROWS: RowsHeader = Object.freeze({
  prefix: NO_PREFIX,
  pagingState: undefined,
  newResultMetadataId: undefined,
});

const ResultKind = Object.freeze({ VOID: 1, SET_KEYSPACE: 3, PREPARED: 4, SCHEMA_CHANGE: 5 });

/** Opens the message of a record of any kind; `record` is the word at which the record begins. */
export function openMessage(delivery: Delivery, record: number): OpenMessage {
  const reader = new ColdReader(delivery, delivery.i32[record + RecordWord.COLD_START] ?? 0);
  return { prefix: readPrefix(reader, delivery.i32[record + RecordWord.FLAGS] ?? 0), reader };
}

/** Reads what stands beside the rows of a ROWS or COLUMNS record. */
export function readRowsHeader(delivery: Delivery, record: number): RowsHeader {
  if (delivery.i32[record + RecordWord.COLD_LENGTH] === 0) return PLAIN_ROWS;
  const { prefix, reader } = openMessage(delivery, record);
  const flags = delivery.i32[record + RecordWord.PAGE_FLAGS] ?? 0;
  return {
    prefix,
    pagingState: (flags & PageFlag.MORE_PAGES) === 0 ? undefined : (reader.bytes() ?? undefined),
    newResultMetadataId: (flags & PageFlag.METADATA_CHANGED) === 0 ? undefined : (reader.bytes() ?? undefined),
  };
}

/** Reads the body of a RESULT that is not rows. */
export function readResult(reader: ColdReader): ResultMessage {
  switch (reader.int()) {
    case ResultKind.SET_KEYSPACE:
      return { kind: 'setKeyspace', keyspace: reader.text() };
    case ResultKind.PREPARED:
      return { kind: 'prepared', prepared: readPrepared(reader) };
    case ResultKind.SCHEMA_CHANGE:
      return { kind: 'schemaChange', change: readSchemaChange(reader) };
    default:
      return { kind: 'void' };
  }
}

/** Reads the body of SUPPORTED: what the server offers, each option with its values. */
export function readSupported(reader: ColdReader): ReadonlyMap<string, readonly string[]> {
  return new Map(reader.list(() => [reader.text(), reader.texts()] as const));
}

function readPrefix(reader: ColdReader, flags: number): Prefix {
  if ((flags & PREFIX_FLAGS) === 0) return NO_PREFIX;
  const tracingId = reader.bytes();
  const warnings = reader.texts();
  const payload = new Map(reader.list(() => [reader.text(), reader.bytes()] as const));
  return {
    tracingId: tracingId === null ? undefined : new Uuid(tracingId),
    warnings,
    payload: (flags & HeaderFlag.PAYLOAD) === 0 ? undefined : payload,
  };
}
