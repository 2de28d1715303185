// What the core knows of one shape of rows, named by an id of one instance of the core.

import type { ColumnSpec } from './column-spec.ts';

/** One shape of rows. */
export interface Program {
  readonly id: number;
  readonly columns: readonly ColumnSpec[];
  /** The metadata as it came, from which any instance of the core can make the program again. */
  readonly metadata: Uint8Array;
}
