// Keeps the schema: reads what changed, one read after the other, so that a later one never yields to an earlier one.

import type { SchemaChange } from '../protocol/events.ts';
import type { ReplicationStrategy } from '../topology/replication.ts';
import type { SchemaSnapshot } from '../topology/schema/schema-snapshot.ts';
import type { SystemSource } from './node-reader.ts';
import type { SchemaQuery, SchemaReader } from './schema-reader.ts';
import { replicationOf, SELECT_KEYSPACES } from './system-tables.ts';

/** A part of the schema that is read by itself. */
export interface SchemaPart {
  readonly target: 'KEYSPACE' | 'TABLE' | 'VIEW' | 'TYPE' | 'FUNCTION' | 'AGGREGATE';
  readonly keyspace: string;
  /** '' where the target is a keyspace. */
  readonly name: string;
}

export interface SchemaRefreshOptions {
  readonly reader: SchemaReader;
  readonly pageSize: number | null;
  /** Whether replication is kept, for routing. */
  readonly hasReplication: boolean;
  /** Does some reading on the control connection. */
  use<T>(work: (source: SystemSource) => Promise<T>): Promise<T>;
  current(): SchemaSnapshot;
  onSchema(schema: SchemaSnapshot): void;
  onReplication(replication: ReadonlyMap<string, ReplicationStrategy>): void;
}

/** More keyspaces than this, changed at once, are not read one by one. */
const MAX_KEYSPACES = 4;
/** How often a read is done again because everything was read anew meanwhile. */
const MAX_ROUNDS = 3;

export class SchemaRefresh {
  readonly #options: SchemaRefreshOptions;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SchemaRefreshOptions) {
    this.#options = options;
  }

  /** Reads these parts, or everything for `null`. Rejects if that fails. */
  read(parts: readonly SchemaPart[] | null): Promise<void> {
    return this.#inTurn(() => this.#read(parts));
  }

  /** Reads replication alone: all that the driver itself needs of a schema. */
  readReplication(): Promise<void> {
    return this.#inTurn(() => this.#options.use((source) => this.#replicate(source)));
  }

  /** Everything, for a connection that is new. */
  readAll(source: SystemSource): Promise<SchemaSnapshot> {
    return this.#options.reader.readAll(this.#query(source));
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work, work);
    this.#last = turn;
    return turn;
  }

  #read(parts: readonly SchemaPart[] | null): Promise<void> {
    const merged = parts === null ? null : mergeParts(parts);
    return this.#options.use(async (source) => {
      if (merged === null || merged.some(({ target }) => target === 'KEYSPACE')) await this.#replicate(source);
      for (let round = 1; ; round++) {
        const previous = this.#options.current();
        const next = await this.#next(source, previous, merged);
        // A new connection may have read everything meanwhile.
        if (this.#options.current() !== previous && round < MAX_ROUNDS) continue;
        this.#options.onSchema(next);
        return;
      }
    });
  }

  async #next(
    source: SystemSource,
    previous: SchemaSnapshot,
    parts: readonly SchemaPart[] | null,
  ): Promise<SchemaSnapshot> {
    if (parts === null) return this.readAll(source);
    const query = this.#query(source);
    let next = previous;
    for (const part of parts) next = await this.#part(query, next, part);
    return next;
  }

  #part(query: SchemaQuery, previous: SchemaSnapshot, { target, keyspace, name }: SchemaPart): Promise<SchemaSnapshot> {
    const { reader } = this.#options;
    switch (target) {
      case 'KEYSPACE':
        return reader.readKeyspace(query, previous, keyspace);
      case 'TABLE':
        return reader.readTable(query, previous, keyspace, name);
      case 'VIEW':
        return reader.readView(query, previous, keyspace, name);
      case 'TYPE':
        return reader.readUserType(query, previous, keyspace, name);
      case 'FUNCTION':
        return reader.readFunction(query, previous, keyspace, { name });
      case 'AGGREGATE':
        return reader.readAggregate(query, previous, keyspace, { name });
    }
  }

  async #replicate(source: SystemSource): Promise<void> {
    if (!this.#options.hasReplication) return;
    this.#options.onReplication(replicationOf(await source.rows(SELECT_KEYSPACES)));
  }

  #query(source: SystemSource): SchemaQuery {
    const { pageSize } = this.#options;
    return (cql) => source.rows(cql, { pageSize });
  }
}

/** The part that a server says has changed; `null` for a target that the driver does not know. */
export function partOf({ target, keyspace, name }: SchemaChange): SchemaPart | null {
  switch (target) {
    case 'KEYSPACE':
    case 'TABLE':
    case 'TYPE':
    case 'FUNCTION':
    case 'AGGREGATE':
      return { target, keyspace, name };
    default:
      return null;
  }
}

/** Several parts of one keyspace are read with that keyspace; those of many keyspaces with everything, which is `null`. */
export function mergeParts(parts: readonly SchemaPart[]): readonly SchemaPart[] | null {
  const byKeyspace = new Map<string, SchemaPart>();
  for (const part of parts) {
    const other = byKeyspace.get(part.keyspace);
    const isSame = other?.target === part.target && other.name === part.name;
    const whole: SchemaPart = { target: 'KEYSPACE', keyspace: part.keyspace, name: '' };
    byKeyspace.set(part.keyspace, other === undefined || isSame ? part : whole);
  }
  return byKeyspace.size > MAX_KEYSPACES ? null : [...byKeyspace.values()];
}
