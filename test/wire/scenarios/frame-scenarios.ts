// Headers that lie, streams that nobody asked on, other protocols, ends amid a frame. The same in every version; v5 carries
// them inside true segments.
import { ByteWriter, concatenate, hex } from '../harness/byte-writer.ts';
import { encodeFrame, type HeaderOverrides, overrideHeader } from '../harness/frame.ts';
import { OPCODES } from '../harness/opcodes.ts';
import { Random } from '../harness/random.ts';
import { answer, ascii, onQuery, result, type Scenario, sealed, type Target } from './scenario.ts';

const MEBIBYTES_256 = 256 * 1024 * 1024;
const VOID_BODY = hex('00000001');
const FREE_STREAM = 0x7ace;

export function frameScenarios(version: number): Scenario[] {
  const responseByte = 0x80 | version;
  const lyingHeader = (name: string, overrides: HeaderOverrides): Scenario =>
    onQuery(version, name, (target) => [sealed(target, [overrideHeader(target.honest, overrides)])], {
      expects: 'error',
      connection: 'replaced',
    });
  return [
    lyingHeader('a body length of 2^31-1', { bodyLength: 0x7fffffff }),
    lyingHeader('a body length of -1', { bodyLength: -1 }),
    lyingHeader('a body length of -2^31', { bodyLength: -0x80000000 }),
    lyingHeader('a body length one byte over 256 MiB', { bodyLength: MEBIBYTES_256 + 1 }),
    lyingHeader('a version that was not negotiated', { versionByte: version === 3 ? 0x84 : 0x83 }),
    lyingHeader('a version that nobody knows', { versionByte: 0xff }),
    lyingHeader('the direction bit of a request', { versionByte: version }),
    lyingHeader('an opcode that nobody knows', { opcode: 0x55 }),
    lyingHeader('the opcode of a request', { opcode: OPCODES.QUERY }),
    ...streamScenarios(version),
    onQuery(version, 'a flag that nobody knows', (target) => reflag(target, 0x80), { expects: 'settled' }),
    onQuery(version, 'all flags, and none of what they announce', (target) => reflag(target, 0xfe), {
      expects: 'error',
    }),
    onQuery(version, 'a RESULT without a body', (target) => result(target, new Uint8Array(0)), {
      expects: 'error',
      connection: 'kept',
    }),
    onQuery(version, 'bytes behind the end of the body', trailingBytes, {
      expects: 'value',
      connection: 'kept',
      cells: { v: 'honest' },
    }),
    onQuery(version, 'the answer byte by byte', (target) => everyByte(sealed(target, [target.honest])), {
      expects: 'value',
      connection: 'kept',
      cells: { v: 'honest' },
    }),
    onQuery(version, 'a FIN amid the answer', (target) => [sealed(target, [target.honest]).subarray(0, 12)], {
      expects: 'error',
      connection: 'replaced',
      ending: 'close',
    }),
    onQuery(version, 'an RST amid the answer', (target) => [sealed(target, [target.honest]).subarray(0, 12)], {
      expects: 'error',
      connection: 'replaced',
      ending: 'reset',
    }),
    onQuery(version, 'half a header, then silence', (target) => [sealed(target, [target.honest]).subarray(0, 5)], {
      expects: 'timeout',
    }),
    onQuery(
      version,
      'an answer without its last byte, then silence',
      (target) => [sealed(target, [target.honest]).subarray(0, -1)],
      { expects: 'timeout' },
    ),
    onQuery(version, 'silence', () => [], { expects: 'timeout' }),
    ...otherProtocols(version),
    ...wrongMessages(version),
    lyingHeader('a version of the next protocol', { versionByte: responseByte + 1 }),
  ];
}

