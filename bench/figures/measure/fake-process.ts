// A fake server in a process of its own, so that its work is not measured with the driver's.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Event } from '../../../test/wire/harness/event.ts';

/** What the server shall be: plain data that can be sent to another process. */
export interface FakeProcessOptions {
  readonly nodes: number;
  /** Answers nothing but the handshake and the system tables. */
  readonly isSilent?: boolean;
  /** Answers every request as overloaded. */
  readonly isOverloaded?: boolean;
  /** So many rows in the peers tables, four of every ten of them odd in one way or another. */
  readonly peers?: number;
  /** Share of the answers that never come, 0 to 1. */
  readonly dropped?: number;
}

/** What the server has counted so far. */
export interface FakeCounts {
  readonly connections: number;
  readonly topologyReads: number;
  /** Requests for rows of the statement that is there: `SELECT v FROM ks.t WHERE k = ?`. */
  readonly requests: number;
  readonly prepares: number;
}

/** What is sent to the process of the server. */
export type FakeCommand = { readonly push: readonly Event[] } | { readonly count: true } | { readonly stop: true };

/** The statement that the server answers, with the bound text as its only row. */
export const SELECT = 'SELECT v FROM ks.t WHERE k = ?';

export interface FakeProcess extends AsyncDisposable {
  readonly port: number;
  push(events: readonly Event[]): Promise<void>;
  counts(): Promise<FakeCounts>;
}

export async function startFakeProcess(options: FakeProcessOptions): Promise<FakeProcess> {
  const child = fork(fileURLToPath(new URL('./fake-server-process.js', import.meta.url)), [JSON.stringify(options)]);
  const ended = new Promise<never>((_, reject) => {
    child.once('exit', (code) => reject(new Error(`the fake server ended with exit code ${code ?? 'none'}`)));
  });
  ended.catch(() => undefined);
  const next = (): Promise<unknown> => Promise.race([new Promise((resolve) => child.once('message', resolve)), ended]);
  const ask = (command: FakeCommand): Promise<unknown> => {
    const answer = next();
    child.send(command);
    return answer;
  };
  const port = Number(await next());
  return {
    port,
    push: async (events) => {
      await ask({ push: events });
    },
    counts: async () => (await ask({ count: true })) as FakeCounts,
    [Symbol.asyncDispose]: async () => {
      child.send({ stop: true } satisfies FakeCommand);
      await ended.catch(() => undefined);
    },
  };
}
