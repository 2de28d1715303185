// The errors of a connection that ends: why it ended, and what that means for a request on it.

import { ConnectionError, ConnectionShutdownError, DriverError, ProtocolError } from '../errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { RecordKind, RecordWord } from '../protocol/record.ts';
import { openMessage } from '../protocol/responses.ts';
import { errorFromMessage, readErrorMessage } from '../protocol/server-errors.ts';
import { endPointText } from './endpoint.ts';
import type { Delivery } from '../core.ts';
import type { EndPoint } from './endpoint.ts';

/** Its owner closed it. */
export function closedError(endPoint: EndPoint): ConnectionError {
  return new ConnectionShutdownError(`the connection to ${endPointText(endPoint)} was closed`, { endPoint });
}

/** The socket ended, with an error or without. */
export function lostError(endPoint: EndPoint, cause: Error | undefined): ConnectionError {
  const how = cause === undefined ? 'closed by the server' : `lost: ${cause.message}`;
  return new ConnectionError(`the connection to ${endPointText(endPoint)} was ${how}`, { endPoint, cause });
}

/** Something threw that must not: the core, or the socket. */
export function brokenError(endPoint: EndPoint, cause: unknown): DriverError {
  if (cause instanceof DriverError) return cause;
  const message = `the connection to ${endPointText(endPoint)} broke inside the driver`;
  return new ConnectionError(message, { endPoint, cause });
}

/** A body is announced that is longer than the limit. */
export function oversizeError(endPoint: EndPoint, limit: number, length: number): ProtocolError {
  return new ProtocolError(`expected bodies of at most ${limit} bytes, got ${length}`, { endPoint });
}

/** An answer came to nothing: the ids got mixed up, or it is an ERROR that the server could not put on a stream. */
export function unknownStreamError(endPoint: EndPoint, delivery: Delivery, record: number): DriverError {
  const words = delivery.i32;
  const isMessage = words[record + RecordWord.KIND] === RecordKind.MESSAGE;
  if (isMessage && words[record + RecordWord.OPCODE] === Opcode.ERROR) {
    return errorFromMessage(readErrorMessage(openMessage(delivery, record).reader));
  }
  const stream = words[record + RecordWord.STREAM] ?? 0;
  return new ProtocolError(`expected an answer to a request in flight, got one on stream ${stream}`, { endPoint });
}

/** What a request hears whose connection ended before its answer came. */
export function unansweredError(endPoint: EndPoint, reason: DriverError, isSent: boolean): ConnectionShutdownError {
  return new ConnectionShutdownError(`no answer from ${endPointText(endPoint)}: ${reason.message}`, {
    endPoint,
    cause: reason,
    maybeApplied: isSent,
  });
}
