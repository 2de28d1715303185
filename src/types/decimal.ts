// Decimal numbers of any precision: unscaled × 10^-scale. A scale is any 32-bit integer, so nothing here writes out a power of
// ten that an operand does not already have the digits of.
import { InvalidArgumentError } from '../errors.ts';
import { checkClass, checkInt32 } from './check.ts';
import { describe } from './describe.ts';
import { inspectSymbol } from './inspect.ts';

const textShape = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,15}))?$/;
/** Adding may append as many zeros to one operand as this. */
const maxShift = 100_000;

/**
 * Holds a `decimal` value: `unscaled` × 10^-`scale`. Immutable.
 *
 * @example Decimal.parse('12.50').add(new Decimal(5n, 1)).toString() // 13.00
 */
export class Decimal {
  /** All digits as one integer. */
  readonly unscaled: bigint;
  /** How many of the digits stand behind the point; a negative one stands for zeros that follow. From -2^31 to 2^31 - 1. */
  readonly scale: number;

  /** Throws `InvalidArgumentError` if `unscaled` is not a bigint or `scale` not a 32-bit integer. */
  constructor(unscaled: bigint, scale: number) {
    if (typeof unscaled !== 'bigint') {
      throw new InvalidArgumentError(`expected a bigint as unscaled, got ${describe(unscaled)}`, { field: 'unscaled' });
    }
    this.unscaled = unscaled;
    this.scale = checkInt32(scale, 'scale');
    Object.freeze(this);
  }

  /**
   * Reads digits with an optional sign, point and exponent: `-12.50`, `.5`, `1E+3`. The scale is kept as written.
   *
   * Throws `InvalidArgumentError` for any other text, and if the scale is not a 32-bit integer.
   */
  static parse(text: string): Decimal {
    const [, sign = '', whole = '', fraction = '', exponent = '0'] =
      (typeof text === 'string' && textShape.exec(text)) || [];
    const digits = whole + fraction;
    const scale = fraction.length - Number(exponent);
    if (digits === '')
      throw new InvalidArgumentError(`expected a decimal number, got ${describe(text)}`, { field: 'text' });
    if ((scale | 0) !== scale) {
      throw new InvalidArgumentError('expected an exponent that makes a 32-bit scale, got a larger one', {
        field: 'text',
      });
    }
    const unscaled = BigInt(digits);
    return new Decimal(sign === '-' ? -unscaled : unscaled, scale);
  }

  /** Returns the nearest double; ±Infinity and 0 where none is near. */
  toNumber(): number {
    return Number(this.toString());
  }

  /** Says whether `other` is a `Decimal` of the same number: 1.0 equals 1.00. */
  equals(other: unknown): boolean {
    return other instanceof Decimal && this.compare(other) === 0;
  }

  /** Compares the numbers, whatever their scales: negative if this is less, 0 if both are equal, positive if it is greater. */
  compare(other: Decimal): number {
    checkClass(other, Decimal, 'Decimal');
    const sign = signOf(this.unscaled);
    if (sign !== signOf(other.unscaled)) return sign - signOf(other.unscaled);
    if (this.scale === other.scale) return signOf(this.unscaled - other.unscaled);
    const magnitude = digitCount(this.unscaled) - this.scale - (digitCount(other.unscaled) - other.scale);
    if (sign === 0 || magnitude !== 0) return sign * Math.sign(magnitude);
    // Equal magnitude: the scales are no further apart than the digit counts, so that the shift is no longer than an operand.
    const scale = Math.max(this.scale, other.scale);
    return signOf(shift(this, scale) - shift(other, scale));
  }

  /**
   * Returns the exact sum, with the larger of the two scales.
   *
   * Throws `InvalidArgumentError` if the scales are more than 100,000 apart, as the sum would need all digits in between.
   */
  add(other: Decimal): Decimal {
    const scale = commonScale(this, other);
    return new Decimal(shift(this, scale) + shift(other, scale), scale);
  }

  /** Returns the exact difference, with the larger of the two scales. Throws as `add` does. */
  sub(other: Decimal): Decimal {
    const scale = commonScale(this, other);
    return new Decimal(shift(this, scale) - shift(other, scale), scale);
  }

  /**
   * Writes the number so that `parse` gives back the same digits and scale. Plain where the scale is not negative and fewer than
   * six zeros follow the point, else with one digit before the point and an exponent, as Java's `BigDecimal` does.
   */
  toString(): string {
    const sign = this.unscaled < 0n ? '-' : '';
    const digits = (this.unscaled < 0n ? -this.unscaled : this.unscaled).toString();
    const exponent = digits.length - 1 - this.scale;
    if (this.scale === 0) return sign + digits;
    if (this.scale > 0 && exponent >= -6) {
      const padded = digits.padStart(this.scale + 1, '0');
      return `${sign}${padded.slice(0, -this.scale)}.${padded.slice(-this.scale)}`;
    }
    const mantissa = digits.length > 1 ? `${digits.slice(0, 1)}.${digits.slice(1)}` : digits;
    return `${sign}${mantissa}E${exponent < 0 ? '' : '+'}${exponent}`;
  }

  /** Returns the text: a number of JSON would lose digits. */
  toJSON(): string {
    return this.toString();
  }

  [inspectSymbol](): string {
    return `Decimal(${this.toString()})`;
  }
}

function signOf(value: bigint): number {
  return value === 0n ? 0 : value < 0n ? -1 : 1;
}

function digitCount(value: bigint): number {
  return (value < 0n ? -value : value).toString().length;
}

/** The unscaled value at a scale that is not smaller than the decimal's own. */
function shift(decimal: Decimal, scale: number): bigint {
  return decimal.unscaled * 10n ** BigInt(scale - decimal.scale);
}

function commonScale(a: Decimal, b: Decimal): number {
  checkClass(b, Decimal, 'Decimal');
  const distance = Math.abs(a.scale - b.scale);
  if (distance <= maxShift) return Math.max(a.scale, b.scale);
  throw new InvalidArgumentError(`expected scales at most ${maxShift} apart, got ${distance}`, { field: 'other' });
}
