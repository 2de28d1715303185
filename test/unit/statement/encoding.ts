// Encodes single values for the tests of writers.
import type { CqlType } from '../../../src/types/data-type.ts';
import { BoundWriter } from '../../../src/statement/bind.ts';
import { HeapSink } from '../../../src/statement/byte-sink.ts';

/** The bytes of one bound value with its length, as hex; the sink starts small, so that it has to grow. */
export function encode(type: CqlType, value: unknown, protocolVersion = 5): string {
  const writer = new BoundWriter([{ keyspace: 'ks', table: 't', name: 'v', type }], { protocolVersion });
  const sink = new HeapSink(1);
  writer.write([value] as never, sink);
  return Buffer.from(sink.take()).toString('hex');
}

/** The bytes of one bound value without its length. */
export function encodeContent(type: CqlType, value: unknown): string {
  const hex = encode(type, value);
  const length = Number.parseInt(hex.slice(0, 8), 16) | 0;
  if (length * 2 !== hex.length - 8) throw new Error(`length ${length} before ${hex.length / 2 - 4} bytes`);
  return hex.slice(8);
}
