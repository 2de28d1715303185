// The do-nothing control: a process beside the measured one that only sleeps for five milliseconds, again and again, and says
// how late it woke. What is late there too is the machine's doing, not the driver's.

import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { note, rounded } from './figure.ts';

export interface Control {
  /** Ends the control and prints what it saw. Resolves with the largest delay in milliseconds. */
  stop(): Promise<number>;
}

export function startControl(): Control {
  const child = fork(fileURLToPath(new URL('./idle-process.js', import.meta.url)));
  const seen = new Promise<{ late: number; worst: number; naps: number }>((resolve, reject) => {
    child.once('message', (message) => resolve(message as { late: number; worst: number; naps: number }));
    child.once('error', reject);
  });
  return {
    stop: async () => {
      child.send('stop');
      const { late, worst, naps } = await seen;
      note(`do-nothing control: of ${naps} naps ${late} ended over 20 ms late, the worst ${rounded(worst)} ms`);
      return worst;
    },
  };
}
