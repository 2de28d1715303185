// One column of a result or one bind marker of a statement, as the server described it.
import type { CqlType } from './data-type.ts';

/** A column of a result, or a bind marker of a prepared statement. */
export interface ColumnSpec {
  /** Keyspace of the table; empty where the server names none. */
  readonly keyspace: string;
  /** Table; empty where the server names none. */
  readonly table: string;
  /** Name of the column, its alias, or the name of the bind marker. */
  readonly name: string;
  /** Its CQL type. */
  readonly type: CqlType;
}
