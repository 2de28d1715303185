// Checks that options share; each throws an `InvalidArgumentError` naming the option, what is allowed and what came.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';

/** Checks one option that was given; `undefined` never reaches it. */
export type Check = (value: unknown, field: string) => void;

export function requireDuration(field: string, value: unknown, minimum: number): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= minimum) return;
  throw new InvalidArgumentError(
    `expected ${field} in milliseconds, finite and at least ${minimum}, got ${numberText(value)}`,
    { field },
  );
}

export function requireInteger(field: string, value: unknown, minimum: number, maximum: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new InvalidArgumentError(
    `expected ${field} as an integer from ${minimum} to ${maximum}, got ${numberText(value)}`,
    { field },
  );
}

export function requireVersion(field: string, value: unknown): void {
  if (value === undefined || value === 3 || value === 4 || value === 5) return;
  throw new InvalidArgumentError(
    `expected ${field} 3, 4 or 5, got ${typeof value === 'number' ? value : describe(value)}`,
    { field },
  );
}

/** Milliseconds, at least so many. */
export function duration(minimum: number): Check {
  return (value, field) => requireDuration(field, value, minimum);
}

/** Milliseconds of a window; a negative number turns it off. */
export const window: Check = (value, field) => {
  if (typeof value === 'number' && Number.isFinite(value)) return;
  throw new InvalidArgumentError(`expected ${field} in milliseconds, finite, got ${numberText(value)}`, { field });
};

export function integer(minimum: number, maximum: number): Check {
  return (value, field) => requireInteger(field, value, minimum, maximum);
}

/** What the check allows, or `null`. */
export function orNull(check: Check): Check {
  return (value, field) => {
    if (value !== null) check(value, field);
  };
}

export const flag: Check = (value, field) => {
  if (typeof value === 'boolean') return;
  throw new InvalidArgumentError(`expected ${field} to be true or false, got ${describe(value)}`, { field });
};

export const text: Check = (value, field) => {
  if (typeof value === 'string') return;
  throw new InvalidArgumentError(`expected ${field} as text, got ${describe(value)}`, { field });
};

/** Text of at least one character. */
export const name: Check = (value, field) => {
  if (typeof value === 'string' && value !== '') return;
  throw new InvalidArgumentError(`expected ${field} as text that is not empty, got ${describe(value)}`, { field });
};

export const version: Check = (value, field) => requireVersion(field, value);

export const callable: Check = (value, field) => {
  if (typeof value === 'function') return;
  throw new InvalidArgumentError(`expected ${field} as a function, got ${describe(value)}`, { field });
};

/** An object with these methods. */
export function withMethods(...methods: readonly string[]): Check {
  return (value, field) => {
    if (typeof value !== 'object' || value === null) {
      throw new InvalidArgumentError(`expected ${field} as an object, got ${describe(value)}`, { field });
    }
    for (const method of methods) {
      if (typeof (value as Record<string, unknown>)[method] === 'function') continue;
      throw new InvalidArgumentError(`expected ${field} with a method ${method}, got ${describe(value)}`, { field });
    }
  };
}

/** An object with no other fields than these, each checked where it is given. */
export function fields(checks: Readonly<Record<string, Check>>): Check {
  return (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new InvalidArgumentError(`expected ${field} as an object, got ${describe(value)}`, { field });
    }
    for (const [key, inner] of Object.entries(value)) {
      const path = `${field}.${key}`;
      const check = Object.hasOwn(checks, key) ? checks[key] : undefined;
      if (check === undefined) {
        const known = Object.keys(checks).join(', ');
        throw new InvalidArgumentError(`unknown option ${JSON.stringify(path)}; ${field} has ${known}`, {
          field: path,
        });
      }
      if (inner !== undefined) check(inner, path);
    }
  };
}

/** Numbers are no secrets and are told; of anything else what it is. */
function numberText(value: unknown): string {
  return typeof value === 'number' ? String(value) : describe(value);
}
