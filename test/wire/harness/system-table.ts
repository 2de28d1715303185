// A table that the fake server can answer SELECT from: columns, rows by column name, projection and equality.
import type { SelectText } from './cql-text.ts';
import { toHex } from './byte-writer.ts';
import type { BoundValue } from './byte-reader.ts';
import type { Column } from './column-metadata.ts';
import type { CqlType } from './cql-type.ts';
import { error } from './error-response.ts';
import { type Response, rows } from './response.ts';
import { encodeValue } from './value.ts';

export type SystemRow = Readonly<Record<string, unknown>>;

export interface SystemTable {
  readonly keyspace: string;
  readonly name: string;
  readonly columns: Readonly<Record<string, CqlType>>;
  readonly rows: readonly SystemRow[];
}

/** Answers a SELECT; a name that the table does not have is an error, as with a real server. */
export function answerSelect(table: SystemTable, select: SelectText, values: readonly BoundValue[]): Response {
  const names = select.columns ?? Object.keys(table.columns);
  const unknown = [...names, ...select.equalities.map(({ column }) => column)].find((name) => !(name in table.columns));
  if (unknown !== undefined) {
    return error('INVALID', `Undefined column name ${unknown} in table ${table.keyspace}.${table.name}`);
  }
  const found = table.rows.filter((row) => matches(table, row, select, values));
  return rows(
    names.map((name) => tableColumn(table, name)),
    found.map((row) => names.map((name) => row[name])),
  );
}

/** What a SELECT of a system table will give, for PREPARE. */
export function selectedColumns(table: SystemTable, select: SelectText): Column[] {
  return (select.columns ?? Object.keys(table.columns)).map((name) => tableColumn(table, name));
}

export function tableColumn(table: SystemTable, name: string): Column {
  return { keyspace: table.keyspace, table: table.name, name, type: columnType(table, name) };
}

function matches(table: SystemTable, row: SystemRow, select: SelectText, values: readonly BoundValue[]): boolean {
  let marker = 0;
  return select.equalities.every(({ column, literal }) => {
    if (literal !== undefined) {
      return String(row[column]) === literal;
    }
    const wanted = values[marker];
    marker += 1;
    const own = encodeValue(columnType(table, column), row[column]);
    return wanted instanceof Uint8Array && own !== null && toHex(own) === toHex(wanted);
  });
}

function columnType(table: SystemTable, name: string): CqlType {
  return table.columns[name] ?? 'blob';
}
