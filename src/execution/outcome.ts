// What an answer says of its request: an error, or a result.

import type { Delivery } from '../core.ts';
import { ProtocolError, type DriverError } from '../errors.ts';
import { errorFromRefusal, readRefusal } from '../protocol/core-errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../protocol/record.ts';
import { openMessage } from '../protocol/responses.ts';
import { errorFromMessage, readErrorMessage } from '../protocol/server-errors.ts';
import type { ColumnSpec } from '../types/column-spec.ts';

/**
 * The error of an answer: what the server refused, what the core could not decode, or a message that answers no request.
 * `null` for a result.
 */
export function errorOf(delivery: Delivery, record: number, columns?: readonly ColumnSpec[]): DriverError | null {
  const words = delivery.i32;
  if (words[record + RecordWord.KIND] === RecordKind.REFUSED) {
    return errorFromRefusal(readRefusal(delivery, record), { columns });
  }
  const opcode = words[record + RecordWord.OPCODE];
  if (opcode === Opcode.RESULT) return null;
  if (opcode !== Opcode.ERROR) return new ProtocolError(`expected a RESULT as the answer, got opcode ${opcode ?? -1}`);
  return errorFromMessage(readErrorMessage(openMessage(delivery, record).reader));
}

/** Whether an answer is rows. */
export function isRows(delivery: Delivery, record: number): boolean {
  const kind = delivery.i32[record + RecordWord.KIND];
  return kind === RecordKind.ROWS || kind === RecordKind.COLUMNS;
}
