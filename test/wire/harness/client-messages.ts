// Bodies of requests for the harness's own client: just enough to hold a conversation with any server.
import { ByteWriter } from './byte-writer.ts';
import { type Consistency, consistencyCode, QUERY_FLAGS } from './opcodes.ts';

export interface QueryOptions {
  readonly version: number;
  readonly consistency?: Consistency;
  readonly values?: readonly (Uint8Array | null)[];
  readonly skipMetadata?: boolean;
  readonly pageSize?: number;
  readonly pagingState?: Uint8Array;
}

export function startupBody(options: Readonly<Record<string, string>> = {}): Uint8Array {
  return new ByteWriter().stringMap({ CQL_VERSION: '3.0.0', ...options }).finish();
}

/** SASL PLAIN: zero, name, zero, password. */
export function plainTokenBody(username: string, password: string): Uint8Array {
  return new ByteWriter().bytes(new TextEncoder().encode(`\0${username}\0${password}`)).finish();
}

export function registerBody(events: readonly string[]): Uint8Array {
  return new ByteWriter().stringList(events).finish();
}

export function queryBody(cql: string, options: QueryOptions): Uint8Array {
  return writeParameters(new ByteWriter().longString(cql), options).finish();
}

export function prepareBody(cql: string, version: number): Uint8Array {
  const writer = new ByteWriter().longString(cql);
  return (version >= 5 ? writer.int(0) : writer).finish();
}

/** v5 wants the id of the result metadata too. */
export function executeBody(
  id: Uint8Array,
  resultMetadataId: Uint8Array | undefined,
  options: QueryOptions,
): Uint8Array {
  const writer = new ByteWriter().shortBytes(id);
  if (resultMetadataId !== undefined) {
    writer.shortBytes(resultMetadataId);
  }
  return writeParameters(writer, options).finish();
}

/** `short consistency | flags | values? | page size? | paging state?` */
function writeParameters(writer: ByteWriter, options: QueryOptions): ByteWriter {
  const { version, values, pageSize, pagingState } = options;
  const flags =
    (values === undefined ? 0 : QUERY_FLAGS.VALUES) |
    (options.skipMetadata === true ? QUERY_FLAGS.SKIP_METADATA : 0) |
    (pageSize === undefined ? 0 : QUERY_FLAGS.PAGE_SIZE) |
    (pagingState === undefined ? 0 : QUERY_FLAGS.PAGING_STATE);
  writer.short(consistencyCode(options.consistency ?? 'ONE'));
  if (version >= 5) {
    writer.int(flags);
  } else {
    writer.byte(flags);
  }
  if (values !== undefined) {
    writer.short(values.length);
    for (const value of values) {
      writer.bytes(value);
    }
  }
  if (pageSize !== undefined) {
    writer.int(pageSize);
  }
  return pagingState === undefined ? writer : writer.bytes(pagingState);
}
