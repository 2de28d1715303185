// The replicas of a token by Cassandra's documented rules, written down as plainly as possible: nothing is prepared, nothing
// is kept, every step looks at the whole ring.

import type { Host } from '../../../src/topology/host.ts';

interface Entry {
  readonly token: bigint;
  readonly host: Host;
}

/** The full replicas of a token, in ring order. */
export function oracleReplicas(
  hosts: readonly Host[],
  token: bigint,
  replication: Readonly<Record<string, string>>,
): Host[] {
  const walk = entriesFrom(hosts, token).map((entry) => entry.host);
  const { class: name = '', ...options } = replication;
  if (name === 'SimpleStrategy') return simple(walk, factorOf(options['replication_factor']));
  if (name !== 'NetworkTopologyStrategy') throw new Error(`no oracle for ${name}`);
  const chosen = Object.entries(options).flatMap(([dc, factor]) => inCenter(walk, dc, factorOf(factor)));
  return [...new Set(walk)].filter((host) => chosen.includes(host));
}

/** The whole ring from the owner of the token on. */
function entriesFrom(hosts: readonly Host[], token: bigint): Entry[] {
  const ring = hosts
    .flatMap((host) => host.tokens.map((text): Entry => ({ token: BigInt(text), host })))
    .sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : 0));
  return [...ring.filter((entry) => entry.token >= token), ...ring.filter((entry) => entry.token < token)];
}

function simple(walk: readonly Host[], [all, transient]: readonly [number, number]): Host[] {
  return [...new Set(walk)].slice(0, all).slice(0, Math.max(0, all - transient));
}

/**
 * One data center: distinct racks first; a second host of a rack counts only while there are more replicas than racks. Where hosts
 * lack, there are fewer transient replicas; those that are left are the last ones taken.
 */
function inCenter(walk: readonly Host[], dc: string, [all, transient]: readonly [number, number]): Host[] {
  const members = [...new Set(walk)].filter((host) => host.datacenter === dc);
  const racks = new Set(members.map((host) => host.rack));
  const wanted = Math.min(all, members.length);
  let repeats = all - racks.size;
  const taken: Host[] = [];
  for (const host of members) {
    if (taken.length === wanted) break;
    if (taken.some((other) => other.rack === host.rack)) {
      if (repeats <= 0) continue;
      repeats--;
    }
    taken.push(host);
  }
  const remaining = Math.max(0, transient - (all - wanted));
  return taken.slice(0, taken.length - remaining);
}

function factorOf(text = ''): readonly [all: number, transient: number] {
  const [all = 0, transient = 0] = text.split('/').map(Number);
  return [all, transient];
}
