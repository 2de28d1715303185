// What lands in the request block, word by word.

import assert from 'node:assert/strict';
import test from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RequestEncoder } from '../../../src/protocol/requests.ts';
import { FakeCore } from '../connection/fake-core.ts';
import { batchEntries } from './batch-entries.ts';
import type { BatchRequest, ExecuteRequest, QueryRequest, ValueSource } from '../../../src/protocol/requests.ts';
import type { EncodedRequest } from '../connection/fake-core.ts';

const V4 = { version: 4, compression: 0 } as const;
const V5 = { version: 5, compression: 1 } as const;

/** Values written as `[int length][content]`; null has length -1. */
function values(...contents: (readonly number[] | null)[]): ValueSource {
  return {
    writeValues: (sink) => {
      for (const content of contents) {
        sink.ensure(4 + (content?.length ?? 0));
        sink.view.setInt32(sink.position, content?.length ?? -1);
        sink.buffer.set(content ?? [], sink.position + 4);
        sink.position += 4 + (content?.length ?? 0);
      }
      return contents.length;
    },
  };
}

const parameters = {
  consistency: 1,
  serialConsistency: undefined,
  timestamp: undefined,
  keyspace: undefined,
  nowInSeconds: undefined,
  tracing: false,
  payload: undefined,
  routing: undefined,
  values: undefined,
  pageSize: undefined,
  pagingState: undefined,
} as const;

function query(request: Partial<QueryRequest> = {}): QueryRequest {
  return { ...parameters, query: 'SELECT k FROM t', namedValues: false, ...request };
}

function execute(request: Partial<ExecuteRequest> = {}): ExecuteRequest {
  return { ...parameters, id: Uint8Array.of(1, 2), resultMetadataId: undefined, skipMetadata: false, ...request };
}

/** Encodes on a fresh core and gives what stood in the block. */
function block(encode: (encoder: RequestEncoder) => unknown): EncodedRequest {
  const core = new FakeCore();
  encode(new RequestEncoder(core));
  const encoded = core.encoded[0];
  assert.ok(encoded !== undefined && core.encoded.length === 1);
  return encoded;
}

function range({ words, bytes }: EncodedRequest, word: number): number[] | null {
  const [offset = 0, length = -1] = words.subarray(word, word + 2);
  return length < 0 ? null : [...bytes.subarray(offset, offset + length)];
}

function text(request: EncodedRequest, word: number): string | null {
  const bytes = range(request, word);
  return bytes === null ? null : new TextDecoder().decode(Uint8Array.from(bytes));
}

test('fills the block of a plain QUERY', () => {
  const request = block((encoder) => encoder.query(V4, query()));

  assert.equal(request.opcode, Opcode.QUERY);
  assert.deepEqual([...request.words.subarray(0, 6)], [4, 0, 0, 1, 0, 0]);
  assert.equal(text(request, 13), 'SELECT k FROM t');
  assert.deepEqual(
    [15, 17, 19].map((word) => range(request, word)),
    [null, null, null],
  );
  assert.deepEqual([...request.words.subarray(21, 27)], [0, 0, 0, 0, 0, 0]);
});

test('flags each parameter of a QUERY that is given', () => {
  const given = {
    serialConsistency: 9,
    timestamp: -2n,
    keyspace: 'ks',
    nowInSeconds: 77,
    tracing: true,
    pageSize: 5000,
    pagingState: Uint8Array.of(9, 9),
    values: values([5]),
  };

  const request = block((encoder) => encoder.query(V5, query(given)));

  const { words } = request;
  assert.deepEqual([...words.subarray(0, 6)], [5, 1, 0x02, 1, 0x01 | 0x04 | 0x08 | 0x10 | 0x20 | 0x80 | 0x100, 1]);
  assert.deepEqual(range(request, 6), [0, 0, 0, 1, 5]);
  assert.deepEqual([...words.subarray(8, 13)], [5000, 9, -2, -1, 77]);
  assert.deepEqual(range(request, 17), [9, 9]);
  assert.equal(text(request, 19), 'ks');
});

test('splits a timestamp into its lower and upper word', () => {
  const request = block((encoder) => encoder.query(V4, query({ timestamp: 0x1234_5678_9abc_def0n })));

  assert.deepEqual([...request.words.subarray(10, 12)], [0x9abcdef0 | 0, 0x12345678]);
});

test('flags names only beside values', () => {
  const named = block((encoder) => encoder.query(V4, query({ namedValues: true, values: values([1]) })));
  const none = block((encoder) => encoder.query(V4, query({ namedValues: true, values: values() })));

  assert.deepEqual([named.words[4], none.words[4]], [0x41, 0]);
});

test('fills the block of an EXECUTE', () => {
  const given = { resultMetadataId: Uint8Array.of(7), skipMetadata: true, values: values([1, 2], null) };

  const request = block((encoder) => encoder.execute(V5, execute(given)));

  assert.equal(request.opcode, Opcode.EXECUTE);
  assert.deepEqual([request.words[4], request.words[5]], [0x03, 2]);
  assert.deepEqual(range(request, 6), [0, 0, 0, 2, 1, 2, 0xff, 0xff, 0xff, 0xff]);
  assert.deepEqual([range(request, 13), range(request, 15)], [[1, 2], [7]]);
});

