// Column specs, types and prepared statements, read from cold words into the plain data of types/.

import { CqlType, isNativeKind, kindOfTypeId, typeIdOfKind } from '../types/data-type.ts';
import type { ColdReader } from './cold-reader.ts';
import type { ColumnSpec } from '../types/column-spec.ts';

/** What the core knows of a program: the metadata as it was received, and what it says. */
export interface ProgramDescription {
  readonly metadata: Uint8Array;
  readonly columns: readonly ColumnSpec[];
}

/** A RESULT/Prepared. */
export interface PreparedMessage {
  readonly id: Uint8Array;
  /** v5. */
  readonly resultMetadataId: Uint8Array | undefined;
  /** The flags of the bind metadata; ScyllaDB marks conditional statements there. */
  readonly bindFlags: number;
  /** Which bind markers are the partition key, in its order; empty where the server does not say. */
  readonly partitionKeyIndexes: readonly number[];
  readonly bindColumns: readonly ColumnSpec[];
  /** The id of the program of its rows; -1: it gives no rows, or rows that describe themselves. */
  readonly resultProgram: number;
}

/** Reads what the core says of a program. */
export function readProgramDescription(reader: ColdReader): ProgramDescription {
  return { metadata: reader.bytes() ?? new Uint8Array(0), columns: readColumnSpecs(reader) };
}

/** Reads the body of a RESULT/Prepared. */
export function readPrepared(reader: ColdReader): PreparedMessage {
  return {
    id: reader.bytes() ?? new Uint8Array(0),
    resultMetadataId: reader.bytes() ?? undefined,
    bindFlags: reader.int(),
    partitionKeyIndexes: reader.ints(),
    bindColumns: readColumnSpecs(reader),
    resultProgram: reader.int(),
  };
}

/** Reads a count, then as many column specs. */
export function readColumnSpecs(reader: ColdReader): ColumnSpec[] {
  return reader.list(() => ({
    keyspace: reader.text(),
    table: reader.text(),
    name: reader.text(),
    type: readType(reader),
  }));
}

const TypeId = Object.freeze({
  LIST: typeIdOfKind('list'),
  MAP: typeIdOfKind('map'),
  SET: typeIdOfKind('set'),
  UDT: typeIdOfKind('udt'),
  TUPLE: typeIdOfKind('tuple'),
  VECTOR: typeIdOfKind('vector'),
});

/** Reads a type; the core has bounded how deep it goes. */
export function readType(reader: ColdReader): CqlType {
  const id = reader.int();
  switch (id) {
    case TypeId.LIST:
      return CqlType.list(readType(reader));
    case TypeId.SET:
      return CqlType.set(readType(reader));
    case TypeId.MAP:
      return CqlType.map(readType(reader), readType(reader));
    case TypeId.TUPLE:
      return CqlType.tuple(reader.list(() => readType(reader)));
    case TypeId.UDT:
      return readUdt(reader);
    case TypeId.VECTOR:
      return CqlType.vector(readType(reader), reader.int());
    default:
      return readSimpleType(reader, id);
  }
}

function readUdt(reader: ColdReader): CqlType {
  const keyspace = reader.text();
  const typeName = reader.text();
  const fields = reader.list(() => [reader.text(), readType(reader)] as const);
  return CqlType.udt({
    keyspace,
    typeName,
    fieldNames: fields.map(([name]) => name),
    fieldTypes: fields.map(([, type]) => type),
  });
}

function readSimpleType(reader: ColdReader, id: number): CqlType {
  const kind = kindOfTypeId(id);
  return kind !== undefined && isNativeKind(kind) ? CqlType.native(kind) : CqlType.custom(reader.text());
}
