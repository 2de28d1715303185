// What the fake server knows of statements: descriptions given by tests, and per node the ids that were prepared there.
import { ByteReader } from './byte-reader.ts';
import { ByteWriter, toHex } from './byte-writer.ts';
import { type Column, md5, metadataId } from './column-metadata.ts';
import { bindMarkers } from './cql-text.ts';
import { error } from './error-response.ts';
import type { BoundParameters } from './request.ts';
import { type PreparedResponse, type Response, rows } from './response.ts';

/** How a statement is prepared and answered. */
export interface StatementDescription {
  readonly parameters?: readonly Column[];
  /** Which parameters make the partition key, in its order. */
  readonly partitionKey?: readonly number[];
  readonly columns?: readonly Column[];
  readonly rows?: readonly (readonly unknown[])[];
  /** Further flags of the bind metadata. */
  readonly bindFlags?: number;
  /** A conditional statement: prepared without columns, whatever each execution then answers. */
  readonly isConditional?: boolean;
}

interface StatementRule {
  readonly cql: RegExp | string;
  readonly description: StatementDescription;
}

export interface PreparedStatement {
  readonly cql: string;
  readonly keyspace: string | undefined;
}

/** Descriptions by text; of two that fit the newer wins. */
export class Statements {
  readonly #rules: StatementRule[] = [];

  describe(cql: RegExp | string, description: StatementDescription): void {
    this.#rules.unshift({ cql, description });
  }

  find(cql: string): StatementDescription | undefined {
    return this.#rules.find((rule) => (typeof rule.cql === 'string' ? cql === rule.cql : cql.search(rule.cql) >= 0))
      ?.description;
  }
}

/** The prepared statements of one node; ids depend on text and keyspace alone, as with Cassandra. */
export class PreparedStatements {
  readonly #byId = new Map<string, PreparedStatement>();

  add(statement: PreparedStatement): Uint8Array {
    const id = md5(new TextEncoder().encode((statement.keyspace ?? '') + statement.cql));
    this.#byId.set(toHex(id), statement);
    return id;
  }

  find(id: Uint8Array): PreparedStatement | undefined {
    return this.#byId.get(toHex(id));
  }

  /** What a restart does, and an ALTER of the table. */
  clear(): void {
    this.#byId.clear();
  }
}

/** The answer to PREPARE; text that no test described gets text parameters and no columns. */
export function preparedResponse(
  id: Uint8Array,
  cql: string,
  description: StatementDescription | undefined,
  version: number,
  usesMetadataId: boolean,
): PreparedResponse {
  const columns = description?.isConditional === true ? [] : (description?.columns ?? []);
  return {
    kind: 'PREPARED',
    id,
    resultMetadataId: metadataId(columns, version),
    parameters: description?.parameters ?? bindMarkers(cql).map((name) => [name, 'text'] as const),
    partitionKey: description?.partitionKey ?? [],
    columns,
    bindFlags: description?.bindFlags ?? 0,
    usesMetadataId,
  };
}

/** The answer to an execution of a described statement, a page of it where the request wants pages. */
export function describedResponse(
  { columns, rows: values = [] }: StatementDescription,
  { pageSize, pagingState }: Pick<BoundParameters, 'pageSize' | 'pagingState'>,
): Response {
  if (columns === undefined) {
    return { kind: 'VOID' };
  }
  const start = pagingState instanceof Uint8Array ? new ByteReader(pagingState).int() : 0;
  const end = pageSize === undefined || pageSize <= 0 ? values.length : start + pageSize;
  return rows(columns, values.slice(start, end), {
    pagingState: end < values.length ? new ByteWriter().int(end).finish() : undefined,
  });
}

/** Refuses what the server does when the count of values is not that of the markers. */
export function checkValueCount(
  cql: string,
  description: StatementDescription | undefined,
  count: number,
): Response | undefined {
  const expected = description?.parameters?.length ?? bindMarkers(cql).length;
  return count === expected
    ? undefined
    : error('INVALID', `Invalid amount of bind variables: expected ${expected}, got ${count}`);
}
