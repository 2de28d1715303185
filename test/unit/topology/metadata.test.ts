import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { encodePartitionKey } from '../../../src/statement/partition-key.ts';
import { Metadata } from '../../../src/topology/metadata.ts';
import { Topology } from '../../../src/topology/topology.ts';
import { Murmur3Token } from '../../../src/topology/token.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { fakeHost, fakeTopology } from './fake-hosts.ts';

const hosts = Array.from({ length: 4 }, (_, i) => fakeHost(i + 1, [BigInt(i - 2) * 2n ** 62n], i < 2 ? 'dc1' : 'dc2'));
const topology = fakeTopology(hosts, { class: 'SimpleStrategy', replication_factor: '2' });
const column = (name: string, type: CqlType) => ({ name, type });
const tables = new Map([
  ['one', { partitionKey: [column('id', CqlType.native('int'))] }],
  ['two', { partitionKey: [column('a', CqlType.native('text')), column('b', CqlType.native('int'))] }],
]);

function metadataOf(current: Topology, distance: 'LOCAL' | 'REMOTE' = 'LOCAL'): Metadata {
  const schema = { keyspaces: new Map([['ks', { tables, views: new Map() }]]) };
  return new Metadata(
    () => current,
    () => schema as never,
    encodePartitionKey,
    (host) => (host.datacenter === 'dc1' ? 'LOCAL' : distance),
  );
}

test('replicas of a partition are found by the bytes of its key, or by the values of its columns', () => {
  const metadata = metadataOf(topology);
  const key = Uint8Array.of(0, 0, 0, 7);
  const expected = metadata.tokenMap?.getReplicas('ks', Murmur3Token.fromKey(key));
  assert.equal(expected?.length, 2);
  assert.deepEqual(metadata.getReplicas('ks', key), expected);
  assert.deepEqual(metadata.getReplicas('ks', [7], 'one'), expected);
  const composite = Uint8Array.of(0, 1, 0x78, 0, 0, 4, 0, 0, 0, 7, 0);
  assert.deepEqual(metadata.getReplicas('ks', ['x', 7], 'two'), metadata.getReplicas('ks', composite));
  assert.deepEqual(metadata.getReplicas('other', key), []);
});

test('values need a table that is known, and as many as its key has columns', () => {
  const metadata = metadataOf(topology);
  const wrong = (field: string, ...values: [values: readonly unknown[], table?: string]): void => {
    assert.throws(
      () => metadata.getReplicas('ks', ...values),
      (error) => error instanceof InvalidArgumentError && error.field === field,
    );
  };
  wrong('table', [7]);
  wrong('table', [7], 'three');
  wrong('routingKey', [7, 8], 'one');
  wrong('routingKey', [null], 'one');
  wrong('routingKey', '7' as never, 'one');
});

test('the token map is the same as long as the topology is, and null without a ring', () => {
  const metadata = metadataOf(topology);
  assert.equal(metadata.tokenMap, metadata.tokenMap);
  assert.equal(metadataOf(Topology.empty).tokenMap, null);
  assert.deepEqual(metadataOf(Topology.empty).getReplicas('ks', Uint8Array.of(1)), []);
});

test('keys are grouped by a replica of each, a near one where there is one', () => {
  const metadata = metadataOf(topology, 'REMOTE');
  const keys = Array.from({ length: 200 }, (_, i) => [i] as const);
  const groups = metadata.groupKeysByReplica({}, 'ks', 'one', keys);
  assert.equal([...groups.values()].flat().length, 200);
  for (const [host, group] of groups) {
    for (const key of group) {
      const replicas = metadata.getReplicas('ks', key, 'one');
      assert.ok(host !== null && replicas.includes(host));
      if (replicas.some((replica) => replica.datacenter === 'dc1')) assert.equal(host.datacenter, 'dc1');
    }
  }
  for (const host of hosts) host.isUp = false;
  assert.deepEqual([...metadata.groupKeysByReplica({}, 'ks', 'one', keys).keys()], [null]);
  for (const host of hosts) host.isUp = undefined;
});
