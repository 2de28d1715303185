// Starts Simulacron, a fake cluster (protocol v3 and v4) whose answers are primed over HTTP: for what a real server
// does not do on demand. Faults in v5 segments and whatever is particular to ScyllaDB belong to the fake server of test/wire.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-ports.ts';
import { spawnGuarded, type GuardedProcess } from './guarded-process.ts';
import { javaExecutable } from './java.ts';
import { mavenJars } from './maven-jars.ts';

const ARTIFACT = { group: 'com.datastax.oss.simulacron', name: 'simulacron-standalone', version: '0.12.0' };
const START_LIMIT_MS = 60_000;

/** What Simulacron waits for; a query without `params` matches by its text alone. */
export interface PrimeWhen {
  readonly query: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly param_types?: Readonly<Record<string, string>>;
  readonly consistency_level?: readonly string[];
}

/** What Simulacron answers: `success` with rows, or one of the errors of the protocol, by its name in lower case. */
export interface PrimeThen {
  readonly result: string;
  readonly delay_in_ms?: number;
  /** Answer a PREPARE of the query as usual and keep this answer for its execution. */
  readonly ignore_on_prepare?: boolean;
  readonly rows?: readonly Readonly<Record<string, unknown>>[];
  /** CQL type of each column, in order. */
  readonly column_types?: Readonly<Record<string, string>>;
  /** Further members, as the error asks for them (`message`, `consistency_level`, `alive`, …). */
  readonly [member: string]: unknown;
}

/** How a node refuses: stops listening, closes everything too, or accepts and never answers STARTUP. */
export type Rejection = 'unbind' | 'stop' | 'reject_startup';

/** One request that a client made. */
export interface LoggedQuery {
  readonly query: string;
  readonly consistency_level: string;
  readonly type: string;
  readonly primed: boolean;
}

export interface SimulatedClusterOptions {
  /** Number of nodes in each data center; the data centers are named dc1, dc2, …. Default: one node. */
  readonly dataCenters: readonly number[];
  /** What `release_version` says. */
  readonly cassandraVersion: string;
  readonly protocolVersions: readonly (3 | 4)[];
}

const CLUSTER_DEFAULTS: SimulatedClusterOptions = Object.freeze<SimulatedClusterOptions>({
  dataCenters: [1],
  cassandraVersion: '3.11.6',
  protocolVersions: [3, 4],
});

/** Downloads Simulacron, if it is not in the cache yet; gives the directory with its jars. */
export function fetchSimulacron(): Promise<string> {
  return mavenJars(ARTIFACT);
}

/** A running Simulacron; ends with this process, however it ends. */
export class Simulacron {
  readonly #process: GuardedProcess;
  readonly #directory: string;
  readonly #url: string;

  private constructor(running: GuardedProcess, directory: string, url: string) {
    this.#process = running;
    this.#directory = directory;
    this.#url = url;
  }

  /** Starts Simulacron (a second or two) and waits until it takes orders. Downloads it on the first call on a machine. */
  static async start(): Promise<Simulacron> {
    const jars = await fetchSimulacron();
    const directory = await mkdtemp(join(tmpdir(), 'ferrocql-simulacron-'));
    const port = await freePort(['127.0.0.1']);
    const logFile = join(directory, 'output.log');
    const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', `-Djava.io.tmpdir=${directory}`];
    const program = ['-classpath', join(jars, '*'), 'com.datastax.oss.simulacron.standalone.App'];
    const address = ['--httpintf', '127.0.0.1', '--httpport', String(port)];
    const running = spawnGuarded(javaExecutable(), [...jvm, ...program, ...address], { logFile, scratch: directory });
    const simulacron = new Simulacron(running, directory, `http://127.0.0.1:${port}`);
    try {
      await simulacron.#ready(logFile);
    } catch (cause) {
      await simulacron.stop();
      throw cause;
    }
    return simulacron;
  }

