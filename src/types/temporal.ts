// Temporal as far as the driver needs it: whether the runtime has it, which of its objects a value is, and their shapes, written down
// here because declarations that named the global types would not compile where a project's library lacks them.
import { UnsupportedOperationError } from '../errors.ts';

/** What is needed of a `Temporal.Instant`. */
export interface InstantLike {
  readonly epochMilliseconds: number;
  readonly epochNanoseconds: bigint;
}

/** What is needed of a `Temporal.PlainDate`. */
export interface PlainDateLike {
  readonly calendarId: string;
  readonly year: number;
  readonly month: number;
  readonly day: number;
  withCalendar(calendar: string): PlainDateLike;
}

/** What is needed of a `Temporal.PlainTime`. */
export interface PlainTimeLike {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
  readonly microsecond: number;
  readonly nanosecond: number;
}

/** What is needed of a `Temporal.Duration`. */
export interface TemporalDurationLike {
  readonly years: number;
  readonly months: number;
  readonly weeks: number;
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
  readonly milliseconds: number;
  readonly microseconds: number;
  readonly nanoseconds: number;
}

/** A type of the project's own Temporal declarations where it has them, else what is written down above. */
type GlobalTemporal<Name extends string, Fallback> = typeof globalThis extends {
  readonly Temporal: { readonly [K in Name]: { from(item: string): infer T } };
}
  ? T
  : Fallback;

/** `Temporal.Instant`, where the project's library declares it. */
export type TemporalInstant = GlobalTemporal<'Instant', InstantLike>;
/** `Temporal.PlainDate`, where the project's library declares it. */
export type TemporalPlainDate = GlobalTemporal<'PlainDate', PlainDateLike>;
/** `Temporal.PlainTime`, where the project's library declares it. */
export type TemporalPlainTime = GlobalTemporal<'PlainTime', PlainTimeLike>;
/** `Temporal.Duration`, where the project's library declares it. */
export type TemporalDuration = GlobalTemporal<'Duration', TemporalDurationLike>;

/** The constructors that the driver calls. */
interface TemporalNamespace {
  readonly Instant: new (epochNanoseconds: bigint) => TemporalInstant;
  readonly PlainDate: new (year: number, month: number, day: number) => TemporalPlainDate;
  readonly PlainTime: new (...parts: number[]) => TemporalPlainTime;
  readonly Duration: new (...parts: number[]) => TemporalDuration;
}

/** Returns the runtime's Temporal. Throws `UnsupportedOperationError` where there is none. */
export function requireTemporal(what: string): TemporalNamespace {
  const { Temporal } = globalThis as { readonly Temporal?: TemporalNamespace };
  if (Temporal !== undefined) return Temporal;
  throw new UnsupportedOperationError(
    `${what} needs a runtime with Temporal, or a polyfill that sets globalThis.Temporal`,
  );
}

interface TemporalObjects {
  readonly Instant: InstantLike;
  readonly PlainDate: PlainDateLike;
  readonly PlainTime: PlainTimeLike;
  readonly Duration: TemporalDurationLike;
}

/** Says whether a value is an object of this Temporal class, the runtime's or a polyfill's. */
export function isTemporal<Name extends keyof TemporalObjects>(
  value: unknown,
  name: Name,
): value is TemporalObjects[Name] {
  if (typeof value !== 'object' || value === null) return false;
  return (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === `Temporal.${name}`;
}
