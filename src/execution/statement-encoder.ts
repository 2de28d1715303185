// From a statement and its settings to a frame: which message it becomes, where its partition key is, and how its answer
// will be decoded.

import type { EncodedFrame } from '../core.ts';
import { InvalidArgumentError, UnsupportedOperationError } from '../errors.ts';
import type {
  BatchEntry as WireBatchEntry,
  RequestEncoder,
  Routing,
  ValueSource,
  WireFormat,
} from '../protocol/requests.ts';
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
      entries: entries.map(wireEntry),
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
  readonly #keepsCopy: boolean;
  #params: Params | undefined;
  #copy: Uint8Array | null = null;

  constructor(statement: PreparedStatement<unknown>, params: Params | undefined, keepsCopy: boolean) {
    this.#statement = statement;
    this.#params = params;
    this.#keepsCopy = keepsCopy;
  }

  writeValues(sink: ByteSink): number {
    const writer = this.#statement[WRITER];
    if (this.#copy !== null) return writeEncoded(this.#copy, writer.valueCount, sink);
    const start = sink.position;
    writer.write(this.#params, sink);
    if (this.#keepsCopy) {
      this.#copy = sink.buffer.slice(start, sink.position);
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

function wireEntry(entry: EncodableEntry): WireBatchEntry {
  switch (entry.kind) {
    case 'text':
      return { statement: entry.queryString, values: undefined };
    case 'prepared':
      return { statement: entry.statement.queryId, values: new BoundValues(entry.statement, entry.params, false) };
    case 'bound': {
      const { preparedStatement, values } = entry.statement;
      return {
        statement: preparedStatement.queryId,
        values: new EncodedValues(values, preparedStatement[WRITER].valueCount),
      };
    }
  }
}

function wantsColumns({ rowFactory }: RequestSettings): boolean {
  return rowFactory === 'columns';
}

function wireSerialConsistency({ serialConsistency }: RequestSettings): number | undefined {
  return serialConsistency === undefined ? undefined : wireConsistency(serialConsistency);
}

function timestampOf(settings: RequestSettings): bigint | undefined {
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

function checkedTimestamp(timestamp: bigint | number): bigint {
  if (Number.isSafeInteger(timestamp)) return BigInt(timestamp);
  if (typeof timestamp === 'bigint' && BigInt.asIntN(64, timestamp) === timestamp) return timestamp;
  throw new InvalidArgumentError(
    `expected timestamp as microseconds, a 64-bit or safe integer, got ${String(timestamp)}`,
    { field: 'timestamp' },
  );
}
