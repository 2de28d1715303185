// A stream of bytes in both directions, whatever carries it: what a Connector makes and a connection uses.

/** A connected stream of bytes. Listeners are set once, right after connecting. */
export interface DuplexBytes {
  /** Takes bytes to send, which nobody may change afterwards; false asks to wait for `onDrain` before the next. */
  write(chunk: Uint8Array): boolean;
  /** A chunk is valid only until the listener returns: the memory may be read into again. */
  onData(listener: (chunk: Uint8Array) => void): void;
  /** Is called when more can be written after `write` returned false. */
  onDrain(listener: () => void): void;
  /** Is called once when nothing more will come, with the error that ended it, if there was one. */
  onClose(listener: (error?: Error) => void): void;
  /** Ends both directions at once; bytes not sent yet are lost. */
  destroy(): void;
}
