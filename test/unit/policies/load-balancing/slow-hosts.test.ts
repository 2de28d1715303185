import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { DCAwareRoundRobinPolicy } from '../../../../src/policies/load-balancing/dc-aware.ts';
import { DefaultLoadBalancingPolicy } from '../../../../src/policies/load-balancing/default.ts';
import { TokenAwarePolicy } from '../../../../src/policies/load-balancing/token-aware.ts';
import type { Topology } from '../../../../src/topology/topology.ts';
import { hostOf, planOf, twoCenters } from './plans.ts';

const PLANS = 600;

/** How often each of the hosts 1 to 3 comes first in plans of the default policy. */
function firsts(topology: Topology, nowMs: number, token: bigint | undefined = 50n): number[] {
  const policy = new DefaultLoadBalancingPolicy({ now: () => nowMs });
  policy.populate(topology);
  const counts = [0, 0, 0];
  for (let i = 0; i < PLANS; i++) {
    const first = (planOf(policy, topology, token)[0] ?? 0) - 1;
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
}

test('of two replicas that are drawn the one with fewer requests in flight comes first', () => {
  const topology = twoCenters();
  hostOf(topology, 1).inFlight = 9;
  hostOf(topology, 2).inFlight = 5;
  const [most, some, fewest] = firsts(topology, 0);
  assert.equal(most, 0, 'it loses against each of the others');
  assert.ok((some ?? 0) > 120 && (some ?? 0) < 280, `one draw of three is without the best: ${some}`);
  assert.equal((some ?? 0) + (fewest ?? 0), PLANS);
});

test('replicas that are alike share the requests evenly, also where their latencies differ a little', () => {
  const topology = twoCenters();
  [1, 1.4, 1.9].forEach((ms, i) => hostOf(topology, i + 1).latency.record(ms, 0));
  for (const count of firsts(topology, 0)) assert.ok(count > 130 && count < 270, `got ${count}`);
});

test('a replica that answers slowly comes first only when it was not compared for a while', () => {
  const topology = twoCenters();
  [300, 2, 2].forEach((ms, i) => hostOf(topology, i + 1).latency.record(ms, 1_000));
  assert.equal(firsts(topology, 1_000)[0], 0);
  assert.equal(firsts(topology, 3_000)[0], 0);
  assert.ok((firsts(topology, 6_000)[0] ?? 0) > 0, 'its old average is worth nothing any more');
});

test('a quick replica with a long queue gives way to a slower one without', () => {
  const topology = twoCenters();
  [10, 30, 30].forEach((ms, i) => hostOf(topology, i + 1).latency.record(ms, 0));
  assert.ok((firsts(topology, 0)[0] ?? 0) > 300);
  hostOf(topology, 1).inFlight = 9;
  assert.equal(firsts(topology, 0)[0], 0);
});

test('a host that leaves requests unanswered comes last, in plans with and without a token and for conditional statements', () => {
  const topology = twoCenters();
  const frozen = hostOf(topology, 1);
  frozen.latency.record(2, 0);
  frozen.latency.onSent(100);
  frozen.latency.onSent(400);
  const policy = new DefaultLoadBalancingPolicy({ now: () => 500 });
  policy.populate(topology);
  for (let i = 0; i < 20; i++) {
    assert.equal(planOf(policy, topology, 50n)[2], 1);
    assert.equal(planOf(policy, topology, undefined)[2], 1);
    assert.deepEqual(planOf(policy, topology, 50n, { isLwt: true }), [2, 3, 1]);
  }
  frozen.latency.onHeard();
  assert.ok((firsts(topology, 500)[0] ?? 0) > 0);
});

test('where every host leaves requests unanswered they are all tried', () => {
  const topology = twoCenters();
  for (const host of topology.hosts) host.latency.onSent(0);
  const policy = new DefaultLoadBalancingPolicy({ now: () => 500 });
  policy.populate(topology);
  assert.equal(planOf(policy, topology, 50n).length, 3);
});

test('a plain TokenAwarePolicy avoids nobody unless told to', () => {
  const topology = twoCenters();
  const host = hostOf(topology, 1);
  host.inFlight = 100;
  host.latency.onSent(0);
  const comesFirst = (slowReplicaAvoidance: boolean): boolean => {
    const policy = new TokenAwarePolicy(new DCAwareRoundRobinPolicy(), { slowReplicaAvoidance, now: () => 500 });
    policy.populate(topology);
    return Array.from({ length: 60 }, () => planOf(policy, topology, 50n)[0]).includes(1);
  };
  assert.equal(comesFirst(false), true);
  assert.equal(comesFirst(true), false);
});
