// The entry `ferrocql/arrow`: pages that were read as columns become tables of Apache Arrow. Needs the package apache-arrow.
import { makeData, RecordBatch, Schema, Struct, Table } from 'apache-arrow';
import { columnData } from './arrow/column-data.ts';
import { arrowField } from './arrow/arrow-types.ts';
import { InvalidArgumentError } from './errors.ts';
import { ColumnBatch } from './result/columns.ts';
import type { ResultSet } from './result/result-set.ts';
import { describe } from './types/describe.ts';

/**
 * Makes Arrow's record batch of a page that was read with `rowFactory: 'columns'`, or a table: of one page of a result, or of several
 * pages, as `result.all()` collects them.
 *
 * Shares memory with the page where Arrow's layout allows it: int, bigint, counter, double, text, ascii, inet, blob, uuid, timeuuid,
 * date (`DateDay`), time (`TimeNanosecond`) and duration (`IntervalMonthDayNano`) are not copied, nor is what says which values are null.
 * tinyint, smallint, float, boolean and timestamp (`TimestampMillisecond`) are copied to their smaller or other form. varint and decimal,
 * for which Arrow has no type of any size, become text. Collections, tuples and user-defined types become lists, maps and structs.
 * Codecs and the cluster's `types` do not count.
 *
 * Throws `InvalidArgumentError` for anything but pages of columns.
 *
 * @example const table = toArrow(await session.execute('SELECT * FROM prices', [], { rowFactory: 'columns' }));
 */
export function toArrow(source: ColumnBatch): RecordBatch;
export function toArrow(source: readonly ColumnBatch[] | ResultSet<ColumnBatch>): Table;
export function toArrow(source: ColumnBatch | readonly ColumnBatch[] | ResultSet<ColumnBatch>): RecordBatch | Table {
  if (source instanceof ColumnBatch) return recordBatch(source);
  const pages: unknown = Array.isArray(source) ? source : (source as Partial<ResultSet<ColumnBatch>> | null)?.rows;
  if (!Array.isArray(pages)) throw noColumns(source);
  const batches = pages.map((page: unknown) => {
    if (page instanceof ColumnBatch) return recordBatch(page);
    throw noColumns(page);
  });
  return new Table(batches);
}

function recordBatch(page: ColumnBatch): RecordBatch {
  const schema = new Schema(page.columns.map(arrowField));
  const children = page.columns.map(columnData);
  const data = makeData({ type: new Struct(schema.fields), length: page.length, nullCount: 0, children });
  return new RecordBatch(schema, data);
}

function noColumns(got: unknown): InvalidArgumentError {
  const message = `expected pages read with rowFactory 'columns', got ${describe(got)}`;
  return new InvalidArgumentError(message, { field: 'source' });
}
