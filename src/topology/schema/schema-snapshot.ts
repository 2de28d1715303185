// The schema at one moment. A snapshot never changes; a refresh makes a new one that shares what stayed the same.

import { inOrderOfNames } from './describable.ts';
import type { KeyspaceMetadata } from './keyspace.ts';

export class SchemaSnapshot {
  readonly keyspaces: ReadonlyMap<string, KeyspaceMetadata>;

  constructor(keyspaces: ReadonlyMap<string, KeyspaceMetadata>) {
    this.keyspaces = keyspaces;
  }

  static readonly empty = new SchemaSnapshot(new Map());

  /** The same schema with this keyspace instead of the one of its name, if there is one. */
  with(keyspace: KeyspaceMetadata): SchemaSnapshot {
    return new SchemaSnapshot(new Map(this.keyspaces).set(keyspace.name, keyspace));
  }

  /** The same schema without a keyspace. */
  without(name: string): SchemaSnapshot {
    if (!this.keyspaces.has(name)) return this;
    const keyspaces = new Map(this.keyspaces);
    keyspaces.delete(name);
    return new SchemaSnapshot(keyspaces);
  }

  /** The statements that make every keyspace that users made, in the order of names. */
  exportAsString(): string {
    const made = inOrderOfNames(this.keyspaces).filter((keyspace) => !keyspace.isSystem);
    return made.map((keyspace) => keyspace.exportAsString()).join('\n\n');
  }
}
