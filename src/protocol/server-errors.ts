// ERROR messages: what they carry, and the one place that decides which class of error each becomes.

import { AuthenticationFailedError, ProtocolError } from '../errors.ts';
import {
  AlreadyExistsError,
  CasWriteUnknownError,
  CDCWriteFailureError,
  ConfigurationError,
  CqlSyntaxError,
  FunctionFailureError,
  InvalidRequestError,
  IsBootstrappingError,
  OverloadedError,
  RateLimitReachedError,
  ReadFailureError,
  ReadTimeoutError,
  RequestExecutionError,
  ServerError,
  TruncateError,
  UnauthorizedError,
  UnavailableError,
  UnpreparedError,
  WriteFailureError,
  WriteTimeoutError,
} from '../errors/server-errors.ts';
import { consistencyFromWire } from '../types/consistency.ts';
import { ErrorCode } from './error-codes.ts';
import type { DriverError, DriverErrorFields, ErrorHost } from '../errors.ts';
import type { ColdReader } from './cold-reader.ts';
import type { ConsistencyName } from '../types/consistency.ts';

/** What the numbers behind an ERROR's message say. */
export type ErrorDetail =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'unavailable';
      readonly consistency: ConsistencyName;
      readonly required: number;
      readonly alive: number;
    }
  | (Responses & {
      readonly kind: 'writeTimeout';
      readonly writeType: string;
      readonly contentions: number | undefined;
    })
  | (Responses & { readonly kind: 'readTimeout'; readonly dataPresent: boolean })
  | (Responses & Failures & { readonly kind: 'readFailure'; readonly dataPresent: boolean })
  | (Responses & Failures & { readonly kind: 'writeFailure'; readonly writeType: string })
  | {
      readonly kind: 'functionFailure';
      readonly keyspace: string;
      readonly function: string;
      readonly argTypes: readonly string[];
    }
  | (Responses & { readonly kind: 'casWriteUnknown' })
  | { readonly kind: 'alreadyExists'; readonly keyspace: string; readonly table: string }
  | { readonly kind: 'unprepared'; readonly id: Uint8Array }
  | { readonly kind: 'rateLimit'; readonly opType: 'read' | 'write'; readonly rejectedByCoordinator: boolean };

interface Responses {
  readonly consistency: ConsistencyName;
  readonly received: number;
  readonly blockFor: number;
}

interface Failures {
  readonly failures: number;
  /** By address; v5. */
  readonly reasons: ReadonlyMap<string, number> | undefined;
}

/** An ERROR message. */
export interface ErrorMessage {
  readonly code: number;
  /** The server's own text; '' if it could not be read. */
  readonly message: string;
  /** Of kind `none` where the code has no detail, or the body was too short for it. */
  readonly detail: ErrorDetail;
}

/** Reads the body of an ERROR. */
export function readErrorMessage(reader: ColdReader): ErrorMessage {
  return { code: reader.int(), message: reader.text(), detail: readDetail(reader) };
}

/** What is known of the request that an ERROR answers. */
export interface ErrorContext {
  readonly query?: string | undefined;
  readonly host?: ErrorHost | undefined;
}

/**
 * Turns an ERROR message into the error that a user sees. `maybeApplied` is false where the server refuses a request
 * before it applies anything of it.
 *
 * Codes that the driver does not know, and bodies that are too short, give a RequestExecutionError.
 */
export function errorFromMessage(message: ErrorMessage, context: ErrorContext = {}): DriverError {
  const fields: DriverErrorFields = { query: context.query, coordinator: context.host };
  const code = `0x${message.code.toString(16).padStart(4, '0')}`;
  const text = message.message === '' ? `the server answered with error ${code}` : message.message;
  const { detail } = message;
  if (detail.kind !== 'none') return errorOfDetail(text, detail, fields);
  switch (message.code) {
    case ErrorCode.SERVER_ERROR:
      return new ServerError(text, fields);
    case ErrorCode.PROTOCOL_ERROR:
      return new ProtocolError(text, { ...fields, maybeApplied: false });
    case ErrorCode.BAD_CREDENTIALS:
      return new AuthenticationFailedError(text, fields);
    case ErrorCode.OVERLOADED:
      return new OverloadedError(text, fields);
    case ErrorCode.IS_BOOTSTRAPPING:
      return new IsBootstrappingError(text, fields);
    case ErrorCode.TRUNCATE_ERROR:
      return new TruncateError(text, fields);
    case ErrorCode.CDC_WRITE_FAILURE:
      return new CDCWriteFailureError(text, fields);
    case ErrorCode.SYNTAX_ERROR:
      return new CqlSyntaxError(text, fields);
    case ErrorCode.UNAUTHORIZED:
      return new UnauthorizedError(text, fields);
    case ErrorCode.INVALID:
      return new InvalidRequestError(text, fields);
    case ErrorCode.CONFIG_ERROR:
    case ErrorCode.ALREADY_EXISTS:
      return new ConfigurationError(text, fields);
    default:
      return new RequestExecutionError(`${text} (error ${code})`, fields);
  }
}

