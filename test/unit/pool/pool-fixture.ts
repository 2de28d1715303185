// A pool whose connections lead into memory: the test says when each try to connect ends and how, and moves time.

import { DefaultEndPoint } from '../../../src/connection/endpoint.ts';
import type { Connection } from '../../../src/connection/connection.ts';
import { ConnectionError, type DriverError } from '../../../src/errors.ts';
import { HostPool, type ConnectionOwner, type HostPoolOptions } from '../../../src/pool/host-pool.ts';
import type { Waiter } from '../../../src/pool/waiter-queue.ts';
import { WaitingLine } from '../../../src/pool/waiting-line.ts';
import type { Host } from '../../../src/topology/host.ts';
import { FakeClock } from '../connection/fake-clock.ts';
import { Fixture } from '../connection/fixture.ts';
import { fakeHost } from '../topology/fake-hosts.ts';

/** A try to connect that has not ended. */
interface PendingConnect {
  readonly owner: ConnectionOwner;
  readonly address: string;
  readonly resolve: (connection: Connection) => void;
  readonly reject: (error: DriverError) => void;
}

export class RecordingWaiter implements Waiter {
  readonly byteLength = 100;
  readonly given: Connection[] = [];
  readonly errors: DriverError[] = [];
  suspicions = 0;

  onConnection(connection: Connection): void {
    this.given.push(connection);
  }

  onNoConnection(error: DriverError): void {
    this.errors.push(error);
  }

  onSuspect(): void {
    this.suspicions++;
  }
}

export class PoolFixture {
  readonly host: Host = fakeHost(1, []);
  readonly clock = new FakeClock();
  readonly line = new WaitingLine(4);
  readonly pending: PendingConnect[] = [];
  readonly opened: Fixture[] = [];
  readonly probed: Connection[] = [];
  readonly ups: Host[] = [];
  readonly downs: DriverError[] = [];
  readonly pool: HostPool;
  /** How many tries to connect have begun. */
  tries = 0;

  constructor(options: Partial<HostPoolOptions> = {}) {
    this.pool = new HostPool({
      host: this.host,
      size: 1,
      reconnectionPolicy: { newSchedule: () => [100, 200, 400] },
      clock: this.clock,
      line: this.line,
      open: (host, signal, owner) => {
        this.tries++;
        return new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(new ConnectionError('aborted')));
          this.pending.push({ owner, address: host.endpoint.address, resolve, reject });
        });
      },
      probe: (connection) => this.probed.push(connection),
      onUp: (host) => this.ups.push(host),
      onDown: (_host, error) => this.downs.push(error),
      report: (error) => {
        throw error;
      },
      ...options,
    });
  }

  /** Lets the pending try succeed; `maxRequests` is what the connection takes. */
  async succeed(maxRequests = 4): Promise<Fixture> {
    const { owner, address, resolve } = this.#next();
    const fixture = new Fixture({
      endPoint: new DefaultEndPoint(address, 9042),
      maxRequests,
      listener: {
        onEvent: () => undefined,
        onClosed: (connection, reason) => owner.onClosed(connection, reason),
        onOrphanLimit: (connection) => owner.onOrphanLimit(connection),
        onSuspect: (connection) => owner.onSuspect(connection),
        onStreamFreed: (connection) => owner.onStreamFreed(connection),
      },
    });
    this.opened.push(fixture);
    resolve(fixture.connection);
    await turn();
    return fixture;
  }

  async fail(error: DriverError = new ConnectionError('refused')): Promise<void> {
    this.#next().reject(error);
    await turn();
  }

  /** Lets as many tries succeed as the pool makes. */
  async fill(maxRequests = 4): Promise<void> {
    void this.pool.fill();
    while (this.pending.length > 0) await this.succeed(maxRequests);
  }

  #next(): PendingConnect {
    const next = this.pending.shift();
    if (next === undefined) throw new Error('expected a try to connect');
    return next;
  }
}

/** Lets promises that are settled go on. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
