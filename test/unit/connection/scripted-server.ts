// A server in memory: it answers each request as a script says, and takes down what it was asked.

import { Deadlines } from '../../../src/connection/deadlines.ts';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { RequestEncoder } from '../../../src/protocol/requests.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCore } from './fake-core.ts';
import { pushResult } from './fake-delivery.ts';
import { MemorySocket } from './memory-socket.ts';
import type { Connector, ConnectRequest } from '../../../src/connection/connector.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import type { OpenOptions } from '../../../src/connection/handshake.ts';
import type { DriverError } from '../../../src/errors.ts';
import type { EncodedRequest } from './fake-core.ts';
import type { FakeMessage } from './fake-delivery.ts';

/** One request as the server got it. */
export interface ServedRequest {
  readonly opcode: number;
  readonly version: number;
  readonly stream: number;
  /** Whether it came in a segment. */
  readonly isSealed: boolean;
  readonly encoded: EncodedRequest;
}

/** A message without its stream goes back on that of the request; bytes go as they are; undefined is silence. */
export type Reply = (Omit<FakeMessage, 'stream'> & { readonly stream?: number }) | Uint8Array | 'close' | undefined;

export class ScriptedServer implements Connector {
  readonly core = new FakeCore();
  readonly clock = new FakeClock();
  readonly deadlines = new Deadlines(this.clock, (error) => {
    throw error;
  });
  readonly connects: ConnectRequest[] = [];
  readonly sockets: MemorySocket[] = [];
  readonly requests: ServedRequest[] = [];
  readonly warnings: string[] = [];
  readonly closedWith: DriverError[] = [];
  readonly #script: (request: ServedRequest) => Reply;

  constructor(script: (request: ServedRequest) => Reply) {
    this.#script = script;
  }

  connect(request: ConnectRequest): Promise<MemorySocket> {
    const socket = new MemorySocket();
    this.connects.push(request);
    this.sockets.push(socket);
    socket.onWrite = (chunk) => queueMicrotask(() => this.#serve(socket, chunk));
    return Promise.resolve(socket);
  }

  /** Options to open a connection to this server. */
  options(options: Partial<OpenOptions> = {}): OpenOptions {
    return {
      endPoint: new DefaultEndPoint('127.0.0.1', 9042),
      connector: this,
      tls: undefined,
      localPort: undefined,
      versions: [5, 4, 3],
      compression: undefined,
      startup: () => [],
      authProvider: undefined,
      connectTimeout: 5000,
      signal: undefined,
      core: this.core,
      encoder: new RequestEncoder(this.core),
      maxFrameLength: 1_000_000,
      maxRequests: 16,
      clock: this.clock,
      deadlines: this.deadlines,
      schedule: queueMicrotask,
      decodeBigFrame: () => {
        throw new Error('no big frame is expected');
      },
      listener: {
        onEvent: () => undefined,
        onClosed: (_connection: Connection, reason: DriverError) => void this.closedWith.push(reason),
        onOrphanLimit: () => undefined,
        onStreamFreed: () => undefined,
      },
      report: (error) => {
        throw error;
      },
      warn: (_subject, message) => void this.warnings.push(message),
      ...options,
    };
  }

  #serve(socket: MemorySocket, chunk: Uint8Array): void {
    const isSealed = chunk[0] === 0xee;
    const frame = isSealed ? chunk.subarray(2) : chunk;
    const encoded = this.core.encoded.at(-1);
    if (encoded === undefined || socket.isDestroyed) return;
    const stream = ((frame[2] ?? 0) << 8) | (frame[3] ?? 0);
    const request = { opcode: encoded.opcode, version: encoded.words[0] ?? 0, stream, isSealed, encoded };
    this.requests.push(request);
    const reply = this.#script(request);
    if (reply === 'close') socket.end();
    else if (reply instanceof Uint8Array) socket.receive(...reply);
    else if (reply !== undefined) {
      this.core.results.push(pushResult([{ stream, ...reply }]));
      socket.receive(0x80 | request.version);
    }
  }
}

/** The strings of a STARTUP or REGISTER. */
export function textsOf({ words, bytes }: EncodedRequest): string[] {
  return Array.from({ length: words[24] ?? 0 }, (_, i) => {
    const offset = words[32 + 2 * i] ?? 0;
    return new TextDecoder().decode(bytes.subarray(offset, offset + (words[33 + 2 * i] ?? 0)));
  });
}

/** The token of an AUTH_RESPONSE as text; null if it has none. */
export function tokenOf({ words, bytes }: EncodedRequest): string | null {
  const [offset = 0, length = 0] = words.subarray(13, 15);
  return length < 0 ? null : new TextDecoder().decode(bytes.subarray(offset, offset + length));
}
