// Requests as the core takes them: payload in the `bytes` region, everything else as numbers in the request block. Nothing
// of the wire's layout is known here but the bits of the query flags.

import { CoreFault } from '../core/core-fault.ts';
import { InvalidArgumentError } from '../errors.ts';
import { coreErrorText } from './core-errors.ts';
import { HeaderFlag, Opcode, QueryFlag } from './opcodes.ts';
import { RequestSink } from './request-sink.ts';
import type { EncodedFrame } from '../core.ts';
import type { RequestMemory } from './request-sink.ts';

/** The part of the core that writes requests. */
export interface EncodingCore {
  readonly request: RequestMemory;
  encode(opcode: number): EncodedFrame;
}

/** What of a connection decides how a frame is written. */
export interface WireFormat {
  readonly version: 3 | 4 | 5;
  /** 0 none, 1 lz4, 2 snappy: what STARTUP agreed on. */
  readonly compression: 0 | 1 | 2;
}

/** Bound values that write themselves, each as `[value]`. */
export interface ValueSource {
  /** Writes every value and returns how many they are; may run user code, and throw what that throws. */
  writeValues(sink: RequestSink): number;
}

/** One entry of a custom payload. */
export type PayloadEntry = readonly [key: string, value: Uint8Array | null];

/** Where the partition key of a request is, so that its token is computed with it. */
export interface Routing {
  /** 1 Murmur3, 2 Random, 3 ByteOrdered, 4 CDC. */
  readonly partitioner: 1 | 2 | 3 | 4;
  /** The positions of the key's components among the values, in the order of the partition key. */
  readonly indexes: readonly number[] | undefined;
  /** The components themselves, where they are not among the values; decides before `indexes`. */
  readonly components: readonly Uint8Array[] | undefined;
  /** BATCH: the entry whose values `indexes` counts; 0 otherwise. */
  readonly entry: number;
}

/** What QUERY, EXECUTE and BATCH have in common; undefined leaves a field out of the frame. */
export interface RequestParameters {
  readonly consistency: number;
  readonly serialConsistency: number | undefined;
  /** Microseconds: of 64 bits, or a safe integer. */
  readonly timestamp: bigint | number | undefined;
  /** v5. */
  readonly keyspace: string | undefined;
  /** v5: the time that TTLs count from. */
  readonly nowInSeconds: number | undefined;
  readonly tracing: boolean;
  /** v4 and later. */
  readonly payload: readonly PayloadEntry[] | undefined;
  readonly routing: Routing | undefined;
}

/** What QUERY and EXECUTE have in common. */
export interface PagedParameters extends RequestParameters {
  readonly values: ValueSource | undefined;
  /** Rows a page; undefined lets the server decide. */
  readonly pageSize: number | undefined;
  readonly pagingState: Uint8Array | undefined;
}

/** QUERY. */
export interface QueryRequest extends PagedParameters {
  readonly query: string;
  /** Whether the values come with their names before them. */
  readonly namedValues: boolean;
}

/** What a query of the driver's own leaves out: values, paging, and whatever a user could set. */
export const PLAIN_QUERY: Omit<QueryRequest, 'query' | 'consistency'> = Object.freeze({
  namedValues: false,
  values: undefined,
  pageSize: undefined,
  pagingState: undefined,
  serialConsistency: undefined,
  timestamp: undefined,
  keyspace: undefined,
  nowInSeconds: undefined,
  tracing: false,
  payload: undefined,
  routing: undefined,
});

/** EXECUTE. */
export interface ExecuteRequest extends PagedParameters {
  readonly id: Uint8Array;
  /** v5. */
  readonly resultMetadataId: Uint8Array | undefined;
  readonly skipMetadata: boolean;
}

/** PREPARE. */
export interface PrepareRequest {
  readonly query: string;
  /** v5. */
  readonly keyspace: string | undefined;
  readonly tracing: boolean;
  readonly payload: readonly PayloadEntry[] | undefined;
}

/** The statements of a BATCH, in order. */
export interface BatchEntries {
  readonly length: number;
  /** CQL text or a prepared id. */
  statement(index: number): string | Uint8Array;
  /** Writes the values of one statement as {@link ValueSource} does. */
  writeValues(index: number, sink: RequestSink): number;
}

/** BATCH. */
export interface BatchRequest extends RequestParameters {
  /** 0 logged, 1 unlogged, 2 counter. */
  readonly type: 0 | 1 | 2;
  readonly entries: BatchEntries;
}

/** Bodies smaller than this stay uncompressed. */
const MIN_COMPRESSED_LENGTH = 512;

/** The partitioner whose tokens are the keys. */
const BYTE_ORDERED = 3;

