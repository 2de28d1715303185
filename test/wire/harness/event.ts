// Events and the schema change that RESULT and EVENT share (native_protocol_v5.spec 4.2.6).
import type { ByteWriter } from './byte-writer.ts';

export interface SchemaChange {
  readonly change: 'CREATED' | 'UPDATED' | 'DROPPED';
  readonly target: 'KEYSPACE' | 'TABLE' | 'TYPE' | 'FUNCTION' | 'AGGREGATE';
  readonly keyspace: string;
  /** Of everything but a keyspace. */
  readonly name?: string;
  /** Of a function or an aggregate. */
  readonly argumentTypes?: readonly string[];
}

export type Event =
  | {
      readonly type: 'TOPOLOGY_CHANGE';
      readonly change: 'NEW_NODE' | 'REMOVED_NODE' | 'MOVED_NODE';
      readonly address: string;
      readonly port: number;
    }
  | {
      readonly type: 'STATUS_CHANGE';
      readonly change: 'UP' | 'DOWN';
      readonly address: string;
      readonly port: number;
    }
  | ({ readonly type: 'SCHEMA_CHANGE' } & SchemaChange)
  | {
      readonly type: 'CLIENT_ROUTES_CHANGE';
      readonly connectionIds: readonly string[];
      readonly hostIds: readonly string[];
    };

export const EVENT_TYPES: readonly Event['type'][] = [
  'TOPOLOGY_CHANGE',
  'STATUS_CHANGE',
  'SCHEMA_CHANGE',
  'CLIENT_ROUTES_CHANGE',
];

/** Writes `string type`, then what the type asks for. */
export function writeEvent(writer: ByteWriter, event: Event): void {
  writer.string(event.type);
  if (event.type === 'SCHEMA_CHANGE') {
    writeSchemaChange(writer, event);
  } else if (event.type === 'CLIENT_ROUTES_CHANGE') {
    writer.string('UPDATE_NODES').stringList(event.connectionIds).stringList(event.hostIds);
  } else {
    writer.string(event.change).inet(event.address, event.port);
  }
}

/** Writes `string change | string target | string keyspace | string name? | string list argument types?`. */
export function writeSchemaChange(writer: ByteWriter, change: SchemaChange): void {
  writer.string(change.change).string(change.target).string(change.keyspace);
  if (change.target !== 'KEYSPACE') {
    writer.string(change.name ?? '');
  }
  if (change.target === 'FUNCTION' || change.target === 'AGGREGATE') {
    writer.stringList(change.argumentTypes ?? []);
  }
}
