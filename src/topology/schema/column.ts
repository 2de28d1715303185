// A column of a table or view.

import type { CqlType } from '../../types/data-type.ts';
import { quoteIdentifier } from '../../types/identifier.ts';

/** What a column is to its table. */
export type ColumnKind = 'partition_key' | 'clustering' | 'regular' | 'static';

/** What a {@link ColumnMetadata} is made of. */
export interface ColumnParts {
  readonly name: string;
  readonly type: CqlType;
  readonly kind: ColumnKind;
  readonly isReversed: boolean;
  /** Call of the masking function of the column, as CQL; absent where it has none. */
  readonly mask?: string | undefined;
}

/** A column of a table or view. Immutable. */
export class ColumnMetadata {
  readonly name: string;
  readonly type: CqlType;
  readonly kind: ColumnKind;
  /** True if the rows of a partition are in descending order of this clustering column. */
  readonly isReversed: boolean;
  /** Call of the function that masks the column, such as `system.mask_default()`; `undefined` where it has none. */
  readonly mask: string | undefined;

  constructor(parts: ColumnParts) {
    this.name = parts.name;
    this.type = parts.type;
    this.kind = parts.kind;
    this.isReversed = parts.isReversed;
    this.mask = parts.mask;
    Object.freeze(this);
  }

  /** The type as CQL text. */
  get cqlType(): string {
    return this.type.toString();
  }

  get isStatic(): boolean {
    return this.kind === 'static';
  }

  /** The column as CREATE TABLE lists it: `name text static`. */
  toString(): string {
    const words = [quoteIdentifier(this.name), this.cqlType];
    if (this.isStatic) words.push('static');
    if (this.mask !== undefined) words.push('MASKED WITH', this.mask);
    return words.join(' ');
  }
}