test('points at the components of the partition key among the values, in its order', () => {
  const routing = { partitioner: 1, indexes: [2, 0, 1], components: undefined, entry: 0 } as const;

  const request = block((encoder) => encoder.execute(V4, execute({ values: values([1, 1], null, [3]), routing })));

  assert.deepEqual([request.words[25], request.words[26]], [3, 1]);
  assert.deepEqual([range(request, 32), range(request, 34), range(request, 36)], [[3], [1, 1], null]);
});

test('appends a partition key that is given apart', () => {
  const routing = {
    partitioner: 3,
    indexes: undefined,
    components: [Uint8Array.of(8, 8), Uint8Array.of(9)],
    entry: 0,
  } as const;

  const request = block((encoder) => encoder.query(V4, query({ routing })));

  assert.deepEqual([request.words[25], request.words[26]], [2, 3]);
  assert.deepEqual([range(request, 32), range(request, 34)], [[8, 8], [9]]);
});

test('lists the custom payload before the key', () => {
  const routing = { partitioner: 1, indexes: [0], components: undefined, entry: 0 } as const;
  const payload = [
    ['a', Uint8Array.of(1)],
    ['b', null],
  ] as const;

  const request = block((encoder) => encoder.execute(V4, execute({ values: values([5]), payload, routing })));

  assert.equal(request.words[23], 2);
  assert.deepEqual(
    [text(request, 32), range(request, 34), text(request, 36), range(request, 38)],
    ['a', [1], 'b', null],
  );
  assert.deepEqual(range(request, 40), [5]);
});

test('fills the block of a PREPARE', () => {
  const request = block((encoder) =>
    encoder.prepare(V5, { query: 'SELECT ü', keyspace: 'ks', tracing: true, payload: [['p', Uint8Array.of(1)]] }),
  );

  assert.equal(request.opcode, Opcode.PREPARE);
  assert.equal(request.words[2], 0x02);
  assert.deepEqual([text(request, 13), text(request, 19), text(request, 32)], ['SELECT ü', 'ks', 'p']);
});

test('fills the block of a BATCH', () => {
  const batch: BatchRequest = {
    ...parameters,
    type: 1,
    entries: batchEntries([
      { statement: 'INSERT', values: undefined },
      { statement: Uint8Array.of(6, 6), values: values([1], [2, 2]) },
    ]),
    routing: { partitioner: 1, indexes: [1], components: undefined, entry: 1 },
    payload: [['p', null]],
  };

  const request = block((encoder) => encoder.batch(V4, batch));

  const { words } = request;
  assert.equal(request.opcode, Opcode.BATCH);
  assert.deepEqual([words[21], words[22], words[23], words[25]], [1, 2, 1, 1]);
  assert.deepEqual([words[32], text(request, 33), words[35], range(request, 36)], [0, 'INSERT', 0, []]);
  assert.deepEqual([words[38], range(request, 39), words[41]], [1, [6, 6], 2]);
  assert.deepEqual(range(request, 42), [0, 0, 0, 1, 1, 0, 0, 0, 2, 2, 2]);
  assert.equal(text(request, 44), 'p');
  assert.deepEqual(range(request, 48), [2, 2]);
});

test('writes a statement once that follows itself in a batch', () => {
  const [id, other] = [Uint8Array.of(6, 6), Uint8Array.of(7)];
  const entries = batchEntries([id, id, other, id].map((statement, i) => ({ statement, values: values([i]) })));

  const request = block((encoder) => encoder.batch(V4, { ...parameters, type: 0, entries }));

  const { words } = request;
  const ranges = [0, 1, 2, 3].map((i) => range(request, 33 + 6 * i));
  assert.deepEqual(ranges, [[6, 6], [6, 6], [7], [6, 6]]);
  assert.equal(words[39], words[33]);
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => range(request, 36 + 6 * i)?.at(-1)),
    [0, 1, 2, 3],
  );
});

test('takes a batch whose lists are longer than the block', () => {
  const listed = Array.from({ length: 1000 }, (_, i) => ({
    statement: Uint8Array.of(i & 0xff),
    values: values([i & 0xff]),
  }));
  const entries = batchEntries(listed);

  const request = block((encoder) => encoder.batch(V4, { ...parameters, type: 0, entries }));

  assert.equal(request.words[22], 1000);
  assert.deepEqual(range(request, 32 + 999 * 6 + 1), [999 & 0xff]);
  assert.deepEqual(range(request, 32 + 999 * 6 + 4), [0, 0, 0, 1, 999 & 0xff]);
});

