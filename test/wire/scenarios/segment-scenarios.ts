// v5 segments: checksums, lengths, packing, slices, LZ4, and the switch from bare frames.
import { ByteWriter, concatenate, hex } from '../harness/byte-writer.ts';
import { crc32 } from '../harness/checksum.ts';
import type { CompressionName } from '../harness/compression.ts';
import { encodeFrame, overrideHeader } from '../harness/frame.ts';
import { OPCODES } from '../harness/opcodes.ts';
import { encodeSegment, MAX_PAYLOAD, sealFrames, type SegmentKnobs } from '../harness/segment.ts';
import { answerFrame, type Forge, oneCell, onQuery, type Scenario, sealed, type Target } from './scenario.ts';

const VERSION = 5;
const TEXT = 0x0d;
const HONEST = { expects: 'value', connection: 'kept', cells: { v: 'honest' } } as const;
const FATAL = { expects: 'error', connection: 'replaced' } as const;
/** The answer is whole and its checksum right; the bytes behind it are not. It may be taken, the connection may not. */
const WHOLE_BEFORE_FAULT = { expects: 'settled', connection: 'replaced' } as const;

export function segmentScenarios(): Scenario[] {
  return [...knobScenarios(undefined), ...knobScenarios('lz4'), ...packing(), ...slices(), ...lz4(), ...switching()];
}

/** One wrong field in an otherwise true segment. */
function knobScenarios(compression: CompressionName | undefined): Scenario[] {
  const form = compression ?? 'plain';
  const knobs: Readonly<Record<string, SegmentKnobs>> = {
    'a header checksum that is wrong by one bit': { crc24Error: 1 },
    'a header checksum that is all wrong': { crc24Error: 0xffffff },
    'a payload checksum that is wrong by one bit': { crc32Error: 1 },
    'a payload that was changed after its checksum': { crc32Error: 0x5a5a5a5a },
    'reserved bits in the header': { reservedBits: 0x1f },
    'a length shorter than its payload': { payloadLength: 12 },
  };
  return Object.entries(knobs).map(([name, knob]) =>
    onQuery(VERSION, `${form} segment: ${name}`, (target) => [sealed(target, [target.honest], { knobs: knob })], {
      ...(compression === undefined ? {} : { compression }),
      ...(name.startsWith('reserved') ? { expects: 'settled' as const } : FATAL),
    }),
  );
}

function packing(): Scenario[] {
  const plain = (payload: Uint8Array, knobs?: SegmentKnobs): Uint8Array => encodeSegment(payload, undefined, knobs);
  const fatal: Readonly<Record<string, Forge>> = {
    'a whole segment that holds the first half of a frame': ({ honest }) => [plain(honest.subarray(0, 20))],
    'a frame of 2^31-1 bytes in a segment': ({ honest }) => [plain(overrideHeader(honest, { bodyLength: 0x7fffffff }))],
    'a frame of -1 bytes in a segment': ({ honest }) => [plain(overrideHeader(honest, { bodyLength: -1 }))],
    'garbage between two segments': ({ honest }) => [hex('deadbeefdeadbeefdeadbeef'), plain(honest)],
    'a payload checksum without the four bytes before it': ({ honest }) => [
      plain(honest, { crc32Error: crc32(honest) ^ crc32(honest, []) }),
    ],
    'an answer in a bare frame': ({ honest }) => [honest],
    'a frame of v4 in a segment': ({ honest }) => [plain(overrideHeader(honest, { versionByte: 0x84 }))],
    'a frame of v3 in a segment': ({ honest }) => [plain(overrideHeader(honest, { versionByte: 0x83 }))],
    'a segment amid another': ({ honest }) => [plain(plain(honest))],
    'an ERROR on stream 0, then the end': () => [
      plain(
        encodeFrame({
          version: VERSION,
          isResponse: true,
          flags: 0,
          stream: 0x7ace,
          opcode: OPCODES.ERROR,
          body: new ByteWriter().int(0x0a).string('CRC mismatch').finish(),
        }),
      ),
    ],
  };
  const honest: Readonly<Record<string, Forge>> = {
    'an empty segment, then the answer': (target) => [plain(new Uint8Array(0)), plain(target.honest)],
    'a hundred empty segments, then the answer': (target) => [
      concatenate([...Array<Uint8Array>(100).fill(plain(new Uint8Array(0))), plain(target.honest)]),
    ],
    'a thousand events before the answer in one segment': (target) => [
      plain(concatenate([...Array<Uint8Array>(1000).fill(unknownEvent()), target.honest])),
    ],
    'the compressed flag, which means nothing here': (target) => [plain(overrideHeader(target.honest, { flags: 1 }))],
    'a segment byte by byte': (target) => Array.from(plain(target.honest), (byte) => Uint8Array.of(byte)),
  };
  const wholeBeforeFault: Readonly<Record<string, Forge>> = {
    'two frames in a segment, the second cut': (target) => [
      plain(concatenate([target.honest, target.honest.subarray(0, 10)])),
    ],
    'a segment that ends amid a header': (target) => [plain(concatenate([target.honest, hex('850000')]))],
  };
  return [
    ...Object.entries(fatal).map(([name, forge]) => onQuery(VERSION, name, forge, FATAL)),
    ...Object.entries(wholeBeforeFault).map(([name, forge]) => onQuery(VERSION, name, forge, WHOLE_BEFORE_FAULT)),
    ...Object.entries(honest).map(([name, forge]) => onQuery(VERSION, name, forge, HONEST)),
    onQuery(VERSION, 'a segment that is cut, then a FIN', ({ honest: frame }) => [plain(frame).subarray(0, -3)], {
      ...FATAL,
      ending: 'close',
    }),
    onQuery(VERSION, 'a segment that is cut, then silence', ({ honest: frame }) => [plain(frame).subarray(0, -3)], {
      expects: 'timeout',
    }),
  ];
}

