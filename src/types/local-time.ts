// Times of day in nanoseconds, without a date and without a time zone.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';
import { isTemporal, requireTemporal, type PlainTimeLike, type TemporalPlainTime } from './temporal.ts';

const textShape = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const perSecond = 1_000_000_000n;
const perDay = 86_400n * perSecond;

/**
 * Holds a `time` value: nanoseconds since midnight. Immutable.
 *
 * @example LocalTime.parse('08:30:00.5').nanosecond // 500000000
 */
export class LocalTime {
  /** Nanoseconds since midnight, 0 to 86,399,999,999,999. */
  readonly nanoseconds: bigint;

  /** Throws `InvalidArgumentError` if `nanoseconds` is not a bigint within one day. */
  constructor(nanoseconds: bigint) {
    if (typeof nanoseconds !== 'bigint' || nanoseconds < 0n || nanoseconds >= perDay) {
      const got = typeof nanoseconds === 'bigint' ? 'one outside of it' : describe(nanoseconds);
      throw new InvalidArgumentError(`expected a bigint from 0 to 86399999999999, got ${got}`, {
        field: 'nanoseconds',
      });
    }
    this.nanoseconds = nanoseconds;
    Object.freeze(this);
  }

  /**
   * Reads `08:30`, `08:30:15` and `08:30:15.123456789`, with 1 to 9 digits of a second. Throws `InvalidArgumentError` for any other
   * text.
   */
  static parse(text: string): LocalTime {
    const [, hour, minute, second = '0', fraction = ''] = (typeof text === 'string' && textShape.exec(text)) || [];
    if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
      throw new InvalidArgumentError(`expected a time of day such as 08:30:15.5, got ${describe(text)}`, {
        field: 'text',
      });
    }
    const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
    return new LocalTime(BigInt(seconds) * perSecond + BigInt(fraction.padEnd(9, '0')));
  }

  /** Returns the time of a `Temporal.PlainTime`. Throws `InvalidArgumentError` for anything else. */
  static fromTemporal(time: PlainTimeLike): LocalTime {
    if (!isTemporal(time, 'PlainTime')) {
      throw new InvalidArgumentError(`expected a Temporal.PlainTime, got ${describe(time)}`, { field: 'time' });
    }
    const seconds = (time.hour * 60 + time.minute) * 60 + time.second;
    const fraction = (time.millisecond * 1000 + time.microsecond) * 1000 + time.nanosecond;
    return new LocalTime(BigInt(seconds) * perSecond + BigInt(fraction));
  }

  /** Returns the time as a `Temporal.PlainTime`. Throws `UnsupportedOperationError` where the runtime has no Temporal. */
  toTemporal(): TemporalPlainTime {
    const { PlainTime } = requireTemporal('toTemporal');
    const { hour, minute, second, nanosecond } = this;
    const microseconds = Math.floor(nanosecond / 1000);
    return new PlainTime(hour, minute, second, Math.floor(microseconds / 1000), microseconds % 1000, nanosecond % 1000);
  }

  /** 0 to 23. */
  get hour(): number {
    return Math.floor(this.#seconds / 3600);
  }

  /** 0 to 59. */
  get minute(): number {
    return Math.floor(this.#seconds / 60) % 60;
  }

  /** 0 to 59. */
  get second(): number {
    return this.#seconds % 60;
  }

  /** Nanoseconds of the second, 0 to 999,999,999. */
  get nanosecond(): number {
    return Number(this.nanoseconds % perSecond);
  }

  /** Says whether `other` is a `LocalTime` of the same nanosecond. */
  equals(other: unknown): boolean {
    return other instanceof LocalTime && this.nanoseconds === other.nanoseconds;
  }

  /** Compares two times: negative if this is earlier, 0 if both are equal, positive if it is later. */
  compare(other: LocalTime): number {
    checkClass(other, LocalTime, 'LocalTime');
    return Number(this.nanoseconds - other.nanoseconds);
  }

  /** Writes `08:30:15.123456789`, always with nine digits of the second. */
  toString(): string {
    return `${digits(this.hour, 2)}:${digits(this.minute, 2)}:${digits(this.second, 2)}.${digits(this.nanosecond, 9)}`;
  }

  /** Returns the text. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `LocalTime(${this.toString()})`;
  }

  get #seconds(): number {
    return Number(this.nanoseconds / perSecond);
  }
}

function digits(value: number, length: number): string {
  return String(value).padStart(length, '0');
}
