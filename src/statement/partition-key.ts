// The key of a partition as servers hash it, from the values of its columns.

import { InvalidArgumentError } from '../errors.ts';
import type { CqlType } from '../types/data-type.ts';
import { describe } from '../types/describe.ts';
import { BindPath } from './bind-path.ts';
import { HeapSink } from './byte-sink.ts';
import { valueWriter } from './writers.ts';

/** A column of a partition key. */
export interface KeyColumn {
  readonly name: string;
  readonly type: CqlType;
}

/**
 * Encodes a partition key: the value of its only column, or each of several as `[short length] bytes 00`.
 *
 * @throws {InvalidArgumentError} for a wrong number of values or null.
 * @throws {CodecError} for a value that does not fit its column.
 */
export function encodePartitionKey(columns: readonly KeyColumn[], values: readonly unknown[]): Uint8Array {
  if (values.length !== columns.length) {
    const names = columns.map(({ name }) => name).join(', ');
    throw new InvalidArgumentError(
      `expected ${columns.length} values of the partition key (${names}), got ${values.length}`,
      {
        field: 'routingKey',
      },
    );
  }
  const parts = columns.map((column, i) => encodeValue(column, values[i]));
  const [only, ...others] = parts;
  if (only !== undefined && others.length === 0) return only;
  return Uint8Array.from(parts.flatMap((part) => [part.length >> 8, part.length & 0xff, ...part, 0]));
}

function encodeValue({ name, type }: KeyColumn, value: unknown): Uint8Array {
  if (value === null || value === undefined) {
    throw new InvalidArgumentError(`expected a value for ${name} of the partition key, got ${describe(value)}`, {
      field: 'routingKey',
    });
  }
  const sink = new HeapSink();
  const path = new BindPath();
  path.start(name);
  valueWriter(type)(value, sink, path);
  return sink.take().subarray(4);
}
