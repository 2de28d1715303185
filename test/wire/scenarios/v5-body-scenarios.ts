// Bodies as only v5 has them: reason maps, contentions, ids of result metadata.
import { ByteWriter, concatenate, hex } from '../harness/byte-writer.ts';
import { OPCODES } from '../harness/opcodes.ts';
import { answer, onQuery, result, type Scenario } from './scenario.ts';

const VERSION = 5;

export function v5BodyScenarios(): Scenario[] {
  const coded = (code: number): ByteWriter => new ByteWriter().int(code).string('m');
  const errors: Readonly<Record<string, Uint8Array>> = {
    'a map of 2^31-1 reasons and none of them': coded(0x1300).short(1).int(0).int(1).int(0x7fffffff).finish(),
    'a map of -1 reasons': coded(0x1500).short(1).int(0).int(1).int(-1).string('SIMPLE').finish(),
    'a reason of an address of 9 bytes': coded(0x1300)
      .short(1)
      .int(0)
      .int(1)
      .int(1)
      .byte(9)
      .raw(new Uint8Array(12))
      .finish(),
    'a CAS timeout without its contentions': coded(0x1100).short(8).int(0).int(1).string('CAS').finish(),
    'a CAS whose outcome is unknown, without counts': coded(0x1700).finish(),
  };
  const column = hex('0002 6b73 0001 74 0001 76 000d');
  const rowsBodies: readonly (readonly [string, Uint8Array, Scenario['expects']])[] = [
    [
      'an empty new metadata id',
      concatenate([hex('00000002 00000009 00000001 0000'), column, hex('00000000')]),
      'settled',
    ],
    ['a new metadata id and no metadata', hex('00000002 0000000c 00000001 0002 abcd 00000001 00000001 61'), 'settled'],
    ['a new metadata id that is cut', hex('00000002 00000009 00000001 0010 ab'), 'error'],
  ];
  return [
    ...Object.entries(errors).map(([name, body]) =>
      onQuery(VERSION, name, (target) => answer(target, OPCODES.ERROR, body), {
        expects: 'error',
        connection: 'kept',
      }),
    ),
    ...rowsBodies.map(([name, body, expects]) =>
      onQuery(VERSION, name, (target) => result(target, body), { expects, connection: 'kept' }),
    ),
  ];
}
