// Responses as plain objects, and their bodies (native_protocol_v5.spec 4.2). One short function makes each object.
import { ByteWriter } from './byte-writer.ts';
import {
  type Column,
  fullColumn,
  type ResultMetadata,
  writeBindMetadata,
  writeResultMetadata,
} from './column-metadata.ts';
import { type ErrorResponse, writeError } from './error-response.ts';
import { type Event, type SchemaChange, writeEvent, writeSchemaChange } from './event.ts';
import type { Frame } from './frame.ts';
import { HEADER_FLAGS, OPCODES } from './opcodes.ts';
import { encodeValue } from './value.ts';
import { WireError } from './wire-error.ts';

const RESULT_KINDS = { VOID: 1, ROWS: 2, SET_KEYSPACE: 3, PREPARED: 4, SCHEMA_CHANGE: 5 } as const;
const EVENT_STREAM = -1;

export interface RowsResponse extends ResultMetadata {
  readonly kind: 'ROWS';
  readonly rows: readonly (readonly unknown[])[];
}

export interface PreparedResponse {
  readonly kind: 'PREPARED';
  readonly id: Uint8Array;
  /** Written in v5, and in v4 where `usesMetadataId` is set (Scylla's extension). */
  readonly resultMetadataId: Uint8Array;
  readonly parameters: readonly Column[];
  /** Which parameters make the partition key, in its order (v4 and later). */
  readonly partitionKey: readonly number[];
  readonly columns: readonly Column[];
  /** Further flags of the bind metadata, such as Scylla's mark of a conditional statement. */
  readonly bindFlags?: number;
  readonly usesMetadataId?: boolean;
}

/** What the header flags announce before the message. */
export interface ResponsePrefix {
  readonly tracingId?: string;
  readonly warnings?: readonly string[];
  readonly payload?: Readonly<Record<string, Uint8Array | null>>;
}

export type ResponseMessage =
  | { readonly kind: 'READY' }
  | { readonly kind: 'AUTHENTICATE'; readonly authenticator: string }
  | { readonly kind: 'SUPPORTED'; readonly options: Readonly<Record<string, readonly string[]>> }
  | { readonly kind: 'AUTH_CHALLENGE'; readonly token: Uint8Array | null }
  | { readonly kind: 'AUTH_SUCCESS'; readonly token: Uint8Array | null }
  | { readonly kind: 'VOID' }
  | RowsResponse
  | { readonly kind: 'SET_KEYSPACE'; readonly keyspace: string }
  | PreparedResponse
  | { readonly kind: 'SCHEMA_CHANGE'; readonly change: SchemaChange }
  | { readonly kind: 'EVENT'; readonly event: Event }
  | { readonly kind: 'RAW'; readonly opcode: number; readonly body: Uint8Array }
  | ErrorResponse;

export type Response = ResponseMessage & ResponsePrefix;

export function ready(): Response {
  return { kind: 'READY' };
}

export function authenticate(authenticator: string): Response {
  return { kind: 'AUTHENTICATE', authenticator };
}

export function supported(options: Readonly<Record<string, readonly string[]>>): Response {
  return { kind: 'SUPPORTED', options };
}

export function authChallenge(token: Uint8Array | null): Response {
  return { kind: 'AUTH_CHALLENGE', token };
}

export function authSuccess(token: Uint8Array | null = null): Response {
  return { kind: 'AUTH_SUCCESS', token };
}

export function voidResult(): Response {
  return { kind: 'VOID' };
}

/** Rows as arrays in the order of the columns; a Uint8Array in a cell is sent as it is. */
export function rows(
  columns: readonly Column[],
  values: readonly (readonly unknown[])[],
  options: Omit<ResultMetadata, 'columns'> & ResponsePrefix = {},
): RowsResponse & ResponsePrefix {
  return { kind: 'ROWS', columns, rows: values, ...options };
}

export function setKeyspace(keyspace: string): Response {
  return { kind: 'SET_KEYSPACE', keyspace };
}

export function schemaChange(change: SchemaChange): Response {
  return { kind: 'SCHEMA_CHANGE', change };
}

