import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../../src/errors.ts';
import { HostFilterPolicy } from '../../../../src/policies/load-balancing/host-filter.ts';
import { RoundRobinPolicy } from '../../../../src/policies/load-balancing/round-robin.ts';
import { WhiteListRoundRobinPolicy } from '../../../../src/policies/load-balancing/white-list.ts';
import { fakeHost, fakeTopology, queryFor } from '../../topology/fake-hosts.ts';
import { hostOf, planOf, sorted, twoCenters } from './plans.ts';

test('RoundRobinPolicy gives every host once, and starts one host further at each plan', () => {
  const topology = twoCenters();
  const policy = new RoundRobinPolicy();
  const plans = Array.from({ length: 7 }, () => planOf(policy, topology, undefined));
  for (const plan of plans) assert.deepEqual(sorted(plan), [1, 2, 3, 4, 5, 6]);
  const first = plans[0]?.[0] ?? 0;
  assert.deepEqual(
    plans.map((plan) => plan[0]),
    Array.from({ length: 7 }, (_, i) => ((first - 1 + i) % 6) + 1),
  );
});

test('policies of many processes start at different hosts', () => {
  const topology = twoCenters();
  const firsts = new Set(
    Array.from({ length: 200 }, () => planOf(new RoundRobinPolicy(), topology, undefined)[0] ?? 0),
  );
  assert.deepEqual(sorted([...firsts]), [1, 2, 3, 4, 5, 6]);
});

test('hosts that are down come last, those that nobody has tried do not', () => {
  const topology = twoCenters();
  hostOf(topology, 2).isUp = false;
  hostOf(topology, 3).isUp = true;
  const policy = new RoundRobinPolicy();
  for (let i = 0; i < 6; i++) {
    const plan = planOf(policy, topology, undefined);
    assert.equal(plan.at(-1), 2);
    assert.equal(plan.length, 6);
  }
});

test('a host that goes down while its plan is read is given once all the same', () => {
  const topology = twoCenters();
  const policy = new RoundRobinPolicy();
  const plan = policy.makeQueryPlan(queryFor(undefined), topology)[Symbol.iterator]();
  const given = [plan.next().value];
  for (const host of topology.hosts) host.isUp = false;
  for (let step = plan.next(); step.done !== true; step = plan.next()) given.push(step.value);
  assert.equal(given.length, 6);
  assert.equal(new Set(given).size, 6);
});

test('an empty topology has empty plans', () => {
  const policy = new RoundRobinPolicy();
  assert.deepEqual(planOf(policy, fakeTopology([], {}), undefined), []);
});

test('WhiteListRoundRobinPolicy uses the hosts of its list alone, whatever the spelling of their addresses', () => {
  const hosts = [fakeHost(1, [1n]), fakeHost(2, [2n]), fakeHost(3, [3n], 'dc1', 'r1', '2001:db8::3')];
  const topology = fakeTopology(hosts, {});
  const policy = new WhiteListRoundRobinPolicy(['127.0.0.2', '2001:DB8:0:0::3']);
  policy.populate(topology);
  assert.deepEqual(
    topology.hosts.map((host) => policy.distance(host)),
    ['IGNORED', 'LOCAL', 'LOCAL'],
  );
  assert.deepEqual(new Set(policy.makeQueryPlan(queryFor(undefined), topology)), new Set(hosts.slice(1)));
});

test('WhiteListRoundRobinPolicy looks names up, all their addresses are meant', async () => {
  const topology = twoCenters();
  const policy = new WhiteListRoundRobinPolicy(['Nodes.example', '127.0.0.4']);
  policy.populate(topology);
  const asked: string[] = [];
  await policy.resolveNames((name) => {
    asked.push(name);
    return Promise.resolve(['127.0.0.1', '127.0.0.3']);
  });
  assert.deepEqual(asked, ['Nodes.example']);
  assert.deepEqual(sorted(planOf(policy, topology, undefined)), [1, 3, 4]);
  await assert.rejects(
    policy.resolveNames(() => Promise.reject(new Error('no such name'))),
    /no such name/,
  );
});

test('WhiteListRoundRobinPolicy knows a host that was reached under a name by its name, and by its own address', () => {
  const topology = fakeTopology([fakeHost(1, [1n], 'dc1', 'r1', 'db1.example')], {});
  const distanceWith = (allowed: string): string => {
    const policy = new WhiteListRoundRobinPolicy([allowed]);
    policy.populate(topology);
    return policy.distance(hostOf(topology, 1));
  };
  assert.equal(distanceWith('DB1.example'), 'LOCAL');
  assert.equal(distanceWith('10.0.0.1'), 'LOCAL');
  assert.equal(distanceWith('10.0.0.2'), 'IGNORED');
});

test('HostFilterPolicy leaves out what its predicate refuses, from plans and from connections', () => {
  const topology = twoCenters();
  const policy = new HostFilterPolicy(new RoundRobinPolicy(), (host) => host.rack === 'r1');
  policy.populate(topology);
  assert.deepEqual(sorted(planOf(policy, topology, undefined)), [1, 2, 4, 6]);
  assert.equal(policy.distance(hostOf(topology, 3)), 'IGNORED');
  assert.equal(policy.distance(hostOf(topology, 1)), 'LOCAL');
});

test('what policies are made of is checked', () => {
  const wrong = (make: () => unknown, field: string): void => {
    assert.throws(make, (error) => error instanceof InvalidArgumentError && error.field === field);
  };
  wrong(() => new WhiteListRoundRobinPolicy([]), 'hosts');
  wrong(() => new WhiteListRoundRobinPolicy('127.0.0.1' as never), 'hosts');
  wrong(() => new WhiteListRoundRobinPolicy([1 as never]), 'hosts');
  wrong(() => new HostFilterPolicy(undefined as never, () => true), 'child');
  wrong(() => new HostFilterPolicy({ distance: () => 'LOCAL' } as never, () => true), 'child');
  wrong(() => new HostFilterPolicy(new RoundRobinPolicy(), 'r1' as never), 'predicate');
});