function slices(): Scenario[] {
  const slice = (payload: Uint8Array): Uint8Array => encodeSegment(payload, undefined, { isSelfContained: false });
  const fatal: Readonly<Record<string, Forge>> = {
    'a first slice of 4 bytes': ({ honest }) => [sealFrames([honest], undefined, { sliceLengths: [4] })],
    'a first slice of no bytes': ({ honest }) => [sealFrames([honest], undefined, { sliceLengths: [0] })],
    'a whole segment amid slices': ({ honest }) => [
      slice(honest.subarray(0, 15)),
      encodeSegment(unknownEvent(), undefined),
      slice(honest.subarray(15)),
    ],
    'slices of a frame of 256 MiB and a byte': ({ honest }) => [
      slice(overrideHeader(honest, { bodyLength: 256 * 1024 * 1024 + 1 })),
    ],
    'a second slice with a wrong checksum': ({ honest }) => [
      slice(honest.subarray(0, 15)),
      encodeSegment(honest.subarray(15), undefined, { isSelfContained: false, crc32Error: 1 }),
    ],
  };
  const wholeBeforeFault: Readonly<Record<string, Forge>> = {
    'slices that hold more than their frame': ({ honest }) => [
      slice(honest.subarray(0, 15)),
      slice(concatenate([honest.subarray(15), hex('00')])),
    ],
    'slices that hold two frames': ({ honest }) => [slice(concatenate([honest, honest]))],
  };
  const large = [-1, 0, 1, MAX_PAYLOAD, MAX_PAYLOAD + 1].map((over) =>
    onQuery(VERSION, `an answer of ${MAX_PAYLOAD + over} bytes`, (target) => largeAnswer(target, MAX_PAYLOAD + over), {
      expects: 'value',
      connection: 'kept',
    }),
  );
  return [
    ...Object.entries(fatal).map(([name, forge]) => onQuery(VERSION, name, forge, FATAL)),
    ...Object.entries(wholeBeforeFault).map(([name, forge]) => onQuery(VERSION, name, forge, WHOLE_BEFORE_FAULT)),
    ...large,
    onQuery(
      VERSION,
      'an answer in slices of one byte behind its header',
      ({ honest }) => [sealFrames([honest], undefined, { sliceLengths: [9], maxPayload: 1 })],
      HONEST,
    ),
    onQuery(
      VERSION,
      'an answer in slices, some of them empty',
      ({ honest }) => [sealFrames([honest], undefined, { sliceLengths: [9, 0, 1, 0, 0] })],
      HONEST,
    ),
    onQuery(VERSION, 'slices that never end', ({ honest }) => [slice(honest.subarray(0, -1))], { expects: 'timeout' }),
  ];
}

