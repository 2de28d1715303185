// The marker of a bound value that is left out on purpose: the server neither writes it nor deletes what is there.

/**
 * Stands for a bound value that is not set. The server leaves that column as it is, and no tombstone is written.
 *
 * Accepted as a top-level bound value on protocol v4 and later; inside a collection, tuple or UDT it is a `CodecError`.
 * Source: native_protocol_v4.spec 3, `[value]` of length -2.
 */
export const UNSET_VALUE: unique symbol = Symbol.for('ferrocql.UNSET_VALUE');
