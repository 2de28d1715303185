// The door to the core: what crosses it, also while linear memory grows and detaches every view.

import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { CoreFault } from '../../../src/core/core-fault.ts';
import { WasmCore } from '../../../src/core/wasm-core.ts';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { Opcode } from '../../../src/protocol/opcodes.ts';
import { RequestEncoder } from '../../../src/protocol/requests.ts';
import { PARTITIONER_NUMBER } from '../../../src/topology/partitioner.ts';

interface TokenVector {
  readonly name: string;
  readonly hex: string;
  readonly value: { readonly partitioner: string; readonly token: string };
}

const WIRE = { version: 4, compression: 0 } as const;

/** A READY on stream 0. */
const READY_V4 = Uint8Array.of(0x84, 0, 0, 1, 0x02, 0, 0, 0, 0);

function connection(core: WasmCore) {
  return core.openConnection({
    version: 4,
    compression: 0,
    maxFrameLength: 1 << 28,
    streamCapacity: 16,
    rateLimitCode: -1,
  });
}

test('memory that grows while a request is written loses no byte', () => {
  const core = new WasmCore();
  const encoder = new RequestEncoder(core);
  const before = core.memoryBytes;
  const query = `SELECT '${'x'.repeat(3_000_000)}'`;
  const frame = encoder.prepare(WIRE, { query, keyspace: undefined, tracing: false, payload: undefined });
  assert(core.memoryBytes > before);
  const body = frame.bytes.subarray(frame.offset + 9, frame.offset + frame.length);
  assert.equal(new TextDecoder().decode(body.subarray(4)), query);
});

test('a request over the limit of the protocol is refused, and the next one is written', () => {
  const core = new WasmCore();
  assert.throws(() => core.request.reserveBytes(2 ** 28 + 1), InvalidArgumentError);
  assert.throws(() => core.request.reserveBytes(1.1e9), InvalidArgumentError);
  assert.equal(new RequestEncoder(core).options(WIRE).length, 9);
});

test('a region that was moved while memory did not grow is written where it is', () => {
  const core = new WasmCore();
  const encoder = new RequestEncoder(core);
  const wire = { version: 5, compression: 0 } as const;
  const prepare = (query: string) =>
    encoder.prepare(wire, { query, keyspace: undefined, tracing: false, payload: undefined });
  // Free memory, into which the region can move.
  const other = connection(core);
  other.push(new Uint8Array(1_000_000));
  other.close();
  const { bytes, offset, length } = prepare('x'.repeat(300));
  const flush = new Uint8Array(length * 120);
  for (let i = 0; i < 120; i++) flush.set(bytes.subarray(offset, offset + length), i * length);
  const before = core.memoryBytes;
  core.seal(flush, flush.length, 0);
  assert.equal(core.memoryBytes, before);
  const frame = prepare('SELECT 2');
  assert.deepEqual(
    new TextDecoder().decode(frame.bytes.subarray(frame.offset + 13, frame.offset + frame.length - 4)),
    'SELECT 2',
  );
});

test('what one large request needed is used again by the next', () => {
  const core = new WasmCore();
  const encoder = new RequestEncoder(core);
  const query = 'x'.repeat(3_000_000);
  const prepare = () => encoder.prepare(WIRE, { query, keyspace: undefined, tracing: false, payload: undefined });
  prepare();
  assert(core.request.bytes.length < 100_000);
  const { memoryBytes } = core;
  for (let i = 0; i < 5; i++) prepare();
  assert(core.memoryBytes <= memoryBytes * 2);
});

test('an encoded frame does not change when others are encoded after it', () => {
  const encoder = new RequestEncoder(new WasmCore());
  const first = encoder.options(WIRE);
  const copy = first.bytes.slice(first.offset, first.offset + first.length);
  for (let i = 0; i < 2_000; i++) encoder.register(WIRE, ['STATUS_CHANGE']);
  assert.deepEqual(first.bytes.slice(first.offset, first.offset + first.length), copy);
});

test('a delivery does not change when others come after it', () => {
  const core = new WasmCore();
  const one = connection(core);
  const { delivery } = one.push(READY_V4);
  const words = delivery.i32.slice();
  for (let i = 0; i < 2_000; i++) one.push(READY_V4);
  assert.deepEqual(delivery.i32, words);
});

test('closing a connection gives its place to the next', () => {
  const core = new WasmCore();
  const first = connection(core);
  first.close();
  const second = connection(core);
  assert.equal(second.push(READY_V4).frames, 1);
});

test('many connections cost no more memory than those that are open', () => {
  const core = new WasmCore();
  for (let i = 0; i < 100; i++) connection(core).close();
  const before = core.memoryBytes;
  for (let i = 0; i < 10_000; i++) connection(core).close();
  assert.equal(core.memoryBytes, before);
});

test('a fault is told with its kind, and what came before it is delivered', () => {
  const core = new WasmCore();
  const one = connection(core);
  const { frames, fault } = one.push(Uint8Array.of(...READY_V4, 0x84, 0, 0, 1, 0x02, 0x7f, 0xff, 0xff, 0xff));
  assert.equal(frames, 1);
  assert(fault !== null && fault.kind > 0);
});

test('what the core refuses is an error with its kind', () => {
  const core = new WasmCore();
  core.request.words.fill(0);
  assert.throws(() => core.encode(Opcode.QUERY), CoreFault);
});

test('a routing key that is hashed while a request is written leaves that request as it was', () => {
  const core = new WasmCore();
  core.request.bytes.set([1, 2, 3, 4]);
  core.hashKey(1, new TextEncoder().encode('hello world'));
  assert.deepEqual(core.request.bytes.slice(0, 4), Uint8Array.of(1, 2, 3, 4));
});

describe('tokens', () => {
  const vectors = JSON.parse(readFileSync('test/vectors/tokens.json', 'utf8')) as TokenVector[];
  const core = new WasmCore();
  for (const { name, hex, value } of vectors) {
    if (value.partitioner !== 'murmur3') continue;
    test(name, () => {
      const key = Uint8Array.from(hex.replace(/\s/g, '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
      assert.equal(core.hashKey(PARTITIONER_NUMBER.murmur3, key), BigInt(value.token));
    });
  }
});
