// Whether hosts are up: the one place where that changes, and where it is told. What pools and the control connection see
// comes in; each change goes out once, in the order in which it happened.

import type { DriverError } from '../errors.ts';
import type { Logger } from '../types/logger.ts';
import { callUser } from '../types/user-call.ts';
import type { Host } from './host.ts';

/** Told when hosts come and go, and when they go up and down: once for each change. A throw goes to the logger. */
export interface HostStateListener {
  onUp?(host: Host): void;
  onDown?(host: Host): void;
  onAdd?(host: Host): void;
  onRemove?(host: Host): void;
}

/** What can happen to a host. */
export type HostChange = 'onUp' | 'onDown' | 'onAdd' | 'onRemove';

/**
 * The states of all hosts of a cluster.
 *
 *     unknown ──first connection──▶ up ──conviction, no connection left──▶ down ──connection──▶ up
 *
 * A host that was removed has no state any more: what its closing pools still report is dropped.
 */
export class HostStates {
  readonly #logger: Logger;
  readonly #known = new Set<Host>();
  readonly #listeners = new Set<HostStateListener>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Listeners are told in the order in which they were registered; registering again does nothing. */
  register(listener: HostStateListener): void {
    this.#listeners.add(listener);
  }

  unregister(listener: HostStateListener): void {
    this.#listeners.delete(listener);
  }

  /** A full read of the nodes gives these hosts: those that are new are added, those that are missing are removed. */
  replaceAll(hosts: readonly Host[]): void {
    const current = new Set(hosts);
    const removed = [...this.#known].filter((host) => !current.has(host));
    const added = hosts.filter((host) => !this.#known.has(host));
    // All are known, or not, before the first listener runs: it may look at the others.
    for (const host of removed) this.#known.delete(host);
    for (const host of added) this.#known.add(host);
    for (const host of removed) this.#onRemoved(host);
    for (const host of added) {
      this.#logger.debug(`host ${host.toString()} was discovered (${host.datacenter ?? '?'}, ${host.rack ?? '?'})`);
      this.#tell('onAdd', host);
    }
  }

  /** A connection to the host is open. */
  onUp(host: Host): void {
    if (host.isUp === true || !this.#known.has(host)) return;
    host.isUp = true;
    this.#logger.info(`host ${host.toString()} is up`);
    this.#tell('onUp', host);
  }

  /** The host is convicted. As long as some session is connected to it, what failed is that of another one alone. */
  onDown(host: Host, reason: DriverError): void {
    if (host.isUp === false || host.openConnections > 0 || !this.#known.has(host)) return;
    host.isUp = false;
    this.#logger.warn(`host ${host.toString()} is down: ${reason.message}`);
    this.#tell('onDown', host);
  }

  #onRemoved(host: Host): void {
    host.isUp = undefined;
    this.#logger.info(`host ${host.toString()} is no longer in the cluster`);
    this.#tell('onRemove', host);
  }

  #tell(change: HostChange, host: Host): void {
    for (const listener of [...this.#listeners]) {
      callUser(
        () => listener[change]?.(host),
        (error) => this.#logger.error(`a listener threw in ${change}`, error),
      );
    }
  }
}
