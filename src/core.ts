// The core as every layer above sees it: shapes only, so that a test can put another in its place. What is behind them, an
// instance of the WebAssembly module, is in core/.

/** What one push gave: one copy, read through four views of the same bytes. */
export interface Delivery {
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly i64: BigInt64Array;
  readonly u8: Uint8Array;
}

/**
 * A request as bytes, ready for any connection of the cluster: complete but for its stream id, which is patched in the write
 * buffer of the connection that sends it. Retries and speculative executions send the same bytes.
 */
export interface EncodedFrame {
  /** The slab that the frame lies in. Read only: several attempts may share it. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  /** Bytes of the frame, header included. */
  readonly length: number;
  readonly hasToken: boolean;
  /** The 64-bit token of the routing key as two words, where `hasToken`. */
  readonly tokenLow: number;
  readonly tokenHigh: number;
  /** Index of the token's owner in the ring last set, or -1. */
  readonly ringIndex: number;
  /** A token that is no 64-bit number: an integer of Random, or the key itself with ByteOrdered. */
  readonly wideToken: bigint | Uint8Array | undefined;
}

/** Record i of the delivery starts at word i * 20. */
export interface PushResult {
  readonly delivery: Delivery;
  readonly frames: number;
  readonly fault: { readonly kind: number; readonly offset: number } | null;
}

/** The core's half of one connection. */
export interface CoreConnection {
  push(chunk: Uint8Array): PushResult;
  setProgram(stream: number, word: number): void;
  close(): void;
}

/** The request block: views into linear memory, replaced when it grows; never keep one over a call. */
export interface RequestBlock {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  reserveWords(count: number): void;
  reserveBytes(length: number): void;
}

/** What opens a {@link CoreConnection}. */
export interface CoreConnectionOptions {
  readonly version: 3 | 4 | 5;
  readonly compression: 0 | 1 | 2;
  readonly maxFrameLength: number;
  readonly streamCapacity: number;
  readonly rateLimitCode: number;
}

/** The core of one cluster. */
export interface Core {
  readonly request: RequestBlock;
  openConnection(options: CoreConnectionOptions): CoreConnection;
  /** Seals whole frames, standing back to back in `frames[0..length)`, into v5 segments. Never while a request is written. */
  seal(frames: Uint8Array, length: number, compression: 0 | 1): Uint8Array;
  /** Encodes the request block as a frame with this opcode. */
  encode(opcode: number): EncodedFrame;
  /** What the core knows of a program: metadata bytes, then column specs, as cold words from word 0 on. */
  describeProgram(id: number): Delivery;
  /** Registers result metadata; the id is the same for equal bytes. */
  registerProgram(metadata: Uint8Array): number;
  dropProgram(id: number): void;
  /** Hashes a routing key; `null` for ByteOrdered, whose tokens are the keys, and for a key that has no token. */
  hashKey(partitioner: number, key: Uint8Array): bigint | null;
  /** Replaces the ring in which `ringIndex` of encoded frames is found. Tokens in ascending order. */
  setRing(tokens: BigInt64Array): void;
}
