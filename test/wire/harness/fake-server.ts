// The fake server: nodes on loopback that speak CQL v3, v4 and v5, answer like a small cluster, and do by rule what no real
// server would. It judges what a client sends and shares no code with the driver.
import { localTable, peersTable, peersV2Table } from './cluster-tables.ts';
import type { Event } from './event.ts';
import type { FakeConnection } from './fake-connection.ts';
import { FakeNode } from './fake-node.ts';
import { type FakeServerOptions, resolveOptions } from './fake-server-options.ts';
import { Random } from './random.ts';
import { type Condition, fulfils, type Rule, Rules } from './rules.ts';
import { schemaTables } from './schema-tables.ts';
import type { NodeState, ReceivedRequest, ServerState } from './server-state.ts';
import { type StatementDescription, Statements } from './statements.ts';
import type { SystemTable } from './system-table.ts';
import { WireError } from './wire-error.ts';

const TOKEN_RANGE = 2n ** 64n;
const LOWEST_TOKEN = -(2n ** 63n);
const PORT_ATTEMPTS = 20;

interface Waiter {
  readonly condition: Condition<ReceivedRequest>;
  readonly resolve: (request: ReceivedRequest) => void;
  readonly reject: (reason: WireError) => void;
}

/**
 * A cluster in this process.
 *
 *     const server = await FakeServer.start({ nodes: 1, versions: [4, 5], compression: ['lz4'] });
 *     server.on({ cql: /FROM t/ }).reply(rows([['k', 'int']], [[1]])).delay(50);
 *     … a client connects to server.port …
 *     server.requests({ opcode: 'EXECUTE' });
 *     await server.stop();
 */
export class FakeServer implements ServerState {
  readonly options: FakeServerOptions;
  readonly random: Random;
  readonly rules: Rules<ReceivedRequest>;
  readonly statements = new Statements();
  readonly nodes: readonly FakeNode[];
  /** All requests of all connections, in the order of coming. */
  readonly received: ReceivedRequest[] = [];
  /** What clients did that the protocol forbids. */
  readonly violations: string[] = [];
  readonly highestVersion: number;
  #connections = 0;
  #waiters: Waiter[] = [];

  private constructor(options: FakeServerOptions) {
    this.options = options;
    this.random = new Random(options.seed);
    this.rules = new Rules(this.random);
    this.highestVersion = Math.max(...options.versions);
    this.nodes = Array.from({ length: options.nodes }, (_, index) => this.#makeNode(index));
  }

  /** Listens on all nodes; see `FakeServerOptions` for what may be given. */
  static async start(options: Partial<FakeServerOptions> = {}): Promise<FakeServer> {
    const resolved = resolveOptions(options);
    for (let attempt = 1; ; attempt += 1) {
      const server = new FakeServer(resolved);
      try {
        await server.#startNodes();
        return server;
      } catch (problem) {
        // A port that was free on the first address may be taken on another one.
        await server.#stopNodes();
        if (attempt === PORT_ATTEMPTS) {
          throw problem;
        }
      }
    }
  }

  get port(): number {
    return this.firstNode.port;
  }

  get firstNode(): FakeNode {
    const node = this.nodes[0];
    if (node === undefined) {
      throw new WireError('expected at least one node');
    }
    return node;
  }

  /** Of all nodes, closed ones included, in the order of accepting. */
  get connections(): FakeConnection[] {
    return this.nodes.flatMap(({ connections }) => connections).sort((one, other) => one.number - other.number);
  }

  get openConnections(): FakeConnection[] {
    return this.connections.filter(({ isOpen }) => isOpen);
  }

  /** Adds a rule; see `Condition` for what it can ask and `Rule` for what it can do. */
  on(condition: Condition<ReceivedRequest>): Rule<ReceivedRequest> {
    return this.rules.add(condition);
  }

  /** Says how a statement (exact text, or a pattern) is prepared and what its execution gives. */
  statement(cql: RegExp | string, description: StatementDescription): void {
    this.statements.describe(cql, description);
  }

  /** Sends an event to every connection that registered for its type. */
  push(event: Event): void {
    for (const connection of this.openConnections) {
      if (connection.state.events.has(event.type)) {
        connection.push(event);
      }
    }
  }

  /** The recorded requests that fulfil a condition (`nth`, `times` and `probability` are not asked). */
  requests(condition: Condition<ReceivedRequest> = {}): ReceivedRequest[] {
    return this.received.filter((request) => fulfils(request, condition));
  }

  /** Waits for the next request that fulfils a condition; fails when the server stops first. */
  async next(condition: Condition<ReceivedRequest> = {}): Promise<ReceivedRequest> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ condition, resolve, reject });
    });
  }

  /** Ends all nodes and connections. Fails if a client broke the protocol, unless the options tolerate it. */
  async stop(): Promise<void> {
    for (const { reject } of this.#waiters.splice(0)) {
      reject(new WireError('expected a request, got the end of the server'));
    }
    await this.#stopNodes();
    if (this.violations.length > 0 && !this.options.toleratesViolations) {
      throw new WireError(`expected clients that keep the protocol, got ${this.violations.join('; ')}`);
    }
  }

  tablesOf(node: NodeState): readonly SystemTable[] {
    const { cluster, schema, hasPeersV2 } = this.options;
    const facts = {
      clusterName: 'fake',
      releaseVersion: '5.0.5',
      partitioner: 'org.apache.cassandra.dht.Murmur3Partitioner',
      schemaVersion: '00000000-0000-4000-8000-0000000000ff',
      ...cluster,
    };
    const peers = this.nodes.filter((other) => other !== node);
    return [
      localTable(node, facts, this.highestVersion),
      peersTable(peers, facts),
      ...(hasPeersV2 ? [peersV2Table(peers, facts)] : []),
      ...schemaTables({ keyspaces: [], tables: [], ...schema }),
    ];
  }

  record(request: ReceivedRequest): void {
    this.received.push(request);
    const due = this.#waiters.filter(({ condition }) => fulfils(request, condition));
    this.#waiters = this.#waiters.filter((waiter) => !due.includes(waiter));
    for (const { resolve } of due) {
      resolve(request);
    }
  }

  reportViolation(connection: number, what: string): void {
    this.violations.push(`connection ${connection}: ${what}`);
  }

  #makeNode(index: number): FakeNode {
    const { layout, dataCenters, racks } = this.options;
    const settings = {
      number: index + 1,
      address: layout === 'addresses' ? `127.0.0.${index + 1}` : '127.0.0.1',
      hostId: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
      dataCenter: dataCenters[index % dataCenters.length] ?? 'dc1',
      rack: racks[index % racks.length] ?? 'rack1',
      tokens: this.#tokensOf(index),
    };
    return new FakeNode(this, settings, () => {
      this.#connections += 1;
      return this.#connections;
    });
  }

  /** Cuts the ring into equal parts and deals them to the nodes in turn. */
  #tokensOf(index: number): string[] {
    const { nodes, tokensPerNode } = this.options;
    const step = TOKEN_RANGE / BigInt(nodes * tokensPerNode);
    return Array.from({ length: tokensPerNode }, (_, turn) =>
      String(LOWEST_TOKEN + step * BigInt(turn * nodes + index + 1) - 1n),
    );
  }

  async #startNodes(): Promise<void> {
    for (const node of this.nodes) {
      await node.start(this.options.layout === 'addresses' ? this.port : 0);
    }
  }

  async #stopNodes(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.stop()));
  }
}
