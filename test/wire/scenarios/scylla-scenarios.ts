// Scylla's extensions over v4: numbers of shards that make no sense, tablets that overlap nothing, codes that are no codes.
import { ByteWriter, concatenate, hex } from '../harness/byte-writer.ts';
import { error } from '../harness/error-response.ts';
import { rows } from '../harness/response.ts';
import { encodeValue } from '../harness/value.ts';
import type { CqlType } from '../harness/cql-type.ts';
import type { Scenario } from './scenario.ts';

const VERSION = 4;
const HOST_ID = '00000000-0000-4000-8000-000000000001';
const TABLET: CqlType = { tuple: ['bigint', 'bigint', { list: { tuple: ['uuid', 'int'] } }] };
const MILLION = 1_000_000;

export function scyllaScenarios(): Scenario[] {
  return [...supportedScenarios(), ...tabletScenarios(), ...rateLimitScenarios()];
}

/** A driver that cannot use what the server says of its shards goes on without them. */
function supportedScenarios(): Scenario[] {
  const lies: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
    'a shard beyond their number': { SCYLLA_SHARD: ['9'] },
    'a shard of -1': { SCYLLA_SHARD: ['-1'] },
    'no shards': { SCYLLA_NR_SHARDS: ['0'] },
    'a number of shards that is no number': { SCYLLA_NR_SHARDS: ['many'] },
    '2^31 shards': { SCYLLA_NR_SHARDS: ['2147483648'] },
    '64 bits to ignore': { SCYLLA_SHARDING_IGNORE_MSB: ['64'] },
    '-1 bits to ignore': { SCYLLA_SHARDING_IGNORE_MSB: ['-1'] },
    'an algorithm that nobody knows': { SCYLLA_SHARDING_ALGORITHM: ['dice'] },
    'a partitioner that nobody knows': { SCYLLA_PARTITIONER: ['org.example.Dice'] },
    'a port of 0 for shards': { SCYLLA_SHARD_AWARE_PORT: ['0'] },
    'a port of 70000 for shards': { SCYLLA_SHARD_AWARE_PORT: ['70000'] },
    'a mark of conditional statements that is no number': {
      SCYLLA_LWT_ADD_METADATA_MARK: ['LWT_OPTIMIZATION_META_BIT_MASK=tea'],
    },
    'a key without values where one is expected': { SCYLLA_NR_SHARDS: [''] },
  };
  return Object.entries(lies).map(([name, supported]) => ({
    name: `Scylla: ${name}`,
    version: VERSION,
    server: { scylla: { shards: 2 }, supported },
    attack: { at: 'options' },
    expects: 'value',
    cells: { v: 'honest' },
  }));
}

/** A payload that makes no sense is dropped; the rows beside it are good. */
function tabletScenarios(): Scenario[] {
  const tablet = (first: bigint, last: bigint, replicas: readonly (readonly [string, number])[]): Uint8Array =>
    encodeValue(TABLET, [first, last, replicas]) ?? new Uint8Array(0);
  const payloads: Readonly<Record<string, () => Uint8Array>> = {
    'whose first token is its last': () => tablet(5n, 5n, [[HOST_ID, 0]]),
    'whose first token is behind its last': () => tablet(6n, 5n, [[HOST_ID, 0]]),
    'on shard -1': () => tablet(0n, 5n, [[HOST_ID, -1]]),
    'on shard 2^31-1': () => tablet(0n, 5n, [[HOST_ID, 0x7fffffff]]),
    'without replicas': () => tablet(0n, 5n, []),
    'of a host that nobody knows': () => tablet(0n, 5n, [['ffffffff-ffff-4fff-8fff-ffffffffffff', 0]]),
    'of a million replicas': millionReplicas,
    'that says a million replicas and has none': () =>
      new ByteWriter().bytes(hex('0000000000000000')).bytes(hex('0000000000000005')).bytes(hex('000f4240')).finish(),
    'that is cut': () => tablet(0n, 5n, [[HOST_ID, 0]]).subarray(0, 20),
    'that is empty': () => new Uint8Array(0),
    'that is null': () => hex('ffffffffffffffffffffffff'),
  };
  return Object.entries(payloads).map(([name, payload]) => ({
    name: `Scylla: a tablet ${name}`,
    version: VERSION,
    server: { scylla: { shards: 2 }, supported: { TABLETS_ROUTING_V1: [''] } },
    attack: {
      at: 'answer',
      response: () => ({
        ...rows([['v', 'text']], [['honest']]),
        payload: { 'tablets-routing-v1': payload() },
      }),
    },
    expects: 'value',
    connection: 'kept',
    cells: { v: 'honest' },
  }));
}

function rateLimitScenarios(): Scenario[] {
  const answers: Readonly<Record<string, readonly [announced: string, code: number, detail: Uint8Array]>> = {
    'a code that is no number': ['ERROR_CODE=tea', 0x4242, hex('00 01')],
    'a code that means INVALID elsewhere': ['ERROR_CODE=8704', 0x2200, hex('')],
    'a code beyond 32 bits': ['ERROR_CODE=99999999999999999999', 0x4242, hex('00 01')],
    'a body that is cut': ['ERROR_CODE=16962', 0x4242, hex('')],
  };
  return Object.entries(answers).map(([name, [announced, code, detail]]) => ({
    name: `Scylla: rate limits with ${name}`,
    version: VERSION,
    server: { scylla: { shards: 2 }, supported: { SCYLLA_RATE_LIMIT_ERROR: [announced] } },
    attack: {
      at: 'answer',
      response: () =>
        detail.length === 0
          ? error(code, 'slow down')
          : { kind: 'RAW', opcode: 0, body: new ByteWriter().int(code).string('slow down').raw(detail).finish() },
    },
    expects: 'error',
    connection: 'kept',
  }));
}

/** 32 bytes for each: the length of the tuple, a uuid and an int with theirs. */
function millionReplicas(): Uint8Array {
  const replica = concatenate([hex('0000001c 00000010'), new Uint8Array(16), hex('00000004 00000000')]);
  const list = new Uint8Array(4 + replica.length * MILLION);
  new DataView(list.buffer).setInt32(0, MILLION);
  list.set(replica, 4);
  for (let filled = replica.length; filled < list.length - 4; filled *= 2) {
    list.copyWithin(4 + filled, 4, 4 + filled);
  }
  return new ByteWriter().bytes(hex('0000000000000000')).bytes(hex('0000000000000005')).bytes(list).finish();
}
