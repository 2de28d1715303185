// A socket of node:net or node:tls as the driver sees it: bytes in, bytes out. The only file that knows Buffer.

import type { Socket } from 'node:net';
import type { DuplexBytes } from './duplex-bytes.ts';

const READ_BUFFER_BYTES = 65_536;

/** Where a socket's chunks go: to the listener, or into a queue for as long as there is none. */
export class Inbox {
  /** What `net.connect` reads into: one buffer a socket instead of one a chunk. */
  readonly onread = {
    buffer: new Uint8Array(READ_BUFFER_BYTES),
    callback: (length: number, buffer: Uint8Array): boolean => {
      this.push(buffer.subarray(0, length));
      return true;
    },
  };
  #listener: ((chunk: Uint8Array) => void) | undefined;
  #early: Uint8Array[] = [];

  push(chunk: Uint8Array): void {
    if (this.#listener === undefined) this.#early.push(chunk.slice());
    else this.#listener(chunk);
  }

  listen(listener: (chunk: Uint8Array) => void): void {
    const early = this.#early;
    this.#early = [];
    this.#listener = listener;
    for (const chunk of early) listener(chunk);
  }
}

/** The {@link DuplexBytes} of a socket; made before it is connected, so that none of its events is missed. */
export class SocketBytes implements DuplexBytes {
  readonly #socket: Socket;
  readonly #inbox: Inbox;
  #error: Error | undefined;
  #isClosed = false;
  #onClose: ((error?: Error) => void) | undefined;

  constructor(socket: Socket, inbox: Inbox) {
    this.#socket = socket;
    this.#inbox = inbox;
    // TLS, and runtimes that do not read into the inbox's buffer, emit chunks; either way this keeps the stream flowing.
    socket.on('data', (chunk: Buffer) => this.#inbox.push(chunk));
    socket.on('error', (error: Error) => (this.#error ??= error));
    socket.once('close', () => {
      this.#isClosed = true;
      this.#onClose?.(this.#error);
    });
  }

  write(chunk: Uint8Array): boolean {
    return this.#socket.write(chunk);
  }

  onData(listener: (chunk: Uint8Array) => void): void {
    this.#inbox.listen(listener);
  }

  onDrain(listener: () => void): void {
    this.#socket.on('drain', listener);
  }

  onClose(listener: (error?: Error) => void): void {
    this.#onClose = listener;
    if (this.#isClosed) queueMicrotask(() => listener(this.#error));
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** Memory for bytes that are about to be written over; not zeroed. */
export function allocateBytes(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length);
}
