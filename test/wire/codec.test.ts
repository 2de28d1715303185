// The harness's own codec against known bytes: what judges the driver must itself be right.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ByteReader, UNSET } from './harness/byte-reader.ts';
import { ByteWriter, concatenate, hex, toHex } from './harness/byte-writer.ts';
import { crc24, crc32 } from './harness/checksum.ts';
import { startupBody } from './harness/client-messages.ts';
import {
  compressBlock,
  compressBody,
  type CompressionName,
  decompressBlock,
  decompressBody,
} from './harness/compression.ts';
import type { CqlType } from './harness/cql-type.ts';
import { className } from './harness/cql-type.ts';
import { encodeFrame, type Frame, FrameReader } from './harness/frame.ts';
import { OPCODES } from './harness/opcodes.ts';
import { Random } from './harness/random.ts';
import { decodeRequest } from './harness/request.ts';
import { encodeSegment, sealFrames, SegmentReader } from './harness/segment.ts';
import { SegmentedFrameReader } from './harness/segmented-frame-reader.ts';
import { encodeValue } from './harness/value.ts';
import { WireError } from './harness/wire-error.ts';

const OPTIONS_V5 = hex('05 00 0000 05 00000000');

function requestFrame(version: number, opcode: number, body: Uint8Array, stream = 0): Frame {
  return { version, isResponse: false, flags: 0, stream, opcode, body };
}

function readAll(reader: FrameReader): Frame[] {
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    frames.push(frame);
  }
  return frames;
}

describe('frames', () => {
  it('writes OPTIONS of v5', () => {
    assert.equal(toHex(encodeFrame(requestFrame(5, OPCODES.OPTIONS, new Uint8Array(0)))), toHex(OPTIONS_V5));
  });

  it('writes STARTUP of v4', () => {
    const expected = '0400000001000000160001000b43514c5f56455253494f4e0005332e302e30';
    assert.equal(toHex(encodeFrame(requestFrame(4, OPCODES.STARTUP, startupBody()))), expected);
  });

  it('reads QUERY of v4 with a page size', () => {
    const reader = new FrameReader();
    reader.push(hex('04000001070000001a0000000f53454c454354206b2046524f4d207400010400001388'));
    const frame = readAll(reader)[0];
    assert.ok(frame);
    const request = decodeRequest(frame);
    assert.equal(frame.stream, 1);
    assert.ok(request.opcode === 'QUERY');
    assert.equal(request.cql, 'SELECT k FROM t');
    assert.equal(request.consistency, 'ONE');
    assert.equal(request.pageSize, 5000);
  });

  it('reads QUERY of v5, whose flags are an int', () => {
    const reader = new FrameReader();
    reader.push(hex('05000001070000001d0000000f53454c454354206b2046524f4d207400010000000400001388'));
    const frame = readAll(reader)[0];
    assert.ok(frame);
    const request = decodeRequest(frame);
    assert.ok(request.opcode === 'QUERY');
    assert.equal(request.pageSize, 5000);
  });

  it('finds the same frames whatever the cuts', () => {
    const bytes = concatenate([
      encodeFrame(requestFrame(4, OPCODES.STARTUP, startupBody(), 1)),
      encodeFrame(requestFrame(4, OPCODES.OPTIONS, new Uint8Array(0), 2)),
    ]);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const reader = new FrameReader();
      reader.push(bytes.subarray(0, cut));
      const frames = readAll(reader);
      reader.push(bytes.subarray(cut));
      frames.push(...readAll(reader));
      assert.deepEqual(
        frames.map(({ stream, opcode }) => [stream, opcode]),
        [
          [1, OPCODES.STARTUP],
          [2, OPCODES.OPTIONS],
        ],
      );
    }
  });

  it('refuses a negative body length on the header alone', () => {
    const reader = new FrameReader();
    reader.push(hex('84 00 0000 08 ffffffff'));
    assert.throws(() => reader.next(), WireError);
  });
});

