// One page of rows as the core left it in a delivery: 8-byte slots, a null bitmap, raw bytes and text, read where they lie.
// Knows where a slot's bytes are; what they mean is left to readers.ts, and rows to rows.ts.
import { decodeAscii, decodeUtf16 } from './text-decoding.ts';

/** The copy of a delivery that pages are read from: four views of the same bytes. */
export interface DeliveryViews {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u8: Uint8Array;
  /** Text that small pages of one delivery decode together. */
  textWindow?: TextWindow | undefined;
}

/** Decoded ASCII of `u8[start..end)`. */
interface TextWindow {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

// Frame record, in words: 0 kind, 7 program, 8 rows, 9 slots offset, 10 slots, 11 nulls offset, 12 raw offset, 13 raw length,
// 14 text offset, 15 text length, 16 wide offset, 17 wide length, 18 page flags, 19 column table.
const KIND = 0;
const PROGRAM = 7;
const ROWS = 8;
const SLOTS = 9;
const NULLS = 11;
const RAW = 12;
const TEXT = 14;
const TEXT_LENGTH = 15;
const WIDE = 16;
const WIDE_LENGTH = 17;
const FLAGS = 18;
const TABLE = 19;

const COLUMNS_RECORD = 2;
const MORE_PAGES = 1;
const METADATA_CHANGED = 2;
const NEW_PROGRAM = 4;

// Text is decoded in blocks: the fastest size, and a kept string, which points into its block, pins no more than that.
const BLOCK_SHIFT = 14;
const BLOCK_BYTES = 1 << BLOCK_SHIFT;
const BLOCK_UNITS = BLOCK_BYTES / 2;
const LENGTH_MASK = 0x3fff_ffff;
const OVERSIZE = 0x4000_0000;

/** One page. Holds its delivery: drop the page once its rows are made. */
export class Page {
  readonly delivery: DeliveryViews;
  /** Index of the first word of its frame record. */
  readonly record: number;
  /** Rows of the page. */
  readonly rowCount: number;
  /** Index of the first slot in units of 8 bytes. */
  readonly slotCell: number;
  /** Index of the first word of the null bitmap; 0 if no slot of the page is null. */
  readonly nullsWord: number;
  /** Id of the program that the page was decoded with. */
  readonly program: number;
  readonly #flags: number;
  readonly #raw: number;
  readonly #text: number;
  /** All text of a page that has no more than a block of it: a window that it shares with its neighbours. */
  #window: string | null = null;
  #windowStart = 0;
  /** The text of a larger page, as far as it was read. */
  #blocks: string[] | null = null;
  #wideBlocks: string[] | undefined;

  /** `record`: index of the first word of a ROWS or COLUMNS record. */
  constructor(delivery: DeliveryViews, record: number) {
    const words = delivery.i32;
    this.delivery = delivery;
    this.record = record;
    this.program = words[record + PROGRAM] as number;
    this.rowCount = words[record + ROWS] as number;
    this.slotCell = (words[record + SLOTS] as number) >>> 3;
    this.nullsWord = (words[record + NULLS] as number) >>> 2;
    this.#raw = words[record + RAW] as number;
    this.#text = words[record + TEXT] as number;
    this.#flags = words[record + FLAGS] as number;
  }

