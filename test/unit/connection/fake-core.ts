// A Core without WebAssembly: it takes down what it is asked, encodes headers alone, and answers pushes from a list.

import type { CoreConnection, CoreConnectionOptions, EncodedFrame, PushResult } from '../../../src/core.ts';
import type { ConnectingCore } from '../../../src/connection/connection.ts';
import type { RequestMemory } from '../../../src/protocol/request-sink.ts';
import type { EncodingCore } from '../../../src/protocol/requests.ts';
import { pushResult } from './fake-delivery.ts';

/** What the request block held when a frame was encoded. */
export interface EncodedRequest {
  readonly opcode: number;
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
}

/** A block that moves whenever it grows, as linear memory does. */
class FakeBlock implements RequestMemory {
  words = new Int32Array(32);
  bytes = new Uint8Array(8);

  reserveWords(count: number): void {
    if (count <= this.words.length) return;
    const words = new Int32Array(count);
    words.set(this.words);
    this.words = words;
  }

  reserveBytes(length: number): void {
    if (length <= this.bytes.length) return;
    const bytes = new Uint8Array(length);
    bytes.set(this.bytes);
    structuredClone(this.bytes.buffer, { transfer: [this.bytes.buffer] });
    this.bytes = bytes;
  }
}

export class FakeCoreConnection implements CoreConnection {
  readonly options: CoreConnectionOptions;
  readonly programs = new Map<number, number>();
  readonly #results: PushResult[];
  /** How many chunks were pushed. */
  pushes = 0;
  isClosed = false;

  constructor(options: CoreConnectionOptions, results: PushResult[]) {
    this.options = options;
    this.#results = results;
  }

  push(): PushResult {
    this.pushes++;
    if (this.isClosed) throw new Error('pushed into a closed connection');
    return this.#results.shift() ?? pushResult([]);
  }

  setProgram(stream: number, word: number): void {
    this.programs.set(stream, word);
  }

  close(): void {
    this.isClosed = true;
  }
}

export class FakeCore implements ConnectingCore, EncodingCore {
  readonly request = new FakeBlock();
  readonly encoded: EncodedRequest[] = [];
  readonly connections: FakeCoreConnection[] = [];
  /** What the next pushes give, in order. */
  readonly results: PushResult[] = [];

  openConnection(options: CoreConnectionOptions): FakeCoreConnection {
    const connection = new FakeCoreConnection(options, this.results);
    this.connections.push(connection);
    return connection;
  }

  /** A sealed segment is its compression behind 0xee, then the frames. */
  seal(frames: Uint8Array, length: number, compression: 0 | 1): Uint8Array {
    const sealed = new Uint8Array(length + 2);
    sealed.set([0xee, compression]);
    sealed.set(frames.subarray(0, length), 2);
    return sealed;
  }

  encode(opcode: number): EncodedFrame {
    this.encoded.push({ opcode, words: this.request.words.slice(), bytes: this.request.bytes.slice() });
    return frameOf(opcode);
  }
}

/** A frame with a body of these bytes. */
export function frameOf(opcode: number, body: readonly number[] = []): EncodedFrame {
  return frameIn(Uint8Array.of(4, 0, 0, 0, opcode, 0, 0, 0, body.length, ...body), 0, 9 + body.length);
}

/** A frame that lies in these bytes. */
export function frameIn(bytes: Uint8Array, offset: number, length: number): EncodedFrame {
  return { bytes, offset, length, tokenLow: 0, tokenHigh: 0, hasToken: false, ringIndex: -1, wideToken: undefined };
}
