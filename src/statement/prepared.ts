// A statement that a server has parsed: its id, its markers, the shape of its rows; and the same with values bound to it.
// Preparing it again, on other hosts or after a change of schema, is left to the execution.
import { Codecs } from '../types/codec.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { Program } from '../types/program.ts';
import { BoundWriter } from './bind.ts';
import { HeapSink } from './byte-sink.ts';
import type { Params } from '../types/cql-value.ts';
import { Statement, type StatementOptions } from './statement.ts';
import { isPlainSelect } from './statement-text.ts';

/** The shape of the rows of a prepared statement. It changes as a whole when a server says so. */
export interface ResultShape {
  /** The id that protocol v5 has for it; empty before. */
  readonly metadataId: Uint8Array;
  /** The columns; empty for what returns no rows, and for conditional statements, whose rows tell their shape each time. */
  readonly columns: readonly ColumnSpec[];
  /** What the core knows of it; null if there are no rows, or rows that tell their shape each time. */
  readonly program: Program | null;
}

/** What the server answered to PREPARE, and how to bind for it. */
export interface PreparedParts {
  /** Text of the statement. */
  readonly queryString: string;
  /** The server's id. */
  readonly queryId: Uint8Array;
  /** The bind markers. */
  readonly columnMetadata: readonly ColumnSpec[];
  /** Indexes of the markers that are the partition key, in its order; empty if some are missing. */
  readonly routingKeyIndexes: readonly number[];
  /** The shape of its rows. */
  readonly result: ResultShape;
  /** Whether the server marked it as conditional. */
  readonly isLwt: boolean;
  /** Version of the protocol of the session. */
  readonly protocolVersion: number;
  /** What `undefined` means as a bound value. Default: `'unset'`. */
  readonly undefinedAs?: 'unset' | 'null';
  /** The user's codecs. Default: none. */
  readonly codecs?: Codecs;
}

/** Key of the writer of a prepared statement: for the execution, not for users. */
export const WRITER = Symbol('writer');
/** Key of the shape of its rows, as the server told it last; id and columns are replaced as one. */
export const RESULT = Symbol('result');
/** Key of whether a prepared statement is a plain SELECT: for the execution, which asks for every request. */
export const IS_SELECT = Symbol('isSelect');

/** The table that a statement goes to. */
export interface RoutingTable {
  readonly keyspace: string;
  readonly table: string;
}

/** A statement that a server has parsed. Made by `session.prepare`; its settings are the defaults of what is bound to it. */
export class PreparedStatement<Row = Record<string, unknown>> extends Statement<Row> {
  /** Text of the statement. */
  readonly queryString: string;
  /** The server's id for it. */
  readonly queryId: Uint8Array;
  /** The bind markers: name, type and table of each. */
  readonly columnMetadata: readonly ColumnSpec[];
  /** Indexes of the markers that are the partition key, in its order; empty if some are missing. */
  readonly routingKeyIndexes: readonly number[];
  /** Writes values for its markers; for the execution, which writes them straight into the request. */
  readonly [WRITER]: BoundWriter;
  [RESULT]: ResultShape;
  readonly [IS_SELECT]: boolean;
  readonly #isLwt: boolean;

  constructor(parts: PreparedParts, options: StatementOptions = {}) {
    super(options);
    this.queryString = parts.queryString;
    this.queryId = parts.queryId;
    this.columnMetadata = parts.columnMetadata;
    this.routingKeyIndexes = parts.routingKeyIndexes;
    this[WRITER] = new BoundWriter(parts.columnMetadata, {
      protocolVersion: parts.protocolVersion,
      keyIndexes: parts.routingKeyIndexes,
      undefinedAs: parts.undefinedAs ?? 'unset',
      codecs: parts.codecs ?? Codecs.none,
    });
    this.#isLwt = parts.isLwt;
    this[RESULT] = parts.result;
    this[IS_SELECT] = isPlainSelect(parts.queryString);
  }

  override get isLwt(): boolean {
    return this.#isLwt;
  }

  /** The columns of its rows; empty for a statement without rows and for a conditional one. */
  get resultMetadata(): readonly ColumnSpec[] {
    return this[RESULT].columns;
  }

  /** The table that the markers belong to; undefined if there are none. */
  get routingTable(): RoutingTable | undefined {
    const column = this.columnMetadata[this.routingKeyIndexes[0] ?? 0];
    return column && { keyspace: column.keyspace, table: column.table };
  }

  /**
   * Binds values: an array in the order of the markers, or an object with exactly their names. `undefined` leaves a value unset,
   * or null if the session is told so. The values are encoded at once; later changes to them have no effect.
   *
   * Throws `InvalidArgumentError` if count or names do not match, `CodecError` for a value that does not fit its marker.
   *
   * @example session.execute(insert.bind({ id: Uuid.random(), name: 'Ada' }))
   */
  bind(params?: Params): BoundStatement<Row> {
    return new BoundStatement(this).bind(params);
  }
}

/** A prepared statement with values. Made by `prepared.bind`; takes its settings from the prepared statement. */
export class BoundStatement<Row = Record<string, unknown>> extends Statement<Row> {
  /** The statement that the values belong to. */
  readonly preparedStatement: PreparedStatement<Row>;
  #values: Uint8Array = new Uint8Array(0);
  #keyRanges: readonly number[] = [];

  constructor(preparedStatement: PreparedStatement<Row>) {
    super(preparedStatement);
    this.preparedStatement = preparedStatement;
  }

  override get isLwt(): boolean {
    return this.preparedStatement.isLwt;
  }

  /** The encoded values, back to back. */
  get values(): Uint8Array {
    return this.#values;
  }

  /** Offset and length in `values` of each component of the partition key, in its order; length -1 for null and unset. */
  get keyRanges(): readonly number[] {
    return this.#keyRanges;
  }

  /** Binds other values in place of those it has. Takes and throws what {@link PreparedStatement.bind} does. */
  bind(params?: Params): this {
    const sink = new HeapSink();
    this.#keyRanges = this.preparedStatement[WRITER].write(params, sink);
    this.#values = sink.take();
    return this;
  }

  // several components: each [short length][byte…][byte 0]
  /** The encoded partition key; undefined if it is not known or a component of it has no value. */
  override get routingKey(): Uint8Array | readonly Uint8Array[] | undefined {
    return super.routingKey ?? this.#encodedKey();
  }

  override set routingKey(key: Uint8Array | readonly Uint8Array[] | undefined) {
    super.routingKey = key;
  }

  #encodedKey(): Uint8Array | undefined {
    const components = this.#keyComponents();
    if (components.length === 0 || components.includes(undefined)) return undefined;
    const known = components as Uint8Array[];
    if (known.length === 1) return known[0]?.slice();
    return new Uint8Array(known.flatMap((bytes) => [bytes.length >> 8, bytes.length & 0xff, ...bytes, 0]));
  }

  #keyComponents(): (Uint8Array | undefined)[] {
    const count = this.#keyRanges.length / 2;
    return Array.from({ length: count }, (_, i) => {
      const start = this.#keyRanges[2 * i] as number;
      const length = this.#keyRanges[2 * i + 1] as number;
      return length < 0 ? undefined : this.#values.subarray(start, start + length);
    });
  }
}
