// Options that have several forms, turned into the one that the rest of the driver reads; each throws an
// `InvalidArgumentError` for a form that there is not.

import { checkTlsOptions } from '../connection/tls.ts';
import { PlainTextAuthProvider, type AuthProvider } from '../connection/authenticator.ts';
import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';
import { consoleLogger, isLogLevel, type Logger, type LogLevel } from '../types/logger.ts';
import { withMethods, type Check } from './checks.ts';

export function compressionName(compression: unknown): 'none' | 'lz4' | 'snappy' {
  switch (compression) {
    case undefined:
    case false:
      return 'none';
    case true:
    case 'lz4':
      return 'lz4';
    case 'snappy':
      return 'snappy';
    default:
      throw new InvalidArgumentError(
        `expected compression as a boolean, 'lz4' or 'snappy', got ${describe(compression)}`,
        { field: 'compression' },
      );
  }
}

export function loggerOf(logger: LogLevel | Logger): Logger {
  if (typeof logger !== 'string') return logger;
  if (isLogLevel(logger)) return consoleLogger(logger);
  throw new InvalidArgumentError(`expected logger as a level or an object, got ${JSON.stringify(logger)}`, {
    field: 'logger',
  });
}

/** A level, or an object of pino's shape. */
export const logger: Check = (value, field) => {
  if (typeof value === 'string') loggerOf(value as LogLevel);
  else withMethods('debug', 'info', 'warn', 'error')(value, field);
};

/** A boolean, TLS options, or a function that gives them. */
export const tls: Check = (value, field) => {
  if (typeof value === 'boolean' || typeof value === 'function') return;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidArgumentError(
      `expected ${field} as a boolean, TLS options or a function that gives them, got ${describe(value)}`,
      { field },
    );
  }
  checkTlsOptions(value);
};

/** The provider that was given, or one for the credentials. */
export function authProviderOf(
  authProvider: AuthProvider | undefined,
  credentials: { username: string; password: string } | undefined,
): { authProvider?: AuthProvider } {
  if (authProvider !== undefined && credentials !== undefined) {
    throw new InvalidArgumentError('expected authProvider or credentials, got both', { field: 'credentials' });
  }
  if (authProvider !== undefined) return { authProvider };
  return credentials === undefined
    ? {}
    : { authProvider: new PlainTextAuthProvider(credentials.username, credentials.password) };
}
