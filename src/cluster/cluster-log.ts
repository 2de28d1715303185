// What the driver says of itself: to the user's logger, and to who listens to `log` and `warning`. Nothing that a logger or a
// listener does can disturb the driver.

import type { Logger, LogLevel } from '../types/logger.ts';
import type { EventListeners } from './events.ts';

type WrittenLevel = Exclude<LogLevel, 'off'>;

/** Where log lines of one cluster go, shared by its parts. */
class Outlet {
  readonly target: Logger;
  listeners: EventListeners | null = null;
  #isTelling = false;

  constructor(target: Logger) {
    this.target = target;
  }

  write(level: WrittenLevel, source: string, message: string, details: readonly unknown[]): void {
    const text = withCause(message, details[0]);
    try {
      this.target[level]?.(text, ...details);
    } catch {
      // There is nobody left to tell that a logger throws.
    }
    // What a listener logs, or throws, must not come back to it.
    if (this.listeners === null || this.#isTelling) return;
    this.#isTelling = true;
    try {
      if (this.listeners.has('log')) this.listeners.emit('log', level, source, text, details[0]);
      if (level === 'warn' && this.listeners.has('warning')) {
        this.listeners.emit('warning', new Error(text, details[0] === undefined ? {} : { cause: details[0] }));
      }
    } finally {
      this.#isTelling = false;
    }
  }
}

/** The logger of one part of the driver. */
export class ClusterLog implements Logger {
  readonly #outlet: Outlet;
  readonly #source: string;

  private constructor(outlet: Outlet, source: string) {
    this.#outlet = outlet;
    this.#source = source;
  }

  static to(target: Logger): ClusterLog {
    return new ClusterLog(new Outlet(target), 'cluster');
  }

  /** The same log, told to come from this part of the driver. */
  named(source: string): ClusterLog {
    return new ClusterLog(this.#outlet, source);
  }

  /** From now on listeners hear it too. */
  tell(listeners: EventListeners): void {
    this.#outlet.listeners = listeners;
  }

  trace(message: unknown, ...details: unknown[]): void {
    this.#outlet.write('trace', this.#source, String(message), details);
  }

  debug(message: unknown, ...details: unknown[]): void {
    this.#outlet.write('debug', this.#source, String(message), details);
  }

  info(message: unknown, ...details: unknown[]): void {
    this.#outlet.write('info', this.#source, String(message), details);
  }

  warn(message: unknown, ...details: unknown[]): void {
    this.#outlet.write('warn', this.#source, String(message), details);
  }

  error(message: unknown, ...details: unknown[]): void {
    this.#outlet.write('error', this.#source, String(message), details);
  }
}

/** Loggers of pino's shape drop what follows the text: an error must be in it. */
function withCause(message: string, details: unknown): string {
  return details instanceof Error ? `${message}: ${details.message}` : message;
}
