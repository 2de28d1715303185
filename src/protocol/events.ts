// EVENT messages. They are hints: what they say is looked up before it is believed.

import type { ColdReader } from './cold-reader.ts';

/** The events that a connection can register for. */
export const EventType = Object.freeze({
  TOPOLOGY_CHANGE: 'TOPOLOGY_CHANGE',
  STATUS_CHANGE: 'STATUS_CHANGE',
  SCHEMA_CHANGE: 'SCHEMA_CHANGE',
  /** ScyllaDB only; other servers refuse it. */
  CLIENT_ROUTES_CHANGE: 'CLIENT_ROUTES_CHANGE',
});

/** A node came, went, moved, or changed its state. */
export interface NodeEvent {
  readonly type: 'TOPOLOGY_CHANGE' | 'STATUS_CHANGE';
  /** NEW_NODE, REMOVED_NODE or MOVED_NODE; UP or DOWN. */
  readonly change: string;
  /** 4 or 16 bytes; may be 0.0.0.0 or an address of another network. */
  readonly address: Uint8Array;
  readonly port: number;
}

/** Something in the schema changed: an event, or the result of the statement that changed it. */
export interface SchemaChange {
  readonly type: 'SCHEMA_CHANGE';
  /** CREATED, UPDATED or DROPPED. */
  readonly change: string;
  /** KEYSPACE, TABLE, TYPE, FUNCTION or AGGREGATE. */
  readonly target: string;
  readonly keyspace: string;
  /** '' where the target is a keyspace. */
  readonly name: string;
  /** The argument types of a function or an aggregate. */
  readonly argTypes: readonly string[];
}

/** ScyllaDB: the routes of clients changed. */
export interface ClientRoutesChange {
  readonly type: 'CLIENT_ROUTES_CHANGE';
  readonly change: string;
  readonly connectionIds: readonly string[];
  readonly hostIds: readonly string[];
}

/** An event that the driver does not know. */
export interface UnknownEvent {
  readonly type: 'UNKNOWN';
  readonly name: string;
}

/** What an EVENT message says. */
export type ServerEvent = NodeEvent | SchemaChange | ClientRoutesChange | UnknownEvent;

const EventWord = Object.freeze({ TOPOLOGY_CHANGE: 1, STATUS_CHANGE: 2, SCHEMA_CHANGE: 3, CLIENT_ROUTES_CHANGE: 4 });

/** Reads an EVENT message. */
export function readEvent(reader: ColdReader): ServerEvent {
  const type = reader.int();
  switch (type) {
    case EventWord.TOPOLOGY_CHANGE:
      return readNodeEvent(reader, EventType.TOPOLOGY_CHANGE);
    case EventWord.STATUS_CHANGE:
      return readNodeEvent(reader, EventType.STATUS_CHANGE);
    case EventWord.SCHEMA_CHANGE:
      return readSchemaChange(reader);
    case EventWord.CLIENT_ROUTES_CHANGE:
      return {
        type: EventType.CLIENT_ROUTES_CHANGE,
        change: reader.text(),
        connectionIds: reader.texts(),
        hostIds: reader.texts(),
      };
    default:
      return { type: 'UNKNOWN', name: reader.text() };
  }
}

const STATUSES = ['DOWN', 'UP'] as const;

/** The state of a node, without any text: storms of them are common. */
export interface BriefStatus {
  readonly change: 'DOWN' | 'UP';
  /** The IPv4 address, and its port in the lower 16 bits. */
  readonly node: number;
}

/** Reads a STATUS_CHANGE of an IPv4 address; null for any other event. */
export function readBriefStatus(reader: ColdReader): BriefStatus | null {
  if (reader.int() !== EventWord.STATUS_CHANGE) return null;
  const change = STATUSES[reader.oneOf(STATUSES)];
  const address = reader.quad();
  const port = reader.int();
  if (change === undefined || address < 0 || port < 0 || port > 0xffff) return null;
  return { change, node: address * 0x1_0000 + port };
}

/** Whether an event says that a node came, went or moved. */
export function isTopologyChange(reader: ColdReader): boolean {
  return reader.int() === EventWord.TOPOLOGY_CHANGE;
}

/** Reads a schema change, of an event or of a result. */
export function readSchemaChange(reader: ColdReader): SchemaChange {
  return {
    type: EventType.SCHEMA_CHANGE,
    change: reader.text(),
    target: reader.text(),
    keyspace: reader.text(),
    name: reader.text(),
    argTypes: reader.texts(),
  };
}

function readNodeEvent(reader: ColdReader, type: NodeEvent['type']): NodeEvent {
  return { type, change: reader.text(), address: reader.bytes() ?? new Uint8Array(0), port: reader.int() };
}
