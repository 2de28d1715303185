// Reads RESULT bodies for the harness's own client and for the proxy: rows as raw cells, prepared ids; strict and slow.
import { ByteReader } from './byte-reader.ts';
import { METADATA_FLAGS } from './column-metadata.ts';
import { type CqlType, SIMPLE_TYPE_IDS, type SimpleType } from './cql-type.ts';
import { type Frame } from './frame.ts';
import { HEADER_FLAGS, OPCODES } from './opcodes.ts';
import { OPTION_IDS } from './type-option.ts';
import { WireError } from './wire-error.ts';

const ROWS = 2;
const PREPARED = 4;

export interface ResultColumn {
  readonly name: string;
  readonly type: CqlType;
}

export interface ReadRows {
  readonly columns: readonly ResultColumn[];
  readonly columnCount: number;
  readonly rows: readonly (readonly (Uint8Array | null)[])[];
  readonly pagingState: Uint8Array | null | undefined;
  readonly newMetadataId: Uint8Array | undefined;
}

export interface ReadPrepared {
  readonly id: Uint8Array;
  readonly resultMetadataId: Uint8Array | undefined;
}

const simpleTypes = new Map<number, SimpleType>(
  Object.entries(SIMPLE_TYPE_IDS).map(([name, id]) => [id, name as SimpleType]),
);

/** A reader behind tracing id, warnings and payload of a (decompressed) response. */
export function messageReader(frame: Frame): ByteReader {
  const reader = new ByteReader(frame.body);
  if ((frame.flags & HEADER_FLAGS.TRACING) !== 0) {
    reader.uuid();
  }
  if ((frame.flags & HEADER_FLAGS.WARNINGS) !== 0) {
    reader.stringList();
  }
  if ((frame.flags & HEADER_FLAGS.PAYLOAD) !== 0) {
    reader.bytesMap();
  }
  return reader;
}

/** Reads a RESULT of rows; rows of no columns are counted, not listed. Undefined for any other response. */
export function readRows(frame: Frame): ReadRows | undefined {
  if (frame.opcode !== OPCODES.RESULT) {
    return undefined;
  }
  const reader = messageReader(frame);
  if (reader.int() !== ROWS) {
    return undefined;
  }
  const metadata = readMetadata(reader);
  const count = reader.int();
  const cells = count * metadata.columnCount;
  if (count < 0 || cells * 4 > reader.remaining) {
    throw new WireError(`expected ${cells} cells, got ${reader.remaining} bytes`);
  }
  const rows = Array.from({ length: metadata.columnCount === 0 ? 0 : count }, () =>
    Array.from({ length: metadata.columnCount }, () => reader.bytes()),
  );
  return { ...metadata, rows };
}

/** Reads a RESULT of PREPARE as far as its ids. */
export function readPrepared(frame: Frame): ReadPrepared | undefined {
  if (frame.opcode !== OPCODES.RESULT) {
    return undefined;
  }
  const reader = messageReader(frame);
  if (reader.int() !== PREPARED) {
    return undefined;
  }
  return { id: reader.shortBytes(), resultMetadataId: frame.version >= 5 ? reader.shortBytes() : undefined };
}

function readMetadata(reader: ByteReader): Omit<ReadRows, 'rows'> {
  const flags = reader.int();
  const columnCount = reader.int();
  const pagingState = (flags & METADATA_FLAGS.MORE_PAGES) !== 0 ? reader.bytes() : undefined;
  const newMetadataId = (flags & METADATA_FLAGS.METADATA_CHANGED) !== 0 ? reader.shortBytes() : undefined;
  if (columnCount < 0 || ((flags & METADATA_FLAGS.NO_METADATA) === 0 && columnCount * 4 > reader.remaining)) {
    throw new WireError(`expected ${columnCount} columns, got ${reader.remaining} bytes`);
  }
  const columns = (flags & METADATA_FLAGS.NO_METADATA) !== 0 ? [] : readColumns(reader, flags, columnCount);
  return { columns, columnCount, pagingState, newMetadataId };
}

function readColumns(reader: ByteReader, flags: number, count: number): ResultColumn[] {
  const isShared = (flags & METADATA_FLAGS.GLOBAL_SPEC) !== 0;
  const skipTable = (): void => {
    reader.string();
    reader.string();
  };
  if (isShared) {
    skipTable();
  }
  return Array.from({ length: count }, () => {
    if (!isShared) {
      skipTable();
    }
    return { name: reader.string(), type: readOption(reader) };
  });
}

function readOption(reader: ByteReader): CqlType {
  const id = reader.short();
  const simple = simpleTypes.get(id);
  if (simple !== undefined) {
    return simple;
  }
  switch (id) {
    case OPTION_IDS.custom:
      return { custom: reader.string() };
    case OPTION_IDS.list:
      return { list: readOption(reader) };
    case OPTION_IDS.set:
      return { set: readOption(reader) };
    case OPTION_IDS.map:
      return { map: [readOption(reader), readOption(reader)] };
    case OPTION_IDS.tuple:
      return { tuple: reader.list(() => readOption(reader)) };
    case OPTION_IDS.udt:
      return {
        udt: {
          keyspace: reader.string(),
          name: reader.string(),
          fields: reader.list(() => [reader.string(), readOption(reader)] as const),
        },
      };
    default:
      throw new WireError(`expected a type, got 0x${id.toString(16)}`);
  }
}
