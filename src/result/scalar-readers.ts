// The readers of native types: each turns a slot of a page into the JavaScript value that stands for it. The core has checked every
// slot, so nothing is checked here but what a lossy choice of types cannot show.
import { CodecError } from '../errors.ts';
import type { CqlType } from '../types/data-type.ts';
import { Decimal } from '../types/decimal.ts';
import { Duration } from '../types/duration.ts';
import { Inet } from '../types/inet.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { requireTemporal } from '../types/temporal.ts';
import { TimeUuid } from '../types/time-uuid.ts';
import { Uuid } from '../types/uuid.ts';
import type { CellReader } from './object-builder.ts';
import type { Page } from './page.ts';
import type { TypeMapping } from './type-mapping.ts';
import { uuidText } from './uuid-text.ts';

/** Beyond this many milliseconds there is no `Date`. Source: ECMA-262, time values. */
const MAX_DATE_MS = 8.64e15;

/** What a reader is made for. */
export interface ReaderContext {
  readonly mapping: TypeMapping;
  /** Name of the column, for errors. */
  readonly column: string;
}

/** Returns the reader of a native or custom type; undefined for a type with parts. */
export function scalarReader(type: CqlType, context: ReaderContext): CellReader | undefined {
  const { mapping } = context;
  switch (type.kind) {
    case 'int':
    case 'smallint':
    case 'tinyint':
      return (page, slot) => page.lo(slot);
    case 'boolean':
      return (page, slot) => page.lo(slot) !== 0;
    case 'double':
    case 'float':
      return (page, slot) => page.double(slot);
    case 'ascii':
    case 'text':
      return (page, slot) => page.text(slot);
    case 'inet':
      return mapping.inet === 'string' ? (page, slot) => page.text(slot) : (page, slot) => Inet.parse(page.text(slot));
    case 'bigint':
    case 'counter':
      return longReader(type, context);
    case 'timestamp':
      return timestampReader(type, context);
    case 'date':
      return dateReader(type, context);
    case 'time':
      return timeReader(mapping);
    case 'uuid':
      return mapping.uuid === 'string' ? readUuidText : readUuid;
    case 'timeuuid':
      return mapping.uuid === 'string' ? readUuidText : readTimeUuid;
    case 'varint':
      return mapping.varint === 'string' ? (page, slot) => String(readVarint(page, slot)) : readVarint;
    case 'decimal':
      return mapping.decimal === 'string' ? (page, slot) => readDecimal(page, slot).toString() : readDecimal;
    case 'duration':
      return readDuration;
    case 'blob':
    case 'custom':
      return mapping.blob === 'view' ? viewBytes : copyBytes;
    default:
      return undefined;
  }
}

function longReader(type: CqlType, { mapping, column }: ReaderContext): CellReader {
  if (mapping.bigint === 'bigint') return (page, slot) => page.long(slot);
  if (mapping.bigint === 'string') return (page, slot) => page.long(slot).toString();
  return (page, slot) => {
    const number = page.hi(slot) * 0x1_0000_0000 + (page.lo(slot) >>> 0);
    if (Number.isSafeInteger(number)) return number;
    const message = `expected an integer of at most 53 bits in column ${JSON.stringify(column)}, as bigint is mapped to number, got a larger one`;
    throw new CodecError(message, { path: column, cqlType: type.toString() });
  };
}

function timestampReader(type: CqlType, { mapping, column }: ReaderContext): CellReader {
  const refuse = (range: string): never => {
    const message = `expected a timestamp within ${range} in column ${JSON.stringify(column)}, got one beyond`;
    throw new CodecError(message, { path: column, cqlType: type.toString() });
  };
  if (mapping.timestamp === 'number') {
    return (page, slot) => {
      const milliseconds = page.double(slot);
      return Number.isSafeInteger(milliseconds) ? milliseconds : refuse('±(2^53 - 1) ms, as it is mapped to number,');
    };
  }
  if (mapping.timestamp === 'Temporal') {
    const { Instant } = requireTemporal('Temporal as types.timestamp');
    return (page, slot) => {
      const milliseconds = page.double(slot);
      if (milliseconds > MAX_DATE_MS || milliseconds < -MAX_DATE_MS) return refuse('the range of Temporal.Instant');
      return new Instant(BigInt(milliseconds) * 1_000_000n);
    };
  }
  return (page, slot) => {
    const milliseconds = page.double(slot);
    if (milliseconds <= MAX_DATE_MS && milliseconds >= -MAX_DATE_MS) return new Date(milliseconds);
    return refuse('the range of Date');
  };
}

