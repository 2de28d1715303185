// Durations as CQL has them: months, days and nanoseconds, none of which is a fixed number of another.
import { InvalidArgumentError } from '../errors.ts';
import { checkInt32 } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { isTemporal, requireTemporal, type TemporalDuration, type TemporalDurationLike } from './temporal.ts';

type Part = 'months' | 'days' | 'nanoseconds';

/** Units in the order in which a text must name them. */
const units: ReadonlyMap<string, readonly [rank: number, part: Part, factor: bigint]> = new Map([
  ['y', [0, 'months', 12n]],
  ['mo', [1, 'months', 1n]],
  ['w', [2, 'days', 7n]],
  ['d', [3, 'days', 1n]],
  ['h', [4, 'nanoseconds', 3_600_000_000_000n]],
  ['m', [5, 'nanoseconds', 60_000_000_000n]],
  ['s', [6, 'nanoseconds', 1_000_000_000n]],
  ['ms', [7, 'nanoseconds', 1_000_000n]],
  ['us', [8, 'nanoseconds', 1_000n]],
  ['ns', [9, 'nanoseconds', 1n]],
]);
const unitsOfTime = [...units].filter(([, [, part]]) => part === 'nanoseconds');

const standardShape = /^(?:\d{1,19}(?:mo|ms|us|[µμ]s|ns|[ywdhms]))+$/i;
const standardParts = /(\d+)([a-zµμ]+)/gi;
const isoShape =
  /^P(?=[\dT])(?:(\d{1,19})Y)?(?:(\d{1,19})M)?(?:(\d{1,19})W)?(?:(\d{1,19})D)?(?:T(?=\d)(?:(\d{1,19})H)?(?:(\d{1,19})M)?(?:(\d{1,19})(?:\.(\d{1,9}))?S)?)?$/;
