// From a statement and its settings to a frame: which message it becomes, where its partition key is, and how its answer
// will be decoded.

import type { EncodedFrame } from '../core.ts';
import type { ByteSlab } from '../core/byte-slab.ts';
import { InvalidArgumentError, UnsupportedOperationError } from '../errors.ts';
import type { BatchEntries, RequestEncoder, Routing, ValueSource, WireFormat } from '../protocol/requests.ts';
import { programWord, type ProgramTable } from '../result/programs.ts';
import { BatchType } from '../statement/batch.ts';
import type { ByteSink } from '../statement/byte-sink.ts';
import { RESULT, WRITER, type BoundStatement, type PreparedStatement } from '../statement/prepared.ts';
import type { Statement } from '../statement/statement.ts';
import { PARTITIONER_NUMBER } from '../topology/partitioner.ts';
import type { Params } from '../types/cql-value.ts';
import { wireConsistency, type RequestSettings } from './settings.ts';

/** A frame, and the program word that its answer is decoded with. */
export interface EncodedStatement {
  readonly frame: EncodedFrame;
  readonly programWord: number;
}

/** A statement of a batch, with everything prepared that has to be. */
export type EncodableEntry =
  | { readonly kind: 'text'; readonly queryString: string }
  | { readonly kind: 'prepared'; readonly statement: PreparedStatement<unknown>; readonly params: Params | undefined }
  | { readonly kind: 'bound'; readonly statement: BoundStatement<unknown> };

export interface StatementEncoderOptions {
  readonly encoder: RequestEncoder;
  readonly wire: WireFormat;
  readonly programs: ProgramTable;
  /** Number of the cluster's partitioner, 0 where its tokens are unknown. */
  partitioner(): 0 | 1 | 2 | 3;
}

export class StatementEncoder {
  readonly #options: StatementEncoderOptions;

  constructor(options: StatementEncoderOptions) {
    this.#options = options;
  }

  /**
   * Says whether a request may name its keyspace.
   *
   * @throws {UnsupportedOperationError} before protocol v5, where it would go to another one unnoticed.
   */
  requireKeyspaces(): void {
    const { version } = this.#options.wire;
    if (version >= 5) return;
    throw new UnsupportedOperationError(`a keyspace for one request needs protocol v5, the cluster speaks v${version}`);
  }

  /**
   * Settings whose statement may have to be encoded once more, and then as the same write: with the timestamp of the first time.
   */
  pinned(settings: RequestSettings): RequestSettings {
    return { ...settings, timestamp: timestampOf(settings), timestampGenerator: null };
  }

  /** QUERY: text without values. */
  query(cql: string, settings: RequestSettings, routingKey: Statement['routingKey']): EncodedStatement {
    const { encoder, wire } = this.#options;
    const frame = encoder.query(wire, {
      consistency: wireConsistency(settings.consistency),
      serialConsistency: wireSerialConsistency(settings),
      timestamp: timestampOf(settings),
      nowInSeconds: undefined,
      tracing: settings.tracing,
      payload: settings.payload,
      keyspace: wire.version >= 5 ? settings.keyspace : undefined,
      query: cql,
      namedValues: false,
      values: undefined,
      pageSize: settings.pageSize,
      pagingState: settings.pagingState,
      routing: this.#routing(routingKey, undefined, 0),
    });
    return { frame, programWord: programWord(null, wantsColumns(settings)) };
  }

  /** EXECUTE: a prepared statement and its values. */
  execute(
    statement: PreparedStatement<unknown>,
    values: ValueSource,
    settings: RequestSettings,
    routingKey: Statement['routingKey'],
  ): EncodedStatement {
    const { encoder, wire, programs } = this.#options;
    const result = statement[RESULT];
    const program = result.program === null ? null : programs.adopt(result.program);
    // One literal: spreading another object into it would cost more than all the rest of encoding.
    const frame = encoder.execute(wire, {
      consistency: wireConsistency(settings.consistency),
      serialConsistency: wireSerialConsistency(settings),
      timestamp: timestampOf(settings),
      nowInSeconds: undefined,
      tracing: settings.tracing,
      payload: settings.payload,
      keyspace: undefined,
      id: statement.queryId,
      resultMetadataId: wire.version >= 5 ? result.metadataId : undefined,
      // Before v5 nothing tells when the cached metadata no longer fits the rows.
      skipMetadata: wire.version >= 5 && program !== null,
      values,
      pageSize: settings.pageSize,
      pagingState: settings.pagingState,
      routing: this.#routing(routingKey, statement.routingKeyIndexes, 0),
    });
    return { frame, programWord: programWord(program, wantsColumns(settings)) };
  }

  /** BATCH: routed by the partition key of the first statement that has one. */
  batch(
    batchType: keyof typeof BatchType,
    entries: readonly EncodableEntry[],
    settings: RequestSettings,
    routingKey: Statement['routingKey'],
  ): EncodedStatement {
    const { encoder, wire } = this.#options;
    const routed = entries.findIndex(
      (entry) => entry.kind !== 'text' && preparedOf(entry).routingKeyIndexes.length > 0,
    );
    const first = entries[routed];
    const indexes = first === undefined || first.kind === 'text' ? undefined : preparedOf(first).routingKeyIndexes;
    const frame = encoder.batch(wire, {
      consistency: wireConsistency(settings.consistency),
      serialConsistency: wireSerialConsistency(settings),
      timestamp: timestampOf(settings),
      nowInSeconds: undefined,
      tracing: settings.tracing,
      payload: settings.payload,
      keyspace: wire.version >= 5 ? settings.keyspace : undefined,
      type: BatchType[batchType],
      entries: new EncodableEntries(entries),
      routing: this.#routing(routingKey, indexes, Math.max(0, routed)),
    });
    return { frame, programWord: programWord(null, wantsColumns(settings)) };
  }

