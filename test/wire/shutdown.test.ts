// A process that has shut its cluster down has nothing left that belongs to it: no socket, no timer, no promise that never
// settles, at whatever moment it did so.

import { strict as assert } from 'node:assert';
import { fork } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startServer } from './harness/test-context.ts';

test('shutting down leaves no socket and no timer at any of thirty moments, and the process ends', async (t) => {
  const server = await startServer(t, { nodes: 2, toleratesViolations: true });
  server.on({ cql: /silent/ }).drop();
  server.on({ cql: /reset/ }).drop().reset();
  const child = fork(fileURLToPath(new URL('./shutdown-child.js', import.meta.url)), [String(server.port)]);
  const message = new Promise((resolve) => child.once('message', resolve));
  const code = new Promise((resolve) => child.once('exit', resolve));
  const reports = (await Promise.race([message, code])) as Record<string, { resources: string[]; outcome: string }>;
  const moments = Object.entries(reports);
  assert(moments.length >= 30, String(moments.length));
  assert.deepEqual(
    moments.filter(([, { resources }]) => resources.length > 0),
    [],
  );
  assert.equal(await code, 0);
});
