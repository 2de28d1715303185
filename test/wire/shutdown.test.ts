// A process that has shut its cluster down has nothing left that belongs to it: no socket, no timer.

import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from './harness/test-context.ts';

const MOMENTS = ['idle', 'connecting', 'in flight', 'twice'] as const;

for (const moment of MOMENTS) {
  test(`shutting down leaves no socket and no timer: ${moment}`, async (t) => {
    const server = await startServer(t, { nodes: 2, toleratesViolations: true });
    server.on({ cql: /silent/ }).drop();
    const child = fork(fileURLToPath(new URL('./shutdown-child.js', import.meta.url)), [String(server.port), moment]);
    const report = new Promise<unknown>((resolve) => child.once('message', resolve));
    const code = new Promise((resolve) => child.once('exit', resolve));
    assert.deepEqual(await report, {
      resources: [],
      outcome: moment === 'idle' || moment === 'twice' ? 'none' : 'rejected',
    });
    assert.equal(await code, 0);
  });
}
