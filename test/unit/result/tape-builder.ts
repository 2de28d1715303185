// Writes deliveries by hand, as the core lays them down, so that pages and readers are tested without it: frame records, slots, null
// bitmap, raw bytes, UTF-16 and ASCII text in blocks.
import type { ColumnSpec } from '../../../src/types/column-spec.ts';
import type { CqlType } from '../../../src/types/data-type.ts';
import type { DeliveryViews } from '../../../src/result/page.ts';

/**
 * A cell as the tape has it: numbers, booleans, bigints and text as they are; uuid, blob, custom, varint and decimal as bytes;
 * duration as [months, days, nanoseconds]; list, set, vector, tuple and udt as arrays; map as an array of pairs.
 */
export type TapeCell = null | boolean | number | bigint | string | Uint8Array | readonly TapeCell[];

const RECORD_WORDS = 20;
const BLOCK_BYTES = 16_384;
const BLOCK_UNITS = 8_192;

export interface BuiltTape {
  readonly delivery: DeliveryViews;
  /** Index of the first word of each page's frame record. */
  readonly records: readonly number[];
}

interface PageInput {
  readonly types: readonly CqlType[];
  readonly rows: readonly (readonly TapeCell[])[];
  readonly flags: number;
}

/** Collects pages and lays them down in one delivery. */
export class TapeBuilder {
  readonly #pages: PageInput[] = [];

  page(types: readonly CqlType[], rows: readonly (readonly TapeCell[])[], flags = 0): this {
    this.#pages.push({ types, rows, flags });
    return this;
  }

