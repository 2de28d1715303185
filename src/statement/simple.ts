// A statement that is text, with or without parameters.
import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';
import type { Params } from '../types/cql-value.ts';
import { Statement, type StatementOptions } from './statement.ts';

/** Options of a {@link SimpleStatement}. */
export interface SimpleStatementOptions extends StatementOptions {
  /** Values for the markers of the text: in order for `?` and `%s`, by name for `:name` and `%(name)s`. */
  params?: Params | undefined;
}

/**
 * A statement as text. With parameters it is prepared when it is executed, so that the server says what types they have.
 *
 * @example new SimpleStatement('select * from flight where origin = ?', { params: ['BOS'], fetchSize: 100 })
 */
export class SimpleStatement<Row = Record<string, unknown>> extends Statement<Row> {
  /** The text. */
  readonly queryString: string;
  /** The values, if there are any. */
  readonly params: Params | undefined;

  /** Throws `InvalidArgumentError` if the text is no string, or empty. */
  constructor(queryString: string, options: SimpleStatementOptions = {}) {
    super(options, 'params');
    if (typeof queryString !== 'string' || queryString === '') {
      throw new InvalidArgumentError(`expected the text of a statement, got ${describe(queryString)}`, {
        field: 'queryString',
      });
    }
    this.queryString = queryString;
    this.params = options.params;
  }
}
