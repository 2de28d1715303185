// Pages as columns: typed arrays in Arrow's layout that the core wrote, and a way to read single values out of them.
import { InvalidArgumentError, UnsupportedOperationError } from '../errors.ts';
import type { ColumnSpec } from '../types/column-spec.ts';
import type { CqlType } from '../types/data-type.ts';
import type { CellReader } from './object-builder.ts';
import { Page, type DeliveryViews } from './page.ts';
import { columnCell } from './readers.ts';
import { decodeUtf8 } from './text-decoding.ts';
import type { TypeMapping } from './type-mapping.ts';

// Column table: 8 words a column: 0 kind, 1 data offset, 2 data length, 3 offsets offset, 4 validity offset or 0, 5 nulls, 6 option id, 7 zero.
const ENTRY_WORDS = 8;
const FIXED_BYTES = 16;

/** Layouts of a column, by their number in the column table. */
const layouts = Object.freeze({
  1: 'int32',
  2: 'float64',
  3: 'int64',
  4: 'boolean',
  5: 'text',
  6: 'bytes',
  7: 'fixed16',
  8: 'nested',
} as const);

/** How the values of a column are stored. */
export type ColumnLayout = (typeof layouts)[keyof typeof layouts];

/** Typed arrays that values of a column are stored in. */
export type ColumnData = Int32Array | Float64Array | BigInt64Array | Uint8Array;

/**
 * One column of a page.
 *
 * `int32`: tinyint, smallint, int, and date as days since 1970-01-01. `float64`: float, double, and timestamp as milliseconds since
 * 1970-01-01. `int64`: bigint, counter, and time as nanoseconds since midnight. `boolean`: a byte each. `text`: UTF-8, inet included.
 * `bytes`: blob, varint, decimal, custom. `fixed16`: 16 bytes each, of uuid and timeuuid, and of duration: months and days
 * as 32-bit, nanoseconds as 64-bit integers, little-endian. `nested`: no arrays, `get` alone.
 */
export class Column {
  /** Name of the column. */
  readonly name: string;
  /** Its CQL type. */
  readonly type: CqlType;
  /** How many values it has, null ones included. */
  readonly length: number;
  /** How many of them are null. */
  readonly nullCount: number;
  /** How its values are stored. */
  readonly layout: ColumnLayout;
  /** The values, one after the other; what stands in place of a null means nothing. Undefined for `nested`. */
  readonly data: ColumnData | undefined;
  /** For `text` and `bytes`: value `i` is `data[offsets[i]..offsets[i + 1])`. */
  readonly offsets: Int32Array | undefined;
  /** One bit a value, lowest first, 1 where there is one; undefined if there is no null. */
  readonly validity: Uint8Array | undefined;
  readonly #page: Page;
  readonly #entry: number;
  readonly #spec: ColumnSpec;
  readonly #source: Page;
  readonly #read: CellReader;
  readonly #firstSlot: number;

  /** `entry`: index of the first word of the column in the column table. */
  constructor(spec: ColumnSpec, page: Page, entry: number, mapping: TypeMapping) {
    const { i32, u8 } = page.delivery;
    const word = (i: number): number => i32[entry + i] as number;
    this.#page = page;
    this.#entry = entry;
    this.#spec = spec;
    this.name = spec.name;
    this.type = spec.type;
    this.length = page.rowCount;
    this.layout = layouts[word(0) as keyof typeof layouts];
    this.data = dataOf(this.layout, page.delivery, word(1), word(2));
    const hasOffsets = this.layout === 'text' || this.layout === 'bytes';
    this.offsets = hasOffsets ? i32.subarray(word(3) >>> 2, (word(3) >>> 2) + page.rowCount + 1) : undefined;
    this.validity = word(4) === 0 ? undefined : u8.subarray(word(4), word(4) + ((page.rowCount + 7) >>> 3));
    this.nullCount = word(5);
    this.#read = columnCell(spec, mapping).read;
    const isNested = this.layout === 'nested';
    this.#source = isNested ? page : new ColumnSlots(page.delivery, page.record, this, word(1));
    this.#firstSlot = isNested ? (word(1) >>> 3) - page.slotCell : 0;
  }