  #routing(key: Statement['routingKey'], indexes: readonly number[] | undefined, entry: number): Routing | undefined {
    const partitioner = this.#options.partitioner();
    if (partitioner === PARTITIONER_NUMBER.none) return undefined;
    if (key !== undefined)
      return { partitioner, components: key instanceof Uint8Array ? [key] : key, indexes: undefined, entry: 0 };
    return indexes === undefined || indexes.length === 0
      ? undefined
      : { partitioner, indexes, components: undefined, entry };
  }
}

/**
 * The values of a prepared statement. Where they may have to be written once more, for another page or at another consistency,
 * the encoded ones are kept: the user's may have changed.
 */
export class BoundValues implements ValueSource {
  readonly #statement: PreparedStatement<unknown>;
  /** Where the encoded values are kept; `null`: they are not. */
  readonly #slab: ByteSlab | null;
  #params: Params | undefined;
  #kept: Uint8Array | null = null;
  #start = 0;
  #length = 0;

  constructor(statement: PreparedStatement<unknown>, params: Params | undefined, slab: ByteSlab | null) {
    this.#statement = statement;
    this.#params = params;
    this.#slab = slab;
  }

  writeValues(sink: ByteSink): number {
    const writer = this.#statement[WRITER];
    if (this.#kept !== null) {
      return writeEncoded(this.#kept.subarray(this.#start, this.#start + this.#length), writer.valueCount, sink);
    }
    const start = sink.position;
    writer.write(this.#params, sink);
    if (this.#slab !== null) {
      this.#start = this.#slab.copy(sink.buffer, start, sink.position);
      this.#length = sink.position - start;
      this.#kept = this.#slab.bytes;
      this.#params = undefined;
    }
    return writer.valueCount;
  }
}

/** Values that are encoded already. */
export class EncodedValues implements ValueSource {
  readonly #values: Uint8Array;
  readonly #count: number;

  constructor(values: Uint8Array, count: number) {
    this.#values = values;
    this.#count = count;
  }

  writeValues(sink: ByteSink): number {
    return writeEncoded(this.#values, this.#count, sink);
  }
}

function writeEncoded(values: Uint8Array, count: number, sink: ByteSink): number {
  sink.ensure(values.length);
  sink.buffer.set(values, sink.position);
  sink.position += values.length;
  return count;
}

/** The prepared statement of a statement of a batch. */
export function preparedOf(entry: Exclude<EncodableEntry, { kind: 'text' }>): PreparedStatement<unknown> {
  return entry.kind === 'prepared' ? entry.statement : entry.statement.preparedStatement;
}

/** The entries of a batch as they write themselves. */
class EncodableEntries implements BatchEntries {
  readonly #entries: readonly EncodableEntry[];

  constructor(entries: readonly EncodableEntry[]) {
    this.#entries = entries;
  }

  get length(): number {
    return this.#entries.length;
  }

  statement(index: number): string | Uint8Array {
    const entry = this.#entries[index] as EncodableEntry;
    return entry.kind === 'text' ? entry.queryString : preparedOf(entry).queryId;
  }

  writeValues(index: number, sink: ByteSink): number {
    const entry = this.#entries[index] as EncodableEntry;
    if (entry.kind === 'text') return 0;
    const writer = preparedOf(entry)[WRITER];
    if (entry.kind === 'bound') return writeEncoded(entry.statement.values, writer.valueCount, sink);
    writer.write(entry.params, sink);
    return writer.valueCount;
  }
}

function wantsColumns({ rowFactory }: RequestSettings): boolean {
  return rowFactory === 'columns';
}

function wireSerialConsistency({ serialConsistency }: RequestSettings): number | undefined {
  return serialConsistency === undefined ? undefined : wireConsistency(serialConsistency);
}

function timestampOf(settings: RequestSettings): bigint | number | undefined {
  if (settings.timestamp !== undefined) return checkedTimestamp(settings.timestamp);
  const { timestampGenerator } = settings;
  if (timestampGenerator === null) return undefined;
  let timestamp: bigint | number;
  try {
    timestamp = timestampGenerator();
  } catch (cause) {
    throw new InvalidArgumentError('expected timestampGenerator to make a timestamp, got an error', {
      field: 'timestampGenerator',
      cause,
    });
  }
  return checkedTimestamp(timestamp);
}

function checkedTimestamp(timestamp: bigint | number): bigint | number {
  if (Number.isSafeInteger(timestamp)) return timestamp;
  if (typeof timestamp === 'bigint' && BigInt.asIntN(64, timestamp) === timestamp) return timestamp;
  throw new InvalidArgumentError(
    `expected timestamp as microseconds, a 64-bit or safe integer, got ${String(timestamp)}`,
    { field: 'timestamp' },
  );
}