  /** `lead`: bytes before the delivery in its buffer, as in a slab. */
  build(lead = 0): BuiltTape {
    const records = this.#pages.map((_, i) => i * RECORD_WORDS);
    const head = align(this.#pages.length * RECORD_WORDS * 4, 8);
    const pages = this.#pages.map((page) => new PageWriter(page.types, page.rows));
    const slots = place(
      pages.map((page) => page.slots.length * 8),
      head,
      8,
    );
    const nulls = place(
      pages.map((page) => page.nullBytes),
      slots.end,
      8,
    );
    const raw = place(
      pages.map((page) => page.raw.length),
      nulls.end,
      8,
    );
    const wide = place(
      pages.map((page) => page.wide.length * 2),
      raw.end,
      2,
    );
    const text = place(
      pages.map((page) => page.text.length),
      wide.end,
      1,
    );
    const length = align(text.end, 8);
    const buffer = new ArrayBuffer(lead + length);
    const views: DeliveryViews = {
      i32: new Int32Array(buffer, lead, length / 4),
      f64: new Float64Array(buffer, lead, length / 8),
      i64: new BigInt64Array(buffer, lead, length / 8),
      u8: new Uint8Array(buffer, lead, length),
    };
    pages.forEach((page, i) => {
      const at = { slots: slots.starts[i] ?? 0, nulls: nulls.starts[i] ?? 0, raw: raw.starts[i] ?? 0 };
      page.slots.forEach((slot, k) => (views.i64[at.slots / 8 + k] = slot));
      page.nulls.forEach((slot) => {
        const byte = at.nulls + (slot >>> 3);
        views.u8[byte] = (views.u8[byte] ?? 0) | (1 << (slot & 7));
      });
      views.u8.set(page.raw, at.raw);
      page.wide.forEach((unit, k) => {
        views.u8[(wide.starts[i] ?? 0) + 2 * k] = unit & 0xff;
        views.u8[(wide.starts[i] ?? 0) + 2 * k + 1] = unit >>> 8;
      });
      views.u8.set(page.text, text.starts[i] ?? 0);
      const words: number[] = [1, 7, 8, 0, 0, 0, 0, 40 + i, page.rowCount, at.slots, page.slots.length];
      words.push(page.nullBytes === 0 ? 0 : at.nulls, at.raw, page.raw.length, text.starts[i] ?? 0, page.text.length);
      words.push(wide.starts[i] ?? 0, page.wide.length * 2, this.#pages[i]?.flags ?? 0, 0);
      views.i32.set(words, i * RECORD_WORDS);
    });
    return { delivery: views, records };
  }
}

/** A page of one column type each, in a delivery of its own. */
export function tapeOf(types: readonly CqlType[], rows: readonly (readonly TapeCell[])[], flags = 0): BuiltTape {
  return new TapeBuilder().page(types, rows, flags).build();
}

/** Column specs with these names. */
export function columnsOf(entries: readonly (readonly [name: string, type: CqlType])[]): ColumnSpec[] {
  return entries.map(([name, type]) => ({ keyspace: 'ks', table: 't', name, type }));
}

class PageWriter {
  readonly slots: bigint[] = [];
  readonly nulls: number[] = [];
  readonly raw: number[] = [];
  readonly wide: number[] = [];
  readonly text: number[] = [];
  readonly rowCount: number;

  constructor(types: readonly CqlType[], rows: readonly (readonly TapeCell[])[]) {
    this.rowCount = rows.length;
    this.#reserve(rows.length * types.length);
    rows.forEach((row, r) => types.forEach((type, c) => this.#cell(r * types.length + c, type, row[c] ?? null)));
  }

  get nullBytes(): number {
    return this.nulls.length === 0 ? 0 : Math.ceil(this.slots.length / 32) * 4;
  }

  #reserve(count: number): number {
    const first = this.slots.length;
    for (let i = 0; i < count; i++) this.slots.push(0n);
    return first;
  }

  #cell(slot: number, type: CqlType, value: TapeCell): void {
    if (value === null) {
      this.nulls.push(slot);
      return;
    }
    this.slots[slot] = this.#bits(type, value);
  }

  #bits(type: CqlType, value: Exclude<TapeCell, null>): bigint {
    switch (type.kind) {
      case 'boolean':
        return value === true ? 1n : 0n;
      case 'tinyint':
      case 'smallint':
      case 'int':
      case 'date':
        return pair(Number(value), 0);
      case 'bigint':
      case 'counter':
      case 'time':
        return BigInt.asIntN(64, value as bigint);
      case 'timestamp':
      case 'float':
      case 'double':
        return new BigInt64Array(new Float64Array([value as number]).buffer)[0] ?? 0n;
      case 'ascii':
      case 'text':
      case 'inet':
        return this.#textReference(value as string);
      case 'duration':
        return this.#rawReference(durationBytes(value as readonly [number, number, bigint]), 8);
      case 'vector':
        if (type.args[0]?.kind !== 'float') return this.#nested(type.args[0], value as readonly TapeCell[]);
        return this.#rawReference(new Uint8Array(Float32Array.from(value as readonly number[]).buffer), 4);
      case 'list':
      case 'set':
        return this.#nested(type.args[0], value as readonly TapeCell[]);
      case 'map': {
        const entries = value as readonly (readonly TapeCell[])[];
        const first = this.#reserve(2 * entries.length);
        entries.flat().forEach((part, i) => this.#cell(first + i, type.args[i % 2] as CqlType, part ?? null));
        return pair(first, entries.length);
      }
      case 'tuple':
      case 'udt': {
        const parts = value as readonly TapeCell[];
        const first = this.#reserve(type.args.length);
        type.args.forEach((arg, i) => this.#cell(first + i, arg, parts[i] ?? null));
        return pair(first, type.args.length);
      }
      default:
        return this.#rawReference(value as Uint8Array, 1);
    }
  }

  #nested(type: CqlType | undefined, values: readonly TapeCell[]): bigint {
    const first = this.#reserve(values.length);
    values.forEach((value, i) => this.#cell(first + i, type as CqlType, value));
    return pair(first, values.length);
  }

  #rawReference(bytes: Uint8Array, alignment: number): bigint {
    while (this.raw.length % alignment !== 0) this.raw.push(0);
    const start = this.raw.length;
    for (const byte of bytes) this.raw.push(byte);
    return pair(start, bytes.length);
  }

  #textReference(value: string): bigint {
    const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i));
    if (units.every((unit) => unit < 0x80)) return pair(...inBlocks(this.text, units, BLOCK_BYTES, 0));
    return pair(...inBlocks(this.wide, units, BLOCK_UNITS, 0x8000_0000));
  }
}

/** Appends text so that it crosses no border of a block unless it is longer than one. */
function inBlocks(section: number[], units: readonly number[], block: number, flag: number): [number, number] {
  const left = block - (section.length % block);
  const isOversize = units.length > block;
  if (units.length > left || (isOversize && left !== block)) for (let i = 0; i < left; i++) section.push(0);
  const start = section.length;
  for (const unit of units) section.push(unit);
  return [start, flag + (isOversize ? 0x4000_0000 : 0) + units.length];
}

function durationBytes([months, days, nanoseconds]: readonly [number, number, bigint]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setInt32(0, months, true);
  view.setInt32(4, days, true);
  view.setBigInt64(8, nanoseconds, true);
  return new Uint8Array(view.buffer);
}

function pair(lo: number, hi: number): bigint {
  return BigInt.asIntN(64, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0));
}

function place(lengths: readonly number[], from: number, alignment: number): { starts: number[]; end: number } {
  const starts: number[] = [];
  let end = align(from, alignment);
  for (const length of lengths) {
    starts.push(end);
    end = align(end + length, alignment);
  }
  return { starts, end };
}

function align(offset: number, alignment: number): number {
  return Math.ceil(offset / alignment) * alignment;
}
