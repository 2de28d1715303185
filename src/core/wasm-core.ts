// The one door to the core: an instance of the WebAssembly module, its views, and the calls into it. One cluster has one;
// a body too large for the working buffers is decoded in a throw-away one, so that its memory comes back.

import { instantiate, type CoreExports } from '../../bindings/load.ts';
import type { Core, CoreConnection, CoreConnectionOptions, Delivery, EncodedFrame, PushResult } from '../core.ts';
import { CoreFault } from './core-fault.ts';
import { DeliverySlab } from './delivery.ts';
import { FrameSlab, wideToken } from './frame-slab.ts';
import { CoreMemory } from './memory.ts';
import { RequestRegions } from './request-regions.ts';

/** A whole body that came in parts. */
export interface BigBody {
  readonly version: 3 | 4 | 5;
  readonly compression: 0 | 1 | 2;
  readonly flags: number;
  readonly opcode: number;
  readonly stream: number;
  readonly rateLimitCode: number;
  readonly wantsColumns: boolean;
  /** Metadata of the rows that are expected, where it is known. */
  readonly metadata: Uint8Array | null;
  readonly parts: readonly Uint8Array[];
  readonly length: number;
}

/** A body decoded by a throw-away instance, which is still needed to describe the program of its rows. */
export interface DecodedBody {
  readonly delivery: Delivery;
  readonly core: WasmCore;
}

const BLOCK_HEADER_WORDS = 8;
/** Bodies over this are decoded elsewhere, so that the working buffers stay small. */
const BIG_FRAME_BYTES = 4 * 1024 * 1024;
/** Bit of a program word: answer with columns instead of rows. */
export const WANTS_COLUMNS = 0x8000_0000;

/** An instance of the core. */
export class WasmCore implements Core {
  readonly request: RequestRegions;
  readonly #exports: CoreExports;
  readonly #memory: CoreMemory;
  readonly #frames = new FrameSlab();
  readonly #deliveries = new DeliverySlab();

