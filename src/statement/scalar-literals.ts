// The literals of values without parts.
import { CodecError } from '../errors.ts';
import type { LocalDate } from '../types/local-date.ts';
import type { BindPath } from './bind-path.ts';

const loneSurrogate = /\p{Surrogate}/u;
const DATE_EPOCH = 0x8000_0000;

/** Writes a text literal: in single quotes, with those inside doubled. Half a surrogate pair is refused: no UTF-8 means it. */
export function quoteText(text: string, path?: BindPath): string {
  if (loneSurrogate.test(text)) {
    const place = path?.toString() ?? 'values[0]';
    throw new CodecError(`expected well-formed text, got a lone surrogate at ${place}`, {
      path: place,
      cqlType: 'text',
    });
  }
  return `'${text.replaceAll("'", "''")}'`;
}

/** Writes a number as it is read back: `-0.0` keeps its sign, and there is `NaN` and `-Infinity`. */
export function numberLiteral(value: number): string {
  return Object.is(value, -0) ? '-0.0' : String(value);
}

/** Writes bytes as `0x` and hexadecimal digits. */
export function hexLiteral(bytes: Uint8Array): string {
  let text = '0x';
  for (const byte of bytes) text += (byte | 0x100).toString(16).slice(1);
  return text;
}

/** Writes a date as text; years that servers cannot read as text as the number of the day, of which 2^31 is 1970-01-01. */
export function dateLiteral(date: LocalDate): string {
  const isCommon = date.year >= 1 && date.year <= 9999;
  return isCommon ? `'${date.toString()}'` : String(date.daysFromEpoch + DATE_EPOCH);
}