function lz4(): Scenario[] {
  const segment = (payload: Uint8Array, knobs?: SegmentKnobs): Uint8Array => encodeSegment(payload, 'lz4', knobs);
  const fatal: Readonly<Record<string, Forge>> = {
    'a length before compression that is one too small': (target) => [
      segment(largeFrame(target), { uncompressedLength: largeFrame(target).length - 1 }),
    ],
    'a length before compression that is one too large': (target) => [
      segment(largeFrame(target), { uncompressedLength: largeFrame(target).length + 1 }),
    ],
    'the largest length before compression, and little behind it': (target) => [
      segment(largeFrame(target), { uncompressedLength: MAX_PAYLOAD }),
    ],
    'a block that is garbage': () => [
      segment(new Uint8Array(0), { sentPayload: hex('ffffffffffffffff'), uncompressedLength: 500 }),
    ],
    'a block that copies from before its start': () => [
      segment(new Uint8Array(0), { sentPayload: hex('10 61 ffff 00'), uncompressedLength: 20 }),
    ],
    'an empty block that says 100 bytes': () => [
      segment(new Uint8Array(0), { sentPayload: new Uint8Array(0), uncompressedLength: 100 }),
    ],
    'the four bytes of length that v4 has': (target) => [
      segment(new Uint8Array(0), {
        sentPayload: concatenate([hex('00000100'), new Uint8Array(60)]),
        uncompressedLength: target.honest.length,
      }),
    ],
    'a segment of the plain form': ({ honest }) => [encodeSegment(honest, undefined)],
    'a stored segment that says how long it was before': ({ honest }) => [
      segment(honest, { stored: true, uncompressedLength: honest.length }),
    ],
  };
  return [
    ...Object.entries(fatal).map(([name, forge]) =>
      onQuery(VERSION, `lz4: ${name}`, forge, { ...FATAL, compression: 'lz4' }),
    ),
    onQuery(VERSION, 'lz4: the answer stored', ({ honest }) => [segment(honest, { stored: true })], {
      ...HONEST,
      compression: 'lz4',
    }),
    onQuery(
      VERSION,
      'lz4: an empty stored segment, then the answer',
      ({ honest }) => [segment(new Uint8Array(0), { stored: true }), segment(honest, { stored: true })],
      { ...HONEST, compression: 'lz4' },
    ),
    onQuery(
      VERSION,
      'lz4: the largest payload, all zeroes, which begin no frame',
      () => [segment(new Uint8Array(MAX_PAYLOAD))],
      {
        ...FATAL,
        compression: 'lz4',
      },
    ),
    onQuery(VERSION, 'a segment of the LZ4 form on a plain connection', ({ honest }) => [segment(honest)], FATAL),
  ];
}

/** From bare frames to segments: what comes in one read, and what comes in the wrong form. */
function switching(): Scenario[] {
  const onStartup = (name: string, forge: Forge, expects: Scenario['expects']): Scenario => ({
    name,
    version: VERSION,
    attack: { at: 'connect', opcode: 'STARTUP', forge },
    expects,
  });
  return [
    onStartup(
      'READY and a segment in one write',
      ({ honest }) => [concatenate([honest, encodeSegment(unknownEvent(), undefined)])],
      'value',
    ),
    onStartup(
      'READY and half a segment in one write, the rest later',
      ({ honest }) => {
        const segment = encodeSegment(unknownEvent(), undefined);
        return [concatenate([honest, segment.subarray(0, 5)]), segment.subarray(5)];
      },
      'value',
    ),
    onStartup('READY inside a segment', ({ honest }) => [encodeSegment(honest, undefined)], 'error'),
    onStartup('READY, then a bare frame', ({ honest }) => [concatenate([honest, unknownEvent()])], 'settled'),
    onStartup(
      'READY of v4 for a STARTUP of v5',
      ({ honest }) => [overrideHeader(honest, { versionByte: 0x84 })],
      'error',
    ),
  ];
}

function unknownEvent(): Uint8Array {
  const body = new ByteWriter().string('TEA_TIME').finish();
  return encodeFrame({ version: VERSION, isResponse: true, flags: 0, stream: -1, opcode: OPCODES.EVENT, body });
}

/** A frame that LZ4 shrinks. */
function largeFrame(target: Target): Uint8Array {
  return answerFrame(target, OPCODES.RESULT, oneCell(TEXT, new Uint8Array(4000).fill(0x61)));
}

/** An answer whose frame has exactly this length. */
function largeAnswer(target: Target, length: number): readonly Uint8Array[] {
  const overhead = answerFrame(target, OPCODES.RESULT, oneCell(TEXT, new Uint8Array(0))).length;
  const frame = answerFrame(target, OPCODES.RESULT, oneCell(TEXT, new Uint8Array(length - overhead).fill(0x61)));
  return [sealFrames([frame], undefined)];
}
