// Which JavaScript type stands for which CQL type: the options, their defaults, and the check at the door.
import { InvalidArgumentError } from '../errors.ts';
import { Codecs } from '../types/codec.ts';
import { describe } from '../types/describe.ts';
import { requireTemporal } from '../types/temporal.ts';
import { UserTypes } from '../types/user-types.ts';

/** Which JavaScript type a CQL type is read as. The first alternative of each is its default. */
export interface TypeMappingOptions {
  /** `bigint` and `counter`. As `'number'`, an integer beyond ±(2^53 - 1) is a `CodecError`, never rounded. */
  bigint?: 'bigint' | 'number' | 'string';
  /** `varint`. */
  varint?: 'bigint' | 'string';
  /** `decimal`. */
  decimal?: 'Decimal' | 'string';
  /** `uuid` and `timeuuid`; `'Uuid'` reads the latter as `TimeUuid`. */
  uuid?: 'Uuid' | 'string';
  /** `inet`. */
  inet?: 'string' | 'Inet';
  /**
   * `timestamp`. `'number'` is milliseconds since 1970-01-01, `'Temporal'` a `Temporal.Instant`. A value outside the range of `Date`,
   * which is that of `Instant`, is a `CodecError` as either.
   */
  timestamp?: 'Date' | 'number' | 'Temporal';
  /** `date`. `'string'` is `YYYY-MM-DD`, `'Temporal'` a `Temporal.PlainDate`; a value outside of its range is a `CodecError`. */
  date?: 'LocalDate' | 'string' | 'Temporal';
  /** `time`. `'bigint'` is nanoseconds since midnight, `'Temporal'` a `Temporal.PlainTime`. */
  time?: 'LocalTime' | 'bigint' | 'Temporal';
  /**
   * `map`. `'object'` has no prototype; maps whose keys have no one text form stay `Map`. To a `Map` 0 and -0 are one key, as are all
   * NaN, while servers keep them apart: of such `float` or `double` keys the last one counts.
   */
  map?: 'Map' | 'object';
  /** `set`. To a `Set` 0 and -0 are one element, as are all NaN; an array has all that the server sent. */
  set?: 'Set' | 'array';
  /** `blob`, custom types and `vector<float>`. `'view'` saves the copy, but one kept value keeps its whole page alive. */
  blob?: 'copy' | 'view';
  /** What `undefined` means as a bound value: not set (protocol v4 and later, an error before), or null. */
  undefinedAs?: 'unset' | 'null';
}

/** Every choice made, and what the user has added to it. */
export interface TypeMapping extends Readonly<Required<TypeMappingOptions>> {
  /** The user's codecs. */
  readonly codecs: Codecs;
  /** What values of user-defined types are read as; registrations may come at any time. */
  readonly userTypes: UserTypes;
}

/** What the user adds to the choices. */
export type TypeMappingAdditions = Partial<Pick<TypeMapping, 'codecs' | 'userTypes'>>;

/** What is used where nothing is chosen. */
export const DEFAULT_TYPE_MAPPING: TypeMapping = Object.freeze({
  bigint: 'bigint',
  varint: 'bigint',
  decimal: 'Decimal',
  uuid: 'Uuid',
  inet: 'string',
  timestamp: 'Date',
  date: 'LocalDate',
  time: 'LocalTime',
  map: 'Map',
  set: 'Set',
  blob: 'copy',
  undefinedAs: 'unset',
  codecs: Codecs.none,
  userTypes: new UserTypes(),
});

const choices: { readonly [K in keyof TypeMappingOptions]-?: readonly TypeMapping[K][] } = {
  bigint: ['bigint', 'number', 'string'],
  varint: ['bigint', 'string'],
  decimal: ['Decimal', 'string'],
  uuid: ['Uuid', 'string'],
  inet: ['string', 'Inet'],
  timestamp: ['Date', 'number', 'Temporal'],
  date: ['LocalDate', 'string', 'Temporal'],
  time: ['LocalTime', 'bigint', 'Temporal'],
  map: ['Map', 'object'],
  set: ['Set', 'array'],
  blob: ['copy', 'view'],
  undefinedAs: ['unset', 'null'],
};

/**
 * Completes the options with the defaults.
 *
 * Throws `InvalidArgumentError` for a name or a choice that does not exist, `UnsupportedOperationError` for `'Temporal'` where the
 * runtime has none.
 */
export function resolveTypeMapping(
  options: TypeMappingOptions = {},
  additions: TypeMappingAdditions = {},
): TypeMapping {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new InvalidArgumentError(`expected types as an object, got ${describe(options)}`, { field: 'types' });
  }
  for (const [name, choice] of Object.entries(options) as [keyof TypeMappingOptions, string | undefined][]) {
    checkChoice(name, choice);
  }
  const given = Object.entries(options).filter(([, choice]) => choice !== undefined);
  return Object.freeze({ ...DEFAULT_TYPE_MAPPING, ...(Object.fromEntries(given) as TypeMappingOptions), ...additions });
}

function checkChoice(name: keyof TypeMappingOptions, choice: string | undefined): void {
  const field = `types.${name}`;
  if (!Object.hasOwn(choices, name)) {
    throw new InvalidArgumentError(
      `expected one of ${Object.keys(choices).join(', ')} in types, got ${JSON.stringify(name)}`,
      { field: 'types' },
    );
  }
  const allowed: readonly (string | undefined)[] = choices[name];
  if (choice !== undefined && !allowed.includes(choice)) {
    throw new InvalidArgumentError(`expected ${allowed.join(' or ')} as ${field}, got ${JSON.stringify(choice)}`, {
      field,
    });
  }
  if (choice === 'Temporal') requireTemporal(`Temporal as ${field}`);
}