export function event(content: Event): Response {
  return { kind: 'EVENT', event: content };
}

/** Any opcode over any body. */
export function rawResponse(opcode: number, body: Uint8Array): Response {
  return { kind: 'RAW', opcode, body };
}

/** Makes the frame of a response; an event goes to stream -1 whatever `stream` says. */
export function responseFrame(response: Response, version: number, stream: number): Frame {
  const writer = new ByteWriter();
  const flags = writePrefix(writer, response);
  const opcode = writeMessage(writer, response, version);
  return {
    version,
    isResponse: true,
    flags,
    stream: response.kind === 'EVENT' ? EVENT_STREAM : stream,
    opcode,
    body: writer.finish(),
  };
}

/** Writes `uuid tracing id? | string list warnings? | bytes map payload?` and gives the flags that announce them. */
function writePrefix(writer: ByteWriter, { tracingId, warnings, payload }: ResponsePrefix): number {
  let flags = 0;
  if (tracingId !== undefined) {
    writer.uuid(tracingId);
    flags |= HEADER_FLAGS.TRACING;
  }
  if (warnings !== undefined) {
    writer.stringList(warnings);
    flags |= HEADER_FLAGS.WARNINGS;
  }
  if (payload !== undefined) {
    writer.bytesMap(payload);
    flags |= HEADER_FLAGS.PAYLOAD;
  }
  return flags;
}

function writeMessage(writer: ByteWriter, response: ResponseMessage, version: number): number {
  switch (response.kind) {
    case 'READY':
      return OPCODES.READY;
    case 'AUTHENTICATE':
      writer.string(response.authenticator);
      return OPCODES.AUTHENTICATE;
    case 'SUPPORTED':
      writer.stringMultimap(response.options);
      return OPCODES.SUPPORTED;
    case 'AUTH_CHALLENGE':
      writer.bytes(response.token);
      return OPCODES.AUTH_CHALLENGE;
    case 'AUTH_SUCCESS':
      writer.bytes(response.token);
      return OPCODES.AUTH_SUCCESS;
    case 'ERROR':
      writeError(writer, response, version);
      return OPCODES.ERROR;
    case 'EVENT':
      writeEvent(writer, response.event);
      return OPCODES.EVENT;
    case 'RAW':
      writer.raw(response.body);
      return response.opcode;
    case 'VOID':
      writer.int(RESULT_KINDS.VOID);
      return OPCODES.RESULT;
    case 'ROWS':
      writeRows(writer.int(RESULT_KINDS.ROWS), response, version);
      return OPCODES.RESULT;
    case 'SET_KEYSPACE':
      writer.int(RESULT_KINDS.SET_KEYSPACE).string(response.keyspace);
      return OPCODES.RESULT;
    case 'PREPARED':
      writePrepared(writer.int(RESULT_KINDS.PREPARED), response, version);
      return OPCODES.RESULT;
    case 'SCHEMA_CHANGE':
      writeSchemaChange(writer.int(RESULT_KINDS.SCHEMA_CHANGE), response.change);
      return OPCODES.RESULT;
  }
}

/** Writes `metadata | int rows | rows × columns × bytes`. */
function writeRows(writer: ByteWriter, response: RowsResponse, version: number): void {
  const columns = response.columns.map(fullColumn);
  writeResultMetadata(writer, response, version);
  writer.int(response.rows.length);
  for (const row of response.rows) {
    if (row.length !== columns.length) {
      throw new WireError(`expected ${columns.length} values in a row, got ${row.length}`);
    }
    columns.forEach((column, index) => {
      writer.bytes(encodeValue(column.type, row[index]));
    });
  }
}

/** Writes `short bytes id | v5: short bytes result metadata id | bind metadata | result metadata`. */
function writePrepared(writer: ByteWriter, response: PreparedResponse, version: number): void {
  writer.shortBytes(response.id);
  if (version >= 5 || response.usesMetadataId === true) {
    writer.shortBytes(response.resultMetadataId);
  }
  writeBindMetadata(writer, response.parameters, response.partitionKey, version, response.bindFlags);
  writeResultMetadata(writer, { columns: response.columns }, version);
}