/** Where in the request block a number stands. */
const Word = Object.freeze({
  VERSION: 0,
  COMPRESSION: 1,
  FLAGS: 2,
  CONSISTENCY: 3,
  QUERY_FLAGS: 4,
  VALUE_COUNT: 5,
  VALUES: 6,
  PAGE_SIZE: 8,
  SERIAL_CONSISTENCY: 9,
  TIMESTAMP: 10,
  NOW_IN_SECONDS: 12,
  STATEMENT: 13,
  RESULT_METADATA_ID: 15,
  PAGING_STATE: 17,
  KEYSPACE: 19,
  BATCH_TYPE: 21,
  ENTRY_COUNT: 22,
  PAYLOAD_COUNT: 23,
  STRING_COUNT: 24,
  KEY_COUNT: 25,
  PARTITIONER: 26,
  MIN_COMPRESSED_LENGTH: 27,
  LISTS: 32,
});

const RANGES = [Word.VALUES, Word.STATEMENT, Word.RESULT_METADATA_ID, Word.PAGING_STATE, Word.KEYSPACE];

/**
 * Encodes the requests of one core. Values may run user code (a getter, a toString) that sends a request of its own in
 * the middle of another's encoding: the outer one's bytes are taken out for that time, and nothing else of it is
 * written before its last value.
 */
export class RequestEncoder {
  readonly #core: EncodingCore;
  readonly #sink: RequestSink;
  readonly #head = new Int32Array(Word.LISTS);
  readonly #long = new BigInt64Array(1);
  readonly #longWords = new Int32Array(this.#long.buffer);
  /** The lists of the request that is being written, the first `#listLength` numbers; what is behind is old. */
  #lists: number[] = [];
  #listLength = 0;
  #isWriting = false;

  constructor(core: EncodingCore) {
    this.#core = core;
    this.#sink = new RequestSink(core.request);
  }

  /** STARTUP with these options; never compressed. */
  startup(wire: WireFormat, options: Iterable<readonly [string, string]>): EncodedFrame {
    return this.#strings(wire, Opcode.STARTUP, [...options].flat());
  }

  /** OPTIONS. */
  options(wire: WireFormat): EncodedFrame {
    return this.#strings(wire, Opcode.OPTIONS, []);
  }

  /** REGISTER for these kinds of event. */
  register(wire: WireFormat, events: readonly string[]): EncodedFrame {
    return this.#strings(wire, Opcode.REGISTER, events);
  }

  /** AUTH_RESPONSE with this token. */
  authResponse(wire: WireFormat, token: Uint8Array | null): EncodedFrame {
    const outer = this.#begin();
    try {
      this.#reset(wire, 0);
      if (token !== null) this.#bytes(Word.STATEMENT, token);
      return this.#encode(Opcode.AUTH_RESPONSE);
    } finally {
      this.#end(outer);
    }
  }

  /** PREPARE. Throws InvalidArgumentError if the text has a lone surrogate. */
  prepare(wire: WireFormat, request: PrepareRequest): EncodedFrame {
    const outer = this.#begin();
    try {
      this.#reset(wire, request.tracing ? HeaderFlag.TRACING : 0);
      this.#text(Word.STATEMENT, request.query, 'query');
      if (request.keyspace !== undefined) this.#text(Word.KEYSPACE, request.keyspace, 'keyspace');
      this.#payload(request.payload);
      return this.#encode(Opcode.PREPARE);
    } finally {
      this.#end(outer);
    }
  }

  /** QUERY. Throws what writing its values throws, and InvalidArgumentError if the text has a lone surrogate. */
  query(wire: WireFormat, request: QueryRequest): EncodedFrame {
    const outer = this.#begin();
    try {
      const flags = this.#paged(wire, request, request.namedValues ? QueryFlag.NAMES_FOR_VALUES : 0);
      this.#text(Word.STATEMENT, request.query, 'query');
      this.#parameters(request, flags);
      this.#payload(request.payload);
      this.#keys(request.routing, 0);
      return this.#encode(Opcode.QUERY);
    } finally {
      this.#end(outer);
    }
  }

  /** EXECUTE. Throws what writing its values throws. */
  execute(wire: WireFormat, request: ExecuteRequest): EncodedFrame {
    const outer = this.#begin();
    try {
      const flags = this.#paged(wire, request, request.skipMetadata ? QueryFlag.SKIP_METADATA : 0);
      this.#bytes(Word.STATEMENT, request.id);
      if (request.resultMetadataId !== undefined) this.#bytes(Word.RESULT_METADATA_ID, request.resultMetadataId);
      this.#parameters(request, flags);
      this.#payload(request.payload);
      this.#keys(request.routing, 0);
      return this.#encode(Opcode.EXECUTE);
    } finally {
      this.#end(outer);
    }
  }