const isoUnits = ['y', 'mo', 'w', 'd', 'h', 'm', 's'] as const;
const isoCalendarShape = /^P(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/;
const isoCalendarUnits = ['y', 'mo', 'd', 'h', 'm', 's'] as const;

/**
 * Holds a `duration` value: months, days and nanoseconds. Immutable, and without an order: a month is not a number of days.
 *
 * @example Duration.parse('1y2mo10d').toString() // 1y2mo10d
 */
export class Duration {
  /** Whole months, a 32-bit integer. */
  readonly months: number;
  /** Whole days, a 32-bit integer. */
  readonly days: number;
  /** Nanoseconds, a 64-bit integer. */
  readonly nanoseconds: bigint;

  /** Throws `InvalidArgumentError` if a part is out of its range, or if one part is positive and another negative. */
  constructor(months: number, days: number, nanoseconds: bigint) {
    this.months = checkInt32(months, 'months');
    this.days = checkInt32(days, 'days');
    if (typeof nanoseconds !== 'bigint' || BigInt.asIntN(64, nanoseconds) !== nanoseconds) {
      const got = typeof nanoseconds === 'bigint' ? 'a larger one' : describe(nanoseconds);
      throw new InvalidArgumentError(`expected a 64-bit bigint as nanoseconds, got ${got}`, { field: 'nanoseconds' });
    }
    const isNegative = months < 0 || days < 0 || nanoseconds < 0n;
    if (isNegative && (months > 0 || days > 0 || nanoseconds > 0n)) {
      throw new InvalidArgumentError('expected parts of one sign, got positive and negative ones', { field: 'months' });
    }
    this.nanoseconds = nanoseconds;
    Object.freeze(this);
  }

  /**
   * Reads the forms that CQL knows, each with an optional `-` before all of it:
   * `1y2mo3w4d5h6m7s8ms9us10ns` (units in this order, each at most once, in either case), ISO 8601 `P1Y2M3DT4H5M6S` and `P3W`
   * (a fraction of a second has at most 9 digits), and `P0001-02-03T04:05:06`.
   *
   * Throws `InvalidArgumentError` for any other text, and if a part is out of its range.
   */
  static parse(text: string): Duration {
    const isNegative = typeof text === 'string' && text.startsWith('-');
    const body = isNegative ? text.slice(1) : text;
    const parts = typeof text === 'string' ? (readIso(body) ?? readIsoCalendar(body) ?? readStandard(body)) : undefined;
    if (parts === undefined) {
      const forms = 'a duration such as 1y2mo3d4h5m6s or P1Y2M3DT4H5M6S';
      throw new InvalidArgumentError(`expected ${forms}, got ${describe(text)}`, { field: 'text' });
    }
    const sign = isNegative ? -1n : 1n;
    return new Duration(Number(sign * parts.months), Number(sign * parts.days), sign * parts.nanoseconds);
  }

  /**
   * Returns the duration of a `Temporal.Duration`: years count 12 months, weeks 7 days, and what is smaller is counted in nanoseconds.
   * Throws `InvalidArgumentError` for anything else, and if a part is out of its range.
   */
  static fromTemporal(duration: TemporalDurationLike): Duration {
    if (!isTemporal(duration, 'Duration')) {
      throw new InvalidArgumentError(`expected a Temporal.Duration, got ${describe(duration)}`, { field: 'duration' });
    }
    const { years, months, weeks, days, hours, minutes, seconds } = duration;
    const ofTime = [hours, minutes, seconds, duration.milliseconds, duration.microseconds, duration.nanoseconds];
    const nanoseconds = unitsOfTime.reduce((total, [, [, , factor]], i) => total + BigInt(ofTime[i] ?? 0) * factor, 0n);
    return new Duration(years * 12 + months, weeks * 7 + days, nanoseconds);
  }

  /**
   * Returns the duration as a `Temporal.Duration` of months, days, seconds and what is smaller. Throws `UnsupportedOperationError` where
   * the runtime has no Temporal.
   */
  toTemporal(): TemporalDuration {
    const TemporalClass = requireTemporal('toTemporal').Duration;
    const part = (per: bigint, most: bigint): number => Number((this.nanoseconds / per) % most);
    const seconds = Number(this.nanoseconds / 1_000_000_000n);
    const fraction = [part(1_000_000n, 1000n), part(1000n, 1000n), part(1n, 1000n)];
    return new TemporalClass(0, this.months, 0, this.days, 0, 0, seconds, ...fraction);
  }

  /** Says whether `other` is a `Duration` with the same three parts: a day does not equal 24 hours. */
  equals(other: unknown): boolean {
    return (
      other instanceof Duration &&
      this.months === other.months &&
      this.days === other.days &&
      this.nanoseconds === other.nanoseconds
    );
  }

  /** Writes the parts that are not zero in the form `1y2mo3d4h5m6s7ms8us9ns`, with `-` before all of it; `0s` for nothing. */
  toString(): string {
    const months = Math.abs(this.months);
    let rest = this.nanoseconds < 0n ? -this.nanoseconds : this.nanoseconds;
    let text = part(Math.floor(months / 12), 'y') + part(months % 12, 'mo') + part(Math.abs(this.days), 'd');
    for (const [unit, [, , factor]] of unitsOfTime) {
      text += part(rest / factor, unit);
      rest %= factor;
    }
    if (text === '') return '0s';
    return this.months < 0 || this.days < 0 || this.nanoseconds < 0n ? `-${text}` : text;
  }

  /** Returns the text. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `Duration(${this.toString()})`;
  }
}

type Parts = Record<Part, bigint>;

function readStandard(text: string): Parts | undefined {
  if (!standardShape.test(text)) return undefined;
  const parts = { months: 0n, days: 0n, nanoseconds: 0n };
  let lastRank = -1;
  for (const [, digits = '', name = ''] of text.matchAll(standardParts)) {
    const [rank, part, factor] = unitOf(name.toLowerCase().replace(/[µμ]/, 'u'));
    if (rank <= lastRank) return undefined;
    lastRank = rank;
    parts[part] += BigInt(digits) * factor;
  }
  return parts;
}

function readIso(text: string): Parts | undefined {
  const match = isoShape.exec(text);
  if (match === null) return undefined;
  const parts = sum(match, isoUnits);
  parts.nanoseconds += BigInt((match[8] ?? '').padEnd(9, '0'));
  return parts;
}

function readIsoCalendar(text: string): Parts | undefined {
  const match = isoCalendarShape.exec(text);
  return match === null ? undefined : sum(match, isoCalendarUnits);
}

/** Adds up the groups of a match, each counting its unit. */
function sum(match: RegExpExecArray, names: readonly string[]): Parts {
  const parts = { months: 0n, days: 0n, nanoseconds: 0n };
  for (const [i, name] of names.entries()) {
    const [, part, factor] = unitOf(name);
    parts[part] += BigInt(match[i + 1] ?? 0) * factor;
  }
  return parts;
}

function unitOf(name: string): readonly [rank: number, part: Part, factor: bigint] {
  return units.get(name) as readonly [number, Part, bigint];
}

function part(count: number | bigint, unit: string): string {
  return Number(count) === 0 ? '' : `${count}${unit}`;
}
