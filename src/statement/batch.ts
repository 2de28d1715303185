// Statements that a server applies together. Encoding them is left to the execution, which prepares what has parameters.
import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';
import type { Params } from '../types/cql-value.ts';
import { BoundStatement, PreparedStatement } from './prepared.ts';
import { SimpleStatement } from './simple.ts';
import { Statement, type StatementOptions } from './statement.ts';

/** The kinds of batches, with their numbers on the wire. Source: native_protocol_v5.spec 4.1.7. */
export const BatchType = Object.freeze({ LOGGED: 0, UNLOGGED: 1, COUNTER: 2 } as const);
/** Name of a kind of batches. */
export type BatchTypeName = keyof typeof BatchType;

/** Options of a {@link BatchStatement}. */
export interface BatchStatementOptions extends StatementOptions {
  /** `'LOGGED'`: all or none will be applied in the end; `'UNLOGGED'`: no such promise; `'COUNTER'`: updates of counters. Default: `'LOGGED'`. */
  batchType?: BatchTypeName | undefined;
}

/** One statement of a batch: text, or a prepared statement, each with parameters; or a bound statement. */
export type BatchEntry =
  | { readonly kind: 'text'; readonly queryString: string; readonly params: Params | undefined }
  | { readonly kind: 'prepared'; readonly statement: PreparedStatement<unknown>; readonly params: Params | undefined }
  | { readonly kind: 'bound'; readonly statement: BoundStatement<unknown> };

/** What can be put into a batch. */
export type BatchItem = string | SimpleStatement<unknown> | PreparedStatement<unknown> | BoundStatement<unknown>;

/** The count of statements is a short on the wire. */
const MOST_ENTRIES = 0xffff;

/**
 * Several writes as one request. It is routed by the partition key of its first statement.
 *
 * @example new BatchStatement({ batchType: 'UNLOGGED' }).add(insert, [1, 'a']).add(insert, [1, 'b'])
 */
export class BatchStatement extends Statement {
  /** The kind of the batch. */
  readonly batchType: BatchTypeName;
  readonly #entries: BatchEntry[] = [];

  /** Throws `InvalidArgumentError` for a batch type that does not exist. */
  constructor(options: BatchStatementOptions = {}) {
    super(options, 'batchType');
    const { batchType = 'LOGGED' } = options;
    if (!Object.hasOwn(BatchType, batchType)) {
      const names = Object.keys(BatchType).join(', ');
      throw new InvalidArgumentError(`expected one of ${names} as batchType, got ${describe(batchType)}`, {
        field: 'batchType',
      });
    }
    this.batchType = batchType;
  }

  /** How many statements it holds. */
  get length(): number {
    return this.#entries.length;
  }

  /** The statements, in order. */
  get entries(): readonly BatchEntry[] {
    return this.#entries;
  }

  /** True if a statement in it is conditional. */
  override get isLwt(): boolean {
    return this.#entries.some((entry) => entry.kind !== 'text' && entry.statement.isLwt);
  }

  /**
   * Adds a statement. Settings of the statement itself do not count; those of the batch do.
   *
   * Throws `InvalidArgumentError` for what cannot be in a batch, for parameters beside those that a statement has already, and
   * for the 65,536th statement.
   */
  add(statement: BatchItem, params?: Params): this {
    if (this.#entries.length === MOST_ENTRIES) {
      throw new InvalidArgumentError(`expected at most ${MOST_ENTRIES} statements in a batch, got one more`, {
        field: 'statement',
      });
    }
    this.#entries.push(toEntry(statement, params));
    return this;
  }

  /** Adds statements, each with the parameters at the same place. Throws as `add`, and if there are not as many of both. */
  addAll(statements: Iterable<BatchItem>, params: Iterable<Params | undefined>): this {
    const items = [...statements];
    const lists = [...params];
    if (items.length !== lists.length) {
      throw new InvalidArgumentError(`expected ${items.length} parameter lists, got ${lists.length}`, {
        field: 'params',
      });
    }
    items.forEach((item, i) => this.add(item, lists[i]));
    return this;
  }

  /** Removes all statements. */
  clear(): this {
    this.#entries.length = 0;
    return this;
  }
}

function toEntry(item: BatchItem, params: Params | undefined): BatchEntry {
  if (typeof item === 'string' && item !== '') return { kind: 'text', queryString: item, params };
  if (item instanceof PreparedStatement) return { kind: 'prepared', statement: item, params };
  if (item instanceof SimpleStatement) {
    return { kind: 'text', queryString: item.queryString, params: onlyOne(item.params, params) };
  }
  if (item instanceof BoundStatement) {
    if (params !== undefined) throw twice();
    return { kind: 'bound', statement: item };
  }
  const message = `expected text or a simple, prepared or bound statement, got ${describe(item)}`;
  throw new InvalidArgumentError(message, { field: 'statement' });
}

function onlyOne(own: Params | undefined, given: Params | undefined): Params | undefined {
  if (own !== undefined && given !== undefined) throw twice();
  return own ?? given;
}

function twice(): InvalidArgumentError {
  return new InvalidArgumentError('expected no parameters for a statement that has its own, got some', {
    field: 'params',
  });
}
