// Events of the servers: hints that something changed, merged until their window ends. One event costs a look into a map, so
// that a storm of them costs no more than reading it; what they say is looked up before it is believed.

import type { Clock } from '../connection/clock.ts';
import type { Delivery } from '../core.ts';
import {
  EventType,
  isTopologyChange,
  readBriefStatus,
  readEvent,
  type NodeEvent,
  type SchemaChange,
} from '../protocol/events.ts';
import { RecordKind, RecordWord } from '../protocol/record.ts';
import { openMessage } from '../protocol/responses.ts';
import type { Host } from '../topology/host.ts';
import { formatInet } from '../types/inet.ts';
import type { Logger } from '../types/logger.ts';
import { RefreshWindow } from './refresh-window.ts';

export interface ClusterEventsOptions {
  readonly schemaWindowMs: number;
  readonly topologyWindowMs: number;
  readonly statusWindowMs: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  /** The host that servers announce with this `address:port`. */
  hostAt(announced: string): Host | undefined;
  /** Nodes came, went or moved. */
  onTopology(): Promise<void>;
  /** A node is said to be up or down. */
  onStatus(host: Host, status: 'UP' | 'DOWN'): void;
  /** Each object that changed, with its last change; `isComplete` is false if there were too many to keep them all. */
  onSchema(changes: readonly SchemaChange[], isComplete: boolean): Promise<void>;
}

/** How many objects of the schema may change in a window until only that they do is kept. */
const MAX_SCHEMA_CHANGES = 1_000;
/** How many kinds of nonsense are told. */
const MAX_REPORTED = 100;
/** How many addresses are remembered as text. */
const MAX_NAMES = 10_000;

export class ClusterEvents {
  readonly #options: ClusterEventsOptions;
  readonly #topology: RefreshWindow;
  readonly #status: RefreshWindow;
  readonly #schema: RefreshWindow;
  readonly #reported = new Set<string>();
  readonly #hints = new Map<Host, 'UP' | 'DOWN'>();
  /** `address:port` of nodes that events named, by the number that says the same. */
  readonly #names = new Map<number, string>();
  #changes = new Map<string, SchemaChange>();
  #isComplete = true;

  constructor(options: ClusterEventsOptions) {
    const { clock, random, logger } = options;
    const report = (error: unknown): void => logger.info('what changed could not be read', error);
    const window = (windowMs: number, run: () => Promise<void> | void): RefreshWindow =>
      new RefreshWindow({ windowMs, clock, random, run, report });
    this.#options = options;
    this.#topology = window(options.topologyWindowMs, () => options.onTopology());
    this.#status = window(options.statusWindowMs, () => this.#tellHints());
    this.#schema = window(options.schemaWindowMs, () => this.#tellChanges());
  }

  /** What to register for. */
  get types(): string[] {
    return [
      ...(this.#topology.isOn ? [EventType.TOPOLOGY_CHANGE] : []),
      ...(this.#status.isOn ? [EventType.STATUS_CHANGE] : []),
      ...(this.#schema.isOn ? [EventType.SCHEMA_CHANGE] : []),
    ];
  }

  /** Takes an EVENT. Never throws: the connection has more to read. */
  receive(delivery: Delivery, record: number): void {
    if (delivery.i32[record + RecordWord.KIND] !== RecordKind.MESSAGE) {
      this.#reportOnce('an event that cannot be read is ignored');
      return;
    }
    try {
      if (this.#isTaken(delivery, record)) return;
      const event = readEvent(openMessage(delivery, record).reader);
      if (event.type === 'SCHEMA_CHANGE') this.#onSchemaChange(event);
      else if (event.type === 'TOPOLOGY_CHANGE') this.#onTopologyChange(event);
      else if (event.type === 'STATUS_CHANGE') this.#onStatusChange(event);
      else this.#reportOnce(`an event that nobody asked for is ignored: ${event.type}`);
    } catch (error) {
      this.#reportOnce('an event that cannot be read is ignored', error);
    }
  }

  close(): void {
    for (const window of [this.#topology, this.#status, this.#schema]) window.close();
  }

  /**
   * Takes what storms are made of without reading any text: nodes that come and go while they are to be read again anyway, and
   * states of nodes.
   */
  #isTaken(delivery: Delivery, record: number): boolean {
    if (this.#topology.isAsked && isTopologyChange(openMessage(delivery, record).reader)) return true;
    const status = readBriefStatus(openMessage(delivery, record).reader);
    if (status === null) return false;
    this.#onStatus(status.change, this.#nameOf(status.node));
    return true;
  }

  #nameOf(node: number): string {
    let name = this.#names.get(node);
    if (name === undefined) {
      name = nameOf(node);
      if (this.#names.size < MAX_NAMES) this.#names.set(node, name);
    }
    return name;
  }

  #onTopologyChange(event: NodeEvent): void {
    if (!this.#topology.request()) return;
    this.#options.logger.debug(`${event.change}: the nodes will be read again`);
  }

  #onStatusChange({ change, address, port }: NodeEvent): void {
    if (change !== 'UP' && change !== 'DOWN') {
      this.#reportOnce('a node that is neither UP nor DOWN is ignored');
      return;
    }
    this.#onStatus(change, `${formatInet(address)}:${port}`);
  }

  #onStatus(change: 'UP' | 'DOWN', node: string): void {
    if (!this.#status.isOn) return;
    const host = this.#options.hostAt(node);
    if (host === undefined) {
      // Nobody asks for a node that is not known and down.
      if (change === 'UP' && this.#topology.request()) {
        this.#options.logger.debug(`${node} is up and not known: the nodes will be read again`);
      }
      return;
    }
    this.#hints.set(host, change);
    if (this.#status.request()) this.#options.logger.debug(`${host.toString()} is said to be ${change}`);
  }

  #onSchemaChange(change: SchemaChange): void {
    if (!this.#schema.isOn) return;
    const { target, keyspace, name } = change;
    const key = `${target} ${keyspace} ${name} ${change.argTypes.join()}`;
    if (this.#changes.size < MAX_SCHEMA_CHANGES || this.#changes.has(key)) this.#changes.set(key, change);
    else this.#isComplete = false;
    if (!this.#schema.request()) return;
    this.#options.logger.debug(`${target} ${keyspace}${name === '' ? '' : `.${name}`} was ${change.change}`);
  }

  #tellHints(): void {
    const hints = [...this.#hints];
    this.#hints.clear();
    for (const [host, status] of hints) this.#options.onStatus(host, status);
  }

  #tellChanges(): Promise<void> {
    const changes = [...this.#changes.values()];
    const isComplete = this.#isComplete;
    this.#changes = new Map();
    this.#isComplete = true;
    return this.#options.onSchema(changes, isComplete);
  }

  #reportOnce(message: string, error?: unknown): void {
    if (this.#reported.size >= MAX_REPORTED || this.#reported.has(message)) return;
    this.#reported.add(message);
    if (error === undefined) this.#options.logger.warn(message);
    else this.#options.logger.warn(message, error);
  }
}

function nameOf(node: number): string {
  const address = Math.floor(node / 0x1_0000);
  const octets = [address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff];
  return `${octets.join('.')}:${node % 0x1_0000}`;
}
