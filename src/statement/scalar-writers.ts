// Writes the contents of native types. Each accepts what is exactly a value of its type and refuses everything else: nothing is
// rounded, wrapped or guessed.
import { Decimal } from '../types/decimal.ts';
import type { CqlType, CqlTypeKind } from '../types/data-type.ts';
import { Duration } from '../types/duration.ts';
import { Inet } from '../types/inet.ts';
import { LocalDate } from '../types/local-date.ts';
import { LocalTime } from '../types/local-time.ts';
import { isTemporal } from '../types/temporal.ts';
import { Uuid, writeUuidText } from '../types/uuid.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import {
  toBigInteger,
  toSmallInteger,
  writeLong,
  writeSafeInteger,
  writeVarint,
  writeVint,
} from './integer-writers.ts';
import { parseAs, refuse, refuseBecause } from './refusal.ts';
import { parseTimestamp } from '../types/timestamp-text.ts';
import { writeAscii, writeBytes, writeText } from './text-writers.ts';

/** Writes the content of a value that is neither null nor undefined, without its length. */
export type ContentWriter = (value: unknown, out: ByteSink, type: CqlType, path: BindPath) => void;

/** Kinds whose values have no parts. */
export type ScalarKind = Exclude<CqlTypeKind, 'list' | 'set' | 'map' | 'tuple' | 'udt' | 'vector'>;

const DATE_EPOCH = 0x8000_0000;
const NANOSECONDS_PER_DAY = 86_400_000_000_000n;

// native_protocol_v5.spec 6
const writers: { readonly [K in ScalarKind]: ContentWriter } = {
  ascii: writeAscii,
  bigint: writeLong,
  blob: writeBytes,
  boolean: writeBoolean,
  counter: writeLong,
  custom: writeBytes,
  date: writeDate,
  decimal: writeDecimal,
  double: writeDouble,
  duration: writeDuration,
  float: writeFloat,
  inet: writeInet,
  int: writeInt,
  smallint: writeSmallint,
  text: writeText,
  time: writeTime,
  timestamp: writeTimestamp,
  timeuuid: writeTimeUuid,
  tinyint: writeTinyint,
  uuid: writeUuid,
  varint: writeVarintValue,
};

/** The writer of a native or custom type. */
export function scalarWriter(kind: ScalarKind): ContentWriter {
  return writers[kind];
}

function writeBoolean(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  if (typeof value !== 'boolean') refuse('a boolean', value, type, path);
  out.ensure(1);
  out.buffer[out.position++] = value ? 1 : 0;
}

function writeTinyint(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const integer = toSmallInteger(value, -0x80, 0x7f, type, path);
  out.ensure(1);
  out.view.setInt8(out.position, integer);
  out.position += 1;
}

function writeSmallint(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const integer = toSmallInteger(value, -0x8000, 0x7fff, type, path);
  out.ensure(2);
  out.view.setInt16(out.position, integer);
  out.position += 2;
}

function writeInt(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const integer = toSmallInteger(value, -0x8000_0000, 0x7fff_ffff, type, path);
  out.ensure(4);
  out.view.setInt32(out.position, integer);
  out.position += 4;
}

function writeVarintValue(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  writeVarint(toBigInteger(value, type, path), out);
}

/** Rounds to the nearest float, as storing it does; a finite number that would become infinite is refused. */
export function writeFloat(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const number = toDouble(value, type, path);
  if (Number.isFinite(number) && !Number.isFinite(Math.fround(number))) {
    refuseBecause('expected a number within the range of a float, got a larger one', type, path);
  }
  out.ensure(4);
  out.view.setFloat32(out.position, number);
  out.position += 4;
}

function writeDouble(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const number = toDouble(value, type, path);
  out.ensure(8);
  out.view.setFloat64(out.position, number);
  out.position += 8;
}

function toDouble(value: unknown, type: CqlType, path: BindPath): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (Number.isFinite(number) && BigInt(number) === value) return number;
  }
  return refuse('a number or a bigint that a double holds exactly', value, type, path);
}

// [int scale][varint unscaled], value = unscaled × 10^-scale
function writeDecimal(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const { unscaled, scale } = toDecimal(value, type, path);
  out.ensure(4);
  out.view.setInt32(out.position, scale);
  out.position += 4;
  writeVarint(unscaled, out);
}

/** A number counts as the shortest decimal that reads back as it, which is what its text shows. */
function toDecimal(value: unknown, type: CqlType, path: BindPath): Decimal {
  if (value instanceof Decimal) return value;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return new Decimal(BigInt(value as bigint | number), 0);
  if (typeof value === 'string') return parseAs((text) => Decimal.parse(text), value, type, path);
  if (typeof value === 'number' && Number.isFinite(value) && !Number.isInteger(value))
    return Decimal.parse(String(value));
  return refuse('a Decimal, a bigint, a finite number that is exact, or decimal text', value, type, path);
}