describe('checksums', () => {
  const headers: readonly (readonly [string, string])[] = [
    ['000002', '6a36c4'],
    ['ffff03', '254047'],
    ['ffff01', '3891fe'],
    ['010000', '6f8715'],
    ['6400900104', '569c62'],
    ['34006a0004', '5201f5'],
    ['0900000004', 'c2b895'],
    ['ffffffff03', 'a288b3'],
  ];
  for (const [header, stored] of headers) {
    it(`gives the CRC24 of the segment header ${header}`, () => {
      const littleEndian = new ByteWriter()
        .int(crc24(hex(header)))
        .finish()
        .reverse()
        .subarray(0, 3);
      assert.equal(toHex(littleEndian), stored);
    });
  }

  it('gives the CRC32 that the protocol seeds with four bytes', () => {
    assert.equal(crc32(new Uint8Array(0)), 0x44777ed3);
    assert.equal(crc32(new TextEncoder().encode('123456789')), 0xe2a261a7);
  });
});

describe('segments', () => {
  it('puts a frame into a plain self-contained segment', () => {
    assert.equal(toHex(sealFrames([OPTIONS_V5], undefined)), `090002a4c8c1${toHex(OPTIONS_V5)}1086284d`);
  });

  it('stores what LZ4 does not shrink', () => {
    assert.equal(toHex(sealFrames([OPTIONS_V5], 'lz4')).slice(0, 16), '0900000004c2b895');
  });

  for (const compression of [undefined, 'lz4'] as const) {
    const name = compression ?? 'plain';

    it(`reads back ${name} segments around the largest payload`, () => {
      const random = new Random(7);
      for (const bodyLength of [0, 131_061, 131_062, 131_063, 262_133, 262_134]) {
        const frame = requestFrame(5, OPCODES.QUERY, random.bytes(bodyLength), 9);
        const reader = new SegmentedFrameReader(compression);
        const read = reader.push(sealFrames([encodeFrame(frame)], compression));
        assert.deepEqual(read, [frame]);
        assert.equal(reader.pendingBytes, 0);
      }
    });

    it(`notices every flipped bit of a ${name} segment`, () => {
      const good = encodeSegment(new Uint8Array(40).fill(97), compression);
      for (let bit = 0; bit < good.length * 8; bit += 1) {
        const bad = good.slice();
        bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const reader = new SegmentReader(compression);
        reader.push(bad);
        assert.throws(() => reader.next(), WireError, `bit ${bit}`);
      }
    });
  }

  const knobs = {
    'a wrong CRC24': { crc24Error: 1 },
    'a wrong CRC32': { crc32Error: 0x80000000 },
    'reserved bits': { reservedBits: 1 },
  };
  for (const [name, knob] of Object.entries(knobs)) {
    it(`makes and refuses ${name}`, () => {
      for (const compression of [undefined, 'lz4'] as const) {
        const reader = new SegmentReader(compression);
        reader.push(encodeSegment(OPTIONS_V5, compression, knob));
        assert.throws(() => reader.next(), WireError);
      }
    });
  }

  it('refuses an LZ4 segment whose length before compression lies', () => {
    for (const uncompressedLength of [199, 201]) {
      const reader = new SegmentReader('lz4');
      reader.push(encodeSegment(new Uint8Array(200), 'lz4', { uncompressedLength }));
      assert.throws(() => reader.next(), WireError);
    }
  });

  it('refuses a first slice without a whole frame header', () => {
    const reader = new SegmentedFrameReader(undefined);
    assert.throws(() => reader.push(sealFrames([OPTIONS_V5], undefined, { sliceLengths: [4] })), WireError);
  });

  it('refuses a self-contained segment that holds part of a frame, or comes amid slices', () => {
    const part = new SegmentedFrameReader(undefined);
    assert.throws(() => part.push(encodeSegment(OPTIONS_V5.subarray(0, 8), undefined)), WireError);
    const amid = new SegmentedFrameReader(undefined);
    const frame = encodeFrame(requestFrame(5, OPCODES.QUERY, new Uint8Array(20)));
    amid.push(encodeSegment(frame.subarray(0, 12), undefined, { isSelfContained: false }));
    assert.throws(() => amid.push(encodeSegment(OPTIONS_V5, undefined)), WireError);
  });
});

