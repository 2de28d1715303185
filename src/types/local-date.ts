// Calendar dates over the whole range of CQL, 32 bits of days, which is more than a Date of JavaScript can hold.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass, checkInt32 } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { isTemporal, requireTemporal, type PlainDateLike, type TemporalPlainDate } from './temporal.ts';

const textShape = /^([+-]?\d{4,7})-(\d\d)-(\d\d)$/;
const msPerDay = 86_400_000;
/** From 0000-03-01, where the cycles of 400 years are counted from, to 1970-01-01. */
const epochDays = 719_468;
const daysPerCycle = 146_097;

/**
 * Holds a `date` value: a day of the proleptic Gregorian calendar, without a time zone. Immutable.
 *
 * Years count as astronomers count them: 0 is 1 BC, -1 is 2 BC. From -5877641-06-23 to 5881580-07-11.
 *
 * @example new LocalDate(2026, 2, 28).daysFromEpoch // 20512
 */
export class LocalDate {
  /** Astronomical year. */
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
  /** Days since 1970-01-01, a 32-bit integer. */
  readonly daysFromEpoch: number;

  /** Throws `InvalidArgumentError` if there is no such day, or if it is outside the range of CQL. */
  constructor(year: number, month: number, day: number) {
    if (!Number.isInteger(year) || !Number.isInteger(month) || !Number.isInteger(day)) {
      throw new InvalidArgumentError('expected integers as year, month and day, got something else', { field: 'year' });
    }
    if (month < 1 || month > 12) {
      throw new InvalidArgumentError(`expected a month from 1 to 12, got ${month}`, { field: 'month' });
    }
    if (day < 1 || day > daysOfMonth(year, month)) {
      const last = daysOfMonth(year, month);
      throw new InvalidArgumentError(`expected a day from 1 to ${last}, got ${day}`, { field: 'day' });
    }
    const days = daysOf(year, month, day);
    if ((days | 0) !== days) {
      const range = 'a date from -5877641-06-23 to 5881580-07-11';
      throw new InvalidArgumentError(`expected ${range}, got one of the year ${year}`, { field: 'year' });
    }
    this.year = year + 0;
    this.month = month;
    this.day = day;
    this.daysFromEpoch = days | 0;
    Object.freeze(this);
  }

  /** Returns the date that many days after 1970-01-01. Throws `InvalidArgumentError` if `days` is not a 32-bit integer. */
  static fromDaysSinceEpoch(days: number): LocalDate {
    const shifted = checkInt32(days, 'days') + epochDays;
    const cycle = Math.floor(shifted / daysPerCycle);
    const dayOfCycle = shifted - cycle * daysPerCycle;
    // Leap days come at the end of 4 years, not at that of 100, and again at that of 400: taking them out leaves years of 365.
    const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096);
    const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
    const dayOfYear = dayOfCycle - daysBeforeYear(yearOfCycle);
    const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
    const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
    const day = dayOfYear - daysBeforeMonth(monthFromMarch) + 1;
    return new LocalDate(cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, day);
  }

  /** Returns the date that a `Date` has in UTC. Throws `InvalidArgumentError` for an invalid one. */
  static fromDate(date: Date): LocalDate {
    const days = date instanceof Date ? Math.floor(date.getTime() / msPerDay) : Number.NaN;
    if (Number.isNaN(days)) {
      throw new InvalidArgumentError(`expected a valid Date, got ${describe(date)}`, { field: 'date' });
    }
    return LocalDate.fromDaysSinceEpoch(days);
  }

  /** Reads `2026-02-28`; years have 4 to 7 digits and an optional sign. Throws `InvalidArgumentError` for any other text. */
  static parse(text: string): LocalDate {
    const [, year, month, day] = (typeof text === 'string' && textShape.exec(text)) || [];
    if (year === undefined) {
      throw new InvalidArgumentError(`expected a date such as 2026-02-28, got ${describe(text)}`, { field: 'text' });
    }
    return new LocalDate(Number(year), Number(month), Number(day));
  }

  /**
   * Returns the date of a `Temporal.PlainDate`, in the calendar of ISO 8601 whatever calendar it is in. Throws `InvalidArgumentError`
   * for anything else.
   */
  static fromTemporal(date: PlainDateLike): LocalDate {
    if (!isTemporal(date, 'PlainDate')) {
      throw new InvalidArgumentError(`expected a Temporal.PlainDate, got ${describe(date)}`, { field: 'date' });
    }
    const { year, month, day } = date.calendarId === 'iso8601' ? date : date.withCalendar('iso8601');
    return new LocalDate(year, month, day);
  }

  /**
   * Returns the date as a `Temporal.PlainDate`. Throws `InvalidArgumentError` for days that it cannot hold, which are those before
   * -271821-04-19 and after +275760-09-13, and `UnsupportedOperationError` where the runtime has no Temporal.
   */
  toTemporal(): TemporalPlainDate {
    const { PlainDate } = requireTemporal('toTemporal');
    try {
      return new PlainDate(this.year, this.month, this.day);
    } catch (cause) {
      throw new InvalidArgumentError(`expected a date within the range of Temporal, got one of the year ${this.year}`, {
        field: 'this',
        cause,
      });
    }
  }

  /** Returns midnight of the day in UTC. Throws `InvalidArgumentError` for days that a `Date` cannot hold. */
  toDate(): Date {
    const date = new Date(this.daysFromEpoch * msPerDay);
    if (!Number.isNaN(date.getTime())) return date;
    throw new InvalidArgumentError(`expected a date within the range of Date, got one of the year ${this.year}`, {
      field: 'this',
    });
  }

  /** Says whether `other` is a `LocalDate` of the same day. */
  equals(other: unknown): boolean {
    return other instanceof LocalDate && this.daysFromEpoch === other.daysFromEpoch;
  }

  /** Returns how many days this is after `other`; negative if it is before. */
  compare(other: LocalDate): number {
    checkClass(other, LocalDate, 'LocalDate');
    return this.daysFromEpoch - other.daysFromEpoch;
  }

  /** Writes `2026-02-28`; years of more than 4 digits and those before 0 have a sign: `+12345-01-01`, `-0001-01-01`. */
  toString(): string {
    const sign = this.year < 0 ? '-' : this.year > 9999 ? '+' : '';
    return `${sign}${digits(Math.abs(this.year), 4)}-${digits(this.month, 2)}-${digits(this.day, 2)}`;
  }

  /** Returns the text. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `LocalDate(${this.toString()})`;
  }
}

// Years are counted from March, so that the leap day is the last of its year, and in cycles of 400, which are all equally long.
function daysOf(year: number, month: number, day: number): number {
  const yearFromMarch = month <= 2 ? year - 1 : year;
  const cycle = Math.floor(yearFromMarch / 400);
  const monthFromMarch = month <= 2 ? month + 9 : month - 3;
  const dayOfCycle = daysBeforeYear(yearFromMarch - cycle * 400) + daysBeforeMonth(monthFromMarch) + day - 1;
  return cycle * daysPerCycle + dayOfCycle - epochDays;
}

function daysBeforeYear(yearOfCycle: number): number {
  return yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100);
}

/** Days from March 1st to the first day of a month; five months from March or August on have 153 days. */
function daysBeforeMonth(monthFromMarch: number): number {
  return Math.floor((153 * monthFromMarch + 2) / 5);
}

function daysOfMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
