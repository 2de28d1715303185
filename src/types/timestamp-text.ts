// The text of a point in time, as it is bound to `timestamp`: ISO 8601, with its time zone, as only that says which point it is.
import { InvalidArgumentError } from '../errors.ts';
import { describe } from './describe.ts';
import { LocalDate } from './local-date.ts';

const shape =
  /^(\d{4}|[+-]\d{6})(-\d\d-\d\d)[T ]([01]\d|2[0-3])(:[0-5]\d)(?:(:[0-5]\d)(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Reads `2026-02-28T13:30:00.5Z` and `2026-02-28 13:30+01:00`, to the millisecond, into milliseconds since 1970-01-01.
 *
 * Throws `InvalidArgumentError` for any other text, also for one without a time zone, and outside the range of `Date`.
 */
export function parseTimestamp(text: string): number {
  const [, year = '', date = '', hour = '', minute = '', second = ':00', fraction = '', zone = ''] =
    shape.exec(text) ?? [];
  if (year !== '') {
    // Date takes the 30th of February for the 2nd of March; this throws.
    LocalDate.parse(year + date);
    const offset = zone === 'Z' ? zone : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
    const milliseconds = Date.parse(`${year}${date}T${hour}${minute}${second}${fraction}${offset}`);
    if (!Number.isNaN(milliseconds)) return milliseconds;
  }
  throw new InvalidArgumentError(`expected a time such as 2026-02-28T13:30:00.5Z, got ${describe(text)}`, {
    field: 'text',
  });
}
