// Shutting down at thirty moments, each in a process of its own: whatever was under way is settled, no socket and no timer is
// left, and the process ends by itself soon.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startFakeProcess } from './measure/fake-process.ts';
import { percentile, reportAtMost, reportExactly } from './measure/figure.ts';

const MOMENTS = 30;

interface Report {
  readonly resources: readonly string[];
  readonly pending: number;
}

await using server = await startFakeProcess({ nodes: 3, dropped: 0.1 });
const exits: number[] = [];
let left = 0;
let pending = 0;
let failed = 0;
for (let moment = 0; moment < MOMENTS; moment++) {
  const child = fork(fileURLToPath(new URL('./measure/closing-process.js', import.meta.url)), [
    String(server.port),
    String(moment * 2),
  ]);
  let closedAt = 0;
  child.once('message', (message) => {
    closedAt = performance.now();
    const report = message as Report;
    left += report.resources.length;
    pending += report.pending;
  });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) failed++;
  exits.push(performance.now() - closedAt);
}
reportExactly('processes that failed', failed, 0);
reportExactly('sockets and timers left', left, 0);
reportExactly('requests that were never settled', pending, 0);
reportAtMost('longest time from shutdown to the end of the process', percentile(exits, 1), 100, 'ms');
