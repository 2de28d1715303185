// The keyspace of a connection: set by USE, which the server remembers for that connection alone.

import type { Connection } from '../connection/connection.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import { endPointText } from '../connection/endpoint.ts';
import { ask } from '../connection/exchange.ts';
import { ConnectionError } from '../errors.ts';
import { Opcode } from '../protocol/opcodes.ts';
import { PLAIN_QUERY, type RequestEncoder } from '../protocol/requests.ts';
import { consistencyNumber } from '../types/consistency.ts';
import { quoteIdentifier } from '../types/identifier.ts';

/** What asking for a keyspace needs; `timeoutMs` is what the answer may take. */
export interface UseKeyspaceOptions {
  readonly encoder: RequestEncoder;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;
}

/**
 * Makes a keyspace that of the connection. A connection whose USE fails or is not answered in time is closed: nobody could
 * tell which keyspace it has.
 */
export async function useKeyspace(
  connection: Connection,
  keyspace: string,
  { encoder, deadlines, timeoutMs }: UseKeyspaceOptions,
): Promise<void> {
  const wire = { version: connection.version, compression: connection.compression };
  const frame = encoder.query(wire, {
    ...PLAIN_QUERY,
    query: `USE ${quoteIdentifier(keyspace)}`,
    consistency: consistencyNumber('LOCAL_ONE'),
  });
  const { endPoint } = connection;
  const message = `${endPointText(endPoint)} did not answer USE within ${timeoutMs} ms`;
  const deadline = deadlines.add(
    { onDeadline: () => connection.fail(new ConnectionError(message, { endPoint, maybeApplied: false })) },
    timeoutMs,
  );
  try {
    await ask(connection, frame, [Opcode.RESULT]);
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    deadlines.cancel(deadline);
  }
}
