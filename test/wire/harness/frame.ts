// The 9-byte header and the body behind it, both directions, versions 3 to 5 (native_protocol_v5.spec 2.3: envelope).
// Compressed bodies of v3 and v4 are opened here; segments of v5 are `segment.ts`.
import { ByteQueue } from './byte-queue.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { compressBody, type CompressionName, decompressBody } from './compression.ts';
import { HEADER_FLAGS } from './opcodes.ts';
import { WireError } from './wire-error.ts';

export const HEADER_LENGTH = 9;
const RESPONSE_BIT = 0x80;
const MAX_BODY = 256 * 1024 * 1024;

export interface Frame {
  readonly version: number;
  readonly isResponse: boolean;
  readonly flags: number;
  readonly stream: number;
  readonly opcode: number;
  readonly body: Uint8Array;
}

/** Header fields that replace the true ones, to make a header that lies. */
export interface HeaderOverrides {
  /** The whole first byte, direction bit included. */
  readonly versionByte?: number;
  readonly flags?: number;
  readonly stream?: number;
  readonly opcode?: number;
  readonly bodyLength?: number;
}

/**
 * Writes a frame; `overrides` replace single header fields.
 *
 *     version | flags | stream    | opcode | body length         | body
 *     1 byte  | 1     | 2, signed | 1      | 4                   | …
 */
export function encodeFrame(frame: Frame, overrides: HeaderOverrides = {}): Uint8Array {
  return new ByteWriter()
    .byte(overrides.versionByte ?? frame.version | (frame.isResponse ? RESPONSE_BIT : 0))
    .byte(overrides.flags ?? frame.flags)
    .short(overrides.stream ?? frame.stream)
    .byte(overrides.opcode ?? frame.opcode)
    .int(overrides.bodyLength ?? frame.body.length)
    .raw(frame.body)
    .finish();
}

/** Rewrites header fields of the bytes of a frame, the body left as it is. */
export function overrideHeader(bytes: Uint8Array, overrides: HeaderOverrides): Uint8Array {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  const flags = reader.byte();
  const stream = reader.short();
  const opcode = reader.byte();
  const bodyLength = reader.int();
  return new ByteWriter()
    .byte(overrides.versionByte ?? version)
    .byte(overrides.flags ?? flags)
    .short(overrides.stream ?? stream)
    .byte(overrides.opcode ?? opcode)
    .int(overrides.bodyLength ?? bodyLength)
    .raw(reader.raw(reader.remaining))
    .finish();
}

/** Compresses the body and sets the flag; v5 compresses segments instead and is left alone. */
export function compressFrame(frame: Frame, compression: CompressionName | undefined): Frame {
  if (compression === undefined || frame.version >= 5) {
    return frame;
  }
  return { ...frame, flags: frame.flags | HEADER_FLAGS.COMPRESSED, body: compressBody(compression, frame.body) };
}

/** Opens a compressed body; in v5 the flag means nothing. */
export function decompressFrame(frame: Frame, compression: CompressionName | undefined): Frame {
  if (frame.version >= 5 || (frame.flags & HEADER_FLAGS.COMPRESSED) === 0) {
    return frame;
  }
  if (compression === undefined) {
    throw new WireError('expected a plain body, got the compressed flag without negotiated compression');
  }
  return { ...frame, body: decompressBody(compression, frame.body) };
}

/** Cuts a byte stream into frames, whatever the cuts it comes in. */
export class FrameReader {
  readonly #queue = new ByteQueue();

  get pendingBytes(): number {
    return this.#queue.length;
  }

  /** Takes the next whole frame out of what has come so far. */
  next(): Frame | undefined {
    if (this.#queue.length < HEADER_LENGTH) {
      return undefined;
    }
    const header = readHeader(this.#queue.peek(HEADER_LENGTH));
    if (this.#queue.length < HEADER_LENGTH + header.bodyLength) {
      return undefined;
    }
    const { bodyLength, ...fields } = header;
    return { ...fields, body: this.#queue.take(HEADER_LENGTH + bodyLength).subarray(HEADER_LENGTH) };
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
  }

  /** What has come behind the last whole frame; the reader is empty afterwards. */
  takeRest(): Uint8Array {
    return this.#queue.take(this.#queue.length);
  }
}

function readHeader(bytes: Uint8Array): Omit<Frame, 'body'> & { bodyLength: number } {
  const reader = new ByteReader(bytes);
  const versionByte = reader.byte();
  const flags = reader.byte();
  const stream = (reader.short() << 16) >> 16;
  const opcode = reader.byte();
  const bodyLength = reader.int();
  if (bodyLength < 0 || bodyLength > MAX_BODY) {
    throw new WireError(`expected a body of at most ${MAX_BODY} bytes, got ${bodyLength}`);
  }
  const version = versionByte & ~RESPONSE_BIT;
  return { version, isResponse: (versionByte & RESPONSE_BIT) !== 0, flags, stream, opcode, bodyLength };
}
