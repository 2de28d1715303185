// What the core's numbers for "these bytes are wrong" mean, as sentences and as errors.

import { CodecError, CrcMismatchError, ProtocolError } from '../errors.ts';
import { RecordWord } from './record.ts';
import type { ConnectionError, DriverError, DriverErrorFields, ErrorEndPoint } from '../errors.ts';
import type { Delivery } from '../core.ts';
import type { ColumnSpec } from '../types/column-spec.ts';

/** Why the core refused bytes. */
export const CoreErrorKind = Object.freeze({
  TRUNCATED: 1,
  NEGATIVE_LENGTH: 2,
  FRAME_TOO_LARGE: 3,
  UNEXPECTED_VERSION: 4,
  WRONG_DIRECTION: 5,
  UNKNOWN_OPCODE: 6,
  HEADER_CHECKSUM: 7,
  PAYLOAD_CHECKSUM: 8,
  INVALID_SEGMENT: 9,
  INVALID_COMPRESSION: 10,
  UNEXPECTED_COMPRESSION: 11,
  INVALID_UTF8: 12,
  COUNT_TOO_LARGE: 13,
  TYPE_TOO_DEEP: 14,
  UNKNOWN_TYPE: 15,
  INVALID_CLASS_NAME: 16,
  INVALID_VALUE: 17,
  UNKNOWN_RESULT_KIND: 18,
  MISSING_METADATA: 19,
  METADATA_MISMATCH: 20,
  TOO_MANY_ITEMS: 21,
  TOO_LONG: 22,
  NULL_KEY: 23,
  UNSUPPORTED_BY_VERSION: 24,
  UNKNOWN_HANDLE: 25,
  INVALID_REQUEST: 26,
});

const TEXTS: Readonly<Record<number, string>> = {
  1: 'more bytes are announced than there are',
  2: 'a length is negative',
  3: 'a frame announces a body over maxFrameLength, as it is sent or decompressed',
  4: 'a frame has another protocol version than the one agreed on',
  5: 'a frame is marked as a request',
  6: 'a frame has an unknown opcode',
  7: 'the checksum of a segment header is wrong',
  8: 'the checksum of a segment is wrong',
  9: 'a segment breaks the rules of segments',
  10: 'compressed bytes are damaged',
  11: 'a frame is compressed, and no compression was agreed on',
  12: 'text is not UTF-8',
  13: 'a count announces more items than there are bytes for',
  14: 'a type is nested too deep',
  15: 'a column has an unknown type',
  16: 'the name of a type class does not parse',
  17: 'a value does not fit its CQL type',
  18: 'a result has an unknown kind',
  19: 'rows came without metadata, and none is known',
  20: 'rows came without metadata, and have another number of columns than expected',
  21: 'there are more items than the protocol can count',
  22: 'text or bytes are longer than the protocol can carry',
  23: 'a component of the partition key is null',
  24: 'the protocol version does not have what the request asks for',
  25: 'the core does not know a handle',
  26: 'the request contradicts itself',
};

/** A sentence for a {@link CoreErrorKind}. */
export function coreErrorText(kind: number): string {
  return TEXTS[kind] ?? `error ${kind} of the core`;
}

/** The error of a connection whose stream of bytes is broken. */
export function errorFromFault(
  fault: { readonly kind: number; readonly offset: number },
  endPoint: ErrorEndPoint,
): ConnectionError {
  const isChecksum = fault.kind === CoreErrorKind.HEADER_CHECKSUM || fault.kind === CoreErrorKind.PAYLOAD_CHECKSUM;
  const message = `the server broke the protocol: ${coreErrorText(fault.kind)} (byte ${fault.offset})`;
  return isChecksum ? new CrcMismatchError(message, { endPoint }) : new ProtocolError(message, { endPoint });
}

/** What a REFUSED record says. */
export interface Refusal {
  /** A {@link CoreErrorKind}. */
  readonly kind: number;
  /** The byte of the body at which it was noticed. */
  readonly offset: number;
  /** The row and the column of a value; -1: none. */
  readonly row: number;
  readonly column: number;
}

/** Reads a REFUSED record. */
export function readRefusal(delivery: Delivery, record: number): Refusal {
  const word = (index: number): number => delivery.i32[record + index] ?? -1;
  return {
    kind: word(RecordWord.REFUSED_KIND),
    offset: word(RecordWord.REFUSED_OFFSET),
    row: word(RecordWord.REFUSED_ROW),
    column: word(RecordWord.REFUSED_COLUMN),
  };
}

/**
 * The error of a request whose answer cannot be decoded: a CodecError where a value is wrong, else a ProtocolError. The
 * request was carried out, and its connection goes on.
 */
export function errorFromRefusal(
  refusal: Refusal,
  facts: Pick<DriverErrorFields, 'query' | 'coordinator'> & {
    readonly columns?: readonly ColumnSpec[] | undefined;
  } = {},
): DriverError {
  const { kind, offset, row, column } = refusal;
  const fields = { query: facts.query, coordinator: facts.coordinator, maybeApplied: true };
  if (row < 0)
    return new ProtocolError(`the answer cannot be decoded: ${coreErrorText(kind)} (byte ${offset})`, fields);
  const spec = facts.columns?.[column];
  const path = `rows[${row}]${spec === undefined ? `[${column}]` : `.${spec.name}`}`;
  const cqlType = spec === undefined ? 'unknown' : spec.type.toString();
  return new CodecError(`${path} cannot be decoded: ${coreErrorText(kind)}`, { ...fields, path, cqlType });
}
