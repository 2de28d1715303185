// One real Cassandra node: a JVM that is started, waited for, paused, killed and started again.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { SecureContextOptions } from 'node:tls';
import type { NodeLayout } from './cassandra-config.ts';
import { spawnGuarded, type GuardedProcess } from './guarded-process.ts';
import { CASSANDRA_MODULE_FLAGS, javaExecutable } from './java.ts';
import { NativeProbe } from './native-probe.ts';

export interface NodeLaunch {
  /** Directory with the jars of the server. */
  readonly jars: string;
  /** Further JVM options; the last one wins where two say different things. */
  readonly jvmOptions: readonly string[];
  /** How many nodes the ring has once all are up. */
  readonly ringSize: number;
  /** How many nodes of the ring run now, this one included. */
  readonly running: () => number;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
  readonly tls: SecureContextOptions | undefined;
}

const START_LIMIT_MS = 180_000;
const STOP_LIMIT_MS = 20_000;
const POLL_MS = 200;

/** A node of a {@link CassandraCluster}. */
export class CassandraNode {
  /** IP address that clients and other nodes connect to. */
  readonly address: string;
  /** Port of the native protocol. */
  readonly port: number;
  readonly jmxPort: number;
  readonly datacenter: string;
  readonly rack: string;
  /** File with the output of the server. */
  readonly logFile: string;
  readonly #layout: NodeLayout;
  readonly #launch: NodeLaunch;
  #process: GuardedProcess | undefined;
  #paused = false;

  constructor(layout: NodeLayout, launch: NodeLaunch) {
    this.address = layout.address;
    this.port = layout.nativePort;
    this.jmxPort = layout.jmxPort;
    this.datacenter = layout.datacenter;
    this.rack = layout.rack;
    this.logFile = join(layout.directory, 'output.log');
    this.#layout = layout;
    this.#launch = launch;
  }

  /** Contact point of the node, `address:port`. */
  get contactPoint(): string {
    return `${this.address}:${this.port}`;
  }

  /** Process id of the server, undefined while it is stopped. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Whether the server runs and is not paused. */
  get isRunning(): boolean {
    return this.#process !== undefined && !this.#paused;
  }

  /** Starts the server without waiting for it. Does nothing if it runs. */
  launch(): void {
    if (this.#process !== undefined) return;
    const guarded = spawnGuarded(javaExecutable(), this.#arguments(), {
      logFile: this.logFile,
      scratch: dirname(this.#layout.directory),
    });
    this.#process = guarded;
    this.#paused = false;
    void guarded.ended.then(() => {
      this.#process = undefined;
    });
  }

  /**
   * Waits until the server answers queries and sees every other node that runs as up.
   *
   * Rejects with the end of the server's output if it ends or is not ready within three minutes.
   */
  async ready(): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    let reason: unknown;
    while (this.#process !== undefined && Date.now() < deadline) {
      try {
        await this.#probe();
        return;
      } catch (cause) {
        reason = cause;
        await delay(POLL_MS);
      }
    }
    const state = this.#process === undefined ? 'ended' : `is not ready after ${START_LIMIT_MS / 1000} s`;
    throw new Error(`Cassandra on ${this.contactPoint} ${state}:\n${await this.#endOfLog()}`, { cause: reason });
  }

  /** Shuts the server down in order (SIGTERM: it drains, and tells its peers), or kills it after 20 seconds. */
  async stop(): Promise<void> {
    this.resume();
    await this.#process?.end('SIGTERM', STOP_LIMIT_MS);
  }

  /** Ends the server at once (SIGKILL), as a crash does. */
  async kill(): Promise<void> {
    await this.#process?.end('SIGKILL');
  }

  /** Freezes the server (SIGSTOP): its kernel still accepts connections and bytes, nobody answers. */
  pause(): void {
    this.#process?.signal('SIGSTOP');
    this.#paused = true;
  }

  /** Lets a paused server go on. */
  resume(): void {
    this.#process?.signal('SIGCONT');
    this.#paused = false;
  }

  /** Stops the server if it runs, starts it with the data and ports it had, and waits until it is ready. */
  async restart(): Promise<void> {
    await this.stop();
    this.launch();
    await this.ready();
  }

  async #probe(): Promise<void> {
    const { credentials, tls, ringSize, running } = this.#launch;
    const probe = await NativeProbe.open({
      address: this.address,
      port: this.port,
      ...(credentials && { credentials }),
      ...(tls && { tls }),
    });
    try {
      const peers = await probe.query('SELECT peer FROM system.peers_v2', 1);
      if (peers !== ringSize - 1) throw new Error(`sees ${peers} of ${ringSize - 1} peers`);
      // This keyspace has three replicas, so that reading from as many as run is refused until all are seen alive.
      // ONE, TWO and THREE are 1, 2 and 3 on the wire.
      await probe.query('SELECT * FROM system_distributed.view_build_status LIMIT 1', running());
    } finally {
      probe.close();
    }
  }

  async #endOfLog(): Promise<string> {
    const text = await readFile(this.logFile, 'utf8').catch(() => '(no output)');
    return text.split('\n').slice(-30).join('\n');
  }

  #arguments(): string[] {
    const { directory, jmxPort } = this.#layout;
    const conf = join(directory, 'conf');
    return [
      ...CASSANDRA_MODULE_FLAGS,
      ...FAST_START,
      `-Djava.io.tmpdir=${join(directory, 'tmp')}`,
      `-Djna.tmpdir=${join(directory, 'tmp')}`,
      `-Dcassandra.config=file://${join(conf, 'cassandra.yaml')}`,
      `-Dcassandra.storagedir=${directory}`,
      '-Dcassandra-foreground=yes',
      `-Dcassandra.jmx.local.port=${jmxPort}`,
      `-Dlogback.configurationFile=${join(conf, 'logback.xml')}`,
      ...this.#launch.jvmOptions,
      '-classpath',
      `${conf}:${join(this.#launch.jars, '*')}`,
      'org.apache.cassandra.service.CassandraDaemon',
    ];
  }
}

// A small heap, a collector without threads of its own and the quick compiler: tests wait for starts, not for load.
const FAST_START = [
  '-Xmx512m',
  '-Xss256k',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Dcassandra.ring_delay_ms=1000',
  '-Dcassandra.skip_wait_for_gossip_to_settle=0',
  '-Dcassandra.superuser_setup_delay_ms=0',
  '-Dcassandra.shutdown_announce_in_ms=0',
];
