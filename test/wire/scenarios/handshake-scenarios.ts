// Servers that are strange from the first byte on: the attack is on connecting, and a later attempt must succeed.
import { ByteWriter, hex } from '../harness/byte-writer.ts';
import { overrideHeader } from '../harness/frame.ts';
import { OPCODES, type OpcodeName } from '../harness/opcodes.ts';
import type { Ending } from '../harness/plan.ts';
import { Random } from '../harness/random.ts';
import { answerFrame, ascii, type Expectation, type Forge, type Scenario } from './scenario.ts';

interface HandshakeAttack {
  readonly name: string;
  readonly opcode: OpcodeName;
  readonly forge: Forge;
  readonly expects?: Expectation;
  readonly ending?: Ending;
}

export function handshakeScenarios(version: number): Scenario[] {
  const attacks: readonly HandshakeAttack[] = [
    {
      name: 'SUPPORTED with 65535 keys and none of them',
      opcode: 'OPTIONS',
      forge: (target) => [answerFrame(target, OPCODES.SUPPORTED, hex('ffff'))],
    },
    {
      name: 'SUPPORTED with a list that is cut',
      opcode: 'OPTIONS',
      forge: (target) => [answerFrame(target, OPCODES.SUPPORTED, hex('0001 0001 61 0005 0001 62'))],
    },
    {
      name: 'SUPPORTED that offers nothing',
      opcode: 'OPTIONS',
      forge: (target) => [answerFrame(target, OPCODES.SUPPORTED, hex('0000'))],
      expects: 'settled',
    },
    {
      name: 'AUTHENTICATE of a class that nobody knows',
      opcode: 'STARTUP',
      forge: (target) => [
        answerFrame(target, OPCODES.AUTHENTICATE, new ByteWriter().string('org.example.PasswordThief').finish()),
      ],
    },
    {
      name: 'AUTHENTICATE whose class is cut',
      opcode: 'STARTUP',
      forge: (target) => [answerFrame(target, OPCODES.AUTHENTICATE, hex('00ff 61'))],
    },
    {
      name: 'READY on a stream that nobody uses',
      opcode: 'STARTUP',
      forge: ({ honest }) => [overrideHeader(honest, { stream: 0x7ace })],
    },
    {
      name: 'a RESULT as the answer to STARTUP',
      opcode: 'STARTUP',
      forge: (target) => [answerFrame(target, OPCODES.RESULT, hex('00000001'))],
    },
    {
      name: 'an ERROR that blames no version',
      opcode: 'STARTUP',
      forge: (target) => [answerFrame(target, OPCODES.ERROR, new ByteWriter().int(0x0a).string('go away').finish())],
    },
    { name: 'an HTTP server', opcode: 'STARTUP', forge: () => [ascii('HTTP/1.1 400 Bad Request\r\n\r\n')] },
    { name: 'an SSH server', opcode: 'STARTUP', forge: () => [ascii('SSH-2.0-OpenSSH_9.2p1\r\n')] },
    { name: 'a TLS server', opcode: 'STARTUP', forge: () => [hex('15 0301 0002 02 46')], ending: 'close' },
    { name: 'random bytes as the answer to STARTUP', opcode: 'STARTUP', forge: () => [new Random(2).bytes(512)] },
    { name: 'silence after STARTUP', opcode: 'STARTUP', forge: () => [], expects: 'timeout' },
    { name: 'a FIN after STARTUP', opcode: 'STARTUP', forge: () => [], ending: 'close' },
    { name: 'an RST after STARTUP', opcode: 'STARTUP', forge: () => [], ending: 'reset' },
    {
      name: 'READY byte by byte',
      opcode: 'STARTUP',
      forge: ({ honest }) => Array.from(honest, (byte) => Uint8Array.of(byte)),
      expects: 'value',
    },
  ];
  return attacks.map(({ name, opcode, forge, expects = 'error', ending }) => ({
    name,
    version,
    attack: { at: 'connect', opcode, forge, ...(ending === undefined ? {} : { ending }) },
    expects,
  }));
}
