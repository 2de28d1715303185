// Column specs and the metadata of rows and prepared statements (native_protocol_v5.spec 4.2.5.2, 4.2.5.4).
import { createHash } from 'node:crypto';
import { ByteWriter } from './byte-writer.ts';
import type { CqlType } from './cql-type.ts';
import { writeOption } from './type-option.ts';

export interface FullColumn {
  readonly keyspace: string;
  readonly table: string;
  readonly name: string;
  readonly type: CqlType;
}

/** A column; the short form lies in table `t` of keyspace `ks`. */
export type Column = readonly [name: string, type: CqlType] | FullColumn;

export const METADATA_FLAGS = {
  GLOBAL_SPEC: 0x01,
  MORE_PAGES: 0x02,
  NO_METADATA: 0x04,
  METADATA_CHANGED: 0x08,
} as const;

export interface ResultMetadata {
  readonly columns: readonly Column[];
  readonly pagingState?: Uint8Array | undefined;
  /** Present: the metadata of a prepared statement has changed and this names the new one. */
  readonly newMetadataId?: Uint8Array | undefined;
  /** Leaves the column specs out, the count in. */
  readonly isOmitted?: boolean | undefined;
}

/**
 * Writes the metadata of rows.
 *
 *     int flags | int columns | bytes paging state? | short bytes new id? | (string keyspace, string table)? | column specs
 */
export function writeResultMetadata(writer: ByteWriter, metadata: ResultMetadata, version: number): void {
  const columns = metadata.columns.map(fullColumn);
  const isOmitted = metadata.isOmitted ?? columns.length === 0;
  const flags =
    (isOmitted ? METADATA_FLAGS.NO_METADATA : globalFlag(columns)) |
    (metadata.pagingState === undefined ? 0 : METADATA_FLAGS.MORE_PAGES) |
    (metadata.newMetadataId === undefined ? 0 : METADATA_FLAGS.METADATA_CHANGED);
  writer.int(flags).int(columns.length);
  if (metadata.pagingState !== undefined) {
    writer.bytes(metadata.pagingState);
  }
  if (metadata.newMetadataId !== undefined) {
    writer.shortBytes(metadata.newMetadataId);
  }
  if (!isOmitted) {
    writeColumns(writer, columns, version);
  }
}

/**
 * Writes the metadata of bind markers.
 *
 *     int flags | int columns | v4+: int n, n × short index of a partition key column | as above
 */
export function writeBindMetadata(
  writer: ByteWriter,
  parameters: readonly Column[],
  partitionKey: readonly number[],
  version: number,
  extraFlags = 0,
): void {
  const columns = parameters.map(fullColumn);
  writer.int(globalFlag(columns) | extraFlags).int(columns.length);
  if (version >= 4) {
    writer.int(partitionKey.length);
    for (const index of partitionKey) {
      writer.short(index);
    }
  }
  writeColumns(writer, columns, version);
}

/** The id by which v5 names a set of columns; of no columns it is the MD5 of nothing, as for conditional statements. */
export function metadataId(columns: readonly Column[], version: number): Uint8Array {
  const writer = new ByteWriter();
  if (columns.length > 0) {
    writeColumns(writer, columns.map(fullColumn), version);
  }
  return md5(writer.finish());
}

export function md5(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('md5').update(bytes).digest());
}

export function fullColumn(column: Column): FullColumn {
  return 'name' in column ? column : { keyspace: 'ks', table: 't', name: column[0], type: column[1] };
}

function globalFlag(columns: readonly FullColumn[]): number {
  return isOneTable(columns) ? METADATA_FLAGS.GLOBAL_SPEC : 0;
}

function isOneTable(columns: readonly FullColumn[]): boolean {
  const first = columns[0];
  return (
    first !== undefined && columns.every(({ keyspace, table }) => keyspace === first.keyspace && table === first.table)
  );
}

function writeColumns(writer: ByteWriter, columns: readonly FullColumn[], version: number): void {
  const isShared = isOneTable(columns);
  columns.forEach((column, index) => {
    if (!isShared || index === 0) {
      writer.string(column.keyspace).string(column.table);
    }
    writer.string(column.name);
    writeOption(writer, column.type, version);
  });
}
