// The method by which Node, Deno and Bun ask a value for its text in a console.

/** Key of the method that `util.inspect` calls. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom');