  constructor() {
    this.#exports = instantiate();
    this.#memory = new CoreMemory(this.#exports);
    this.request = new RequestRegions(this.#exports, this.#memory);
  }

  /** Bytes of linear memory, for tests and metrics. */
  get memoryBytes(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /**
   * Encodes the request block as a frame with this opcode.
   *
   * @throws {CoreFault} where the block breaks a limit of the protocol.
   */
  encode(opcode: number): EncodedFrame {
    this.#check(this.#exports.encode_request(opcode));
    const frame = this.#frames.copy(this.#memory.u8, this.#memory.status);
    this.request.trim();
    return frame;
  }

  seal(frames: Uint8Array, length: number, compression: 0 | 1): Uint8Array<ArrayBuffer> {
    this.request.reserveBytes(length);
    this.request.bytes.set(length === frames.length ? frames : frames.subarray(0, length));
    this.#check(this.#exports.seal(length, compression));
    const status = this.#memory.status;
    const address = status[0] ?? 0;
    const sealed = this.#memory.u8.slice(address, address + (status[1] ?? 0));
    this.request.trim();
    return sealed;
  }

  openConnection(options: CoreConnectionOptions): CoreConnection {
    const handle = this.#exports.open_connection(
      options.version,
      options.compression,
      options.maxFrameLength,
      Math.min(BIG_FRAME_BYTES, options.maxFrameLength),
      options.streamCapacity,
      options.rateLimitCode,
    );
    this.#refresh();
    return new WasmConnection(this, handle, this.#exports.connection_block(handle));
  }

  /**
   * Decodes a body that came in parts, in an instance that is thrown away afterwards. The one record of the delivery stands
   * at word 0; its program belongs to the other instance.
   */
  static decodeBigBody(body: BigBody): DecodedBody {
    const core = new WasmCore();
    const program = body.metadata === null ? 0 : core.registerProgram(body.metadata) + 1;
    core.request.reserveBytes(body.length);
    let position = 0;
    for (const part of body.parts) {
      core.request.bytes.set(part, position);
      position += part.length;
    }
    const kind = core.#exports.decode_body(
      body.version,
      body.compression,
      body.flags,
      body.opcode,
      body.stream,
      program | (body.wantsColumns ? WANTS_COLUMNS : 0),
      body.rateLimitCode,
      body.length,
    );
    const { delivery, fault } = core.#delivered(kind);
    if (fault !== null) throw new CoreFault(fault);
    return { delivery, core };
  }

  describeProgram(id: number): Delivery {
    const kind = this.#exports.describe_program(id);
    const { delivery, fault } = this.#delivered(kind);
    if (fault !== null) throw new CoreFault(fault);
    return delivery;
  }

  registerProgram(metadata: Uint8Array): number {
    return this.#withBytes(metadata, () => {
      const id = this.#exports.register_program(metadata.length);
      this.#refresh();
      if (id < 0) throw new CoreFault({ kind: -id, offset: 0 });
      return id;
    });
  }

  dropProgram(id: number): void {
    this.#exports.drop_program(id);
  }

  hashKey(partitioner: number, key: Uint8Array): bigint | null {
    return this.#withBytes(key, () => {
      this.#check(this.#exports.hash_key(partitioner, key.length));
      const status = this.#memory.status;
      if (status[4] === 2) return wideToken(status);
      if (status[4] !== 1) return null;
      return (BigInt(status[3] ?? 0) << 32n) | BigInt((status[2] ?? 0) >>> 0);
    });
  }

  setRing(tokens: BigInt64Array): void {
    this.request.reserveWords(tokens.length * 2);
    // Low word first, as everywhere where JavaScript runs.
    this.request.words.set(new Int32Array(tokens.buffer, tokens.byteOffset, tokens.length * 2));
    this.#exports.set_ring(tokens.length);
    this.#refresh();
  }

  /** For {@link WasmConnection} alone. */
  push(handle: number, chunk: Uint8Array): PushResult {
    const address = this.#exports.reserve_chunk(chunk.length);
    this.#refresh();
    this.#memory.u8.set(chunk, address);
    return this.#delivered(this.#exports.push(handle, chunk.length));
  }

  /** For {@link WasmConnection} alone. */
  setWord(address: number, word: number): void {
    this.#memory.i32[address >>> 2] = word;
  }

  /** For {@link WasmConnection} alone. */
  closeConnection(handle: number): void {
    this.#exports.close_connection(handle);
  }

  /** Calls `use` with these bytes at the start of the region; a request that is being written there survives. */
  #withBytes<T>(bytes: Uint8Array, use: () => T): T {
    this.request.reserveBytes(bytes.length);
    const suspended = this.request.bytes.slice(0, bytes.length);
    try {
      this.request.bytes.set(bytes);
      return use();
    } finally {
      this.request.bytes.set(suspended);
    }
  }

  #check(kind: number): void {
    this.#refresh();
    if (kind !== 0) throw new CoreFault(this.#fault(kind));
  }

  #delivered(kind: number): PushResult {
    this.#refresh();
    const status = this.#memory.status;
    const delivery = this.#deliveries.copy(this.#memory.u8, status[0] ?? 0, status[1] ?? 0);
    return { delivery, frames: status[2] ?? 0, fault: kind === 0 ? null : this.#fault(kind) };
  }

  #fault(kind: number): { kind: number; offset: number } {
    return { kind, offset: this.#memory.status[6] ?? 0 };
  }

  #refresh(): void {
    this.request.refresh();
  }
}

/** The part of a connection that lives in the core: unfinished bytes, and what each stream's answer will look like. */
export class WasmConnection implements CoreConnection {
  readonly #core: WasmCore;
  readonly #handle: number;
  readonly #block: number;

  constructor(core: WasmCore, handle: number, block: number) {
    this.#core = core;
    this.#handle = handle;
    this.#block = block;
  }

  /** Decodes what the socket gave. One call into the core, one copy out. */
  push(chunk: Uint8Array): PushResult {
    return this.#core.push(this.#handle, chunk);
  }

  /** Says which program decodes the answer on a stream: 0 unknown, else id + 1; bit 31 asks for columns. */
  setProgram(stream: number, word: number): void {
    this.#core.setWord(this.#block + 4 * (BLOCK_HEADER_WORDS + stream), word);
  }

  close(): void {
    this.#core.closeConnection(this.#handle);
  }
}
