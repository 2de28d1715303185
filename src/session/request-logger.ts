// A log of requests: the slow ones, the failed ones, or all. Values are never written, neither bound ones nor literals.

import { DriverError, InvalidArgumentError } from '../errors.ts';
import { redactCql } from '../errors/redact-cql.ts';
import { describe } from '../types/describe.ts';
import { consoleLogger, type Logger } from '../types/logger.ts';
import type { RequestInfo, RequestInterceptor } from './interceptors.ts';

/** Options of {@link requestLogger}. */
export interface RequestLoggerOptions {
  /** Where to write. Default: the console. */
  logger?: Logger;
  /** Milliseconds from which on a request is slow and logged as a warning; `null`: none is. Default: 1,000. */
  slowThreshold?: number | null;
  /** Log requests that fail, as errors. Default: `true`. */
  errors?: boolean;
  /** Log every other request too, as information. Default: `false`. */
  all?: boolean;
  /** Characters of a statement's text; the rest is cut. Default: 500. */
  maxQueryLength?: number;
  /** The time in milliseconds, from any moment on. Default: `performance.now`. */
  now?: () => number;
}

/**
 * Makes an interceptor that logs requests with their duration and the number of their attempts.
 *
 * Literals in the text are shown as `?`. Throws `InvalidArgumentError` for a negative threshold or length.
 *
 * @example session.addInterceptor(requestLogger({ slowThreshold: 200 }));
 */
export function requestLogger(options: RequestLoggerOptions = {}): RequestInterceptor {
  const { slowThreshold = 1_000, errors = true, all = false, maxQueryLength = 500 } = options;
  const { logger = consoleLogger('info'), now = () => performance.now() } = options;
  if (slowThreshold !== null) requireNumber('slowThreshold', slowThreshold);
  requireNumber('maxQueryLength', maxQueryLength);
  const started = new WeakMap<RequestInfo, number>();
  const line = (what: string, request: RequestInfo, durationMs: number, attempts: number): string => {
    const text = redactCql(request.query);
    const shown = text.length > maxQueryLength ? `${text.slice(0, maxQueryLength)}…` : text;
    return `${what} in ${durationMs.toFixed(1)} ms, ${attempts} attempt${attempts === 1 ? '' : 's'}: ${shown}`;
  };
  const durationOf = (request: RequestInfo): number => now() - (started.get(request) ?? now());
  return {
    onRequest(request) {
      started.set(request, now());
    },
    onResponse(request, { info }) {
      const durationMs = durationOf(request);
      const isSlow = slowThreshold !== null && durationMs >= slowThreshold;
      if (isSlow) logger.warn(line('slow request', request, durationMs, info.attempts.length));
      else if (all) logger.info(line('request', request, durationMs, info.attempts.length));
    },
    onError(request, error) {
      if (!errors) return;
      const attempts = error instanceof DriverError ? error.attempts.length : 0;
      logger.error(
        `${line('failed request', request, durationOf(request), attempts)}: ${error.name}: ${error.message}`,
      );
    },
  };
}

function requireNumber(field: string, value: unknown): void {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return;
  const got = typeof value === 'number' ? String(value) : describe(value);
  throw new InvalidArgumentError(`expected ${field} as a number of at least 0, got ${got}`, { field });
}
