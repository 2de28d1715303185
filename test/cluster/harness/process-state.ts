// Tells whether a process runs, for tests that must see it gone.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether the process runs; one that has ended and waits for its parent to take note does not. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (cause) {
    // Where there is no /proc (macOS), what kill() said stands.
    return cause instanceof Error && 'syscall' in cause && cause.syscall === 'open' && process.platform !== 'linux';
  }
}

/** Waits until the process has ended; rejects if it runs for ten seconds more. */
export async function untilEnded(pid: number): Promise<void> {
  for (let waited = 0; waited < 10_000; waited += 50) {
    if (!isRunning(pid)) return;
    await delay(50);
  }
  throw new Error(`process ${pid} still runs`);
}
