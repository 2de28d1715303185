import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import type { LoadBalancingPolicy } from '../../../src/policies/load-balancing.ts';
import { PolicySet, type PolicyFault } from '../../../src/policies/policy-set.ts';
import type { TopologySnapshot } from '../../../src/topology/topology.ts';
import type { HostDistance } from '../../../src/types/host-info.ts';
import { fakeHost } from '../topology/fake-hosts.ts';

const host = fakeHost(1, [0n]);
host.isUp = true;
const fresh = fakeHost(2, [1n]);
const noFault: PolicyFault = (event, error) => {
  throw new Error(`expected no policy to throw, got one in ${event}`, { cause: error });
};

const topology: TopologySnapshot = {
  hosts: [host, fresh],
  localDc: undefined,
  localRack: undefined,
  replicas: () => [],
};

/** A policy that writes down what it is told. */
function recorder(distance: HostDistance): LoadBalancingPolicy & { readonly told: string[] } {
  const told: string[] = [];
  return {
    told,
    distance: () => distance,
    populate: () => void told.push('populate'),
    makeQueryPlan: () => [],
    onUp: () => void told.push('onUp'),
    onDown: () => void told.push('onDown'),
    onAdd: () => void told.push('onAdd'),
  };
}

test('a host is as far as the closest policy says', () => {
  const set = new PolicySet(noFault);
  assert.equal(set.distance(host), 'IGNORED');
  for (const distance of ['REMOTE', 'IGNORED', 'LOCAL_RACK', 'LOCAL'] as const) set.add(recorder(distance));
  assert.equal(set.distance(host), 'LOCAL_RACK');
});

test('every policy is populated and told of each change once', () => {
  const set = new PolicySet(noFault);
  const [one, other] = [recorder('LOCAL'), recorder('LOCAL')];
  set.add(one);
  set.add(one);
  set.borrow(other);
  set.populate(topology);
  set.onDown(host);
  assert.deepEqual(one.told, ['populate', 'onDown']);
  assert.deepEqual(other.told, ['populate', 'onDown']);
});

test('a policy that comes late hears of the hosts that are there', () => {
  const set = new PolicySet(noFault);
  set.populate(topology);
  const late = recorder('LOCAL');
  assert.equal(set.add(late), true);
  assert.equal(set.add(late), false);
  assert.deepEqual(late.told, ['populate', 'onAdd', 'onUp', 'onAdd']);
});

test('a borrowed policy that is kept later is told once', () => {
  const set = new PolicySet(noFault);
  const policy = recorder('LOCAL');
  assert.equal(set.borrow(policy), true);
  assert.equal(set.add(policy), false);
  set.onUp(host);
  assert.deepEqual(policy.told, ['onUp']);
});

test('a policy that throws is reported, and the others are told', () => {
  const faults: unknown[] = [];
  const set = new PolicySet((event, error) => faults.push([event, error]));
  const boom = new Error('boom');
  set.add({
    ...recorder('LOCAL'),
    onUp: () => {
      throw boom;
    },
  });
  const other = recorder('LOCAL');
  set.add(other);
  set.onUp(host);
  assert.deepEqual(faults, [['onUp', boom]]);
  assert.deepEqual(other.told, ['onUp']);
});

test('names are looked up once for each policy that is kept, and again after a failure', async () => {
  let asked = 0;
  const set = new PolicySet(noFault, () => Promise.resolve([]));
  const policy = Object.assign(recorder('LOCAL'), {
    resolveNames: () => (asked++ === 0 ? Promise.reject(new Error('not now')) : Promise.resolve()),
  });
  set.add(policy);
  await assert.rejects(set.resolveNames(), /not now/);
  await set.resolveNames();
  await set.resolveNames();
  assert.equal(asked, 2);
});

test('a policy that cannot work here is refused', () => {
  const set = new PolicySet(noFault);
  const policy = Object.assign(recorder('LOCAL'), {
    checkSupported: () => {
      throw new Error('not here');
    },
  });
  assert.throws(() => set.add(policy), /not here/);
});
