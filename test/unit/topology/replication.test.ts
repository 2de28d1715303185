import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { Host } from '../../../src/topology/host.ts';
import type { Topology } from '../../../src/topology/topology.ts';
import { parseReplication } from '../../../src/topology/replication.ts';
import { fakeHost, fakeTopology, queryFor } from './fake-hosts.ts';

const simple = (factor: string): Record<string, string> => ({
  class: 'org.apache.cassandra.locator.SimpleStrategy',
  replication_factor: factor,
});

function replicasOf(topology: Topology, token: bigint): Host[] {
  return topology.replicas(queryFor(token)).map((replica) => replica.host);
}

test('the owner of a token is the first entry at or after it, wrapping around the ring', () => {
  const [a, b, c] = [fakeHost(1, [0n]), fakeHost(2, [100n]), fakeHost(3, [200n])];
  const topology = fakeTopology([a, b, c], simple('1'));
  assert.deepEqual(replicasOf(topology, -50n), [a]);
  assert.deepEqual(replicasOf(topology, 0n), [a]);
  assert.deepEqual(replicasOf(topology, 1n), [b]);
  assert.deepEqual(replicasOf(topology, 200n), [c]);
  assert.deepEqual(replicasOf(topology, 201n), [a]);
});

test('SimpleStrategy takes the first distinct hosts around the ring, whatever their racks', () => {
  const [a, b, c] = [fakeHost(1, [0n, 50n]), fakeHost(2, [60n]), fakeHost(3, [200n])];
  assert.deepEqual(replicasOf(fakeTopology([a, b, c], simple('2')), -1n), [a, b]);
  assert.deepEqual(replicasOf(fakeTopology([a, b, c], simple('9')), -1n), [a, b, c]);
});

test('NetworkTopologyStrategy prefers new racks and counts each data center by itself', () => {
  const a = fakeHost(1, [0n], 'dc1', 'r1');
  const b = fakeHost(2, [10n], 'dc1', 'r1');
  const c = fakeHost(3, [20n], 'dc1', 'r2');
  const d = fakeHost(4, [30n], 'dc2', 'r1');
  const e = fakeHost(5, [40n], 'dc3', 'r1');
  const topology = fakeTopology([a, b, c, d, e], { class: 'NetworkTopologyStrategy', dc1: '2', dc2: '3' });
  assert.deepEqual(replicasOf(topology, 0n), [a, c, d]);
  assert.deepEqual(replicasOf(topology, 5n), [b, c, d]);
});

test('NetworkTopologyStrategy repeats a rack only as often as there are fewer racks than replicas', () => {
  const hosts = [
    fakeHost(1, [0n]),
    fakeHost(2, [10n]),
    fakeHost(3, [20n], 'dc1', 'r2'),
    fakeHost(4, [30n], 'dc1', 'r2'),
  ];
  const topology = fakeTopology(hosts, { class: 'NetworkTopologyStrategy', dc1: '3' });
  assert.deepEqual(
    replicasOf(topology, 0n).map((host) => host.address),
    ['127.0.0.1', '127.0.0.2', '127.0.0.3'],
  );
});

test('a transient replica is not counted', () => {
  const hosts = [fakeHost(1, [0n]), fakeHost(2, [10n]), fakeHost(3, [20n])];
  assert.equal(replicasOf(fakeTopology(hosts, simple('3/1')), 0n).length, 2);
});

test('a query without a token, of an unknown keyspace, or of a local strategy has no replicas', () => {
  const hosts = [fakeHost(1, [0n])];
  const topology = fakeTopology(hosts, { class: 'LocalStrategy' });
  assert.deepEqual(replicasOf(topology, 0n), []);
  assert.deepEqual(fakeTopology(hosts, simple('1')).replicas(queryFor(undefined)), []);
  assert.deepEqual(fakeTopology(hosts, simple('1')).replicas(queryFor(1n, { keyspace: 'other' })), []);
});

test('replicas of a ring entry are computed once', () => {
  const topology = fakeTopology([fakeHost(1, [0n])], simple('1'));
  assert.equal(topology.replicas(queryFor(-5n)), topology.replicas(queryFor(-6n)));
});

test("a strategy is written as it is given, by a short name where it is the server's own", () => {
  const written = (options: Record<string, string>): string =>
    parseReplication(new Map(Object.entries(options))).exportForSchema();
  const own = 'org.apache.cassandra.locator.NetworkTopologyStrategy';
  assert.equal(written({ b: '3/1', class: own, a: '1' }), "{'class': 'NetworkTopologyStrategy', 'a': '1', 'b': '3/1'}");
  assert.equal(written({ class: 'com.example.Strategy' }), "{'class': 'com.example.Strategy'}");
});
