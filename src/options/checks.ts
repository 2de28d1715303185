// Checks that options share; each throws an `InvalidArgumentError` naming the option, what is allowed and what came.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';

export function requireDuration(field: string, value: unknown, minimum: number): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= minimum) return;
  throw new InvalidArgumentError(
    `expected ${field} in milliseconds, finite and at least ${minimum}, got ${String(value)}`,
    { field },
  );
}

export function requireInteger(field: string, value: unknown, minimum: number, maximum: number): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum) return;
  throw new InvalidArgumentError(
    `expected ${field} as an integer from ${minimum} to ${maximum}, got ${String(value)}`,
    { field },
  );
}

export function requireVersion(field: string, value: unknown): void {
  if (value === undefined || value === 3 || value === 4 || value === 5) return;
  throw new InvalidArgumentError(`expected ${field} 3, 4 or 5, got ${describe(value)}`, { field });
}
