// Binds parameters to the markers of a prepared statement: counts and names are checked, then each value is written by the
// writer of its type.
import { CodecError, DriverError, InvalidArgumentError } from '../errors.ts';
import { Codecs } from '../types/codec.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import { describe } from '../types/describe.ts';
import { UNSET_VALUE } from '../types/unset.ts';
import { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import type { Params } from '../types/cql-value.ts';
import { refuseBecause } from './refusal.ts';
import type { ValueWriter } from './value-writer.ts';
import { markerWriter } from './writers.ts';

/** What a {@link BoundWriter} knows of its statement beside the markers. */
export interface BindOptions {
  /** Version of the protocol that the values are for; unset values exist from 4 on. */
  readonly protocolVersion: number;
  /** Indexes of the markers that are the partition key, in its order; empty if they are not known. */
  readonly keyIndexes?: readonly number[];
  /** What `undefined` means. Default: `'unset'`. */
  readonly undefinedAs?: 'unset' | 'null';
  /** The user's codecs. Default: none. */
  readonly codecs?: Codecs;
}

const NULL_LENGTH = -1;
const UNSET_LENGTH = -2;
/** The count of values is a short on the wire. */
const MOST_VALUES = 0xffff;
/** The length of a partition key is a short in the server. */
const MOST_KEY_BYTES = 0xffff;

/** Writes the values of one statement, however often; made once per prepared statement. */
export class BoundWriter {
  readonly #columns: readonly ColumnSpec[];
  readonly #writers: readonly ValueWriter[];
  readonly #names: ReadonlySet<string>;
  readonly #keyIndexes: readonly number[];
  /** Of each marker, its place in the partition key, or -1. */
  readonly #keyPlaces: readonly number[];
  readonly #hasUnset: boolean;
  readonly #undefinedIsNull: boolean;
  /** Used by one writing after the other; `null` while one runs, as a value may make another begin. */
  #path: BindPath | null = new BindPath();

  constructor(columns: readonly ColumnSpec[], options: BindOptions) {
    if (columns.length > MOST_VALUES) {
      throw new InvalidArgumentError(`expected at most ${MOST_VALUES} bind markers, got ${columns.length}`, {
        field: 'query',
      });
    }
    const keyIndexes = options.keyIndexes ?? [];
    this.#columns = columns;
    this.#writers = columns.map((column) => markerWriter(column, options.codecs ?? Codecs.none));
    this.#names = new Set(columns.map(({ name }) => name));
    this.#keyIndexes = keyIndexes;
    this.#keyPlaces = columns.map((_, i) => keyIndexes.indexOf(i));
    this.#hasUnset = options.protocolVersion >= 4;
    this.#undefinedIsNull = options.undefinedAs === 'null';
  }

  /** How many values every call of `write` writes. */
  get valueCount(): number {
    return this.#columns.length;
  }

  // [value]…, each [int length][byte…content]; length -1 is null, -2 unset
  // native_protocol_v5.spec 3
  /**
   * Writes all values, back to back, and returns where the content of each partition key component lies: offset in the sink and
   * length, in the order of the key; length -1 for null and unset.
   *
   * Throws `InvalidArgumentError` if count or names do not match, `CodecError` for a value that does not fit; the position is
   * then what it was.
   */
  write(params: Params | undefined, out: ByteSink): number[] {
    const values = params ?? [];
    const start = out.position;
    const path = this.#path ?? new BindPath();
    this.#path = null;
    try {
      return Array.isArray(values)
        ? this.#writeList(values, out, path)
        : this.#writeNamed(values as NamedParams, out, path);
    } catch (error) {
      out.position = start;
      if (error instanceof DriverError) throw error;
      throw new InvalidArgumentError('expected parameters that can be read, got an error', {
        field: 'params',
        cause: error,
      });
    } finally {
      this.#path = path;
    }
  }

  #writeList(values: readonly unknown[], out: ByteSink, path: BindPath): number[] {
    const { length } = this.#columns;
    if (values.length !== length) {
      throw new InvalidArgumentError(`expected ${length} bound values, got ${values.length}`, { field: 'params' });
    }
    const ranges = new Array<number>(2 * this.#keyIndexes.length);
    for (let i = 0; i < length; i++) {
      path.start(i);
      this.#writeValue(i, values as unknown as Indexed, i, out, path, ranges);
    }
    return ranges;
  }

  #writeNamed(values: NamedParams, out: ByteSink, path: BindPath): number[] {
    this.#checkNames(values);
    const ranges = new Array<number>(2 * this.#keyIndexes.length);
    for (let i = 0; i < this.#columns.length; i++) {
      const { name } = this.#columns[i] as ColumnSpec;
      path.start(name);
      this.#writeValue(i, values, name, out, path, ranges);
    }
    return ranges;
  }

  #checkNames(values: unknown): void {
    if (
      typeof values !== 'object' ||
      values === null ||
      values instanceof Map ||
      values instanceof Set ||
      ArrayBuffer.isView(values)
    ) {
      const message = `expected an array or an object of bound values, got ${describe(values)}`;
      throw new InvalidArgumentError(message, { field: 'params' });
    }
    for (const name of this.#names) {
      if (!Object.hasOwn(values, name)) {
        throw new InvalidArgumentError(`expected a bound value named ${JSON.stringify(name)}, got none`, {
          field: 'params',
        });
      }
    }
    const unknown = Object.keys(values).find((name) => !this.#names.has(name));
    if (unknown !== undefined) {
      const message = `expected only the names of bind markers, got ${JSON.stringify(unknown)}`;
      throw new InvalidArgumentError(message, { field: 'params' });
    }
  }

  #writeValue(i: number, values: Indexed, at: string | number, out: ByteSink, path: BindPath, ranges: number[]): void {
    const start = out.position;
    let length: number;
    try {
      const value = values[at];
      if (value === undefined || value === UNSET_VALUE) length = this.#writeUnset(i, value, out, path);
      else {
        (this.#writers[i] as ValueWriter)(value, out, path);
        length = value === null ? NULL_LENGTH : out.position - start - 4;
      }
    } catch (error) {
      if (error instanceof CodecError) throw error;
      return refuseBecause('expected a value that can be read, got an error', this.#type(i), path, error);
    }
    const place = this.#keyPlaces[i] as number;
    if (place < 0) return;
    if (length > MOST_KEY_BYTES) {
      refuseBecause(`expected at most ${MOST_KEY_BYTES} bytes in a partition key, got ${length}`, this.#type(i), path);
    }
    ranges[2 * place] = start + 4;
    ranges[2 * place + 1] = Math.max(length, NULL_LENGTH);
  }

  #writeUnset(i: number, value: unknown, out: ByteSink, path: BindPath): number {
    const length = value === undefined && this.#undefinedIsNull ? NULL_LENGTH : UNSET_LENGTH;
    if (length === UNSET_LENGTH && !this.#hasUnset) {
      refuseBecause('expected a value or null, as protocol v3 has no unset values, got undefined', this.#type(i), path);
    }
    out.ensure(4);
    out.view.setInt32(out.position, length);
    out.position += 4;
    return length;
  }

  #type(i: number): ColumnSpec['type'] {
    return (this.#columns[i] as ColumnSpec).type;
  }
}

type NamedParams = Readonly<Record<string, unknown>>;
type Indexed = Readonly<Record<string | number, unknown>>;
