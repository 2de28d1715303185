// Names and numbers of the protocol: opcodes, header flags, query flags, consistencies (native_protocol_v5.spec 2.4, 3, 4.1.4).

export const OPCODES = {
  ERROR: 0x00,
  STARTUP: 0x01,
  READY: 0x02,
  AUTHENTICATE: 0x03,
  OPTIONS: 0x05,
  SUPPORTED: 0x06,
  QUERY: 0x07,
  RESULT: 0x08,
  PREPARE: 0x09,
  EXECUTE: 0x0a,
  REGISTER: 0x0b,
  EVENT: 0x0c,
  BATCH: 0x0d,
  AUTH_CHALLENGE: 0x0e,
  AUTH_RESPONSE: 0x0f,
  AUTH_SUCCESS: 0x10,
} as const;

export type OpcodeName = keyof typeof OPCODES;

export const HEADER_FLAGS = { COMPRESSED: 0x01, TRACING: 0x02, PAYLOAD: 0x04, WARNINGS: 0x08, BETA: 0x10 } as const;

export const QUERY_FLAGS = {
  VALUES: 0x01,
  SKIP_METADATA: 0x02,
  PAGE_SIZE: 0x04,
  PAGING_STATE: 0x08,
  SERIAL_CONSISTENCY: 0x10,
  TIMESTAMP: 0x20,
  NAMES: 0x40,
  KEYSPACE: 0x80,
  NOW_IN_SECONDS: 0x100,
} as const;

const CONSISTENCIES = [
  'ANY',
  'ONE',
  'TWO',
  'THREE',
  'QUORUM',
  'ALL',
  'LOCAL_QUORUM',
  'EACH_QUORUM',
  'SERIAL',
  'LOCAL_SERIAL',
  'LOCAL_ONE',
] as const;

export type Consistency = (typeof CONSISTENCIES)[number];

const opcodeNames = new Map<number, OpcodeName>(
  Object.entries(OPCODES).map(([name, opcode]) => [opcode, name as OpcodeName]),
);

export function opcodeName(opcode: number): OpcodeName | undefined {
  return opcodeNames.get(opcode);
}

export function consistencyName(code: number): Consistency | undefined {
  return CONSISTENCIES[code];
}

export function consistencyCode(name: Consistency): number {
  return CONSISTENCIES.indexOf(name);
}