function writeUuid(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  out.ensure(16);
  if (typeof value === 'string' && writeUuidText(value, out.buffer, out.position)) {
    out.position += 16;
    return;
  }
  const uuid = toUuid(value, type, path);
  uuid.copyTo(out.buffer, out.position);
  out.position += 16;
}

/** The server takes no other version as timeuuid. */
function writeTimeUuid(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const uuid = toUuid(value, type, path);
  if (uuid.version !== 1) refuseBecause(`expected a UUID of version 1, got version ${uuid.version}`, type, path);
  writeUuid(uuid, out, type, path);
}

function toUuid(value: unknown, type: CqlType, path: BindPath): Uuid {
  if (value instanceof Uuid) return value;
  if (typeof value === 'string') return parseAs((text) => Uuid.parse(text), value, type, path);
  return refuse('a Uuid or its text', value, type, path);
}

// [byte…] of 4 or 16, without length
function writeInet(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const inet = typeof value === 'string' ? parseAs((text) => Inet.parse(text), value, type, path) : value;
  if (!(inet instanceof Inet)) refuse('an Inet or an address as text', value, type, path);
  writeBytes(inet.bytes, out, type, path);
}

/** Of a `Temporal.Instant` what is finer than a millisecond is cut off: the server cannot hold it, and clocks of the runtime tell it. */
function writeTimestamp(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  if (value instanceof Date) {
    const milliseconds = Date.prototype.getTime.call(value);
    if (Number.isNaN(milliseconds)) refuseBecause('expected a valid Date, got an invalid one', type, path);
    writeSafeInteger(milliseconds, out);
  } else if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
    writeLong(value, out, type, path);
  } else if (isTemporal(value, 'Instant')) {
    writeSafeInteger(value.epochMilliseconds, out);
  } else if (typeof value === 'string') {
    writeSafeInteger(parseAs(parseTimestamp, value, type, path), out);
  } else {
    refuse('a Date, a Temporal.Instant, ISO text with a time zone, or an integer of milliseconds', value, type, path);
  }
}

// [unsigned int], days since 1970-01-01 plus 2^31
function writeDate(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const date = toLocalDate(value, type, path);
  out.ensure(4);
  out.view.setUint32(out.position, date.daysFromEpoch + DATE_EPOCH);
  out.position += 4;
}

function toLocalDate(value: unknown, type: CqlType, path: BindPath): LocalDate {
  if (value instanceof LocalDate) return value;
  if (typeof value === 'string') return parseAs((text) => LocalDate.parse(text), value, type, path);
  if (isTemporal(value, 'PlainDate')) return parseAs((date) => LocalDate.fromTemporal(date), value, type, path);
  return refuse('a LocalDate, a Temporal.PlainDate or text such as 2024-02-29', value, type, path);
}

function writeTime(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const nanoseconds = toNanoseconds(value, type, path);
  if (nanoseconds < 0n || nanoseconds >= NANOSECONDS_PER_DAY) {
    refuseBecause('expected nanoseconds within a day, got others', type, path);
  }
  writeLong(nanoseconds, out, type, path);
}

function toNanoseconds(value: unknown, type: CqlType, path: BindPath): bigint {
  if (value instanceof LocalTime) return value.nanoseconds;
  if (typeof value === 'string') return parseAs((text) => LocalTime.parse(text), value, type, path).nanoseconds;
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return BigInt(value as bigint | number);
  if (isTemporal(value, 'PlainTime')) {
    return parseAs((time) => LocalTime.fromTemporal(time), value, type, path).nanoseconds;
  }
  const expected = 'a LocalTime, a Temporal.PlainTime, text such as 13:30:00.5, or nanoseconds since midnight';
  return refuse(expected, value, type, path);
}

// [vint months][vint days][vint nanoseconds]
function writeDuration(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const duration = toDuration(value, type, path);
  writeVint(BigInt(duration.months), out);
  writeVint(BigInt(duration.days), out);
  writeVint(duration.nanoseconds, out);
}

function toDuration(value: unknown, type: CqlType, path: BindPath): Duration {
  if (value instanceof Duration) return value;
  if (typeof value === 'string') return parseAs((text) => Duration.parse(text), value, type, path);
  if (isTemporal(value, 'Duration')) return parseAs((given) => Duration.fromTemporal(given), value, type, path);
  return refuse('a Duration, a Temporal.Duration or text such as 1mo2d3ns', value, type, path);
}
