// The outer unit of v5 (native_protocol_v5.spec 2.2: frame): header with CRC24, payload, CRC32; plain or LZ4.
// The encoder has a knob for each field, so that every kind of bad segment can be made.
import { ByteQueue } from './byte-queue.ts';
import { concatenate } from './byte-writer.ts';
import { crc24, crc32 } from './checksum.ts';
import { compressBlock, decompressBlock } from './compression.ts';
import { WireError } from './wire-error.ts';

export const MAX_PAYLOAD = 0x1ffff;
const CRC24_LENGTH = 3;
const CRC32_LENGTH = 4;

export type SegmentCompression = 'lz4' | undefined;

/** What to make wrong in a segment; every field left out is as it should be. */
export interface SegmentKnobs {
  readonly isSelfContained?: boolean;
  /** Lets `true` store the payload uncompressed on an LZ4 connection (length before = 0). */
  readonly stored?: boolean;
  /** The length in the header: of the payload as sent. */
  readonly payloadLength?: number;
  /** LZ4 only: the length before compression in the header. */
  readonly uncompressedLength?: number;
  /** The bits behind the flag, which must be zero: 6 of them plain, 5 with LZ4. */
  readonly reservedBits?: number;
  /** Xor-ed into the true checksum of the header. */
  readonly crc24Error?: number;
  /** Xor-ed into the true checksum of the payload. */
  readonly crc32Error?: number;
  /** Replaces the payload as it would be sent, before its checksum is made. */
  readonly sentPayload?: Uint8Array;
}

/**
 * Writes one segment, all header integers little-endian.
 *
 *     plain  length:17 self:1 0:6          | crc24 | payload | crc32
 *     lz4    length:17 before:17 self:1 0:5 | crc24 | payload | crc32
 */
export function encodeSegment(
  payload: Uint8Array,
  compression: SegmentCompression,
  knobs: SegmentKnobs = {},
): Uint8Array {
  const { sent, before } = choosePayload(payload, compression, knobs.stored === true);
  const body = knobs.sentPayload ?? sent;
  const length = BigInt((knobs.payloadLength ?? body.length) & MAX_PAYLOAD);
  const flag = (knobs.isSelfContained ?? true) ? 1n : 0n;
  const reserved = BigInt(knobs.reservedBits ?? 0);
  const header =
    compression === undefined
      ? littleEndian(length | (flag << 17n) | (reserved << 18n), 3)
      : littleEndian(
          length |
            (BigInt((knobs.uncompressedLength ?? before) & MAX_PAYLOAD) << 17n) |
            (flag << 34n) |
            (reserved << 35n),
          5,
        );
  return concatenate([
    header,
    littleEndian(BigInt(crc24(header) ^ (knobs.crc24Error ?? 0)), CRC24_LENGTH),
    body,
    littleEndian(BigInt.asUintN(32, BigInt(crc32(body) ^ (knobs.crc32Error ?? 0))), CRC32_LENGTH),
  ]);
}

/** How a run of frames becomes segments. */
export interface SealOptions {
  /** The longest payload of a slice. */
  readonly maxPayload?: number;
  /** The lengths of the first slices, which also forces slices on a small frame. */
  readonly sliceLengths?: readonly number[];
  readonly knobs?: SegmentKnobs;
}

/** Puts whole frames into one self-contained segment, or one big frame into slices. */
export function sealFrames(
  frames: readonly Uint8Array[],
  compression: SegmentCompression,
  options: SealOptions = {},
): Uint8Array {
  const payload = concatenate(frames);
  const maxPayload = options.maxPayload ?? MAX_PAYLOAD;
  if (payload.length <= maxPayload && options.sliceLengths === undefined) {
    return encodeSegment(payload, compression, options.knobs);
  }
  if (frames.length > 1) {
    return concatenate(frames.map((frame) => sealFrames([frame], compression, options)));
  }
  return concatenate(
    cut(payload, options.sliceLengths ?? [], maxPayload).map((slice) =>
      encodeSegment(slice, compression, { isSelfContained: false, ...options.knobs }),
    ),
  );
}

export interface Segment {
  readonly payload: Uint8Array;
  readonly isSelfContained: boolean;
}

/** Cuts a byte stream into segments and refuses any that the spec does not allow. */
export class SegmentReader {
  readonly #compression: SegmentCompression;
  readonly #queue = new ByteQueue();

  constructor(compression: SegmentCompression) {
    this.#compression = compression;
  }

  get pendingBytes(): number {
    return this.#queue.length;
  }

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
  }

  next(): Segment | undefined {
    const fieldLength = this.#compression === undefined ? 3 : 5;
    const headerLength = fieldLength + CRC24_LENGTH;
    if (this.#queue.length < headerLength) {
      return undefined;
    }
    const header = this.#queue.peek(headerLength);
    expectChecksum('CRC24', crc24(header.subarray(0, fieldLength)), Number(fromLittleEndian(header, fieldLength)));
    const fields = fromLittleEndian(header.subarray(0, fieldLength), 0);
    const length = Number(fields & 0x1ffffn);
    const total = headerLength + length + CRC32_LENGTH;
    if (this.#queue.length < total) {
      return undefined;
    }
    const bytes = this.#queue.take(total);
    const sent = bytes.subarray(headerLength, headerLength + length);
    expectChecksum('CRC32', crc32(sent), Number(fromLittleEndian(bytes, headerLength + length)));
    return this.#compression === undefined ? plainSegment(sent, fields) : lz4Segment(sent, fields);
  }
}

function choosePayload(
  payload: Uint8Array,
  compression: SegmentCompression,
  stored: boolean,
): { sent: Uint8Array; before: number } {
  if (compression === undefined || stored) {
    return { sent: payload, before: 0 };
  }
  const block = compressBlock(payload);
  return block.length < payload.length ? { sent: block, before: payload.length } : { sent: payload, before: 0 };
}

function cut(payload: Uint8Array, firstLengths: readonly number[], maxPayload: number): Uint8Array[] {
  const slices: Uint8Array[] = [];
  let position = 0;
  for (const length of firstLengths) {
    slices.push(payload.subarray(position, position + length));
    position = Math.min(payload.length, position + length);
  }
  for (; position < payload.length; position += maxPayload) {
    slices.push(payload.subarray(position, position + maxPayload));
  }
  return slices;
}

function plainSegment(payload: Uint8Array, fields: bigint): Segment {
  expectZero(fields >> 18n);
  return { payload, isSelfContained: ((fields >> 17n) & 1n) === 1n };
}

function lz4Segment(sent: Uint8Array, fields: bigint): Segment {
  expectZero(fields >> 35n);
  const before = Number((fields >> 17n) & 0x1ffffn);
  const payload = before === 0 ? sent : decompressBlock(sent, before);
  return { payload, isSelfContained: ((fields >> 34n) & 1n) === 1n };
}

function expectZero(reserved: bigint): void {
  if (reserved !== 0n) {
    throw new WireError(`expected zero bits behind the flag of a segment header, got ${reserved.toString(2)}`);
  }
}

function expectChecksum(name: string, expected: number, found: number): void {
  if (expected !== found) {
    throw new WireError(`expected ${name} ${expected.toString(16)}, got ${found.toString(16)}`);
  }
}

function littleEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => Number((value >> BigInt(8 * index)) & 0xffn));
}

/** Reads from `start` the 3 or 4 bytes of a checksum, or from 0 the whole of a header's fields. */
function fromLittleEndian(bytes: Uint8Array, start: number): bigint {
  return bytes.subarray(start).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}
