// ERROR messages, all codes with what follows the text (native_protocol_v5.spec 8).
import type { ByteWriter } from './byte-writer.ts';
import { type Consistency, consistencyCode } from './opcodes.ts';

export const ERROR_CODES = {
  SERVER_ERROR: 0x0000,
  PROTOCOL_ERROR: 0x000a,
  BAD_CREDENTIALS: 0x0100,
  UNAVAILABLE: 0x1000,
  OVERLOADED: 0x1001,
  IS_BOOTSTRAPPING: 0x1002,
  TRUNCATE_ERROR: 0x1003,
  WRITE_TIMEOUT: 0x1100,
  READ_TIMEOUT: 0x1200,
  READ_FAILURE: 0x1300,
  FUNCTION_FAILURE: 0x1400,
  WRITE_FAILURE: 0x1500,
  CDC_WRITE_FAILURE: 0x1600,
  CAS_WRITE_UNKNOWN: 0x1700,
  SYNTAX_ERROR: 0x2000,
  UNAUTHORIZED: 0x2100,
  INVALID: 0x2200,
  CONFIG_ERROR: 0x2300,
  ALREADY_EXISTS: 0x2400,
  UNPREPARED: 0x2500,
  CLIENT_WRITE_FAILURE: 0x8000,
} as const;

interface Replicas {
  readonly consistency: Consistency;
  readonly received: number;
  readonly blockFor: number;
}

export interface FailureReason {
  readonly address: string;
  readonly code: number;
}

/** What follows the text, by the error that it belongs to. */
export interface ErrorDetails {
  UNAVAILABLE: { readonly consistency: Consistency; readonly required: number; readonly alive: number };
  /** `contentions` is written for a CAS in v5. */
  WRITE_TIMEOUT: Replicas & { readonly writeType: string; readonly contentions?: number };
  READ_TIMEOUT: Replicas & { readonly dataPresent: boolean };
  /** v4 writes only how many reasons there are. */
  READ_FAILURE: Replicas & { readonly reasons: readonly FailureReason[]; readonly dataPresent: boolean };
  WRITE_FAILURE: Replicas & { readonly reasons: readonly FailureReason[]; readonly writeType: string };
  FUNCTION_FAILURE: {
    readonly keyspace: string;
    readonly functionName: string;
    readonly argumentTypes: readonly string[];
  };
  CAS_WRITE_UNKNOWN: Replicas;
  ALREADY_EXISTS: { readonly keyspace: string; readonly table: string };
  UNPREPARED: { readonly id: Uint8Array };
}

type DetailedErrorName = keyof ErrorDetails;
export type PlainErrorName = Exclude<keyof typeof ERROR_CODES, DetailedErrorName>;

type DetailedErrorResponse = {
  [Name in DetailedErrorName]: {
    readonly kind: 'ERROR';
    readonly name: Name;
    readonly message: string;
    readonly detail: ErrorDetails[Name];
  };
}[DetailedErrorName];

interface RateLimitResponse {
  readonly kind: 'ERROR';
  readonly name: 'RATE_LIMIT';
  /** Scylla says in SUPPORTED which code it uses. */
  readonly code: number;
  readonly message: string;
  readonly isWrite: boolean;
  readonly rejectedByCoordinator: boolean;
}

export type ErrorResponse =
  | DetailedErrorResponse
  | RateLimitResponse
  | { readonly kind: 'ERROR'; readonly name: PlainErrorName | number; readonly message: string };

/** An error that has nothing behind its text; a number stands for a code that no spec knows. */
export function error(name: PlainErrorName | number, message = ''): ErrorResponse {
  return { kind: 'ERROR', name, message };
}

/** An error with what follows its text. */
export function detailedError<Name extends DetailedErrorName>(
  name: Name,
  detail: ErrorDetails[Name],
  message = '',
): ErrorResponse {
  // The generic pair is one member of the union for each name; the compiler does not see that.
  return { kind: 'ERROR', name, message, detail } as unknown as DetailedErrorResponse;
}

export function rateLimitError(code: number, isWrite: boolean, rejectedByCoordinator: boolean): ErrorResponse {
  return { kind: 'ERROR', name: 'RATE_LIMIT', code, message: 'rate limit', isWrite, rejectedByCoordinator };
}

/** Writes `int code | string message | detail`. */
export function writeError(writer: ByteWriter, response: ErrorResponse, version: number): void {
  writer.int(errorCode(response)).string(response.message);
  if ('detail' in response) {
    writeDetail(writer, response, version);
  } else if (response.name === 'RATE_LIMIT') {
    writer.byte(response.isWrite ? 1 : 0).byte(response.rejectedByCoordinator ? 1 : 0);
  }
}

function errorCode(response: ErrorResponse): number {
  if (response.name === 'RATE_LIMIT') {
    return response.code;
  }
  return typeof response.name === 'number' ? response.name : ERROR_CODES[response.name];
}

function writeDetail(writer: ByteWriter, response: DetailedErrorResponse, version: number): void {
  switch (response.name) {
    case 'UNAVAILABLE': {
      const { consistency, required, alive } = response.detail;
      writer.short(consistencyCode(consistency)).int(required).int(alive);
      return;
    }
    case 'WRITE_TIMEOUT': {
      writeReplicas(writer, response.detail).string(response.detail.writeType);
      if (version >= 5 && response.detail.writeType === 'CAS') {
        writer.short(response.detail.contentions ?? 0);
      }
      return;
    }
    case 'READ_TIMEOUT':
      writeReplicas(writer, response.detail).byte(response.detail.dataPresent ? 1 : 0);
      return;
    case 'READ_FAILURE':
      writeReasons(writeReplicas(writer, response.detail), response.detail.reasons, version);
      writer.byte(response.detail.dataPresent ? 1 : 0);
      return;
    case 'WRITE_FAILURE':
      writeReasons(writeReplicas(writer, response.detail), response.detail.reasons, version);
      writer.string(response.detail.writeType);
      return;
    case 'FUNCTION_FAILURE': {
      const { keyspace, functionName, argumentTypes } = response.detail;
      writer.string(keyspace).string(functionName).stringList(argumentTypes);
      return;
    }
    case 'CAS_WRITE_UNKNOWN':
      writeReplicas(writer, response.detail);
      return;
    case 'ALREADY_EXISTS':
      writer.string(response.detail.keyspace).string(response.detail.table);
      return;
    case 'UNPREPARED':
      writer.shortBytes(response.detail.id);
  }
}

function writeReplicas(writer: ByteWriter, { consistency, received, blockFor }: Replicas): ByteWriter {
  return writer.short(consistencyCode(consistency)).int(received).int(blockFor);
}

/** v3, v4: int n. v5: int n, n × (inetaddr, short code). */
function writeReasons(writer: ByteWriter, reasons: readonly FailureReason[], version: number): void {
  writer.int(reasons.length);
  if (version >= 5) {
    for (const { address, code } of reasons) {
      writer.inetAddress(address).short(code);
    }
  }
}
