// The types of one keyspace: its user-defined types with all their fields, and every type text in it, each parsed once.

import { ProtocolError } from '../errors.ts';
import { UserType } from '../topology/schema/user-type.ts';
import type { CqlType } from '../types/data-type.ts';
import { parseType } from '../types/parse-type.ts';
import { requireText, textList } from './schema-values.ts';
import type { SystemRow } from './system-tables.ts';

/** How many user-defined types may stand within one another. */
const MAX_DEPTH = 64;

export class KeyspaceTypes {
  readonly #keyspace: string;
  readonly #rows = new Map<string, SystemRow>();
  readonly #userTypes: Map<string, UserType>;
  readonly #parsed = new Map<string, CqlType>();
  #depth = 0;
  #isComplete = true;

  /** `known` are types that are there already, for reading single objects. */
  constructor(keyspace: string, rows: readonly SystemRow[], known: ReadonlyMap<string, UserType> = new Map()) {
    this.#keyspace = keyspace;
    this.#userTypes = new Map(known);
    for (const row of rows) this.#rows.set(String(row['type_name']), row);
  }

  /** False after a text has named a user-defined type that is not there. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Reads a type of this keyspace. Throws a DriverError for text that is none. */
  parse(text: string): CqlType {
    let type = this.#parsed.get(text);
    if (type === undefined) {
      const userType = (name: string): CqlType | undefined => this.#find(name)?.cqlType;
      type = parseType(text, { keyspace: this.#keyspace, userType });
      this.#parsed.set(text, type);
    }
    return type;
  }

  /** Makes the user-defined type of a row. Throws a DriverError for a row that describes none. */
  userType(row: SystemRow): UserType {
    const name = requireText(row, 'type_name');
    const made = this.#userTypes.get(name);
    if (made !== undefined) return made;
    if (this.#depth >= MAX_DEPTH)
      throw new ProtocolError(`expected at most ${MAX_DEPTH} user types within one another`);
    // A type that contains itself finds no row of itself.
    this.#rows.delete(name);
    this.#depth += 1;
    try {
      const fieldNames = textList(row, 'field_names');
      const fieldTypes = textList(row, 'field_types').map((text) => this.parse(text));
      const type = new UserType({ keyspaceName: this.#keyspace, name, fieldNames, fieldTypes });
      this.#userTypes.set(name, type);
      return type;
    } finally {
      this.#depth -= 1;
    }
  }

  #find(name: string): UserType | undefined {
    const made = this.#userTypes.get(name);
    if (made !== undefined) return made;
    const row = this.#rows.get(name);
    if (row !== undefined) return this.userType(row);
    this.#isComplete = false;
    return undefined;
  }
}
