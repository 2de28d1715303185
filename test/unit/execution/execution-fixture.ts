// Executions on hosts that answer when the test says so, with time that moves when the test moves it.

import { strict as assert } from 'node:assert';
import { Deadlines } from '../../../src/connection/deadlines.ts';
import { ConnectionShutdownError, type DriverError as AnyError } from '../../../src/errors.ts';
import type { HostAttempt } from '../../../src/execution/attempt.ts';
import { RequestCount } from '../../../src/execution/request-count.ts';
import type { ExecutionContext } from '../../../src/execution/context.ts';
import { executeRequest } from '../../../src/execution/execution.ts';
import type { ExecutionRequest, ExecutionResponse } from '../../../src/execution/request.ts';
import { RetryBudget } from '../../../src/execution/retry-budget.ts';
import { RetryPolicy } from '../../../src/policies/retry.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import type { Host } from '../../../src/topology/host.ts';
import { FakeClock } from '../connection/fake-clock.ts';
import { deliveryOf } from '../connection/fake-delivery.ts';
import { fakeHost, fakeTopology, queryFor } from '../topology/fake-hosts.ts';

const ANSWER = deliveryOf([{ stream: 0, opcode: Opcode.RESULT }]);

/** The one connection to a host: it keeps what is sent until the test answers. */
class FakePool {
  readonly host: Host;
  isConnected = true;
  isSuspect = false;
  /** Whether requests wait in line. */
  isFull = false;
  readonly line: HostAttempt[] = [];
  readonly sent: HostAttempt[] = [];
  readonly abandoned: HostAttempt[] = [];
  lastError: AnyError | null = null;

  constructor(host: Host) {
    this.host = host;
  }

  wait(attempt: HostAttempt): void {
    this.line.push(attempt);
  }

  leave(attempt: HostAttempt): void {
    this.line.splice(this.line.indexOf(attempt), 1);
  }

  /** All who wait are told. */
  suspect(): void {
    this.isSuspect = true;
    for (const attempt of [...this.sent, ...this.line]) attempt.onSuspect();
  }

  borrow(): unknown {
    if (this.isFull) return null;
    return {
      inFlight: 1,
      send: (_frame: unknown, attempt: HostAttempt) => this.sent.push(attempt) - 1,
      abandon: (_stream: number, attempt: HostAttempt) => {
        this.abandoned.push(attempt);
        return true;
      },
    };
  }

  onCapacity(): void {
    // Nobody waits.
  }

  /** Answers the nth request that came, or fails it. */
  answer(nth = 0): void {
    this.sent[nth]?.onResponse(ANSWER, 0);
  }

  fail(error: AnyError, nth = 0): void {
    this.sent[nth]?.onFailure(error);
  }
}

export interface Running {
  readonly clock: FakeClock;
  readonly pools: readonly FakePool[];
  readonly context: ExecutionContext;
  readonly wanted: Host[];
  readonly speculated: Host[];
  readonly retried: AnyError[];
  /** What came of the request: nothing yet, an answer, or an error. */
  readonly outcome: { response?: ExecutionResponse; error?: unknown };
}

interface Changes extends Partial<ExecutionRequest> {
  readonly hosts?: readonly Host[];
  /** Numbers of the hosts that have no connection, are suspect, or have no free stream id. */
  readonly down?: number[];
  readonly suspect?: number[];
  readonly full?: number[];
  readonly isIdempotent?: boolean;
}

export function run(changes: Changes = {}): Running {
  const { down = [], suspect = [], full = [], isIdempotent = true, ...others } = changes;
  const { hosts = [1, 2, 3].map((number) => fakeHost(number, [])), ...overrides } = others;
  const clock = new FakeClock();
  const pools = hosts.map((host) => new FakePool(host));
  for (const number of down) Object.assign(pools[number - 1] ?? {}, { isConnected: false });
  for (const number of suspect) Object.assign(pools[number - 1] ?? {}, { isSuspect: true });
  for (const number of full) Object.assign(pools[number - 1] ?? {}, { isFull: true });
  const wanted: Host[] = [];
  const speculated: Host[] = [];
  const retried: AnyError[] = [];
  const topology = fakeTopology(hosts, { class: 'SimpleStrategy', replication_factor: '1' });
  const context: ExecutionContext = {
    clock,
    deadlines: new Deadlines(clock, (error) => assert.fail(String(error))),
    requests: new RequestCount(),
    observer: {
      onAttempt: () => undefined,
      onRetry: (error) => void retried.push(error),
      onIgnore: () => undefined,
      onSpeculation: (host) => void speculated.push(host),
      onEnd: () => undefined,
    },
    retryBudget: new RetryBudget(clock),
    paused: new Set(),
    topology: () => topology,
    isClosed: () => false,
    pool: (host) => pools.find((pool) => pool.host === host) as never,
    tryNow: (each) => void wanted.push(...each),
    report: (error) => assert.fail(String(error)),
  };
  const request: ExecutionRequest = {
    frame: { length: 9 } as never,
    programWord: 0,
    query: queryFor(undefined, { isIdempotent }) as never,
    queryText: 'SELECT 1',
    loadBalancingPolicy: { distance: () => 'LOCAL', populate: () => undefined, makeQueryPlan: () => hosts },
    retryPolicy: new RetryPolicy(),
    speculativeExecutionPolicy: null,
    host: undefined,
    timeoutMs: null,
    signal: undefined,
    isHarmless: false,
    isAppliedInParts: () => false,
    encodeAt: () => null,
    reprepare: () => null,
    ...overrides,
  };
  const outcome: Running['outcome'] = {};
  void executeRequest(request, context).then(
    (response) => (outcome.response = response),
    (error: unknown) => (outcome.error = error),
  );
  return { clock, pools, context, wanted, speculated, retried, outcome };
}

/** Lets promises that are settled be heard of. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
export const lost = (): AnyError => new ConnectionShutdownError('gone', { maybeApplied: true });
export const sentTo = (pools: readonly FakePool[]): number[] => pools.map((pool) => pool.sent.length);
