// A session holds sockets, which belong to the thread that opened them. A copy would be a session without any.

/**
 * The value of a member that no structured clone can copy: `structuredClone`, `postMessage` and a channel between processes
 * with advanced serialization throw a `DataCloneError` with this text instead of making a copy that can do nothing.
 */
export const THREAD_BOUND: unique symbol = Symbol(
  'a Session belongs to the thread that connected it; connect in each worker, and send what to execute instead',
);