test('fills the blocks of STARTUP, OPTIONS, REGISTER and AUTH_RESPONSE, never compressed before STARTUP', () => {
  const startup = block((encoder) => encoder.startup(V5, [['CQL_VERSION', '3.0.0']]));
  const options = block((encoder) => encoder.options(V5));
  const register = block((encoder) => encoder.register(V5, ['STATUS_CHANGE']));
  const token = block((encoder) => encoder.authResponse(V5, Uint8Array.of(0, 1)));
  const none = block((encoder) => encoder.authResponse(V5, null));

  const opcodes = [startup, options, register, token, none].map(({ opcode }) => opcode);
  assert.deepEqual(opcodes, [
    Opcode.STARTUP,
    Opcode.OPTIONS,
    Opcode.REGISTER,
    Opcode.AUTH_RESPONSE,
    Opcode.AUTH_RESPONSE,
  ]);
  assert.deepEqual(
    [startup.words[1], options.words[1], startup.words[24], options.words[24], register.words[24]],
    [0, 0, 2, 0, 1],
  );
  assert.deepEqual(
    [text(startup, 32), text(startup, 34), text(register, 32)],
    ['CQL_VERSION', '3.0.0', 'STATUS_CHANGE'],
  );
  assert.deepEqual([range(token, 13), range(none, 13)], [[0, 1], null]);
});

test('refuses text with a lone surrogate, which has no UTF-8', () => {
  const core = new FakeCore();
  const encoder = new RequestEncoder(core);

  assert.throws(() => encoder.query(V4, query({ query: "INSERT '\ud800'" })), InvalidArgumentError);
  assert.throws(() => encoder.prepare(V4, { query: 'x', keyspace: '\udfff', tracing: false, payload: undefined }), {
    name: 'InvalidArgumentError',
    field: 'keyspace',
  });
  assert.equal(core.encoded.length, 0);
  encoder.query(V4, query({ query: "INSERT '🦀'" }));
  assert.equal(text(core.encoded[0] ?? assert.fail(), 13), "INSERT '🦀'");
});

test('keeps what is written of a request when its values send another one', () => {
  const core = new FakeCore();
  const encoder = new RequestEncoder(core);
  const long = 'SELECT '.repeat(1000);
  const meddling: ValueSource = {
    writeValues: (sink) => {
      const first = values([1, 2, 3]).writeValues(sink);
      encoder.query(V5, query({ query: long, values: values([9, 9]), pageSize: 10 }));
      return first + values([4, 5]).writeValues(sink);
    },
  };

  encoder.execute(V4, execute({ values: meddling }));

  const [inner, outer] = core.encoded;
  assert.equal(text(inner ?? assert.fail(), 13), long);
  assert.ok(outer !== undefined);
  assert.deepEqual([outer.opcode, outer.words[0], outer.words[4], outer.words[5]], [Opcode.EXECUTE, 4, 0x01, 2]);
  assert.deepEqual(range(outer, 6), [0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 2, 4, 5]);
  assert.deepEqual(range(outer, 13), [1, 2]);
});

test('keeps what is written when memory has moved before another request is sent', () => {
  const core = new FakeCore();
  const encoder = new RequestEncoder(core);
  const meddling: ValueSource = {
    writeValues: (sink) => {
      const first = values([1, 2, 3]).writeValues(sink);
      core.request.reserveBytes(10_000);
      encoder.query(V4, query());
      return first;
    },
  };

  encoder.execute(V4, execute({ values: meddling }));

  assert.deepEqual(range(core.encoded[1] ?? assert.fail(), 6), [0, 0, 0, 3, 1, 2, 3]);
});

test('keeps the entries of a batch when their values send another batch', () => {
  const core = new FakeCore();
  const encoder = new RequestEncoder(core);
  const inner: BatchRequest = {
    ...parameters,
    type: 2,
    entries: batchEntries([{ statement: 'inner', values: values([7]) }]),
  };
  const meddling: ValueSource = {
    writeValues: (sink) => {
      encoder.batch(V4, inner);
      return values([1]).writeValues(sink);
    },
  };

  encoder.batch(V4, {
    ...parameters,
    type: 0,
    entries: batchEntries([
      { statement: 'first', values: values([0]) },
      { statement: 'second', values: meddling },
    ]),
  });

  const outer = core.encoded[1] ?? assert.fail();
  assert.deepEqual([outer.words[21], outer.words[22]], [0, 2]);
  assert.deepEqual([text(outer, 33), text(outer, 39)], ['first', 'second']);
  assert.deepEqual(
    [range(outer, 36), range(outer, 42)],
    [
      [0, 0, 0, 1, 0],
      [0, 0, 0, 1, 1],
    ],
  );
});

test('goes on after values that throw, also when the throw came from a request inside another', () => {
  const core = new FakeCore();
  const encoder = new RequestEncoder(core);
  const broken = new Error('broken getter');
  const throwing: ValueSource = {
    writeValues: () => {
      throw broken;
    },
  };
  const meddling: ValueSource = {
    writeValues: (sink) => {
      const first = values([1]).writeValues(sink);
      assert.throws(() => encoder.query(V4, query({ values: throwing })), broken);
      return first;
    },
  };

  assert.throws(() => encoder.execute(V4, execute({ values: throwing })), broken);
  encoder.execute(V4, execute({ values: meddling }));

  assert.deepEqual(range(core.encoded[0] ?? assert.fail(), 6), [0, 0, 0, 1, 1]);
});
