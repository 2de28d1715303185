// A connection over a memory socket and a core without WebAssembly, with time and turns of the event loop in the test's hand.

import { Connection } from '../../../src/connection/connection.ts';
import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeCore } from './fake-core.ts';
import { pushResult } from './fake-delivery.ts';
import { MemorySocket } from './memory-socket.ts';
import type { ConnectionOptions, ResponseHandler } from '../../../src/connection/connection.ts';
import type { Delivery, PushResult } from '../../../src/core.ts';
import type { DriverError } from '../../../src/errors.ts';
import type { FakeMessage } from './fake-delivery.ts';

/** Keeps what a handler is told. */
export class RecordingHandler implements ResponseHandler {
  readonly responses: { readonly delivery: Delivery; readonly record: number }[] = [];
  readonly failures: DriverError[] = [];

  onResponse(delivery: Delivery, record: number): void {
    this.responses.push({ delivery, record });
  }

  onFailure(error: DriverError): void {
    this.failures.push(error);
  }
}

/** Everything around one connection. */
export class Fixture {
  readonly core = new FakeCore();
  readonly clock = new FakeClock();
  readonly socket = new MemorySocket();
  readonly events: number[] = [];
  readonly closedWith: DriverError[] = [];
  readonly reported: unknown[] = [];
  orphanLimitReached = 0;
  streamsFreed = 0;
  suspicions = 0;
  readonly connection: Connection;
  #turn: (() => void)[] = [];

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.connection = new Connection({
      endPoint: new DefaultEndPoint('127.0.0.1', 9042),
      socket: this.socket,
      core: this.core,
      version: 4,
      maxFrameLength: 1_000_000,
      maxRequests: 16,
      clock: this.clock,
      schedule: (callback) => this.#turn.push(callback),
      decodeBigFrame: () => {
        throw new Error('no big frame is expected');
      },
      listener: {
        onEvent: (_delivery, record) => this.events.push(record),
        onClosed: (_connection, reason) => this.closedWith.push(reason),
        onOrphanLimit: () => this.orphanLimitReached++,
        onStreamFreed: () => this.streamsFreed++,
        onSuspect: () => this.suspicions++,
      },
      inspectFirstChunk: () => undefined,
      report: (error) => this.reported.push(error),
      ...options,
    });
  }

  /** Ends the turn of the event loop; returns how many callbacks were waiting for it. */
  endTurn(): number {
    const callbacks = this.#turn;
    this.#turn = [];
    for (const callback of callbacks) callback();
    return callbacks.length;
  }

  /** Lets a chunk come in that holds these frames. */
  receive(messages: readonly FakeMessage[], fault: PushResult['fault'] = null): void {
    this.core.results.push(pushResult(messages, fault));
    this.socket.receive(0x84);
  }
}
