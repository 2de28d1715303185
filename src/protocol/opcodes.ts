// The opcodes of requests and responses. Source: native_protocol_v5.spec 2.4.

/** What a frame is, in byte 4 of its header. */
export const Opcode = Object.freeze({
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
});

/** Bits of byte 1 of a frame's header. */
export const HeaderFlag = Object.freeze({ COMPRESSED: 0x01, TRACING: 0x02, PAYLOAD: 0x04, WARNINGS: 0x08, BETA: 0x10 });

/** Bits of the query flags of QUERY, EXECUTE and BATCH. Source: native_protocol_v5.spec 4.1.4. */
export const QueryFlag = Object.freeze({
  VALUES: 0x01,
  SKIP_METADATA: 0x02,
  PAGE_SIZE: 0x04,
  PAGING_STATE: 0x08,
  SERIAL_CONSISTENCY: 0x10,
  TIMESTAMP: 0x20,
  NAMES_FOR_VALUES: 0x40,
  KEYSPACE: 0x80,
  NOW_IN_SECONDS: 0x100,
});