  /** BATCH. Throws what writing the values of its entries throws. */
  batch(wire: WireFormat, request: BatchRequest): EncodedFrame {
    const outer = this.#begin();
    try {
      const entries = this.#entries(request.entries);
      this.#reset(wire, request.tracing ? HeaderFlag.TRACING : 0);
      this.#head[Word.BATCH_TYPE] = request.type;
      this.#head[Word.ENTRY_COUNT] = request.entries.length;
      this.#lists = entries;
      this.#listLength = entries.length;
      this.#parameters(request, 0);
      this.#payload(request.payload);
      this.#keys(request.routing, entries[(request.routing?.entry ?? 0) * 6 + 4] ?? 0);
      return this.#encode(Opcode.BATCH);
    } finally {
      this.#end(outer);
    }
  }

  #begin(): Uint8Array | undefined {
    const outer = this.#isWriting ? this.#sink.takeOut() : undefined;
    this.#isWriting = true;
    this.#sink.position = 0;
    return outer;
  }

  #end(outer: Uint8Array | undefined): void {
    if (outer === undefined) this.#isWriting = false;
    else this.#sink.putBack(outer);
  }

  #encode(opcode: number): EncodedFrame {
    const { request } = this.#core;
    const count = this.#listLength;
    request.reserveWords(Word.LISTS + count);
    const { words } = request;
    const head = this.#head;
    const lists = this.#lists;
    // For so few words a loop is quicker than `set`.
    for (let i = 0; i < Word.LISTS; i++) words[i] = head[i] ?? 0;
    for (let i = 0; i < count; i++) words[Word.LISTS + i] = lists[i] ?? 0;
    const key = head[Word.PARTITIONER] === BYTE_ORDERED ? this.#orderedKey() : undefined;
    try {
      const frame = this.#core.encode(opcode);
      return key === undefined ? frame : { ...frame, wideToken: key };
    } catch (error) {
      if (!(error instanceof CoreFault)) throw error;
      throw new InvalidArgumentError(`the request cannot be encoded: ${coreErrorText(error.kind)}`, {
        field: 'query',
        cause: error,
      });
    }
  }

  #reset(wire: WireFormat, flags: number): void {
    const head = this.#head;
    head.fill(0);
    for (const word of RANGES) head[word + 1] = -1;
    head[Word.VERSION] = wire.version;
    head[Word.COMPRESSION] = wire.compression;
    head[Word.FLAGS] = flags;
    head[Word.MIN_COMPRESSED_LENGTH] = MIN_COMPRESSED_LENGTH;
    this.#listLength = 0;
  }

  #strings(wire: WireFormat, opcode: number, strings: readonly string[]): EncodedFrame {
    const outer = this.#begin();
    try {
      this.#reset({ version: wire.version, compression: 0 }, 0);
      for (const text of strings) this.#listText(text, 'options');
      this.#head[Word.STRING_COUNT] = strings.length;
      return this.#encode(opcode);
    } finally {
      this.#end(outer);
    }
  }

  /** Writes the values first: only they run user code, and only `bytes` is saved when that encodes something. */
  #paged(wire: WireFormat, request: PagedParameters, flags: number): number {
    const count = request.values?.writeValues(this.#sink) ?? 0;
    this.#reset(wire, request.tracing ? HeaderFlag.TRACING : 0);
    if (count === 0) return flags & ~QueryFlag.NAMES_FOR_VALUES;
    this.#head[Word.VALUE_COUNT] = count;
    this.#head[Word.VALUES + 1] = this.#sink.position;
    return flags | QueryFlag.VALUES;
  }

  #parameters(request: RequestParameters & Partial<PagedParameters>, given: number): void {
    const head = this.#head;
    let flags = given;
    head[Word.CONSISTENCY] = request.consistency;
    if (request.pageSize !== undefined) {
      flags |= QueryFlag.PAGE_SIZE;
      head[Word.PAGE_SIZE] = request.pageSize;
    }
    if (request.pagingState !== undefined) {
      flags |= QueryFlag.PAGING_STATE;
      this.#bytes(Word.PAGING_STATE, request.pagingState);
    }
    if (request.serialConsistency !== undefined) {
      flags |= QueryFlag.SERIAL_CONSISTENCY;
      head[Word.SERIAL_CONSISTENCY] = request.serialConsistency;
    }
    if (request.timestamp !== undefined) {
      flags |= QueryFlag.TIMESTAMP;
      this.#timestamp(request.timestamp);
    }
    if (request.keyspace !== undefined) {
      flags |= QueryFlag.KEYSPACE;
      this.#text(Word.KEYSPACE, request.keyspace, 'keyspace');
    }
    if (request.nowInSeconds !== undefined) {
      flags |= QueryFlag.NOW_IN_SECONDS;
      head[Word.NOW_IN_SECONDS] = request.nowInSeconds;
    }
    head[Word.QUERY_FLAGS] = flags;
  }

  #timestamp(micros: bigint | number): void {
    const head = this.#head;
    if (typeof micros === 'number') {
      head[Word.TIMESTAMP] = micros;
      head[Word.TIMESTAMP + 1] = Math.floor(micros / 0x1_0000_0000);
      return;
    }
    this.#long[0] = micros;
    head[Word.TIMESTAMP] = this.#longWords[0] ?? 0;
    head[Word.TIMESTAMP + 1] = this.#longWords[1] ?? 0;
  }

  /** Six words an entry: 0 text or 1 id, its range, how many values, their range. A statement that follows itself is written once. */
  #entries(entries: BatchEntries): number[] {
    const sink = this.#sink;
    const words: number[] = [];
    let last: string | Uint8Array | undefined;
    let start = 0;
    let length = 0;
    for (let i = 0; i < entries.length; i++) {
      const valuesStart = sink.position;
      const count = entries.writeValues(i, sink);
      const valuesLength = sink.position - valuesStart;
      const statement = entries.statement(i);
      if (statement !== last) {
        last = statement;
        start = sink.position;
        if (typeof statement === 'string') this.#utf8(statement, 'query');
        else sink.bytes(statement);
        length = sink.position - start;
      }
      words.push(typeof statement === 'string' ? 0 : 1, start, length, count, valuesStart, valuesLength);
    }
    return words;
  }

  #payload(payload: readonly PayloadEntry[] | undefined): void {
    if (payload === undefined) return;
    for (const [key, value] of payload) {
      this.#listText(key, 'customPayload');
      this.#listBytes(value);
    }
    this.#head[Word.PAYLOAD_COUNT] = payload.length;
  }

  /** The partition key as one: its only component, or each as `[short length] bytes 00`; undefined if one has no value. */
  #orderedKey(): Uint8Array | undefined {
    const count = this.#head[Word.KEY_COUNT] ?? 0;
    const ranges = this.#lists.slice(this.#listLength - 2 * count, this.#listLength);
    const { bytes } = this.#core.request;
    const components: Uint8Array[] = [];
    for (let i = 0; i < ranges.length; i += 2) {
      const [start = 0, length = -1] = [ranges[i], ranges[i + 1]];
      if (length < 0) return undefined;
      components.push(bytes.slice(start, start + length));
    }
    const [only, ...others] = components;
    if (only === undefined || others.length === 0) return only;
    return Uint8Array.from(components.flatMap((part) => [part.length >> 8, part.length & 0xff, ...part, 0]));
  }

  #keys(routing: Routing | undefined, valuesStart: number): void {
    if (routing === undefined) return;
    const { components, indexes } = routing;
    if (components !== undefined) for (const component of components) this.#listBytes(component);
    else if (indexes !== undefined) for (const index of indexes) this.#listValue(valuesStart, index);
    this.#head[Word.KEY_COUNT] = (components ?? indexes ?? []).length;
    this.#head[Word.PARTITIONER] = routing.partitioner;
  }

  /** The range of the value with this index, found by walking the `[int length][content]` before it. */
  #listValue(valuesStart: number, index: number): void {
    const { view } = this.#sink;
    let position = valuesStart;
    for (let i = 0; i < index; i++) position += 4 + Math.max(0, view.getInt32(position));
    this.#list(position + 4, Math.max(-1, view.getInt32(position)));
  }

  #listText(text: string, field: string): void {
    const start = this.#sink.position;
    this.#utf8(text, field);
    this.#list(start, this.#sink.position - start);
  }

  #listBytes(bytes: Uint8Array | null): void {
    this.#list(this.#sink.position, bytes === null ? -1 : bytes.length);
    if (bytes !== null) this.#sink.bytes(bytes);
  }

  /** Adds a range. */
  #list(start: number, length: number): void {
    this.#lists[this.#listLength++] = start;
    this.#lists[this.#listLength++] = length;
  }

  #text(word: number, text: string, field: string): void {
    const start = this.#sink.position;
    this.#utf8(text, field);
    this.#head[word] = start;
    this.#head[word + 1] = this.#sink.position - start;
  }

  #bytes(word: number, bytes: Uint8Array): void {
    this.#head[word] = this.#sink.position;
    this.#head[word + 1] = bytes.length;
    this.#sink.bytes(bytes);
  }

  #utf8(text: string, field: string): void {
    if (!this.#sink.text(text)) {
      throw new InvalidArgumentError(`expected ${field} to be text that has UTF-8, got a lone surrogate`, { field });
    }
  }
}