describe('compression', () => {
  const letters = new Uint8Array(64).fill(0x61);

  it('reads and writes known blocks of lz4 and snappy', () => {
    assert.equal(toHex(compressBody('lz4', letters)), '000000401f61010027506161616161');
    assert.equal(toHex(decompressBody('lz4', hex('00000040 1f61010027506161616161'))), toHex(letters));
    assert.equal(toHex(decompressBody('snappy', hex('400061fa0100'))), toHex(letters));
  });

  for (const name of ['lz4', 'snappy'] as CompressionName[]) {
    it(`gives back what it compressed with ${name}, whether it shrinks or not`, () => {
      const random = new Random(3);
      for (const length of [0, 1, 12, 13, 14, 15, 255, 270, 271, 4096, 70_000, 300_000]) {
        const noise = random.bytes(length);
        const runs = noise.map((byte, index) => (index % 97 < 60 ? 7 : byte & 3));
        for (const body of [noise, runs]) {
          assert.deepEqual(decompressBody(name, compressBody(name, body)), body, `${length} bytes`);
        }
      }
    });
  }

  it('refuses an lz4 block whose offset or length leads outside', () => {
    assert.throws(() => decompressBlock(hex('10 61 0200 00'), 5), WireError);
    assert.throws(() => decompressBlock(hex('50 6161'), 5), WireError);
    assert.throws(() => decompressBlock(compressBlock(letters), 63), WireError);
  });
});

describe('requests', () => {
  const query = (tail: Uint8Array): Uint8Array => new ByteWriter().longString('SELECT 1').raw(tail).finish();
  const decode = (version: number, tail: string): ReturnType<typeof decodeRequest> =>
    decodeRequest(requestFrame(version, OPCODES.QUERY, query(hex(tail))));

  it('reads named values, null and unset', () => {
    const request = decode(4, '0001 41 0002 0001 61 fffffffe 0001 62 ffffffff');
    assert.ok(request.opcode === 'QUERY');
    assert.deepEqual(request.names, ['a', 'b']);
    assert.deepEqual(request.values, [UNSET, null]);
  });

  it('reads every optional field of v5 in its order', () => {
    const request = decode(5, '0006 000001bc 00000064 00000002 abcd 0009 0000000000000007 0002 6b73 00000005');
    assert.ok(request.opcode === 'QUERY');
    assert.equal(request.pageSize, 100);
    assert.deepEqual(request.pagingState, hex('abcd'));
    assert.equal(request.serialConsistency, 'LOCAL_SERIAL');
    assert.equal(request.timestamp, 7n);
    assert.equal(request.keyspace, 'ks');
    assert.equal(request.nowInSeconds, 5);
  });

  const refused: readonly (readonly [string, number, string])[] = [
    ['bytes behind the end', 4, '0001 00 00'],
    ['an unset value before v4', 3, '0001 01 0001 fffffffe'],
    ['a value length below -2', 4, '0001 01 0001 fffffffd'],
    ['a keyspace before v5', 4, '0001 80 0002 6b73'],
    ['names without values', 4, '0001 40'],
    ['an unknown flag', 5, '0001 00000200'],
    ['an unknown consistency', 4, '000b 00'],
    ['a serial consistency that is none', 4, '0001 10 0001'],
    ['a body that is cut', 4, '0001 04 0000'],
  ];
  for (const [name, version, tail] of refused) {
    it(`refuses ${name}`, () => {
      assert.throws(() => decode(version, tail), WireError);
    });
  }

  it('reads a batch of texts and ids', () => {
    const body = hex('01 0002 00 00000001 78 0001 00000001 05 01 0002 abcd 0000 0001 20 0000000000000009');
    const request = decodeRequest(requestFrame(4, OPCODES.BATCH, body));
    assert.ok(request.opcode === 'BATCH');
    assert.equal(request.type, 'UNLOGGED');
    assert.deepEqual(request.entries, [
      { cql: 'x', id: undefined, values: [hex('05')] },
      { cql: undefined, id: hex('abcd'), values: [] },
    ]);
    assert.equal(request.timestamp, 9n);
  });
});

