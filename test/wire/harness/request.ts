// Bodies of requests to plain objects, strictly: an unknown flag, a lying length or a byte too many is a WireError.
// What a driver sends is judged here, so this shares nothing with the core that writes it.
import { type BoundValue, ByteReader } from './byte-reader.ts';
import type { Frame } from './frame.ts';
import { type Consistency, consistencyName, HEADER_FLAGS, opcodeName, QUERY_FLAGS } from './opcodes.ts';
import { WireError } from './wire-error.ts';

/** What stands behind the text or id of QUERY, EXECUTE and BATCH (native_protocol_v5.spec 4.1.4). */
export interface QueryParameters {
  readonly consistency: Consistency;
  readonly flags: number;
  readonly serialConsistency: Consistency | undefined;
  /** Microseconds. */
  readonly timestamp: bigint | undefined;
  readonly keyspace: string | undefined;
  readonly nowInSeconds: number | undefined;
}

export interface BoundParameters extends QueryParameters {
  readonly values: readonly BoundValue[];
  /** One for each value, where the request names them. */
  readonly names: readonly string[] | undefined;
  readonly skipMetadata: boolean;
  readonly pageSize: number | undefined;
  readonly pagingState: Uint8Array | null | undefined;
}

export interface BatchEntry {
  /** The text, or undefined where the entry is prepared. */
  readonly cql: string | undefined;
  readonly id: Uint8Array | undefined;
  readonly values: readonly BoundValue[];
}

export type Request =
  | { readonly opcode: 'STARTUP'; readonly options: Readonly<Record<string, string>> }
  | { readonly opcode: 'OPTIONS' }
  | { readonly opcode: 'AUTH_RESPONSE'; readonly token: Uint8Array | null }
  | { readonly opcode: 'REGISTER'; readonly events: readonly string[] }
  | ({ readonly opcode: 'QUERY'; readonly cql: string } & BoundParameters)
  | { readonly opcode: 'PREPARE'; readonly cql: string; readonly keyspace: string | undefined }
  | ({
      readonly opcode: 'EXECUTE';
      readonly id: Uint8Array;
      readonly resultMetadataId: Uint8Array | undefined;
    } & BoundParameters)
  | ({
      readonly opcode: 'BATCH';
      readonly type: 'LOGGED' | 'UNLOGGED' | 'COUNTER';
      readonly entries: readonly BatchEntry[];
    } & QueryParameters);

export type RequestOpcode = Request['opcode'];

/** Each request may carry bytes for a server's own query handler (v4 and later). */
export type DecodedRequest = Request & { readonly payload: Readonly<Record<string, Uint8Array | null>> | undefined };

const PAYLOAD_SINCE = 4;
const BATCH_TYPES = ['LOGGED', 'UNLOGGED', 'COUNTER'] as const;
const BATCH_FLAGS = QUERY_FLAGS.SERIAL_CONSISTENCY | QUERY_FLAGS.TIMESTAMP;
const QUERY_FLAGS_V3 = 0x7f;
const QUERY_FLAGS_V5 = 0x1ff;
const PREPARE_KEYSPACE = 0x01;

/** How a server reads EXECUTE beyond the version: Scylla's extension puts the metadata id into v4 too. */
export interface RequestDialect {
  readonly usesMetadataId?: boolean;
}

/** Decodes the (already decompressed) body of a request frame. */
export function decodeRequest(frame: Frame, dialect: RequestDialect = {}): DecodedRequest {
  const reader = new ByteReader(frame.body);
  const payload = readPayload(frame, reader);
  const request = readMessage(frame, reader, dialect);
  reader.expectEnd(request.opcode);
  return { ...request, payload };
}

function readPayload(frame: Frame, reader: ByteReader): DecodedRequest['payload'] {
  if ((frame.flags & HEADER_FLAGS.PAYLOAD) === 0) {
    return undefined;
  }
  if (frame.version < PAYLOAD_SINCE) {
    throw new WireError(`expected no custom payload in version ${frame.version}`);
  }
  return reader.bytesMap();
}

function readMessage(frame: Frame, reader: ByteReader, dialect: RequestDialect): Request {
  const opcode = opcodeName(frame.opcode);
  switch (opcode) {
    case 'STARTUP':
      return { opcode, options: reader.stringMap() };
    case 'OPTIONS':
      return { opcode };
    case 'AUTH_RESPONSE':
      return { opcode, token: reader.bytes() };
    case 'REGISTER':
      return { opcode, events: reader.stringList() };
    case 'QUERY':
      return { opcode, cql: reader.longString(), ...readBoundParameters(reader, frame.version) };
    case 'PREPARE':
      return { opcode, cql: reader.longString(), keyspace: readPrepareKeyspace(reader, frame.version) };
    case 'EXECUTE':
      return {
        opcode,
        id: reader.shortBytes(),
        resultMetadataId: frame.version >= 5 || dialect.usesMetadataId === true ? reader.shortBytes() : undefined,
        ...readBoundParameters(reader, frame.version),
      };
    case 'BATCH':
      return readBatch(reader, frame.version);
    default:
      throw new WireError(`expected a request, got opcode 0x${frame.opcode.toString(16)}`);
  }
}

