import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { DCAwareRoundRobinPolicy } from '../../../src/policies/load-balancing/dc-aware.ts';
import { DefaultLoadBalancingPolicy } from '../../../src/policies/load-balancing/default.ts';
import { RoundRobinPolicy } from '../../../src/policies/load-balancing/round-robin.ts';
import { TokenAwarePolicy } from '../../../src/policies/load-balancing/token-aware.ts';
import { fakeHost, fakeTopology, queryFor } from '../topology/fake-hosts.ts';

const a = fakeHost(1, [0n]);
const b = fakeHost(2, [100n]);
const c = fakeHost(3, [200n], 'dc1', 'r2');
const remote = fakeHost(4, [300n], 'dc2');
const topology = fakeTopology([a, b, c, remote], { class: 'SimpleStrategy', replication_factor: '2' });

test('RoundRobinPolicy starts one host further at each query', () => {
  const policy = new RoundRobinPolicy();
  const firsts = Array.from({ length: 5 }, () => [...policy.makeQueryPlan(queryFor(undefined), topology)][0]);
  assert.deepEqual(firsts, [a, b, c, remote, a]);
});

test('hosts that are down come last', () => {
  const policy = new RoundRobinPolicy();
  a.isUp = false;
  try {
    assert.equal([...policy.makeQueryPlan(queryFor(undefined), topology)].at(-1), a);
  } finally {
    a.isUp = undefined;
  }
});

test('DCAwareRoundRobinPolicy uses the local data center alone unless told otherwise', () => {
  const policy = new DCAwareRoundRobinPolicy();
  policy.populate(topology);
  assert.deepEqual(new Set(policy.makeQueryPlan(queryFor(undefined), topology)), new Set([a, b, c]));
  assert.equal(policy.distance(remote), 'IGNORED');
  const both = new DCAwareRoundRobinPolicy({ localDc: 'dc1', usedHostsPerRemoteDc: 1 });
  both.populate(topology);
  assert.equal([...both.makeQueryPlan(queryFor(undefined), topology)].at(-1), remote);
  assert.equal(both.distance(remote), 'REMOTE');
});

test('TokenAwarePolicy puts the near replicas first and repeats no host', () => {
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy(), { shuffleReplicas: false });
  policy.populate(topology);
  assert.deepEqual([...policy.makeQueryPlan(queryFor(150n), topology)].slice(0, 1), [c]);
  const plan = [...policy.makeQueryPlan(queryFor(50n), topology)];
  assert.deepEqual(plan.slice(0, 2), [b, c]);
  assert.equal(new Set(plan).size, plan.length);
});

test('a conditional statement tries its replicas in ring order', () => {
  const policy = new DefaultLoadBalancingPolicy();
  policy.populate(topology);
  for (let i = 0; i < 20; i++) {
    assert.deepEqual([...policy.makeQueryPlan(queryFor(50n, { isLwt: true }), topology)].slice(0, 2), [b, c]);
  }
});
