// One node of the fake server: its listeners, its connections, its prepared statements, its being up, down or frozen.
import { createServer, type Server, type Socket } from 'node:net';
import type { NodeFacts } from './cluster-tables.ts';
import { FakeConnection } from './fake-connection.ts';
import type { NodeState, ServerState } from './server-state.ts';
import { PreparedStatements } from './statements.ts';
import type { SystemRow } from './system-table.ts';

export interface NodeSettings extends Omit<NodeFacts, 'overrides' | 'port'> {
  readonly number: number;
}

export class FakeNode implements NodeState {
  readonly number: number;
  readonly address: string;
  readonly hostId: string;
  readonly dataCenter: string;
  readonly rack: string;
  readonly tokens: readonly string[];
  readonly prepared = new PreparedStatements();
  readonly connections: FakeConnection[] = [];
  /** Runs for each new connection before anything is read from it: to greet, to close, to reset. */
  onConnect: ((connection: FakeConnection) => void) | undefined;
  /** Columns of the system tables that shall say something else. */
  overrides: SystemRow = {};
  readonly #server: ServerState;
  readonly #nextConnection: () => number;
  #listeners: Server[] = [];
  #port = 0;
  #shardAwarePort: number | undefined;
  #isFrozen = false;
  #accepted = 0;

  constructor(server: ServerState, settings: NodeSettings, nextConnection: () => number) {
    this.#server = server;
    this.#nextConnection = nextConnection;
    this.number = settings.number;
    this.address = settings.address;
    this.hostId = settings.hostId;
    this.dataCenter = settings.dataCenter;
    this.rack = settings.rack;
    this.tokens = settings.tokens;
  }

  get port(): number {
    return this.#port;
  }

  get shardAwarePort(): number | undefined {
    return this.#shardAwarePort;
  }

  get openConnections(): FakeConnection[] {
    return this.connections.filter(({ isOpen }) => isOpen);
  }

  /** Listens on `port` (0: any free one); after `stop` on the same as before. */
  async start(port = 0): Promise<void> {
    const { scylla } = this.#server.options;
    this.#port = await this.#listen(this.#port === 0 ? port : this.#port, (socket) => this.#nextShard(socket, false));
    if (scylla !== undefined && scylla.hasShardAwarePort !== false) {
      this.#shardAwarePort = await this.#listen(this.#shardAwarePort ?? 0, (socket) => this.#nextShard(socket, true));
    }
  }

  /** Refuses new connections and cuts the ones that are; prepared statements are forgotten, as by a restart. */
  async stop(): Promise<void> {
    const listeners = this.#listeners;
    this.#listeners = [];
    this.prepared.clear();
    for (const connection of this.openConnections) {
      connection.destroy();
    }
    await Promise.all(listeners.map(closeListener));
  }

  /** Reads nothing any more, as a process that is stopped; the kernel still accepts. */
  freeze(): void {
    this.#isFrozen = true;
    for (const connection of this.openConnections) {
      connection.stopReading();
    }
  }

  thaw(): void {
    this.#isFrozen = false;
    for (const connection of this.openConnections) {
      connection.resumeReading();
    }
  }

  async #listen(port: number, chooseShard: (socket: Socket) => number): Promise<number> {
    const listener = createServer((socket) => {
      this.#accept(socket, chooseShard(socket));
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(port, this.address, resolve);
    });
    this.#listeners.push(listener);
    const bound = listener.address();
    return typeof bound === 'object' && bound !== null ? bound.port : port;
  }

  #accept(socket: Socket, shard: number): void {
    const connection = new FakeConnection(this.#server, this, socket, this.#nextConnection(), shard);
    this.connections.push(connection);
    if (this.#isFrozen) {
      connection.stopReading();
    }
    this.onConnect?.(connection);
  }

  /** The plain port deals shards in turn; on the shard-aware port the client's port decides. */
  #nextShard(socket: Socket, isShardAware: boolean): number {
    const shards = this.#server.options.scylla?.shards ?? 1;
    if (isShardAware) {
      return (socket.remotePort ?? 0) % shards;
    }
    this.#accepted += 1;
    return (this.#accepted - 1) % shards;
  }
}

async function closeListener(listener: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    listener.close(() => {
      resolve();
    });
  });
}
