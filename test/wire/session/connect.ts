// A session with a fake server of a few rows, for tests of what a user touches.

import { strict as assert } from 'node:assert';
import type { TestContext } from 'node:test';
import { Cluster, InvalidArgumentError, type ClusterOptions, type Session } from '../../../src/index.ts';
import type { FakeServerOptions } from '../harness/fake-server-options.ts';
import type { FakeServer } from '../harness/fake-server.ts';
import type { DecodedRequest } from '../harness/request.ts';
import { startServer } from '../harness/test-context.ts';

export const SELECT = 'SELECT n FROM ks.t';
export const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';
/** Rows 1 to 10 of one column `n`. */
export const ROWS = Array.from({ length: 10 }, (_, i) => [i + 1] as const);

export interface Connected {
  readonly server: FakeServer;
  readonly session: Session;
  readonly cluster: Cluster;
}

export async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<Connected> {
  const server = await startServer(t, serverOptions);
  server.statement(SELECT, { columns: [['n', 'int']], rows: ROWS });
  server.statement(INSERT, {
    parameters: [
      ['k', 'int'],
      ['v', 'text'],
    ],
    partitionKey: [0],
  });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  return { server, cluster, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

/** The newest request of a kind. */
export function lastRequest<Opcode extends DecodedRequest['opcode']>(
  server: FakeServer,
  opcode: Opcode,
): DecodedRequest & { readonly opcode: Opcode } {
  const { request } = server.requests({ opcode }).at(-1) ?? {};
  assert.equal(request?.opcode, opcode);
  return request as DecodedRequest & { readonly opcode: Opcode };
}

/** Whether an error refuses this option. */
export function refusal(field: string): (error: unknown) => boolean {
  return (error) => error instanceof InvalidArgumentError && error.field === field;
}
