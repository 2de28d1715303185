// The golden bytes below messages, against the harness's own codec: what judges the driver is held by the same files.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { HeapSink } from '../../src/statement/byte-sink.ts';
import { writeUnsignedVint } from '../../src/statement/integer-writers.ts';
import { bytesOf, readVectors } from '../vectors/vectors.ts';
import { ByteWriter, toHex } from './harness/byte-writer.ts';
import { crc24, crc32 } from './harness/checksum.ts';
import { compressBody, type CompressionName, decompressBody } from './harness/compression.ts';
import { encodeFrame, FrameReader } from './harness/frame.ts';
import { encodeSegment, SegmentReader } from './harness/segment.ts';
import { WireError } from './harness/wire-error.ts';

for (const { name, hex, value } of readVectors<{ crc24?: string; crc32?: string }>('checksums.json')) {
  test(`gives the ${name}`, () => {
    const bytes = bytesOf(hex);
    if (value.crc24 !== undefined) assert.equal(crc24(bytes), Number.parseInt(value.crc24, 16));
    if (value.crc32 !== undefined) assert.equal(crc32(bytes) >>> 0, Number.parseInt(value.crc32, 16));
  });
}

interface CompressedJson {
  readonly compression: CompressionName | 'none';
  readonly body: string | null;
}

for (const { name, hex, value } of readVectors<CompressedJson>('compression.json')) {
  const { compression, body } = value;
  // The harness wants a block also for an empty body, and its Snappy believes the length that a block announces.
  if (compression === 'none' || name === 'LZ4: an empty body without a block') continue;
  if (compression === 'snappy' && body === null && hex !== '') continue;
  test(`decompresses or refuses ${name}`, () => {
    if (body === null) {
      assert.throws(() => decompressBody(compression, bytesOf(hex)), WireError);
      return;
    }
    assert.equal(toHex(decompressBody(compression, bytesOf(hex))), body);
    assert.equal(toHex(decompressBody(compression, compressBody(compression, bytesOf(body)))), body);
  });
}

interface SegmentJson {
  readonly compression: 'none' | 'lz4';
  readonly selfContained: boolean;
  readonly payload: string | null;
  readonly written: boolean;
}

for (const { name, hex, value } of readVectors<SegmentJson>('segments.json')) {
  // The harness is stricter than a client may be: bits that must be zero are no padding to it.
  if (value.payload === null || name.includes('padding')) continue;
  const payload = bytesOf(value.payload);
  test(`reads and writes ${name}`, () => {
    const compression = value.compression === 'lz4' ? 'lz4' : undefined;
    const reader = new SegmentReader(compression);
    reader.push(bytesOf(hex));
    assert.deepEqual(reader.next(), { payload, isSelfContained: value.selfContained });
    if (!value.written) return;
    const segment = encodeSegment(payload, compression, { isSelfContained: value.selfContained, stored: true });
    assert.equal(toHex(segment), hex.replaceAll(' ', ''));
  });
}

interface FrameJson {
  readonly flags: number;
  readonly stream: number;
  readonly opcode: number;
  readonly message: string;
  readonly error: string | null;
}

for (const { name, hex, value } of readVectors<FrameJson>('frames.json')) {
  // Version, direction and opcode are judged above this reader, where it is known who sends.
  if (value.error !== null && !['NegativeLength', 'FrameTooLarge'].includes(value.error)) continue;
  test(`reads the frame ${name}`, () => {
    const reader = new FrameReader();
    reader.push(bytesOf(hex));
    if (value.error !== null) {
      assert.throws(() => reader.next(), WireError);
      return;
    }
    const frame = reader.next();
    assert.ok(frame);
    const { flags, stream, opcode } = frame;
    assert.deepEqual({ flags, stream, opcode }, { flags: value.flags, stream: value.stream, opcode: value.opcode });
    assert.ok(toHex(frame.body).endsWith(value.message));
    assert.equal(toHex(encodeFrame(frame)), hex.replaceAll(' ', ''));
  });
}

for (const { name, hex, value } of readVectors<string>('vints.json')) {
  test(`writes the unsigned vint ${name}`, () => {
    const sink = new HeapSink();
    writeUnsignedVint(BigInt(value), sink);
    assert.equal(toHex(sink.take()), hex);
    assert.equal(toHex(new ByteWriter().unsignedVint(BigInt(value)).finish()), hex);
  });
}