  /** True if the server has more pages behind this one. */
  get hasMorePages(): boolean {
    return (this.#flags & MORE_PAGES) !== 0;
  }

  /** True if the server sent other result metadata than the client knew. */
  get isMetadataChanged(): boolean {
    return (this.#flags & METADATA_CHANGED) !== 0;
  }

  /** True if this page made the core register its program. */
  get isProgramNew(): boolean {
    return (this.#flags & NEW_PROGRAM) !== 0;
  }

  /** Index of the first word of the column table; -1 in a page of rows. */
  get columnTable(): number {
    const words = this.delivery.i32;
    return words[this.record + KIND] === COLUMNS_RECORD ? (words[this.record + TABLE] as number) : -1;
  }

  /** Says whether a slot is null. */
  isNull(slot: number): boolean {
    if (this.nullsWord === 0) return false;
    return (((this.delivery.i32[this.nullsWord + (slot >>> 5)] as number) >>> (slot & 31)) & 1) !== 0;
  }

  /** The lower word of a slot: an integer, an offset or the first nested slot. */
  lo(slot: number): number {
    return this.delivery.i32[2 * (this.slotCell + slot)] as number;
  }

  /** The upper word of a slot: a length or a count. */
  hi(slot: number): number {
    return this.delivery.i32[2 * (this.slotCell + slot) + 1] as number;
  }

  /** A slot as a double. */
  double(slot: number): number {
    return this.delivery.f64[this.slotCell + slot] as number;
  }

  /** A slot as a 64-bit integer. */
  long(slot: number): bigint {
    return this.delivery.i64[this.slotCell + slot] as bigint;
  }

  /** Where the bytes of a raw slot start in the delivery; their number is `hi(slot)`. */
  rawStart(slot: number): number {
    return this.#raw + this.lo(slot);
  }

  /** The text of a slot. */
  text(slot: number): string {
    return this.textAt(this.lo(slot), this.hi(slot));
  }

  /** The text that both words of a slot refer to. */
  textAt(lo: number, hi: number): string {
    if (hi >>> 30 !== 0) return this.#unusualText(lo, hi);
    if (hi === 0) return '';
    if (this.#window !== null) return this.#window.substring(this.#windowStart + lo, this.#windowStart + lo + hi);
    const block = this.#blocks?.[lo >>> BLOCK_SHIFT];
    if (block === undefined) return this.#decodeText(lo, hi);
    const start = lo & (BLOCK_BYTES - 1);
    return block.substring(start, start + hi);
  }

  #decodeText(lo: number, hi: number): string {
    const length = this.delivery.i32[this.record + TEXT_LENGTH] as number;
    if (length <= BLOCK_BYTES) {
      const window = this.#shareWindow(length);
      return window.substring(this.#windowStart + lo, this.#windowStart + lo + hi);
    }
    const index = lo >>> BLOCK_SHIFT;
    const first = index << BLOCK_SHIFT;
    const end = Math.min(first + BLOCK_BYTES, length);
    const block = decodeAscii(this.delivery.u8, this.#text + first, this.#text + end);
    (this.#blocks ??= [])[index] = block;
    return block.substring(lo - first, lo - first + hi);
  }

  /** Takes the text of a small page from what an earlier page decoded, or decodes for the next ones too. */
  #shareWindow(length: number): string {
    const { delivery } = this;
    const start = this.#text;
    let window = delivery.textWindow;
    if (window === undefined || start < window.start || start + length > window.end) {
      const end = Math.min(start + BLOCK_BYTES, delivery.u8.length);
      window = delivery.textWindow = { start, end, text: decodeAscii(delivery.u8, start, end) };
    }
    this.#windowStart = start - window.start;
    return (this.#window = window.text);
  }

  /** Text that is longer than a block, or wide: in UTF-16 because it has characters beyond ASCII. */
  #unusualText(lo: number, hi: number): string {
    const { u8, i32 } = this.delivery;
    const length = hi & LENGTH_MASK;
    if (hi >= 0) return decodeAscii(u8, this.#text + lo, this.#text + lo + length);
    const wide = i32[this.record + WIDE] as number;
    if ((hi & OVERSIZE) !== 0) return decodeUtf16(u8, wide + 2 * lo, wide + 2 * (lo + length));
    this.#wideBlocks ??= [];
    const index = Math.floor(lo / BLOCK_UNITS);
    const from = index * BLOCK_BYTES;
    const to = Math.min(from + BLOCK_BYTES, i32[this.record + WIDE_LENGTH] as number);
    const block = (this.#wideBlocks[index] ??= decodeUtf16(u8, wide + from, wide + to));
    const start = lo % BLOCK_UNITS;
    return block.substring(start, start + length);
  }
}
