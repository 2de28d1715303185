import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import fc from 'fast-check';
import { PlacementCache } from '../../../src/topology/placement-cache.ts';
import { parseReplication } from '../../../src/topology/replication.ts';
import { TokenRing } from '../../../src/topology/token-ring.ts';
import { Topology } from '../../../src/topology/topology.ts';
import { fakeHost, fakeTopology, queryFor } from './fake-hosts.ts';
import { oracleReplicas } from './replication-oracle.ts';

/** Hosts in up to three data centers of up to four racks, with one to four tokens each. */
const clusters = fc
  .uniqueArray(fc.bigInt({ min: -(2n ** 63n) + 1n, max: 2n ** 63n - 1n }), { minLength: 4, maxLength: 48 })
  .chain((tokens) =>
    fc
      .array(fc.record({ dc: fc.constantFrom('dc1', 'dc2', 'dc3'), rack: fc.constantFrom('a', 'b', 'c', 'd') }), {
        minLength: 1,
        maxLength: Math.min(14, tokens.length),
      })
      .map((places) =>
        places.map(({ dc, rack }, i) =>
          fakeHost(
            i + 1,
            tokens.filter((_, k) => k % places.length === i),
            dc,
            rack,
          ),
        ),
      ),
  );
const factor = fc
  .record({ all: fc.integer({ min: 0, max: 7 }), transient: fc.integer({ min: 0, max: 7 }) })
  .map(({ all, transient }) => (transient === 0 || transient >= all ? String(all) : `${all}/${transient}`));
const replications = fc.oneof(
  factor.map((text) => ({ class: 'SimpleStrategy', replication_factor: text })),
  fc.record(
    { class: fc.constant('NetworkTopologyStrategy'), dc1: factor, dc2: factor, dc3: factor, dc9: factor },
    { requiredKeys: ['class'] },
  ),
);

test('replicas are those of the documented rules, in ring order, whatever the cluster', () => {
  fc.assert(
    fc.property(
      clusters,
      replications,
      fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)),
      (hosts, replication, extra) => {
        const topology = fakeTopology(hosts, replication);
        const own = hosts.flatMap((host) => host.tokens.map(BigInt));
        for (const token of [...own, ...own.map((each) => each + 1n), ...extra]) {
          if (BigInt.asIntN(64, token) !== token) continue;
          const expected = oracleReplicas(hosts, token, replication);
          assert.deepEqual(
            topology.replicasOf('ks', token).map(({ host }) => host.address),
            expected.map((host) => host.address),
          );
        }
      },
    ),
    { numRuns: 300 },
  );
});

/** As many hosts and tokens as asked for, in two data centers of three racks. */
function largeRing(hostCount: number, tokensEach: number): TokenRing {
  let state = 1n;
  const next = (): bigint => {
    state = BigInt.asUintN(64, state * 6364136223846793005n + 1442695040888963407n);
    return BigInt.asIntN(64, state);
  };
  return TokenRing.of(
    Array.from({ length: hostCount }, (_, i) =>
      fakeHost(i + 1, Array.from({ length: tokensEach }, next), `dc${i % 2}`, `r${i % 6}`),
    ),
  );
}

function topologyOf(ring: TokenRing, replication: ReadonlyMap<string, ReturnType<typeof parseReplication>>): Topology {
  const names = { clusterName: '', partitioner: '', localDc: undefined, localRack: undefined };
  return new Topology({ ...names, hosts: ring.hosts, ring, replication });
}

const network = (dc0: number, dc1: number): ReturnType<typeof parseReplication> =>
  parseReplication(
    new Map([
      ['class', 'NetworkTopologyStrategy'],
      ['dc0', String(dc0)],
      ['dc1', String(dc1)],
    ]),
  );

test('nothing is kept before it is asked for, and equal replications share what is kept', () => {
  const ring = largeRing(10, 16);
  const keyspaces = new Map(Array.from({ length: 50 }, (_, i) => [`ks${i}`, network(3, i % 2)]));
  const topology = topologyOf(ring, keyspaces);
  assert.equal(PlacementCache.of(ring).bytes, 0);
  const first = topology.replicasOf('ks1', 5n);
  const bytes = PlacementCache.of(ring).bytes;
  assert.ok(bytes > 0);
  assert.equal(topology.replicasOf('ks3', 5n), first, 'the same array');
  assert.equal(PlacementCache.of(ring).bytes, bytes);
  topology.replicasOf('ks0', 5n);
  assert.ok(PlacementCache.of(ring).bytes > bytes);
});

test('a refresh that reads the same ring keeps what was found', () => {
  const ring = largeRing(4, 8);
  const keyspaces = new Map([['ks', network(2, 1)]]);
  const before = topologyOf(ring, keyspaces).replicasOf('ks', 7n);
  const again = TokenRing.of(ring.hosts, 'murmur3', ring);
  assert.equal(again, ring);
  assert.equal(topologyOf(again, new Map([['ks', network(2, 1)]])).replicasOf('ks', 7n), before);
});

test('however many replications are in use, what is kept stays bounded and right', () => {
  const ring = largeRing(60, 256);
  const strategies = Array.from({ length: 100 }, (_, i) => network((i % 10) + 1, Math.floor(i / 10) + 1));
  const keyspaces = new Map(strategies.map((strategy, i) => [`ks${i}`, strategy]));
  const topology = topologyOf(ring, keyspaces);
  const sizes: number[] = [];
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 100; i++) {
      const replicas = topology.replicasOf(`ks${i}`, 0n);
      assert.equal(replicas.length, (i % 10) + 1 + Math.floor(i / 10) + 1);
      sizes.push(PlacementCache.of(ring).bytes);
    }
  }
  assert.ok(Math.max(...sizes) <= 12 * 1024 * 1024, `got ${Math.max(...sizes)}`);
  assert.ok(Math.max(...sizes) > 8 * 1024 * 1024, 'the bound is reached');
});

test('a hundred hosts of 256 tokens and twenty replications keep less than 12 MiB', () => {
  const ring = largeRing(100, 256);
  const strategies = Array.from({ length: 20 }, (_, i) => network((i % 4) + 1, Math.floor(i / 4)));
  const keyspaces = new Map(Array.from({ length: 200 }, (_, i) => [`ks${i}`, strategies[i % 20] ?? network(1, 1)]));
  const topology = topologyOf(ring, keyspaces);
  for (const keyspace of keyspaces.keys()) topology.replicasOf(keyspace, 0n);
  assert.ok(PlacementCache.of(ring).bytes < 12 * 1024 * 1024, `got ${PlacementCache.of(ring).bytes}`);
});

test('EverywhereStrategy has every host, in one order for all tokens', () => {
  const ring = largeRing(5, 4);
  const topology = topologyOf(ring, new Map([['ks', parseReplication(new Map([['class', 'EverywhereStrategy']]))]]));
  const replicas = topology.replicasOf('ks', 0n);
  assert.equal(new Set(replicas.map(({ host }) => host)).size, 5);
  assert.equal(topology.replicasOf('ks', 1n), replicas);
});

test('a query whose place is known in the ring of its topology is not looked for again', () => {
  const ring = largeRing(3, 4);
  const topology = topologyOf(ring, new Map([['ks', network(1, 1)]]));
  const query = Object.defineProperty({ ...queryFor(undefined), ring, ringIndex: 5 }, 'token', {
    get: () => assert.fail('the token was asked for'),
  });
  assert.equal(topology.replicas(query)[0]?.host, ring.ownerAt(5));
});