type KnownDetail = Exclude<ErrorDetail, { kind: 'none' }>;

function errorOfDetail(text: string, detail: KnownDetail, fields: DriverErrorFields): DriverError {
  switch (detail.kind) {
    case 'unavailable':
      return new UnavailableError(text, {
        ...fields,
        consistency: detail.consistency,
        requiredReplicas: detail.required,
        aliveReplicas: detail.alive,
      });
    case 'writeTimeout':
      return new WriteTimeoutError(text, {
        ...fields,
        ...responses(detail),
        writeType: detail.writeType,
        contentions: detail.contentions,
      });
    case 'readTimeout':
      return new ReadTimeoutError(text, { ...fields, ...responses(detail), dataRetrieved: detail.dataPresent });
    case 'readFailure':
      return new ReadFailureError(text, { ...fields, ...failures(detail), dataRetrieved: detail.dataPresent });
    case 'writeFailure':
      return new WriteFailureError(text, { ...fields, ...failures(detail), writeType: detail.writeType });
    case 'functionFailure':
      return new FunctionFailureError(text, {
        ...fields,
        keyspace: detail.keyspace,
        function: detail.function,
        argTypes: detail.argTypes,
      });
    case 'casWriteUnknown':
      return new CasWriteUnknownError(text, { ...fields, ...responses(detail) });
    case 'alreadyExists':
      return new AlreadyExistsError(text, {
        ...fields,
        keyspace: detail.keyspace,
        table: detail.table === '' ? undefined : detail.table,
      });
    case 'unprepared':
      return new UnpreparedError(text, { ...fields, queryId: detail.id });
    case 'rateLimit':
      return new RateLimitReachedError(text, {
        ...fields,
        opType: detail.opType,
        rejectedByCoordinator: detail.rejectedByCoordinator,
      });
  }
}

function responses(detail: Responses): {
  consistency: ConsistencyName;
  requiredResponses: number;
  receivedResponses: number;
} {
  return { consistency: detail.consistency, requiredResponses: detail.blockFor, receivedResponses: detail.received };
}

function failures(detail: Responses & Failures): ReturnType<typeof responses> & {
  failures: number;
  errorCodeMap: ReadonlyMap<string, number> | undefined;
} {
  return { ...responses(detail), failures: detail.failures, errorCodeMap: detail.reasons };
}

function readDetail(reader: ColdReader): ErrorDetail {
  switch (reader.int()) {
    case 1:
      return { kind: 'unavailable', consistency: readConsistency(reader), required: reader.int(), alive: reader.int() };
    case 2: {
      const read = { ...readResponses(reader), writeType: reader.text(), contentions: reader.int() };
      return { kind: 'writeTimeout', ...read, contentions: read.contentions < 0 ? undefined : read.contentions };
    }
    case 3:
      return { kind: 'readTimeout', ...readResponses(reader), dataPresent: reader.int() !== 0 };
    case 4:
      return {
        kind: 'readFailure',
        ...readResponses(reader),
        ...readFailures(reader),
        dataPresent: reader.int() !== 0,
      };
    case 5:
      return { kind: 'writeFailure', ...readResponses(reader), ...readFailures(reader), writeType: reader.text() };
    case 6:
      return { kind: 'functionFailure', keyspace: reader.text(), function: reader.text(), argTypes: reader.texts() };
    case 7:
      return { kind: 'casWriteUnknown', ...readResponses(reader) };
    case 8:
      return { kind: 'alreadyExists', keyspace: reader.text(), table: reader.text() };
    case 9:
      return { kind: 'unprepared', id: reader.bytes() ?? new Uint8Array(0) };
    case 10:
      return {
        kind: 'rateLimit',
        opType: reader.int() === 0 ? 'read' : 'write',
        rejectedByCoordinator: reader.int() !== 0,
      };
    default:
      return { kind: 'none' };
  }
}

function readResponses(reader: ColdReader): Responses {
  return { consistency: readConsistency(reader), received: reader.int(), blockFor: reader.int() };
}

function readFailures(reader: ColdReader): Failures {
  const count = reader.int();
  const reasons = new Map(reader.list(() => [reader.text(), reader.int()] as const));
  return { failures: count, reasons: reasons.size === 0 ? undefined : reasons };
}

/** A name, or the number as text where a server uses one that the protocol does not have. */
function readConsistency(reader: ColdReader): ConsistencyName {
  const number = reader.int();
  return consistencyFromWire(number) ?? (String(number) as ConsistencyName);
}
