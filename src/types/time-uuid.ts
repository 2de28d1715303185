// UUIDs of version 1, the values of `timeuuid`, and the functions between them and time. Their clock counts 100 ns ticks
// since 1582-10-15; ours counts milliseconds since 1970-01-01.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass, describeNumber, isBytes } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { fillRandom } from './random-bytes.ts';
import { isTemporal, requireTemporal, type InstantLike, type TemporalInstant } from './temporal.ts';
import { parseUuidBytes, stamp, Uuid, writeUint } from './uuid.ts';

/** Milliseconds from 1582-10-15 to 1970-01-01. */
const epochOffsetMs = 12_219_292_800_000;
const ticksPerMs = 10_000;
/** The last millisecond that 60 bits of ticks can name whole. */
const maxMs = Math.floor(2 ** 60 / ticksPerMs) - 1;

let nodeOfProcess: Uint8Array | undefined;
let clockSeqOfProcess = 0;
let lastMs = 0;
let lastTick = 0;

/** Where a version 1 UUID comes from, beside its time. */
export interface TimeUuidOrigin {
  /** 6 bytes that name who makes it; random by default. */
  readonly node?: Uint8Array;
  /** 0 to 16383; random by default. */
  readonly clockSeq?: number;
}

/**
 * Holds a `timeuuid` value: a UUID of version 1. Immutable.
 *
 * @example const since = TimeUuid.fromDate(new Date('2026-01-01'));
 */
export class TimeUuid extends Uuid {
  /** Copies 16 bytes as `Uuid` does. Throws `InvalidArgumentError` if they are not of version 1. */
  constructor(bytes: Uint8Array, offset?: number) {
    super(bytes, offset);
    if (this.version !== 1) {
      throw new InvalidArgumentError(`expected a UUID of version 1, got version ${this.version}`, { field: 'bytes' });
    }
  }

  /** Makes a UUID of now. Those made by one process differ and are in ascending order, also when its clock is set back. */
  static now(): TimeUuid {
    const now = Date.now();
    if (now > lastMs) {
      lastMs = now;
      lastTick = 0;
    } else if (++lastTick === ticksPerMs) {
      lastMs += 1;
      lastTick = 0;
    }
    if (nodeOfProcess === undefined) {
      nodeOfProcess = randomNode();
      clockSeqOfProcess = randomClockSeq();
    }
    return make(lastMs + epochOffsetMs, lastTick, clockSeqOfProcess, nodeOfProcess);
  }

  /** Makes a UUID of a given time, see `uuidFromTime`. */
  static fromDate(date: Date, origin: TimeUuidOrigin = {}): TimeUuid {
    return uuidFromTime(date, origin.node, origin.clockSeq);
  }

  /** Reads the usual text. Throws `InvalidArgumentError` for any other, and for a UUID of another version. */
  static override parse(text: string): TimeUuid {
    return new TimeUuid(parseUuidBytes(text));
  }

  /** Its time as a `Date`; what is finer than a millisecond is cut off. */
  toDate(): Date {
    return new Date(Math.floor(this.unixTime()));
  }

  /** Its time in milliseconds since 1970-01-01, with a fraction: ticks are 100 ns, doubles of today's dates about 240 ns apart. */
  unixTime(): number {
    const [high, low] = this.timeParts;
    const ticks = BigInt(high) * 0x1_0000_0000n + BigInt(low);
    return Number(ticks / 10_000n) - epochOffsetMs + Number(ticks % 10_000n) / ticksPerMs;
  }

  /** Makes a UUID of a `Temporal.Instant`, whose fraction counts to 100 ns, see `uuidFromTime`. */
  static fromTemporal(instant: InstantLike, origin: TimeUuidOrigin = {}): TimeUuid {
    if (!isTemporal(instant, 'Instant')) {
      throw new InvalidArgumentError(`expected a Temporal.Instant, got ${describe(instant)}`, { field: 'instant' });
    }
    const { epochNanoseconds, epochMilliseconds } = instant;
    const tick = Number((((epochNanoseconds % 1_000_000n) + 1_000_000n) % 1_000_000n) / 100n);
    return atTick(epochMilliseconds, tick, origin.node, origin.clockSeq);
  }

  /** Its time as a `Temporal.Instant`. Throws `UnsupportedOperationError` where the runtime has no Temporal. */
  toTemporal(): TemporalInstant {
    const { Instant } = requireTemporal('toTemporal');
    const [high, low] = this.timeParts;
    const ticks = BigInt(high) * 0x1_0000_0000n + BigInt(low) - BigInt(epochOffsetMs) * 10_000n;
    return new Instant(ticks * 100n);
  }

  /** Compares as the server orders `timeuuid` columns: by time, then by signed bytes; with other UUIDs as `Uuid` does. */
  override compare(other: Uuid): number {
    return other instanceof TimeUuid ? this.compareTime(other) || this.compareRestSigned(other) : super.compare(other);
  }

  override [inspectSymbol](): string {
    return `TimeUuid(${this.toString()})`;
  }
}

/** The first of all version 1 UUIDs in the order of the server. */
export const LOWEST_TIME_UUID: TimeUuid = TimeUuid.parse('00000000-0000-1000-8080-808080808080');
/** The last of all version 1 UUIDs in the order of the server. */
export const HIGHEST_TIME_UUID: TimeUuid = TimeUuid.parse('ffffffff-ffff-1fff-bf7f-7f7f7f7f7f7f');

