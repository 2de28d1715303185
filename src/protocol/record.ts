// The frame record: 20 words with which the core describes each frame of a delivery, and the numbers in them.

/** How many words a frame record has; record i of a delivery starts at word i * RECORD_WORDS. */
export const RECORD_WORDS = 20;

/** What word {@link RecordWord.KIND} says. */
export const RecordKind = Object.freeze({
  /** A message other than rows, as cold words. */
  MESSAGE: 0,
  /** RESULT/Rows as a tape of slots. */
  ROWS: 1,
  /** RESULT/Rows as typed columns. */
  COLUMNS: 2,
  /** A part of a body too big to be decoded in the working buffers. */
  PART: 3,
  /** A frame whose body cannot be decoded. */
  REFUSED: 4,
});

/** Where in a frame record a number stands. */
export const RecordWord = Object.freeze({
  KIND: 0,
  STREAM: 1,
  OPCODE: 2,
  FLAGS: 3,
  BODY_LENGTH: 4,
  COLD_START: 5,
  COLD_LENGTH: 6,
  /** ROWS and COLUMNS. */
  PROGRAM: 7,
  ROW_COUNT: 8,
  SLOTS_OFFSET: 9,
  SLOT_COUNT: 10,
  NULLS_OFFSET: 11,
  RAW_OFFSET: 12,
  RAW_LENGTH: 13,
  TEXT_OFFSET: 14,
  TEXT_LENGTH: 15,
  WIDE_OFFSET: 16,
  WIDE_LENGTH: 17,
  PAGE_FLAGS: 18,
  COLUMN_TABLE: 19,
  /** PART: the length of the whole body, and where in it this part begins; its bytes are the raw section. */
  TOTAL_LENGTH: 7,
  PART_OFFSET: 8,
  /** REFUSED: why, at which byte of the body, in which row and column (-1: none). */
  REFUSED_KIND: 7,
  REFUSED_OFFSET: 8,
  REFUSED_ROW: 9,
  REFUSED_COLUMN: 10,
});

/** Bits of {@link RecordWord.PAGE_FLAGS}. */
export const PageFlag = Object.freeze({ MORE_PAGES: 1, METADATA_CHANGED: 2, PROGRAM_NEW: 4 });

/** Header flags behind which a body begins with a prefix: tracing id, custom payload, warnings. */
export const PREFIX_FLAGS = 0x02 | 0x04 | 0x08;