function streamScenarios(version: number): Scenario[] {
  const onStream = (target: Target, stream: number): Uint8Array => overrideHeader(target.honest, { stream });
  return [
    onQuery(
      version,
      'an answer on a stream that nobody uses, then the right one',
      (target) => [sealed(target, [onStream(target, FREE_STREAM)]), sealed(target, [target.honest])],
      { expects: 'error', connection: 'replaced' },
    ),
    onQuery(
      version,
      'an answer only on a stream that nobody uses',
      (target) => [sealed(target, [onStream(target, FREE_STREAM)])],
      { expects: 'error', connection: 'replaced' },
    ),
    onQuery(
      version,
      'a RESULT on stream -2, then the right one',
      (target) => [sealed(target, [onStream(target, -2), target.honest])],
      { expects: 'value', connection: 'kept', cells: { v: 'honest' } },
    ),
    onQuery(
      version,
      'a RESULT on the stream of events, then the right one',
      (target) => [sealed(target, [onStream(target, -1), target.honest])],
      { expects: 'value', cells: { v: 'honest' } },
    ),
    onQuery(
      version,
      'the same answer twice',
      (target) => [sealed(target, [target.honest]), sealed(target, [target.honest])],
      { expects: 'settled' },
    ),
    onQuery(
      version,
      'an ERROR on a stream that nobody uses',
      (target) => [
        sealed(target, [
          encodeFrame({
            version,
            isResponse: true,
            flags: 0,
            stream: FREE_STREAM,
            opcode: OPCODES.ERROR,
            body: new ByteWriter().int(0x0a).string('lost').finish(),
          }),
        ]),
      ],
      { expects: 'error', connection: 'replaced' },
    ),
  ];
}

/** What other servers would say; sent bare, as they would. */
function otherProtocols(version: number): Scenario[] {
  const foreign: Readonly<Record<string, () => Uint8Array>> = {
    'an HTTP response': () => ascii('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
    'a TLS alert': () => hex('15 0303 0002 02 46 15 0303 0002 01 00'),
    'an SSH banner': () => ascii('SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n'),
    'random bytes': () => new Random(1).bytes(4096),
    zeroes: () => new Uint8Array(4096),
  };
  return Object.entries(foreign).map(([name, bytes]) =>
    onQuery(version, name, () => [bytes()], { expects: 'error', connection: 'replaced' }),
  );
}

/** Messages that answer some other question. */
function wrongMessages(version: number): Scenario[] {
  const messages: readonly (readonly [string, number, Uint8Array])[] = [
    ['READY', OPCODES.READY, new Uint8Array(0)],
    ['SUPPORTED', OPCODES.SUPPORTED, hex('0000')],
    ['AUTH_CHALLENGE', OPCODES.AUTH_CHALLENGE, hex('ffffffff')],
    ['AUTHENTICATE', OPCODES.AUTHENTICATE, new ByteWriter().string('org.example.Thief').finish()],
    ['RESULT of a kind that nobody knows', OPCODES.RESULT, hex('00000063')],
    ['RESULT of PREPARE', OPCODES.RESULT, concatenate([hex('00000004 0001 61'), new Uint8Array(40)])],
  ];
  return messages
    .map(([name, opcode, body]) =>
      onQuery(version, `${name} as the answer to a query`, (target) => answer(target, opcode, body), {
        expects: name === 'RESULT of PREPARE' ? 'settled' : 'error',
      }),
    )
    .concat(
      onQuery(version, 'an EVENT on the stream of the query', (target) => answer(target, OPCODES.EVENT, VOID_BODY), {
        expects: 'settled',
      }),
    );
}

function reflag(target: Target, flags: number): readonly Uint8Array[] {
  return [sealed(target, [overrideHeader(target.honest, { flags })])];
}

function trailingBytes(target: Target): readonly Uint8Array[] {
  const longer = concatenate([target.honest, hex('deadbeef')]);
  return [sealed(target, [overrideHeader(longer, { bodyLength: longer.length - 9 })])];
}

function everyByte(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from(bytes, (byte) => Uint8Array.of(byte));
}