/** Returns the time of a version 1 UUID in milliseconds since 1970-01-01. Throws `InvalidArgumentError` for other versions. */
export function unixTimeFromUuid1(uuid: Uuid): number {
  return asTimeUuid(uuid).unixTime();
}

/** Returns the time of a version 1 UUID as a `Date`. Throws `InvalidArgumentError` for other versions. */
export function datetimeFromUuid1(uuid: Uuid): Date {
  return asTimeUuid(uuid).toDate();
}

/**
 * Returns the first UUID of a millisecond in the order of the server: `id >= minUuidFromTime(t)` selects what is not older.
 *
 * It is a bound for comparing, not an id: two calls return the same one. Source: CQL's `minTimeuuid`.
 */
export function minUuidFromTime(time: Date | number): TimeUuid {
  return make(wholeMs(time), 0, 0x0080, new Uint8Array(6).fill(0x80));
}

/**
 * Returns the last UUID of a millisecond in the order of the server: `id <= maxUuidFromTime(t)` selects what is not newer.
 *
 * It is a bound for comparing, not an id: two calls return the same one. Source: CQL's `maxTimeuuid`.
 */
export function maxUuidFromTime(time: Date | number): TimeUuid {
  return make(wholeMs(time), ticksPerMs - 1, 0x3f7f, new Uint8Array(6).fill(0x7f));
}

/**
 * Makes a version 1 UUID of a given time.
 *
 * `time` is a `Date`, or milliseconds since 1970-01-01 whose fraction counts to 100 ns; from 1582-10-15 to the year 5236.
 * `node` is 6 bytes, `clockSeq` 0 to 16383; both are random by default, so that two UUIDs of one time differ.
 * Throws `InvalidArgumentError` for anything else.
 */
export function uuidFromTime(time: Date | number, node?: Uint8Array, clockSeq?: number): TimeUuid {
  const fraction = typeof time === 'number' ? time - Math.floor(time) : 0;
  return atTick(time, Math.min(Math.round(fraction * ticksPerMs), ticksPerMs - 1), node, clockSeq);
}

function atTick(
  time: Date | number,
  tick: number,
  node: Uint8Array | undefined,
  clockSeq: number | undefined,
): TimeUuid {
  const ms = wholeMs(time);
  if (node !== undefined && !(isBytes(node) && node.length === 6)) {
    throw new InvalidArgumentError(`expected a node of 6 bytes, got ${describe(node)}`, { field: 'node' });
  }
  if (clockSeq !== undefined && !(Number.isInteger(clockSeq) && clockSeq >= 0 && clockSeq <= 0x3fff)) {
    throw new InvalidArgumentError(`expected a clockSeq from 0 to 16383, got ${describeNumber(clockSeq)}`, {
      field: 'clockSeq',
    });
  }
  return make(ms, tick, clockSeq ?? randomClockSeq(), node ?? randomNode());
}

/** Returns the `Date` of milliseconds since 1970-01-01. Throws `InvalidArgumentError` outside of what a `Date` can hold. */
export function datetimeFromTimestamp(time: number): Date {
  const date = new Date(typeof time === 'number' ? time : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date;
  throw new InvalidArgumentError(`expected -8.64e15 to 8.64e15 milliseconds, got ${describeNumber(time)}`, {
    field: 'time',
  });
}

// RFC 9562, 5.1:  time_low 4 | time_mid 2 | version and time_high 2 | variant and clock_seq 2 | node 6
function make(msSince1582: number, tick: number, clockSeq: number, node: Uint8Array): TimeUuid {
  const ticks = BigInt(msSince1582) * 10_000n + BigInt(tick);
  const bytes = new Uint8Array(16);
  writeUint(bytes, 0, Number(ticks & 0xffff_ffffn), 4);
  writeUint(bytes, 4, Number((ticks >> 32n) & 0xffffn), 2);
  writeUint(bytes, 6, Number(ticks >> 48n), 2);
  writeUint(bytes, 8, clockSeq, 2);
  bytes.set(node, 10);
  return new TimeUuid(stamp(bytes, 1));
}

/** Checks a time and returns its whole milliseconds since 1582-10-15. */
function wholeMs(time: Date | number): number {
  const ms =
    Math.floor(typeof time === 'number' ? time : time instanceof Date ? time.getTime() : Number.NaN) + epochOffsetMs;
  if (ms >= 0 && ms <= maxMs) return ms;
  const expected = 'a time from 1582-10-15 to the year 5236';
  throw new InvalidArgumentError(`expected ${expected}, got ${describeNumber(time)}`, { field: 'time' });
}

function asTimeUuid(uuid: Uuid): TimeUuid {
  checkClass(uuid, Uuid, 'Uuid');
  return uuid instanceof TimeUuid ? uuid : new TimeUuid(uuid.bytes);
}

/** A random node has the multicast bit set, so that it is no network card's. Source: RFC 9562, 6.10. */
function randomNode(): Uint8Array {
  const node = new Uint8Array(6);
  fillRandom(node);
  node[0] = (node[0] as number) | 1;
  return node;
}

function randomClockSeq(): number {
  const bytes = new Uint8Array(2);
  fillRandom(bytes);
  return (((bytes[0] as number) << 8) | (bytes[1] as number)) & 0x3fff;
}
