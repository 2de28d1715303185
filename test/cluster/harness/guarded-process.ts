// Starts a program that cannot outlive this process: a watchdog holds the far end of a pipe and kills the program when
// the pipe closes, which the kernel does however this process ends (exit, exception, Ctrl-C, SIGTERM, SIGKILL).
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { Socket } from 'node:net';

/** A running program that dies with this process. */
export interface GuardedProcess {
  /** The program's own process id, not a wrapper's. */
  readonly pid: number;
  /** Resolves once the program has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Sends a signal; does nothing once the program has ended. */
  signal(signal: NodeJS.Signals): void;
  /** Sends a signal that ends the program and waits for that, at most `limitMs`, then kills it. */
  end(signal: NodeJS.Signals, limitMs?: number): Promise<void>;
}

export interface GuardOptions {
  /** File that receives the program's output; appended to. */
  readonly logFile: string;
  /** Directory that the program runs in and that the watchdog removes after it had to kill the program. */
  readonly scratch: string;
  readonly environment?: NodeJS.ProcessEnv;
}

// The shell starts the watchdog, then becomes the program, so that the program's pid is the one that spawn() returned.
// A line on the pipe tells the watchdog that the program ended by itself: its pid may belong to someone else by then.
const GUARD = `
scratch=$1; shift
(
  trap '' INT TERM HUP
  read -r released <&3 && exit 0
  kill -9 $$ 2>/dev/null
  sleep 0.2
  rm -rf "$scratch"
) &
exec 3<&-
exec "$@"
`;

/**
 * Starts a program in its own session (so Ctrl-C in the terminal reaches it only through the watchdog).
 *
 * The program does not keep the event loop of this process alive: a script that forgets to stop it still ends, and
 * takes the program with it.
 */
export function spawnGuarded(command: string, args: readonly string[], options: GuardOptions): GuardedProcess {
  const log = openSync(options.logFile, 'a');
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', options.scratch, command, ...args], {
    detached: true,
    cwd: options.scratch,
    stdio: ['ignore', log, log, 'pipe'],
    env: options.environment ?? process.env,
  });
  closeSync(log);
  const { pid } = child;
  const pipe = child.stdio[3];
  if (pid === undefined || !(pipe instanceof Socket)) throw new Error(`cannot start ${command}: /bin/sh is missing`);
  child.unref();
  pipe.unref();
  pipe.on('error', () => {
    // Somebody killed the watchdog; whether the program runs is what `ended` says.
  });
  let running = true;
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('exit', (code, signal) => {
      running = false;
      pipe.end('released\n');
      resolve(code ?? signal ?? 0);
    });
  });
  const signal = (name: NodeJS.Signals): void => {
    if (running) process.kill(pid, name);
  };
  const end = async (name: NodeJS.Signals, limitMs = 20_000): Promise<void> => {
    const late = setTimeout(() => {
      signal('SIGKILL');
    }, limitMs);
    signal(name);
    await ended;
    clearTimeout(late);
  };
  return { pid, ended, signal, end };
}
