// Whether what a user gave can serve as a policy: its methods count, not its class.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';

/** @throws {InvalidArgumentError} if it cannot choose hosts. */
export function requireLoadBalancingPolicy(field: string, policy: unknown): void {
  requireMethods(field, policy, ['distance', 'populate', 'makeQueryPlan']);
}

/** @throws {InvalidArgumentError} if it cannot decide about failures. */
export function requireRetryPolicy(field: string, policy: unknown): void {
  requireMethods(field, policy, ['onReadTimeout', 'onWriteTimeout', 'onUnavailable', 'onRequestError']);
}

/** @throws {InvalidArgumentError} if it cannot plan speculative attempts. */
export function requireSpeculativeExecutionPolicy(field: string, policy: unknown): void {
  requireMethods(field, policy, ['newPlan']);
}

function requireMethods(field: string, policy: unknown, methods: readonly string[]): void {
  const missing = methods.find((method) => typeof (policy as Record<string, unknown> | null)?.[method] !== 'function');
  if (missing === undefined) return;
  throw new InvalidArgumentError(`expected ${field} with a method ${missing}, got ${describe(policy)}`, { field });
}
