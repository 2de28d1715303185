import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../../src/errors.ts';
import { DCAwareRoundRobinPolicy } from '../../../../src/policies/load-balancing/dc-aware.ts';
import { RackAwareRoundRobinPolicy } from '../../../../src/policies/load-balancing/rack-aware.ts';
import { hostOf, planOf, sorted, twoCenters } from './plans.ts';

const ANYWHERE = { consistency: 'QUORUM' } as const;

test('DCAwareRoundRobinPolicy uses the data center of the contact points alone unless told otherwise', () => {
  const topology = twoCenters();
  const policy = new DCAwareRoundRobinPolicy();
  policy.populate(topology);
  assert.deepEqual(sorted(planOf(policy, topology, undefined, ANYWHERE)), [1, 2, 3]);
  assert.equal(policy.distance(hostOf(topology, 3)), 'LOCAL');
  assert.equal(policy.distance(hostOf(topology, 4)), 'IGNORED');
  const named = new DCAwareRoundRobinPolicy({ localDc: 'dc2' });
  named.populate(topology);
  assert.deepEqual(sorted(planOf(named, topology, undefined)), [4, 5]);
});

test('remote hosts come after the local ones, at most so many of each data center', () => {
  const topology = twoCenters();
  const policy = new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 1 });
  policy.populate(topology);
  const plan = planOf(policy, topology, undefined, ANYWHERE);
  assert.deepEqual(sorted(plan.slice(0, 3)), [1, 2, 3]);
  assert.deepEqual(plan.slice(3), [4, 6]);
  assert.deepEqual(
    topology.hosts.map((host) => policy.distance(host)),
    ['LOCAL', 'LOCAL', 'LOCAL', 'REMOTE', 'IGNORED', 'REMOTE'],
  );
});

test('remote data centers that are preferred come first', () => {
  const topology = twoCenters();
  const policy = new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 2, preferredRemoteDcs: ['dc3', 'nowhere'] });
  assert.deepEqual(planOf(policy, topology, undefined, ANYWHERE)[3], 6);
});

test('a request at a local consistency stays in the local data center unless the policy is told otherwise', () => {
  const topology = twoCenters();
  const policy = new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 1 });
  const lengthAt = (changes: object): number => planOf(policy, topology, undefined, changes).length;
  assert.equal(lengthAt({ consistency: 'LOCAL_ONE' }), 3);
  assert.equal(lengthAt({ consistency: 'LOCAL_QUORUM' }), 3);
  assert.equal(lengthAt({ consistency: 'QUORUM', serialConsistency: 'LOCAL_SERIAL', isLwt: true }), 3);
  assert.equal(lengthAt({ consistency: 'QUORUM', serialConsistency: 'LOCAL_SERIAL' }), 5);
  assert.equal(lengthAt({ consistency: 'ONE' }), 5);
  const told = new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 1, allowRemoteForLocalConsistency: true });
  assert.equal(planOf(told, topology, undefined, { consistency: 'LOCAL_ONE' }).length, 5);
});

test('another remote host takes the place of one that is down, until that is back', () => {
  const topology = twoCenters();
  const policy = new DCAwareRoundRobinPolicy({ usedHostsPerRemoteDc: 1 });
  policy.populate(topology);
  const host = hostOf(topology, 4);
  host.isUp = false;
  policy.onDown(host);
  assert.equal(policy.distance(hostOf(topology, 5)), 'REMOTE');
  assert.equal(policy.distance(host), 'REMOTE', 'it is still tried to reach it');
  assert.deepEqual(planOf(policy, topology, undefined, ANYWHERE).slice(3), [5, 6, 4]);
  host.isUp = true;
  policy.onUp(host);
  assert.equal(policy.distance(hostOf(topology, 5)), 'IGNORED');
});

test('a plan follows the topology that it is made for', () => {
  const policy = new DCAwareRoundRobinPolicy();
  policy.populate(twoCenters());
  const later = twoCenters();
  assert.ok(later.hosts.includes([...policy.makeQueryPlan({ consistency: 'ONE' } as never, later)][0] as never));
});

test('RackAwareRoundRobinPolicy takes the local rack first, and racks of that name elsewhere for others', () => {
  const topology = twoCenters();
  const policy = new RackAwareRoundRobinPolicy({ localDc: 'dc1', localRack: 'r1', usedHostsPerRemoteDc: 1 });
  policy.populate(topology);
  for (let i = 0; i < 6; i++) {
    const plan = planOf(policy, topology, undefined, ANYWHERE);
    assert.deepEqual(
      [sorted(plan.slice(0, 2)), plan.slice(2)],
      [
        [1, 2],
        [3, 4, 6],
      ],
    );
  }
  assert.deepEqual(
    topology.hosts.map((host) => policy.distance(host)),
    ['LOCAL_RACK', 'LOCAL_RACK', 'LOCAL', 'REMOTE', 'IGNORED', 'REMOTE'],
  );
});

test('options of the wrong type are refused by name', () => {
  const wrong = (options: object, field: string): void => {
    const refused = (error: unknown): boolean => error instanceof InvalidArgumentError && error.field === field;
    assert.throws(() => new DCAwareRoundRobinPolicy(options), refused);
    assert.throws(() => new RackAwareRoundRobinPolicy({ localRack: 'r1', ...options }), refused);
  };
  wrong({ localDc: '' }, 'localDc');
  wrong({ localDc: 1 }, 'localDc');
  wrong({ usedHostsPerRemoteDc: -1 }, 'usedHostsPerRemoteDc');
  wrong({ usedHostsPerRemoteDc: '1' }, 'usedHostsPerRemoteDc');
  wrong({ preferredRemoteDcs: 'dc2' }, 'preferredRemoteDcs');
  wrong({ allowRemoteForLocalConsistency: 1 }, 'allowRemoteForLocalConsistency');
  assert.throws(() => new RackAwareRoundRobinPolicy({ localDc: 'dc1' } as never), InvalidArgumentError);
  assert.throws(() => new RackAwareRoundRobinPolicy(undefined as never), InvalidArgumentError);
});
