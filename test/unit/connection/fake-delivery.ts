// Deliveries as the core lays them out, from messages written down as lists.

import { RECORD_WORDS, RecordKind, RecordWord } from '../../../src/protocol/record.ts';
import type { Delivery, PushResult } from '../../../src/core.ts';

/** A number is one word; text and bytes are a range; null is a range of length -1. */
export type ColdItem = number | string | Uint8Array | null;

/** One frame of a delivery. */
export interface FakeMessage {
  readonly stream: number;
  readonly opcode: number;
  readonly kind?: number;
  readonly flags?: number;
  readonly cold?: readonly ColdItem[];
  /** Other words of the record, by index. */
  readonly words?: Readonly<Record<number, number>>;
  /** The raw section of this record. */
  readonly raw?: Uint8Array;
}

/** What the core would give for a chunk with these frames. */
export function pushResult(messages: readonly FakeMessage[], fault: PushResult['fault'] = null): PushResult {
  return { delivery: deliveryOf(messages), frames: messages.length, fault };
}

export function deliveryOf(messages: readonly FakeMessage[]): Delivery {
  const records = new Array<number>(messages.length * RECORD_WORDS).fill(0);
  const cold: number[] = [];
  const contents: Uint8Array[] = [];
  let length = 0;
  const coldWords = messages.reduce(
    (sum, { cold: items = [] }) => sum + items.reduce((n: number, item) => n + (typeof item === 'number' ? 1 : 2), 0),
    0,
  );
  const rawStart = (records.length + coldWords) * 4;
  const place = (content: Uint8Array): number => {
    contents.push(content);
    length += content.length;
    return rawStart + length - content.length;
  };
  messages.forEach((message, i) => {
    const record = i * RECORD_WORDS;
    records[record + RecordWord.KIND] = message.kind ?? RecordKind.MESSAGE;
    records[record + RecordWord.STREAM] = message.stream;
    records[record + RecordWord.OPCODE] = message.opcode;
    records[record + RecordWord.FLAGS] = message.flags ?? 0;
    records[record + RecordWord.COLD_START] = records.length + cold.length;
    for (const item of message.cold ?? []) {
      if (typeof item === 'number') cold.push(item);
      else if (item === null) cold.push(0, -1);
      else {
        const content = typeof item === 'string' ? new TextEncoder().encode(item) : item;
        cold.push(place(content), content.length);
      }
    }
    records[record + RecordWord.COLD_LENGTH] =
      records.length + cold.length - (records[record + RecordWord.COLD_START] ?? 0);
    if (message.raw !== undefined) {
      records[record + RecordWord.RAW_OFFSET] = place(message.raw);
      records[record + RecordWord.RAW_LENGTH] = message.raw.length;
    }
    for (const [index, value] of Object.entries(message.words ?? {})) records[record + Number(index)] = value;
  });
  const buffer = new ArrayBuffer(Math.ceil((rawStart + length) / 8) * 8);
  const i32 = new Int32Array(buffer);
  const u8 = new Uint8Array(buffer);
  i32.set([...records, ...cold]);
  let position = rawStart;
  for (const content of contents) {
    u8.set(content, position);
    position += content.length;
  }
  return { i32, u8, f64: new Float64Array(buffer), i64: new BigInt64Array(buffer) };
}
