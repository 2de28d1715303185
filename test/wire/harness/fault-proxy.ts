// A TCP proxy in front of any server. It finds the frames of v3, v4 and v5 in both directions and lets them pass, late, torn,
// twice or not at all, as its rules say; in byte mode it knows nothing of frames and its rules act on chunks.
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Clock, systemClock } from './clock.ts';
import { type Passed, ProxyLink } from './proxy-link.ts';
import { nextSeed, Random } from './random.ts';
import { type Condition, fulfils, type Rule, Rules } from './rules.ts';
import { WireError } from './wire-error.ts';

export interface FaultProxyOptions {
  readonly target: { readonly host?: string; readonly port: number };
  /** Where the proxy listens; default 127.0.0.1 and any free port. */
  readonly host: string;
  readonly port: number;
  readonly mode: 'frames' | 'bytes';
  readonly seed: number;
  readonly clock: Clock;
}

/**
 * A proxy in this process.
 *
 *     const proxy = await FaultProxy.start({ target: { port: 9042 } });
 *     proxy.on({ direction: 'response', opcode: 'RESULT', nth: 3 }).truncate(20).reset();
 *     … a client connects to proxy.port …
 *     await proxy.stop();
 *
 * In v5 each frame leaves in segments of its own: how the sender had packed them is lost.
 */
export class FaultProxy {
  readonly rules: Rules<Passed>;
  /** Everything that came to the proxy, in the order of coming, whatever became of it. */
  readonly passed: Passed[] = [];
  readonly links: ProxyLink[] = [];
  /** Bytes of either side that were no frames; such a connection is cut. */
  readonly violations: string[] = [];
  readonly #options: FaultProxyOptions;
  readonly #random: Random;
  readonly #connecting = new Set<Socket>();
  #listener: Server | undefined;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#random = new Random(options.seed);
    this.rules = new Rules(this.#random);
  }

  static async start(options: Pick<FaultProxyOptions, 'target'> & Partial<FaultProxyOptions>): Promise<FaultProxy> {
    const proxy = new FaultProxy({
      host: '127.0.0.1',
      port: 0,
      mode: 'frames',
      seed: options.seed ?? nextSeed(),
      clock: systemClock,
      ...options,
    });
    await proxy.#listen();
    return proxy;
  }

  get port(): number {
    const bound = this.#listener?.address();
    return typeof bound === 'object' && bound !== null ? bound.port : this.#options.port;
  }

  get host(): string {
    return this.#options.host;
  }

  /** Adds a rule; see `Condition` for what it can ask and `Rule` for what it can do. */
  on(condition: Condition<Passed>): Rule<Passed> {
    return this.rules.add(condition);
  }

  /** What passed and fulfils a condition (`nth`, `times` and `probability` are not asked). */
  frames(condition: Condition<Passed> = {}): Passed[] {
    return this.passed.filter((passed) => fulfils(passed, condition));
  }

  /** Cuts everything. Fails if either side sent what is no frame. */
  async stop(): Promise<void> {
    const listener = this.#listener;
    for (const socket of this.#connecting) {
      socket.destroy();
    }
    for (const link of this.links) {
      link.destroy();
    }
    await new Promise<void>((resolve) => {
      if (listener === undefined) {
        resolve();
      } else {
        listener.close(() => {
          resolve();
        });
      }
    });
    if (this.violations.length > 0) {
      throw new WireError(`expected frames from both sides, got ${this.violations.join('; ')}`);
    }
  }

  async #listen(): Promise<void> {
    const listener = createServer({ pauseOnConnect: true }, (client) => {
      this.#accept(client);
    });
    this.#listener = listener;
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject);
      listener.listen(this.#options.port, this.#options.host, resolve);
    });
  }

  /** Reads from the client only when the server is there; where it is not, the client is cut off as it would be. */
  #accept(client: Socket): void {
    const { target } = this.#options;
    const server = connect({ host: target.host ?? '127.0.0.1', port: target.port });
    const giveUp = (): void => {
      client.resetAndDestroy();
    };
    this.#connecting.add(client).add(server);
    client.once('error', () => server.destroy());
    server.once('error', giveUp);
    server.once('connect', () => {
      this.#connecting.delete(client);
      this.#connecting.delete(server);
      server.off('error', giveUp);
      this.#join(client, server);
    });
  }

  #join(client: Socket, server: Socket): void {
    client.setNoDelay(true);
    server.setNoDelay(true);
    const { mode, clock } = this.#options;
    const number = this.links.length + 1;
    const link = new ProxyLink(client, server, {
      number,
      mode,
      clock,
      random: this.#random,
      rules: this.rules,
      record: (passed) => this.passed.push(passed),
      reportViolation: (what) => this.violations.push(`connection ${number}: ${what}`),
    });
    this.links.push(link);
    client.resume();
  }
}