  /** Adds a fake cluster: every node has an address of its own, all listen on one port. */
  async cluster(options: Partial<SimulatedClusterOptions> = {}): Promise<SimulatedCluster> {
    const { dataCenters, cassandraVersion, protocolVersions } = { ...CLUSTER_DEFAULTS, ...options };
    const count = dataCenters.reduce((sum, nodes) => sum + nodes, 0);
    const addresses = Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
    const port = await freePort(addresses);
    const contactPoints = addresses.map((address) => `${address}:${port}`);
    const free = contactPoints.values();
    const nodesOf = (nodes: number): { id: number; address: string }[] =>
      Array.from({ length: nodes }, (_, id) => ({ id, address: free.next().value ?? '' }));
    const answer = await this.#call('POST', '/cluster', {
      cassandra_version: cassandraVersion,
      peer_info: { protocol_versions: protocolVersions },
      data_centers: dataCenters.map((nodes, id) => ({ id, name: `dc${id + 1}`, nodes: nodesOf(nodes) })),
    });
    const { id } = answer as { id: number };
    const call: Call = (method, resource, scope, query, body) =>
      this.#call(method, `/${resource}/${id}${scope}${query}`, body);
    const nodes = dataCenters.flatMap((count, dc) =>
      Array.from({ length: count }, (_, node) => new SimulatedScope(call, `/${dc}/${node}`)),
    );
    return new SimulatedCluster(call, nodes, contactPoints);
  }

  /** Ends Simulacron and all its clusters. */
  async stop(): Promise<void> {
    await this.#process.end('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #ready(logFile: string): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    const ended = this.#process.ended.then(() => 'ended');
    while (Date.now() < deadline) {
      if ((await this.#call('GET', '/cluster').catch(() => undefined)) !== undefined) return;
      if ((await Promise.race([ended, delay(100)])) === 'ended') break;
    }
    throw new Error(`Simulacron did not start:\n${await readFile(logFile, 'utf8')}`);
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    const request = { method, headers: { 'content-type': 'application/json', connection: 'close' } };
    const response = await fetch(
      this.#url + path,
      body === undefined ? request : { ...request, body: JSON.stringify(body) },
    );
    const text = await response.text();
    if (!response.ok) throw new Error(`Simulacron refused ${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }
}

type Call = (method: string, resource: string, scope: string, query: string, body?: unknown) => Promise<unknown>;

/** What can be done to a whole fake cluster or to one of its nodes. */
export class SimulatedScope {
  readonly #call: Call;
  readonly #scope: string;

  constructor(call: Call, scope: string) {
    this.#call = call;
    this.#scope = scope;
  }

  /** Sets the answer to a query. A later prime of the same query wins. */
  async prime(when: PrimeWhen, then: PrimeThen): Promise<void> {
    const ignoreOnPrepare = then.ignore_on_prepare ?? true;
    const complete = { delay_in_ms: 0, ...then, ignore_on_prepare: ignoreOnPrepare };
    await this.#call('POST', 'prime', this.#scope, '', { when: { request: 'query', ...when }, then: complete });
  }

  /** Forgets all primed answers. */
  async clearPrimes(): Promise<void> {
    await this.#call('DELETE', 'prime', this.#scope, '');
  }

  /** Stops reading from the connections; the kernel still takes what clients send. */
  async pauseReads(): Promise<void> {
    await this.#call('PUT', 'pause-reads', this.#scope, '');
  }

  async resumeReads(): Promise<void> {
    await this.#call('DELETE', 'pause-reads', this.#scope, '');
  }

  /** Refuses new connections after `after` more of them. */
  async rejectConnections(type: Rejection = 'unbind', after = 0): Promise<void> {
    await this.#call('DELETE', 'listener', this.#scope, `?type=${type}&after=${after}`);
  }

  async acceptConnections(): Promise<void> {
    await this.#call('PUT', 'listener', this.#scope, '');
  }

  /** Closes the connections that clients have open. */
  async closeConnections(): Promise<void> {
    await this.#call('DELETE', 'connections', this.#scope, '?type=disconnect');
  }

  /** What clients asked since the start or the last {@link clearLog}, in order of arrival at each node. */
  async log(): Promise<LoggedQuery[]> {
    const report = (await this.#call('GET', 'log', this.#scope, '')) as LogReport;
    return report.data_centers.flatMap(({ nodes }) => nodes.flatMap(({ queries }) => queries));
  }

  async clearLog(): Promise<void> {
    await this.#call('DELETE', 'log', this.#scope, '');
  }
}

/** A fake cluster. */
export class SimulatedCluster extends SimulatedScope {
  /** The nodes, data center by data center. */
  readonly nodes: readonly SimulatedScope[];
  /** `address:port` of every node. */
  readonly contactPoints: readonly string[];
  readonly #remove: () => Promise<unknown>;

  constructor(call: Call, nodes: readonly SimulatedScope[], contactPoints: readonly string[]) {
    super(call, '');
    this.nodes = nodes;
    this.contactPoints = contactPoints;
    this.#remove = () => call('DELETE', 'cluster', '', '');
  }

  /** Removes the cluster; Simulacron goes on. */
  async remove(): Promise<void> {
    await this.#remove();
  }
}

interface LogReport {
  readonly data_centers: readonly { readonly nodes: readonly { readonly queries: readonly LoggedQuery[] }[] }[];
}
