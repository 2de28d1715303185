// The types of what users bind and get: every JavaScript value that stands for a CQL value.
import type { Decimal } from './decimal.ts';
import type { Duration } from './duration.ts';
import type { Inet } from './inet.ts';
import type { LocalDate } from './local-date.ts';
import type { LocalTime } from './local-time.ts';
import type { InstantLike, PlainDateLike, PlainTimeLike, TemporalDurationLike } from './temporal.ts';
import type { Tuple } from './tuple.ts';
import type { UNSET_VALUE } from './unset.ts';
import type { Uuid } from './uuid.ts';
import type { Vector } from './vector.ts';

/** Whatever can be bound. `undefined` is the same as `UNSET_VALUE`; what fits depends on the CQL type. */
export type CqlValue =
  | null
  | undefined
  | typeof UNSET_VALUE
  | boolean
  | number
  | bigint
  | string
  | Date
  | ArrayBufferView
  | Uuid
  | Decimal
  | Duration
  | LocalDate
  | LocalTime
  | Inet
  | Tuple
  | Vector
  | InstantLike
  | PlainDateLike
  | PlainTimeLike
  | TemporalDurationLike
  | readonly CqlValue[]
  | ReadonlySet<CqlValue>
  | ReadonlyMap<CqlValue, CqlValue>
  | { readonly [field: string]: CqlValue }
  | ValueOfClass;

/** An instance of a class of the application's: of a user-defined type, or what a codec encodes. A promise, forgotten to be awaited, is none. */
export type ValueOfClass = object & { readonly then?: never };

/** Values for the markers of a statement: in order for `?`, by name for `:name`. */
export type Params = readonly CqlValue[] | { readonly [name: string]: CqlValue };

/** A row by column name, as the server names them. */
export interface RowObject {
  readonly [column: string]: unknown;
}
