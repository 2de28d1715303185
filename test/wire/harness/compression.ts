// LZ4 and Snappy of bodies (v3, v4) and LZ4 of segment payloads (v5), by npm's pure JavaScript codecs: they install without
// scripts and share no code with the core. What those decoders let pass (an offset before the start, a length beyond the
// end) is refused here.
import { createRequire } from 'node:module';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { WireError } from './wire-error.ts';

export type CompressionName = 'lz4' | 'snappy';

interface Lz4Module {
  compressBound(length: number): number;
  compressBlock(source: Uint8Array, target: Uint8Array, start: number, length: number, table: Uint32Array): number;
  decompressBlock(source: Uint8Array, target: Uint8Array, start: number, length: number, targetStart: number): number;
}

interface SnappyModule {
  compress(bytes: Uint8Array): Uint8Array;
  uncompress(bytes: Uint8Array, maxLength: number): Uint8Array;
}

// Neither package declares types, and an ambient module is not allowed here.
const load = createRequire(import.meta.url);
const lz4 = load('lz4js') as Lz4Module;
const snappy = load('snappyjs') as SnappyModule;

const MAX_BODY = 256 * 1024 * 1024;
const LZ4_HASH_SLOTS = 1 << 16;
const LZ4_MIN_MATCH = 4;
const LZ4_LONG = 15;

/**
 * Compresses a whole body.
 *
 *     lz4     [int length before] [block]
 *     snappy  [block, which begins with its own length]
 */
export function compressBody(name: CompressionName, body: Uint8Array): Uint8Array {
  return name === 'snappy'
    ? snappy.compress(body)
    : new ByteWriter().int(body.length).raw(compressBlock(body)).finish();
}

export function decompressBody(name: CompressionName, body: Uint8Array): Uint8Array {
  if (name === 'snappy') {
    return uncompressSnappy(body);
  }
  const reader = new ByteReader(body);
  const length = reader.int();
  if (length < 0 || length > MAX_BODY) {
    throw new WireError(`expected the length of an lz4 body, got ${length}`);
  }
  return decompressBlock(reader.raw(reader.remaining), length);
}

/** One LZ4 block without any length before it. */
export function compressBlock(bytes: Uint8Array): Uint8Array {
  const target = new Uint8Array(lz4.compressBound(bytes.length));
  const length = lz4.compressBlock(bytes, target, 0, bytes.length, new Uint32Array(LZ4_HASH_SLOTS));
  // The library gives up on what does not shrink; a block of literals alone says the same.
  return length === 0 ? literalBlock(bytes) : target.subarray(0, length);
}

/** Decompresses one LZ4 block that must give exactly `length` bytes. */
export function decompressBlock(block: Uint8Array, length: number): Uint8Array {
  const actual = measureBlock(block);
  if (actual !== length) {
    throw new WireError(`expected an lz4 block of ${length} bytes, got ${actual}`);
  }
  const target = new Uint8Array(length);
  lz4.decompressBlock(block, target, 0, block.length, 0);
  return target;
}

/** A block that only copies: a token, the rest of the length in steps of 255, the bytes. */
function literalBlock(bytes: Uint8Array): Uint8Array {
  const writer = new ByteWriter().byte(Math.min(bytes.length, LZ4_LONG) << 4);
  if (bytes.length >= LZ4_LONG) {
    let rest = bytes.length - LZ4_LONG;
    for (; rest >= 255; rest -= 255) {
      writer.byte(255);
    }
    writer.byte(rest);
  }
  return writer.raw(bytes).finish();
}

/** Walks over the sequences of a block and gives the length that it unfolds to. */
function measureBlock(block: Uint8Array): number {
  const reader = new ByteReader(block);
  let produced = 0;
  for (;;) {
    const token = reader.byte();
    const literals = lz4Length(token >> 4, reader);
    reader.raw(literals);
    produced += literals;
    if (reader.remaining === 0) {
      return produced;
    }
    const offset = reader.byte() | (reader.byte() << 8);
    if (offset === 0 || offset > produced) {
      throw new WireError(`expected an lz4 offset of 1 to ${produced}, got ${offset}`);
    }
    produced += lz4Length(token & 0x0f, reader) + LZ4_MIN_MATCH;
  }
}

function lz4Length(nibble: number, reader: ByteReader): number {
  let length = nibble;
  if (nibble === LZ4_LONG) {
    let more: number;
    do {
      more = reader.byte();
      length += more;
    } while (more === 255);
  }
  return length;
}

function uncompressSnappy(body: Uint8Array): Uint8Array {
  try {
    return snappy.uncompress(body, MAX_BODY);
  } catch (cause) {
    throw new WireError('expected a snappy block', { cause });
  }
}