  /** The same column, whose values are read as other types say. */
  withTypes(mapping: TypeMapping): Column {
    return new Column(this.#spec, this.#page, this.#entry, mapping);
  }

  /** Says whether a value is null. */
  isNull(row: number): boolean {
    if (this.layout === 'nested') return this.#source.isNull(this.#firstSlot + row);
    return this.validity !== undefined && (((this.validity[row >>> 3] as number) >>> (row & 7)) & 1) === 0;
  }

  /** Reads one value as rows have it. Throws `InvalidArgumentError` if there is no such row. */
  get(row: number): unknown {
    if (!Number.isInteger(row) || row < 0 || row >= this.length) {
      throw new InvalidArgumentError(`expected a row from 0 to ${this.length - 1}, got ${row}`, { field: 'row' });
    }
    return this.isNull(row) ? null : this.#read(this.#source, this.#firstSlot + row);
  }

  /** Reads all values, in order. */
  *[Symbol.iterator](): Generator<unknown, void> {
    for (let row = 0; row < this.length; row++) yield this.get(row);
  }
}

/** All columns of one page. */
export class ColumnBatch {
  /** How many rows the page has. */
  readonly length: number;
  /** The columns, in the order of the result. */
  readonly columns: readonly Column[];

  /** Throws `UnsupportedOperationError` for a page that was decoded as rows. */
  constructor(specs: readonly ColumnSpec[], page: Page, mapping: TypeMapping) {
    const { columnTable } = page;
    if (columnTable === -1) throw new UnsupportedOperationError('expected a page decoded as columns, got one of rows');
    this.length = page.rowCount;
    this.columns = specs.map((spec, i) => new Column(spec, page, columnTable + i * ENTRY_WORDS, mapping));
  }

  /** Finds a column by its name, the last one of equal names, or by its index. Throws `InvalidArgumentError` if there is none. */
  column(which: string | number): Column {
    const column =
      typeof which === 'number' ? this.columns[which] : this.columns.findLast(({ name }) => name === which);
    if (column !== undefined) return column;
    throw new InvalidArgumentError(`expected a column of the result, got ${JSON.stringify(which)}`, {
      field: 'column',
    });
  }
}

function dataOf(layout: ColumnLayout, views: DeliveryViews, offset: number, length: number): ColumnData | undefined {
  switch (layout) {
    case 'int32':
      return views.i32.subarray(offset >>> 2, (offset + length) >>> 2);
    case 'float64':
      return views.f64.subarray(offset >>> 3, (offset + length) >>> 3);
    case 'int64':
      return views.i64.subarray(offset >>> 3, (offset + length) >>> 3);
    case 'nested':
      return undefined;
    default:
      return views.u8.subarray(offset, offset + length);
  }
}

/** Lets the readers of slots read a column: what they ask of a slot is answered from the column's arrays. */
class ColumnSlots extends Page {
  readonly #column: Column;
  readonly #start: number;

  constructor(delivery: DeliveryViews, record: number, column: Column, start: number) {
    super(delivery, record);
    this.#column = column;
    this.#start = start;
  }

  override lo(row: number): number {
    return Number(this.#column.data?.[row]);
  }

  override hi(row: number): number {
    const { offsets, layout, data } = this.#column;
    if (offsets !== undefined) return (offsets[row + 1] as number) - (offsets[row] as number);
    return layout === 'int64' ? Number((data?.[row] as bigint) >> 32n) : FIXED_BYTES;
  }

  override double(row: number): number {
    return this.#column.data?.[row] as number;
  }

  override long(row: number): bigint {
    return this.#column.data?.[row] as bigint;
  }

  override rawStart(row: number): number {
    return this.#start + (this.#column.offsets?.[row] ?? FIXED_BYTES * row);
  }

  override text(row: number): string {
    const start = this.rawStart(row);
    return decodeUtf8(this.delivery.u8, start, start + this.hi(row));
  }
}
