// What does choosing a host cost? Makes the plan of a request with a token and takes its first host, as every request does
// that does not fail, and prints nanoseconds and bytes of heap for each.

import { DCAwareRoundRobinPolicy } from '../src/policies/load-balancing/dc-aware.ts';
import { DefaultLoadBalancingPolicy } from '../src/policies/load-balancing/default.ts';
import { TokenAwarePolicy } from '../src/policies/load-balancing/token-aware.ts';
import type { LoadBalancingPolicy } from '../src/policies/load-balancing.ts';
import { fakeHost, fakeTopology, queryFor } from '../test/unit/topology/fake-hosts.ts';

const HOSTS = 12;
const TOKENS_PER_HOST = 16;
const PLANS = 300_000;
const PLANS_WITHOUT_COLLECTION = 500;
const ROUNDS = 5;

const hosts = Array.from({ length: HOSTS }, (_, number) => {
  const tokens = Array.from({ length: TOKENS_PER_HOST }, (_unused, i) => BigInt(i * HOSTS + number) * 1_000n);
  return fakeHost(number + 1, tokens, number % 2 === 0 ? 'dc1' : 'dc2', `r${number % 3}`);
});
const topology = fakeTopology(hosts, { class: 'NetworkTopologyStrategy', dc1: '3', dc2: '3' });
for (const host of hosts) {
  host.isUp = true;
  host.latency.record(1, performance.now());
}
const queries = Array.from({ length: 256 }, (_, i) => queryFor(BigInt(i) * 700n));
const unrouted = queryFor(undefined);

const policies: Record<string, LoadBalancingPolicy> = {
  'TokenAware over DCAware': new TokenAwarePolicy(new DCAwareRoundRobinPolicy()),
  default: new DefaultLoadBalancingPolicy(),
  'default, no token': new DefaultLoadBalancingPolicy(),
};
for (const [name, policy] of Object.entries(policies)) {
  policy.populate(topology);
  const choose = (i: number): unknown => {
    const query = name.endsWith('no token') ? unrouted : (queries[i & 255] ?? unrouted);
    return policy.makeQueryPlan(query, topology)[Symbol.iterator]().next().value;
  };
  const times = Array.from({ length: ROUNDS }, () => timeOf(choose)).sort((a, b) => a - b);
  const bytes = Array.from({ length: ROUNDS }, () => bytesOf(choose)).sort((a, b) => a - b);
  console.log(
    `${name.padEnd(26)} ${(times[ROUNDS >> 1] ?? NaN).toFixed(0).padStart(5)} ns ` +
      `${(bytes[ROUNDS >> 1] ?? NaN).toFixed(0).padStart(5)} bytes`,
  );
}

function timeOf(choose: (i: number) => unknown): number {
  const start = performance.now();
  for (let i = 0; i < PLANS; i++) choose(i);
  return ((performance.now() - start) * 1e6) / PLANS;
}

/** Few enough that no collection makes the heap smaller in between. */
function bytesOf(choose: (i: number) => unknown): number {
  globalThis.gc?.();
  const start = process.memoryUsage().heapUsed;
  for (let i = 0; i < PLANS_WITHOUT_COLLECTION; i++) choose(i);
  return (process.memoryUsage().heapUsed - start) / PLANS_WITHOUT_COLLECTION;
}