function readPrepareKeyspace(reader: ByteReader, version: number): string | undefined {
  if (version < 5) {
    return undefined;
  }
  const flags = reader.int();
  if ((flags & ~PREPARE_KEYSPACE) !== 0) {
    throw new WireError(`expected PREPARE flags 0 or 1, got ${flags}`);
  }
  return flags === PREPARE_KEYSPACE ? reader.string() : undefined;
}

/**
 * Reads the parameters of QUERY and EXECUTE.
 *
 *     short consistency | flags (byte, v5: int) | values | page size | paging state | serial | timestamp | keyspace | now
 */
function readBoundParameters(reader: ByteReader, version: number): BoundParameters {
  const consistency = readConsistency(reader);
  const flags = readFlags(reader, version, version >= 5 ? QUERY_FLAGS_V5 : QUERY_FLAGS_V3);
  const bound = readValues(reader, version, flags);
  const pageSize = (flags & QUERY_FLAGS.PAGE_SIZE) !== 0 ? reader.int() : undefined;
  const pagingState = (flags & QUERY_FLAGS.PAGING_STATE) !== 0 ? reader.bytes() : undefined;
  return {
    ...bound,
    skipMetadata: (flags & QUERY_FLAGS.SKIP_METADATA) !== 0,
    pageSize,
    pagingState,
    ...readTail(reader, consistency, flags),
  };
}

function readValues(reader: ByteReader, version: number, flags: number): Pick<BoundParameters, 'values' | 'names'> {
  const named = (flags & QUERY_FLAGS.NAMES) !== 0;
  if ((flags & QUERY_FLAGS.VALUES) === 0) {
    if (named) {
      throw new WireError('expected names only together with values');
    }
    return { values: [], names: undefined };
  }
  const names: string[] = [];
  const values = reader.list(() => {
    if (named) {
      names.push(reader.string());
    }
    return reader.value(version);
  });
  return { values, names: named ? names : undefined };
}

/**
 * Reads a batch.
 *
 *     byte type | short n | n × (byte kind, long string or short bytes, short m, m values) | short consistency | flags | tail
 */
function readBatch(reader: ByteReader, version: number): Request {
  const type = BATCH_TYPES[reader.byte()];
  if (type === undefined) {
    throw new WireError('expected batch type 0, 1 or 2');
  }
  const entries = reader.list(() => readBatchEntry(reader, version));
  const consistency = readConsistency(reader);
  const allowed = version >= 5 ? BATCH_FLAGS | QUERY_FLAGS.KEYSPACE | QUERY_FLAGS.NOW_IN_SECONDS : BATCH_FLAGS;
  const flags = readFlags(reader, version, allowed);
  return { opcode: 'BATCH', type, entries, ...readTail(reader, consistency, flags) };
}

function readBatchEntry(reader: ByteReader, version: number): BatchEntry {
  const kind = reader.byte();
  if (kind > 1) {
    throw new WireError(`expected batch entry kind 0 or 1, got ${kind}`);
  }
  const cql = kind === 0 ? reader.longString() : undefined;
  const id = kind === 1 ? reader.shortBytes() : undefined;
  return { cql, id, values: reader.list(() => reader.value(version)) };
}

function readTail(reader: ByteReader, consistency: Consistency, flags: number): QueryParameters {
  const serial = (flags & QUERY_FLAGS.SERIAL_CONSISTENCY) !== 0 ? readConsistency(reader) : undefined;
  if (serial !== undefined && serial !== 'SERIAL' && serial !== 'LOCAL_SERIAL') {
    throw new WireError(`expected a serial consistency, got ${serial}`);
  }
  return {
    consistency,
    flags,
    serialConsistency: serial,
    timestamp: (flags & QUERY_FLAGS.TIMESTAMP) !== 0 ? reader.long() : undefined,
    keyspace: (flags & QUERY_FLAGS.KEYSPACE) !== 0 ? reader.string() : undefined,
    nowInSeconds: (flags & QUERY_FLAGS.NOW_IN_SECONDS) !== 0 ? reader.int() : undefined,
  };
}

function readFlags(reader: ByteReader, version: number, allowed: number): number {
  const flags = version >= 5 ? reader.int() : reader.byte();
  if ((flags & ~allowed) !== 0) {
    throw new WireError(`expected query flags within 0x${allowed.toString(16)}, got 0x${flags.toString(16)}`);
  }
  return flags;
}

function readConsistency(reader: ByteReader): Consistency {
  const code = reader.short();
  const name = consistencyName(code);
  if (name === undefined) {
    throw new WireError(`expected a consistency, got ${code}`);
  }
  return name;
}
