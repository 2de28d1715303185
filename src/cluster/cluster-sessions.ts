// The sessions of a cluster object that are open: what concerns all of them.

import type { Session } from '../session.ts';
import type { ShutdownOptions } from '../session/shutdown-options.ts';
import type { Host } from '../topology/host.ts';
import { OncePerTurn } from './once-per-turn.ts';

export class ClusterSessions {
  readonly #sessions = new Set<Session>();
  readonly #following = new OncePerTurn(() => this.followPolicies());

  add(session: Session): void {
    this.#sessions.add(session);
  }

  delete(session: object): void {
    this.#sessions.delete(session as Session);
  }

  /** Has them connect to the hosts that the policies want now. */
  followPolicies(): void {
    for (const session of this.#sessions) session.onTopology();
  }

  /** The same, once for many hosts that change in one moment. */
  followPoliciesSoon(): void {
    this.#following.ask();
  }

  onStatusHint(host: Host, status: 'UP' | 'DOWN'): void {
    for (const session of this.#sessions) session.onStatusHint(host, status);
  }

  orphanedStreams(host: Host): number {
    return [...this.#sessions].reduce((sum, session) => sum + session.orphanedStreams(host), 0);
  }

  /** Resolves when all have the connections that they are to have, or cannot have them now. */
  async connectPools(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.connectPools()));
  }

  async shutdown(options?: ShutdownOptions): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.shutdown(options)));
  }
}
