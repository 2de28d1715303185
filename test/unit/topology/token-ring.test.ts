import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { Host } from '../../../src/topology/host.ts';
import { orderOf } from '../../../src/topology/token-sort.ts';
import { TokenRing } from '../../../src/topology/token-ring.ts';
import { fakeHost } from './fake-hosts.ts';

function hostWith(number: number, tokens: readonly string[]): Host {
  const model = fakeHost(number, []);
  const { endpoint, hostId, datacenter, rack, releaseVersion, broadcastAddress, listenAddress } = model;
  return new Host({
    ...{ endpoint, hostId, datacenter, rack, releaseVersion, broadcastAddress, listenAddress },
    tokens,
  });
}

test('64-bit tokens are sorted as signed numbers, equal ones in the order in which they came', () => {
  const edges = fc.constantFrom(0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 32n, -(2n ** 32n), 255n, 256n);
  fc.assert(
    fc.property(fc.array(fc.oneof(edges, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n))), (tokens) => {
      const expected = tokens
        .map((token, i) => ({ token, i }))
        .sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : a.i - b.i));
      assert.deepEqual(
        [...orderOf(BigInt64Array.from(tokens))],
        expected.map(({ i }) => i),
      );
    }),
  );
});

test('the entry of a token is the first that is not below it, around the ring, for every partitioner', () => {
  const rings = [
    ['murmur3', ['-5', '10', '9223372036854775807'], [-6n, -5n, 0n, 10n, 11n, 2n ** 63n - 1n], [0, 0, 1, 1, 2, 2]],
    [
      'random',
      ['0', '99', '170141183460469231731687303715884105727'],
      [0n, 1n, 99n, 100n, 2n ** 127n],
      [0, 1, 1, 2, 0],
    ],
    ['byteOrdered', ['61', '6162', 'ff'], ['', '61', '6100', '6162', '6163', 'ffff'], [0, 0, 1, 1, 2, 0]],
  ] as const;
  for (const [partitioner, tokens, asked, expected] of rings) {
    const ring = TokenRing.of([hostWith(1, [tokens[2], tokens[0]]), hostWith(2, [tokens[1]])], partitioner);
    const values = asked.map((token) => (typeof token === 'string' ? Buffer.from(token, 'hex') : token));
    assert.deepEqual(
      values.map((token) => ring.indexOf(token)),
      expected,
      partitioner,
    );
    assert.deepEqual(
      [0, 1, 2].map((i) => ring.ownerAt(i)?.address),
      ['127.0.0.1', '127.0.0.2', '127.0.0.1'],
    );
  }
});

test('texts that are no tokens are left out, and hosts that own none', () => {
  const ring = TokenRing.of([hostWith(1, ['1', 'x', '', '99999999999999999999']), hostWith(2, []), hostWith(3, ['2'])]);
  assert.deepEqual(ring.tokens, BigInt64Array.of(1n, 2n));
  assert.deepEqual(
    ring.hosts.map((host) => host.address),
    ['127.0.0.1', '127.0.0.3'],
  );
  assert.equal(TokenRing.empty.indexOf(1n), -1);
});

test('two hosts with the same token, as while one replaces the other, both stand in the ring', () => {
  const ring = TokenRing.of([hostWith(1, ['7']), hostWith(2, ['7', '3'])]);
  assert.deepEqual(
    [0, 1, 2].map((i) => ring.ownerAt(i)?.address),
    ['127.0.0.2', '127.0.0.1', '127.0.0.2'],
  );
});

test('a ring is kept as long as tokens, data centers and racks are the same', () => {
  const host = hostWith(1, ['1', '2']);
  const ring = TokenRing.of([host]);
  const rowWith = (changes: object) => ({ ...rowOf(host), tokens: ['1', '2'], ...changes });
  host.update(rowWith({ releaseVersion: '5.0.6' }));
  assert.equal(TokenRing.of([host], 'murmur3', ring), ring);
  for (const changes of [{ tokens: ['1', '3'] }, { rack: 'r9' }, { datacenter: 'dc9' }]) {
    host.update(rowWith(changes));
    assert.notEqual(TokenRing.of([host], 'murmur3', ring), ring);
  }
  host.update(rowWith({}));
  assert.notEqual(TokenRing.of([host, hostWith(2, ['5'])], 'murmur3', ring), ring);
  assert.notEqual(TokenRing.of([host], 'random', ring), ring);
});

function rowOf(host: Host) {
  const { endpoint, hostId, datacenter, rack, releaseVersion, broadcastAddress, listenAddress, tokens } = host;
  return { endpoint, hostId, datacenter, rack, releaseVersion, broadcastAddress, listenAddress, tokens };
}
