// Where the driver says what it does: a level for the console, or any object of pino's shape. One per cluster.

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'off';

/** What a logger must have; pino, console and most others do. */
export interface Logger {
  trace?(...args: unknown[]): void;
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}

const LEVELS: readonly LogLevel[] = ['trace', 'debug', 'info', 'warn', 'error', 'off'];

/** True for the name of a level. */
export function isLogLevel(value: unknown): value is LogLevel {
  return LEVELS.includes(value as LogLevel);
}

/** A logger that writes what is at or above `level` to the console's error stream. */
export function consoleLogger(level: LogLevel): Logger {
  const threshold = LEVELS.indexOf(level);
  const at = (name: LogLevel): ((...args: unknown[]) => void) =>
    LEVELS.indexOf(name) < threshold
      ? () => undefined
      : (...args) => {
          console.error(`ferrocql ${name}:`, ...args);
        };
  return { trace: at('trace'), debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