function dateReader(type: CqlType, { mapping, column }: ReaderContext): CellReader {
  if (mapping.date === 'string') return (page, slot) => LocalDate.fromDaysSinceEpoch(page.lo(slot)).toString();
  if (mapping.date === 'LocalDate') return (page, slot) => LocalDate.fromDaysSinceEpoch(page.lo(slot));
  return (page, slot) => {
    try {
      return LocalDate.fromDaysSinceEpoch(page.lo(slot)).toTemporal();
    } catch (cause) {
      const message = `expected a date within the range of Temporal.PlainDate in column ${JSON.stringify(column)}, got one beyond`;
      throw new CodecError(message, { path: column, cqlType: type.toString(), cause });
    }
  };
}

function timeReader(mapping: TypeMapping): CellReader {
  if (mapping.time === 'bigint') return (page, slot) => page.long(slot);
  if (mapping.time === 'LocalTime') return (page, slot) => new LocalTime(page.long(slot));
  return (page, slot) => new LocalTime(page.long(slot)).toTemporal();
}

function readUuid(page: Page, slot: number): Uuid {
  return new Uuid(page.delivery.u8, page.rawStart(slot));
}

/** Some tables have other UUIDs in timeuuid columns, written before servers checked them. */
function readTimeUuid(page: Page, slot: number): Uuid {
  const start = page.rawStart(slot);
  const { u8 } = page.delivery;
  return (u8[start + 6] as number) >>> 4 === 1 ? new TimeUuid(u8, start) : new Uuid(u8, start);
}

function readUuidText(page: Page, slot: number): string {
  return uuidText(page.delivery.u8, page.rawStart(slot));
}

function readVarint(page: Page, slot: number): bigint {
  return varintOf(page.delivery.u8, page.rawStart(slot), page.hi(slot));
}

// [int scale][varint unscaled]
function readDecimal(page: Page, slot: number): Decimal {
  const { u8 } = page.delivery;
  const start = page.rawStart(slot);
  let scale = 0;
  for (let i = 0; i < 4; i++) scale = (scale << 8) | (u8[start + i] as number);
  return new Decimal(varintOf(u8, start + 4, page.hi(slot) - 4), scale);
}

/** Reads two's complement, big-endian. Through hexadecimal text, which BigInt reads in linear time. */
function varintOf(bytes: Uint8Array, start: number, length: number): bigint {
  if (length <= 6) {
    let number = ((bytes[start] as number) << 24) >> 24;
    for (let i = 1; i < length; i++) number = number * 256 + (bytes[start + i] as number);
    return BigInt(number);
  }
  let hex = '0x';
  for (let i = start; i < start + length; i++) hex += ((bytes[i] as number) | 0x100).toString(16).slice(1);
  return BigInt.asIntN(8 * length, BigInt(hex));
}

// i32 months, i32 days, i64 nanoseconds, as the core lays them down
function readDuration(page: Page, slot: number): Duration {
  const start = page.rawStart(slot);
  const { i32, i64 } = page.delivery;
  return new Duration(i32[start >>> 2] as number, i32[(start >>> 2) + 1] as number, i64[(start >>> 3) + 1] as bigint);
}

function viewBytes(page: Page, slot: number): Uint8Array {
  const start = page.rawStart(slot);
  return page.delivery.u8.subarray(start, start + page.hi(slot));
}

function copyBytes(page: Page, slot: number): Uint8Array {
  const start = page.rawStart(slot);
  return page.delivery.u8.slice(start, start + page.hi(slot));
}
