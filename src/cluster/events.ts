// The typed events of a cluster: who listens to what, and what a listener throws.

import { InvalidArgumentError } from '../errors.ts';
import type { Host } from '../topology/host.ts';
import type { HostStateListener } from '../topology/host-states.ts';
import { describe } from '../types/describe.ts';
import type { LogLevel } from '../types/logger.ts';
import { callUser } from '../types/user-call.ts';

/** What changed in the schema. */
export interface SchemaChangeInfo {
  readonly change: 'CREATED' | 'UPDATED' | 'DROPPED';
  /** KEYSPACE, TABLE, TYPE, FUNCTION or AGGREGATE. */
  readonly target: string;
  readonly keyspace: string;
  /** Of everything but a keyspace. */
  readonly name?: string;
  /** Argument types of a function or an aggregate, as CQL text. */
  readonly argumentTypes?: readonly string[];
}

/** The events of a cluster, each with what its listeners are given. */
export interface ClusterEvents {
  /** A host joined the cluster, or was found at the first read of it. */
  hostAdd: [host: Host];
  /** A full read of the nodes no longer has the host. */
  hostRemove: [host: Host];
  hostUp: [host: Host];
  hostDown: [host: Host];
  /** A server told of a change of the schema, and the metadata follow it. */
  schemaChange: [change: SchemaChangeInfo];
  /** Something that an operator should look at; the same text goes to the logger. */
  warning: [warning: Error];
  /** Everything that goes to the logger, whatever its level: level, part of the driver, text, and what belongs to it. */
  log: [level: LogLevel, source: string, message: string, details?: unknown];
}

type Listener<Event extends keyof ClusterEvents> = (...details: ClusterEvents[Event]) => void;

const EVENTS: readonly (keyof ClusterEvents)[] = [
  ...(['hostAdd', 'hostRemove', 'hostUp', 'hostDown', 'schemaChange', 'warning', 'log'] as const),
];

/** Calls listeners in the order in which they came. */
export class EventListeners {
  readonly #listeners = new Map<keyof ClusterEvents, Map<unknown, { readonly once: boolean }>>();
  /** Those of `log` and `warning` whose failure was reported. */
  readonly #failed = new WeakSet();
  readonly #report: (message: string, error: unknown) => void;

  /** `report` gets what a listener throws. */
  constructor(report: (message: string, error: unknown) => void) {
    this.#report = report;
  }

  /** True if somebody listens: what nobody wants need not be made. */
  has(event: keyof ClusterEvents): boolean {
    return this.#listeners.has(event);
  }

  /** Adds a listener; one that is there already stays in its place. */
  add<Event extends keyof ClusterEvents>(event: Event, listener: Listener<Event>, once: boolean): void {
    if (!EVENTS.includes(event)) {
      throw new InvalidArgumentError(`expected an event, one of ${EVENTS.join(', ')}, got ${describe(event)}`, {
        field: 'event',
      });
    }
    if (typeof listener !== 'function') {
      throw new InvalidArgumentError(`expected a listener as a function, got ${describe(listener)}`, {
        field: 'listener',
      });
    }
    const listeners = this.#listeners.get(event) ?? new Map<unknown, { readonly once: boolean }>();
    this.#listeners.set(event, listeners);
    if (!listeners.has(listener)) listeners.set(listener, { once });
  }

  /** Takes a listener back; one that was not added is let pass. */
  remove<Event extends keyof ClusterEvents>(event: Event, listener: Listener<Event>): void {
    const listeners = this.#listeners.get(event);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#listeners.delete(event);
  }

  emit<Event extends keyof ClusterEvents>(event: Event, ...details: ClusterEvents[Event]): void {
    const listeners = this.#listeners.get(event);
    if (listeners === undefined) return;
    for (const [listener, { once }] of [...listeners]) {
      if (once) this.remove(event, listener as Listener<Event>);
      callUser(
        () => (listener as Listener<Event>)(...details),
        (error) => this.#onFault(event, listener, error),
      );
    }
  }

  /** What is reported is an event itself: of a listener that hears of that, and fails each time, once is enough. */
  #onFault(event: keyof ClusterEvents, listener: unknown, error: unknown): void {
    if (event === 'log' || event === 'warning') {
      if (this.#failed.has(listener as object)) return;
      this.#failed.add(listener as object);
    }
    this.#report(`a listener of ${event} threw`, error);
  }

  /** The events of hosts, as a listener that the host states can tell. */
  hostListener(): HostStateListener {
    return {
      onAdd: (host) => this.emit('hostAdd', host),
      onRemove: (host) => this.emit('hostRemove', host),
      onUp: (host) => this.emit('hostUp', host),
      onDown: (host) => this.emit('hostDown', host),
    };
  }
}