describe('values', () => {
  const vectors: readonly (readonly [CqlType, unknown, string])[] = [
    ['varint', 0n, '00'],
    ['varint', 128n, '0080'],
    ['varint', -128n, '80'],
    ['varint', -129n, 'ff7f'],
    ['varint', 2n ** 64n, '010000000000000000'],
    ['decimal', { unscaled: -125n, scale: 2 }, '0000000283'],
    ['decimal', { unscaled: 1n, scale: -3 }, 'fffffffd01'],
    ['date', 0, '80000000'],
    ['date', -1, '7fffffff'],
    ['date', 1, '80000001'],
    ['time', 1_500_000_000n, '0000000059682f00'],
    ['duration', { months: 1, days: 2, nanoseconds: 3n }, '020406'],
    ['duration', { months: -1, days: -2, nanoseconds: -3n }, '010305'],
    ['duration', { months: 0, days: 0, nanoseconds: 64n }, '00008080'],
    ['duration', { months: 12, days: 31, nanoseconds: 86_400_000_000_000n }, '183efc9d29229e0000'],
    [
      'duration',
      { months: 2 ** 31 - 1, days: 2 ** 31 - 1, nanoseconds: 2n ** 63n - 1n },
      'f0fffffffef0fffffffefffffffffffffffffe',
    ],
    [
      'duration',
      { months: -(2 ** 31), days: -(2 ** 31), nanoseconds: -(2n ** 63n) },
      'f0fffffffff0ffffffffffffffffffffffffff',
    ],
    ['inet', '127.0.0.1', '7f000001'],
    ['inet', '::1', '00000000000000000000000000000001'],
    [{ list: 'int' }, [1, 2], '0000000200000004000000010000000400000002'],
    [{ list: { list: 'int' } }, [[1], []], '000000020000000c0000000100000004000000010000000400000000'],
    [{ map: ['text', 'int'] }, [['a', 1]], '0000000100000001610000000400000001'],
    [{ tuple: ['int', 'int'] }, [7, null], '0000000400000007ffffffff'],
    [{ vector: ['float', 3] }, [1, 2, -0.5], '3f80000040000000bf000000'],
    [{ vector: ['text', 2] }, ['a', 'bcd'], '016103626364'],
    [{ vector: ['boolean', 2] }, [true, false], '0100'],
    [{ vector: ['tinyint', 2] }, [1, -1], '010101ff'],
    [{ vector: ['smallint', 2] }, [1, -1], '02000102ffff'],
    [{ vector: ['date', 2] }, [1, 1], '04800000010480000001'],
    [{ vector: ['time', 2] }, [1_000_000_000n, 1_000_000_000n], '08000000003b9aca0008000000003b9aca00'],
    [{ vector: ['inet', 2] }, ['127.0.0.1', '::1'], '047f0000011000000000000000000000000000000001'],
    [{ vector: ['varint', 2] }, [1n, -129n], '010102ff7f'],
    [
      { vector: ['decimal', 2] },
      [
        { unscaled: 15n, scale: 1 },
        { unscaled: -1n, scale: 0 },
      ],
      '05000000010f0500000000ff',
    ],
    [
      { vector: ['duration', 2] },
      [
        { months: 1, days: 2, nanoseconds: 3n },
        { months: 0, days: -1, nanoseconds: 0n },
      ],
      '0302040603000100',
    ],
    [{ vector: ['blob', 2] }, [hex('01'), new Uint8Array(0)], '010100'],
    [
      { vector: [{ vector: ['float', 2] }, 2] },
      [
        [1, 2],
        [1, 2],
      ],
      '3f800000400000003f80000040000000',
    ],
    [{ vector: [{ vector: ['text', 1] }, 2] }, [['a'], ['bc']], '02016103026263'],
  ];
  for (const [type, value, expected] of vectors) {
    it(`writes a ${className(type).replaceAll('org.apache.cassandra.db.marshal.', '')} as ${expected}`, () => {
      assert.equal(toHex(encodeValue(type, value) ?? new Uint8Array(0)), expected);
    });
  }

  it('writes unsigned vints of every length', () => {
    const values: readonly (readonly [bigint, string])[] = [
      [127n, '7f'],
      [128n, '8080'],
      [16_383n, 'bfff'],
      [16_384n, 'c04000'],
      [256_000n, 'c3e800'],
      [2n ** 32n, 'f100000000'],
      [2n ** 64n - 1n, 'ffffffffffffffffff'],
    ];
    for (const [value, expected] of values) {
      assert.equal(toHex(new ByteWriter().unsignedVint(value).finish()), expected);
    }
  });

  it('names the class of a vector with the blank before its comma', () => {
    const marshal = 'org.apache.cassandra.db.marshal.';
    assert.equal(className({ vector: ['float', 3] }), `${marshal}VectorType(${marshal}FloatType , 3)`);
  });

  it('reads only what is there', () => {
    const reader = new ByteReader(hex('0003 6162'));
    assert.throws(() => reader.string(), WireError);
  });
});
