// How a result came about, put together from its request only as far as somebody asks.

import { RecordWord } from '../protocol/record.ts';
import type { Prefix } from '../protocol/responses.ts';
import type { ExecutionInfo } from '../result/execution-info.ts';
import type { ConsistencyName } from '../types/consistency.ts';
import type { Attempt, HostInfo } from '../types/host-info.ts';
import type { Uuid } from '../types/uuid.ts';
import type { HostAttempt } from './attempt.ts';
import type { ExecutionResponse } from './request.ts';

const HEADER_BYTES = 9;
const NO_WARNINGS: readonly string[] = Object.freeze([]);

export class RequestInfo implements ExecutionInfo {
  readonly coordinator: HostInfo;
  readonly warnings: readonly string[];
  readonly tracingId: Uuid | undefined;
  readonly isSchemaAgreed: boolean;
  readonly achievedConsistency: ConsistencyName;
  readonly requestBytes: number;
  readonly responseBytes: number;
  readonly #attempts: readonly HostAttempt[];
  readonly #payload: Prefix['payload'];

  constructor(response: ExecutionResponse, prefix: Prefix | null, requestBytes: number, isSchemaAgreed: boolean) {
    this.coordinator = response.host;
    this.warnings = prefix?.warnings ?? NO_WARNINGS;
    this.tracingId = prefix?.tracingId;
    this.isSchemaAgreed = isSchemaAgreed;
    this.achievedConsistency = response.consistency;
    this.requestBytes = requestBytes;
    const bodyLength = response.delivery?.i32[response.record + RecordWord.BODY_LENGTH];
    this.responseBytes = bodyLength === undefined ? 0 : bodyLength + HEADER_BYTES;
    this.#attempts = response.attempts;
    this.#payload = prefix?.payload;
  }

  get attempts(): readonly Attempt[] {
    return this.#attempts.map((attempt) => attempt.facts());
  }

  get speculativeExecutions(): number {
    return this.#attempts.filter((attempt) => attempt.speculative).length;
  }

  get customPayload(): Readonly<Record<string, Uint8Array>> | undefined {
    if (this.#payload === undefined) return undefined;
    return Object.fromEntries([...this.#payload].map(([key, value]) => [key, value ?? new Uint8Array()]));
  }
}
