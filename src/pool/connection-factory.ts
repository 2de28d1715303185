// Connections of one cluster: opened alike, with the protocol version and the compression that the first one negotiated,
// so that a request is encoded once and fits every one of them.

import type { AuthProvider } from '../connection/authenticator.ts';
import type { BigFrame } from '../connection/big-frame.ts';
import type { Clock } from '../connection/clock.ts';
import type { Connection, ConnectionListener } from '../connection/connection.ts';
import type { Connector } from '../connection/connector.ts';
import type { Deadlines } from '../connection/deadlines.ts';
import type { EndPoint } from '../connection/endpoint.ts';
import { Heartbeat } from '../connection/heartbeat.ts';
import { StallWatch } from '../connection/stall-watch.ts';
import { openConnection, type WarningSubject } from '../connection/handshake.ts';
import type { TlsSource } from '../connection/tls.ts';
import type { Core, Delivery } from '../core.ts';
import { WasmCore } from '../core/wasm-core.ts';
import { ConnectionError } from '../errors.ts';
import { RecordKind, RecordWord } from '../protocol/record.ts';
import type { RequestEncoder, WireFormat } from '../protocol/requests.ts';
import { ProgramTable, wantsColumns } from '../result/programs.ts';
import type { Logger } from '../types/logger.ts';

export interface ConnectionFactoryOptions {
  readonly core: Core;
  readonly encoder: RequestEncoder;
  readonly programs: ProgramTable;
  readonly connector: Connector;
  readonly tls: TlsSource | undefined;
  readonly authProvider: AuthProvider | undefined;
  readonly versions: readonly (3 | 4 | 5)[];
  readonly compression: 'none' | 'lz4' | 'snappy';
  readonly startup: ReadonlyMap<string, string>;
  readonly connectTimeout: number;
  readonly maxFrameLength: number;
  readonly maxRequests: number;
  /** Milliseconds of idleness before a connection is probed; 0: never. */
  readonly heartbeatInterval: number;
  /** Milliseconds for its answer. */
  readonly heartbeatTimeout: number;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly logger: Logger;
}

export class ConnectionFactory {
  readonly #options: ConnectionFactoryOptions;
  readonly #stalls: StallWatch;
  readonly #warned = new Set<WarningSubject>();
  #wire: WireFormat | null = null;

  constructor(options: ConnectionFactoryOptions) {
    this.#options = options;
    this.#stalls = new StallWatch(options.encoder, options.deadlines);
  }

  /** What was negotiated; `null` until the first connection is open. */
  get wire(): WireFormat | null {
    return this.#wire;
  }

  /** Opens a connection. Rejects as `openConnection` does. */
  async open(endPoint: EndPoint, listener: ConnectionListener, signal: AbortSignal): Promise<Connection> {
    const { logger, versions, compression, startup, ...rest } = this.#options;
    const { connection } = await openConnection({
      ...rest,
      endPoint,
      listener,
      signal,
      localPort: undefined,
      versions: this.#wire === null ? versions : [this.#wire.version],
      compression: compression === 'none' ? undefined : compression,
      startup: () => startup,
      schedule: setImmediate,
      decodeBigFrame: (frame) => this.#decodeBigFrame(frame),
      report: (error) => logger.error('a callback threw', error),
      warn: (subject, message) => this.#warnOnce(subject, message),
    });
    this.#agree(connection);
    const { encoder, clock, deadlines, heartbeatInterval: interval, heartbeatTimeout: timeout } = this.#options;
    if (interval > 0) new Heartbeat({ connection, encoder, clock, deadlines, interval, timeout }).start();
    if (!connection.isClosed) this.#stalls.watch(connection);
    return connection;
  }

  /** Finds out whether a connection still answers, and closes it if it does not. */
  probe(connection: Connection): void {
    this.#stalls.probe(connection);
  }

  #agree(connection: Connection): void {
    const { version, compression } = connection;
    this.#wire ??= { version, compression };
    if (this.#wire.compression === compression) return;
    connection.close();
    throw new ConnectionError(`expected the compression that the cluster agreed on, which this host does not offer`, {
      endPoint: connection.endPoint,
      maybeApplied: false,
    });
  }

  #decodeBigFrame(frame: BigFrame): Delivery {
    const { programs } = this.#options;
    const { delivery, core } = WasmCore.decodeBigBody({
      ...frame,
      rateLimitCode: -1,
      wantsColumns: wantsColumns(frame.programWord),
      metadata: programs.ofWord(frame.programWord)?.metadata ?? null,
      parts: frame.blocks,
      length: frame.bodyLength,
    });
    const words = delivery.i32;
    const kind = words[RecordWord.KIND];
    if (kind === RecordKind.ROWS || kind === RecordKind.COLUMNS) {
      const program = new ProgramTable(core).get(words[RecordWord.PROGRAM] ?? 0);
      words[RecordWord.PROGRAM] = programs.adopt(program).id;
    }
    return delivery;
  }

  /** What holds for one connection holds for most: it is told of the first. */
  #warnOnce(subject: WarningSubject, message: string): void {
    if (this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#options.logger.warn(message);
  }
}
