// One request and its answer as a promise: for what happens once a connection, not once a query.

import { ConnectionShutdownError, ProtocolError } from '../errors.ts';
import { errorFromRefusal, readRefusal } from '../protocol/core-errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../protocol/record.ts';
import { openMessage } from '../protocol/responses.ts';
import { errorFromMessage, readErrorMessage } from '../protocol/server-errors.ts';
import { endPointText } from './endpoint.ts';
import type { Delivery, EncodedFrame } from '../core.ts';
import type { ColdReader } from '../protocol/cold-reader.ts';
import type { Connection } from './connection.ts';

/** An answer that is not an ERROR. */
export interface Answer {
  readonly opcode: number;
  readonly reader: ColdReader;
}

/**
 * Sends a frame, also on a connection that is full, and resolves with its answer, which must have one of these opcodes. `onArrival` is called with the opcode
 * before anything that came behind the answer is read.
 *
 * Rejects with the error that the server answers, with ProtocolError for another answer, and with
 * ConnectionShutdownError when no answer comes.
 */
export async function ask(
  connection: Connection,
  frame: EncodedFrame,
  opcodes: readonly number[],
  onArrival?: (opcode: number) => void,
): Promise<Answer> {
  const { delivery, record } = await sendAndWait(connection, frame, onArrival);
  const opcode = opcodeOf(delivery, record);
  if (delivery.i32[record + RecordWord.KIND] === RecordKind.REFUSED)
    throw errorFromRefusal(readRefusal(delivery, record));
  const { reader } = openMessage(delivery, record);
  if (opcode === Opcode.ERROR) throw errorFromMessage(readErrorMessage(reader));
  if (opcodes.includes(opcode)) return { opcode, reader };
  throw new ProtocolError(`expected an answer with opcode ${opcodes.join(' or ')}, got ${opcode}`, {
    endPoint: connection.endPoint,
  });
}

function sendAndWait(
  connection: Connection,
  frame: EncodedFrame,
  onArrival: ((opcode: number) => void) | undefined,
): Promise<{ delivery: Delivery; record: number }> {
  return new Promise((resolve, reject) => {
    const handler = {
      onResponse(delivery: Delivery, record: number): void {
        onArrival?.(opcodeOf(delivery, record));
        resolve({ delivery, record });
      },
      onFailure: reject,
    };
    if (connection.sendProbe(frame, handler) >= 0) return;
    const message = `the connection to ${endPointText(connection.endPoint)} takes no requests`;
    reject(new ConnectionShutdownError(message, { cause: connection.closeReason, maybeApplied: false }));
  });
}

function opcodeOf(delivery: Delivery, record: number): number {
  return delivery.i32[record + RecordWord.OPCODE] ?? -1;
}
