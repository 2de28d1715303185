// Signals that users hand in.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from './describe.ts';

/** Throws `InvalidArgumentError` for what is no signal; it would fail only where somebody listens to it, and unlike an error of ours. */
export function requireSignal(signal: unknown): void {
  if (signal === undefined || signal instanceof AbortSignal) return;
  throw new InvalidArgumentError(`expected signal as an AbortSignal, got ${describe(signal)}`, { field: 'signal' });
}

/** Throws `InvalidArgumentError` for options that are no object, or whose signal is none. */
export function requireSignalIn(options: { readonly signal?: AbortSignal | undefined }): void {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new InvalidArgumentError(`expected options as an object, got ${describe(options)}`, { field: 'options' });
  }
  requireSignal(options.signal);
}
