// Consistency levels: the names users write, the numbers the protocol carries, and the way between them.
import { InvalidArgumentError } from '../errors.ts';
import type { ServerConsistency } from '../errors/server-errors.ts';

/** Every consistency level by name, with its number on the wire. Source: native_protocol_v5.spec 3, `[consistency]`. */
export const ConsistencyLevel = Object.freeze({
  ANY: 0,
  ONE: 1,
  TWO: 2,
  THREE: 3,
  QUORUM: 4,
  ALL: 5,
  LOCAL_QUORUM: 6,
  EACH_QUORUM: 7,
  SERIAL: 8,
  LOCAL_SERIAL: 9,
  LOCAL_ONE: 10,
} as const satisfies Record<ServerConsistency, number>);

/** The name of a consistency level. */
export type ConsistencyName = keyof typeof ConsistencyLevel;
/** A consistency level as users may give it: its name or its number. A name is what comes back. */
export type Consistency = ConsistencyName | (typeof ConsistencyLevel)[ConsistencyName];
/** A consistency level of the Paxos phase of a conditional statement. */
export type SerialConsistency = 'SERIAL' | 'LOCAL_SERIAL' | 8 | 9;

const names: readonly ConsistencyName[] = Object.freeze(Object.keys(ConsistencyLevel) as ConsistencyName[]);
const numbers: ReadonlyMap<unknown, number> = new Map(Object.entries(ConsistencyLevel));

/** Turns a number off the wire into its name; undefined for a number that the protocol does not know. */
export function consistencyFromWire(number: number): ConsistencyName | undefined {
  return names[number];
}

/**
 * Turns a name or a number into the number on the wire.
 *
 * Throws `InvalidArgumentError` naming `field` for anything else.
 */
export function consistencyNumber(level: Consistency, field = 'consistencyLevel'): number {
  const number = typeof level === 'number' && names[level] !== undefined ? level : numbers.get(level);
  if (number === undefined) throw refused(level, field, 'a consistency level such as LOCAL_QUORUM or its number');
  return number;
}

/**
 * Turns a name or a number into the name.
 *
 * Throws `InvalidArgumentError` naming `field` for anything else.
 */
export function consistencyName(level: Consistency, field = 'consistencyLevel'): ConsistencyName {
  return names[consistencyNumber(level, field)] as ConsistencyName;
}

/**
 * Turns the level of a Paxos phase into its number on the wire.
 *
 * Throws `InvalidArgumentError` naming `field` for everything but SERIAL and LOCAL_SERIAL.
 */
export function serialConsistencyNumber(level: SerialConsistency, field = 'serialConsistencyLevel'): number {
  if (!isSerial(level)) throw refused(level, field, 'SERIAL or LOCAL_SERIAL');
  return consistencyNumber(level, field);
}

/** Says whether a level is SERIAL or LOCAL_SERIAL, by name or by number. */
export function isSerial(level: unknown): level is SerialConsistency {
  return level === 'SERIAL' || level === 'LOCAL_SERIAL' || level === 8 || level === 9;
}

function refused(level: unknown, field: string, expected: string): InvalidArgumentError {
  const got = typeof level === 'string' || typeof level === 'number' ? JSON.stringify(level) : typeof level;
  return new InvalidArgumentError(`expected ${expected} as ${field}, got ${got}`, { field });
}
