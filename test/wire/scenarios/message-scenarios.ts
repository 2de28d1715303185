// ERROR and EVENT bodies, and the prefix before a message, cut short or lying.
import { ByteWriter, concatenate, hex } from '../harness/byte-writer.ts';
import { encodeFrame } from '../harness/frame.ts';
import { HEADER_FLAGS, OPCODES } from '../harness/opcodes.ts';
import { answer, type Forge, onQuery, type Scenario, sealed } from './scenario.ts';

const VOID_BODY = hex('00000001');
const STORM = 20_000;

export function messageScenarios(version: number): Scenario[] {
  return [...errorScenarios(version), ...prefixScenarios(version), ...eventScenarios(version)];
}

function errorScenarios(version: number): Scenario[] {
  const coded = (code: number): ByteWriter => new ByteWriter().int(code).string('m');
  const bodies: Readonly<Record<string, Uint8Array>> = {
    'an ERROR without a body': new Uint8Array(0),
    'an ERROR of half a code': hex('0000'),
    'an ERROR of a code alone': hex('00002200'),
    'an ERROR whose text is longer than its body': hex('00002200 ffff 61'),
    'an ERROR whose text is not UTF-8': hex('00002200 0002 c328'),
    'an ERROR of a code that nobody knows': coded(0x7bad).finish(),
    'an ERROR of a negative code': coded(-1).finish(),
    'UNAVAILABLE without its counts': coded(0x1000).finish(),
    'UNAVAILABLE of a consistency that nobody knows': coded(0x1000).short(0xffff).int(2).int(1).finish(),
    'READ_TIMEOUT with counts of -1': coded(0x1200).short(1).int(-1).int(-1).byte(9).finish(),
    'WRITE_TIMEOUT whose write type is cut': coded(0x1100).short(1).int(0).int(1).short(500).finish(),
    'READ_FAILURE with 2^31-1 failures': coded(0x1300).short(1).int(0).int(1).int(0x7fffffff).finish(),
    'FUNCTION_FAILURE with 65535 types and none of them': coded(0x1400).string('k').string('f').short(0xffff).finish(),
    'ALREADY_EXISTS without names': coded(0x2400).finish(),
    'UNPREPARED without an id': coded(0x2500).finish(),
    'UNPREPARED as the answer to a query, and to every try again': coded(0x2500).shortBytes(hex('abcd')).finish(),
  };
  return Object.entries(bodies).map(([name, body]) =>
    onQuery(version, name, (target) => answer(target, OPCODES.ERROR, body), { expects: 'error', connection: 'kept' }),
  );
}

function prefixScenarios(version: number): Scenario[] {
  const prefixes: readonly (readonly [string, number, Uint8Array])[] = [
    ['a tracing id that is cut', HEADER_FLAGS.TRACING, hex('0011223344')],
    ['65535 warnings and none of them', HEADER_FLAGS.WARNINGS, hex('ffff')],
    ['a warning longer than the body', HEADER_FLAGS.WARNINGS, hex('0001 ffff 61')],
    ['65535 payloads and none of them', HEADER_FLAGS.PAYLOAD, hex('ffff')],
    ['a payload of 2^31-1 bytes', HEADER_FLAGS.PAYLOAD, hex('0001 0001 61 7fffffff')],
  ];
  return prefixes.map(([name, flag, prefix]) =>
    onQuery(version, name, (target) => answer(target, OPCODES.RESULT, concatenate([prefix, VOID_BODY]), flag), {
      expects: 'error',
      connection: 'kept',
    }),
  );
}

function eventScenarios(version: number): Scenario[] {
  const bodies: Readonly<Record<string, Uint8Array>> = {
    'an EVENT without a body': new Uint8Array(0),
    'an EVENT whose type is cut': hex('000d 5354'),
    'an EVENT of a type that nobody knows': new ByteWriter().string('TEA_TIME').string('NOW').finish(),
    'a STATUS_CHANGE without an address': new ByteWriter().string('STATUS_CHANGE').string('UP').finish(),
    'a STATUS_CHANGE of an address of 7 bytes': new ByteWriter()
      .string('STATUS_CHANGE')
      .string('UP')
      .byte(7)
      .raw(new Uint8Array(11))
      .finish(),
    'a STATUS_CHANGE that nobody knows, of a port of -1': new ByteWriter()
      .string('STATUS_CHANGE')
      .string('SIDEWAYS')
      .inet('0.0.0.0', -1)
      .finish(),
    'a SCHEMA_CHANGE of a function with 65535 types and none of them': new ByteWriter()
      .string('SCHEMA_CHANGE')
      .string('CREATED')
      .string('FUNCTION')
      .string('ks')
      .string('f')
      .short(0xffff)
      .finish(),
    'a SCHEMA_CHANGE of a target that nobody knows': new ByteWriter()
      .string('SCHEMA_CHANGE')
      .string('CREATED')
      .string('TEAPOT')
      .string('ks')
      .finish(),
  };
  const onEvent = (name: string, forge: Forge): Scenario => ({
    name,
    version,
    attack: { at: 'event', forge },
    expects: 'value',
    cells: { v: 'honest' },
  });
  const eventFrame = (body: Uint8Array): Uint8Array =>
    encodeFrame({ version, isResponse: true, flags: 0, stream: -1, opcode: OPCODES.EVENT, body });
  const storm = (): Uint8Array[] =>
    Array.from({ length: STORM }, (_, index) =>
      eventFrame(
        new ByteWriter()
          .string('STATUS_CHANGE')
          .string(index % 2 === 0 ? 'DOWN' : 'UP')
          .inet('127.0.0.1', 9)
          .finish(),
      ),
    );
  return [
    ...Object.entries(bodies).map(([name, body]) => onEvent(name, (target) => [sealed(target, [eventFrame(body)])])),
    onEvent('20,000 events in one write', (target) => [sealed(target, storm())]),
  ];
}
