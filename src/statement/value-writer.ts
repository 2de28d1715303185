// The shape of everything that writes a value: chosen once per CQL type, called for each value.
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';

/**
 * Writes a value at the sink's position, straight to where the request is built.
 *
 * Throws `CodecError` for what does not fit the type. What the user's own code throws (getters, iterators) passes through.
 */
export type ValueWriter = (value: unknown, out: ByteSink, path: BindPath) => void;
