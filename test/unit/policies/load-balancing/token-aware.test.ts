import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../../src/errors.ts';
import type { LoadBalancingPolicy } from '../../../../src/policies/load-balancing.ts';
import { DCAwareRoundRobinPolicy } from '../../../../src/policies/load-balancing/dc-aware.ts';
import { DefaultLoadBalancingPolicy } from '../../../../src/policies/load-balancing/default.ts';
import { RackAwareRoundRobinPolicy } from '../../../../src/policies/load-balancing/rack-aware.ts';
import { RoundRobinPolicy } from '../../../../src/policies/load-balancing/round-robin.ts';
import { TokenAwarePolicy } from '../../../../src/policies/load-balancing/token-aware.ts';
import { fakeHost, fakeTopology } from '../../topology/fake-hosts.ts';
import { hostOf, planOf, sorted, twoCenters } from './plans.ts';

const inOrder = { shuffleReplicas: false };

test('TokenAwarePolicy puts the near replicas first, then the rest of the plan, and repeats no host', () => {
  const hosts = [1, 2, 3, 4, 5].map((n) => fakeHost(n, [BigInt(n) * 100n]));
  const topology = fakeTopology(hosts, { class: 'SimpleStrategy', replication_factor: '2' });
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy(), inOrder);
  policy.populate(topology);
  const plan = planOf(policy, topology, 150n);
  assert.deepEqual(plan.slice(0, 2), [2, 3]);
  assert.deepEqual(sorted(plan), [1, 2, 3, 4, 5]);
});

test('replicas in other data centers are left to the plan of the child', () => {
  const topology = twoCenters();
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 1 }), inOrder);
  policy.populate(topology);
  assert.deepEqual(planOf(policy, topology, 350n, { consistency: 'ONE' }), [1, 2, 3, 4, 6]);
  assert.deepEqual(planOf(policy, topology, 350n), [1, 2, 3]);
});

test('replicas in the local rack come before those in other racks', () => {
  const topology = twoCenters();
  const policy = new TokenAwarePolicy(new RackAwareRoundRobinPolicy({ localDc: 'dc1', localRack: 'r2' }), inOrder);
  policy.populate(topology);
  assert.deepEqual(planOf(policy, topology, 50n), [3, 1, 2]);
});

test('replicas are shuffled, each comes first as often as the others', () => {
  const topology = twoCenters();
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy());
  policy.populate(topology);
  const orders = new Map<string, number>();
  for (let i = 0; i < 6_000; i++) {
    const order = planOf(policy, topology, 50n).join();
    orders.set(order, (orders.get(order) ?? 0) + 1);
  }
  assert.equal(orders.size, 6);
  for (const [order, count] of orders) assert.ok(count > 800 && count < 1_200, `${order}: ${count}`);
});

test('a replica that is down comes last, and the child decides where', () => {
  const topology = twoCenters();
  hostOf(topology, 1).isUp = false;
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy(), inOrder);
  policy.populate(topology);
  assert.deepEqual(planOf(policy, topology, 50n), [2, 3, 1]);
});

test('a conditional statement tries its replicas in the order of the ring, whatever their racks', () => {
  const topology = twoCenters();
  const policy = new DefaultLoadBalancingPolicy({ localRack: 'r2' });
  policy.populate(topology);
  for (let i = 0; i < 20; i++) assert.deepEqual(planOf(policy, topology, 150n, { isLwt: true }), [2, 3, 1]);
});

test('without a token the plan is that of the child', () => {
  const topology = twoCenters();
  const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy());
  policy.populate(topology);
  const plans = Array.from({ length: 3 }, () => planOf(policy, topology, undefined)[0] ?? 0);
  assert.deepEqual(sorted(plans), [1, 2, 3]);
});

test('more replicas than a machine word has bits are each given once', () => {
  const hosts = Array.from({ length: 70 }, (_, n) => fakeHost(n + 1, [BigInt(n)]));
  const topology = fakeTopology(hosts, { class: 'EverywhereStrategy' });
  const policy = new DefaultLoadBalancingPolicy();
  policy.populate(topology);
  assert.deepEqual(
    sorted(planOf(policy, topology, 5n)),
    hosts.map((_, n) => n + 1),
  );
});

test('the plan of the child is made only when no replica is left', () => {
  const topology = twoCenters();
  let plans = 0;
  class Counting extends RoundRobinPolicy {
    override makeQueryPlan(...query: Parameters<RoundRobinPolicy['makeQueryPlan']>) {
      plans++;
      return super.makeQueryPlan(...query);
    }
  }
  const policy = new TokenAwarePolicy(new Counting());
  policy.populate(topology);
  const plan = policy.makeQueryPlan({ keyspace: 'ks', token: 50n } as never, topology)[Symbol.iterator]();
  for (let i = 0; i < 4; i++) plan.next();
  assert.equal(plans, 0);
  plan.next();
  assert.equal(plans, 1);
});

test('a user may write the child with the three methods alone, and is told of its mistakes', () => {
  const topology = twoCenters();
  const child: LoadBalancingPolicy = {
    distance: () => 'LOCAL',
    populate: () => undefined,
    makeQueryPlan: (_query, { hosts }) => hosts,
  };
  const policy = new TokenAwarePolicy(child, inOrder);
  policy.populate(topology);
  policy.onUp(hostOf(topology, 1));
  policy.checkSupported();
  assert.deepEqual(planOf(policy, topology, 350n), [4, 1, 2, 3, 5, 6]);
  const wrong = (make: () => unknown, field: string): void => {
    assert.throws(make, (error) => error instanceof InvalidArgumentError && error.field === field);
  };
  wrong(() => new TokenAwarePolicy({ ...child, distance: undefined } as never), 'child');
  wrong(() => new TokenAwarePolicy(null as never), 'child');
  wrong(() => new TokenAwarePolicy(child, { shuffleReplicas: 'no' as never }), 'shuffleReplicas');
  wrong(() => new TokenAwarePolicy(child, { slowReplicaAvoidance: 1 as never }), 'slowReplicaAvoidance');
});

test('what the cluster tells a policy reaches its child', async () => {
  const told: string[] = [];
  const note = (what: string) => (): void => void told.push(what);
  const child = {
    ...{ distance: () => 'LOCAL' as const, populate: note('populate'), makeQueryPlan: () => [] },
    ...{ onUp: note('onUp'), onDown: note('onDown'), onAdd: note('onAdd'), onRemove: note('onRemove') },
    checkSupported: note('checkSupported'),
    resolveNames: () => {
      told.push('resolveNames');
      return Promise.resolve();
    },
  };
  const policy = new TokenAwarePolicy(child);
  const topology = twoCenters();
  policy.checkSupported();
  await policy.resolveNames(() => Promise.resolve([]));
  policy.populate(topology);
  for (const event of ['onAdd', 'onUp', 'onDown', 'onRemove'] as const) policy[event](hostOf(topology, 1));
  assert.deepEqual(told, ['checkSupported', 'resolveNames', 'populate', 'onAdd', 'onUp', 'onDown', 'onRemove']);
});
