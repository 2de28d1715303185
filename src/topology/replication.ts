// Which hosts hold the replicas of a token: the walk around the ring that SimpleStrategy, NetworkTopologyStrategy,
// EverywhereStrategy and LocalStrategy describe.

import type { Host } from './host.ts';
import { mapLiteral } from './schema/describable.ts';
import type { TokenRing } from './token-ring.ts';

/** The replication settings of a keyspace, and the walk that they mean. */
export interface ReplicationStrategy {
  /** Equal for keyspaces whose replicas are equal, so that they share what is computed. */
  readonly key: string;
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Replicas of the ring entry at `index`, in ring order. */
  replicas(ring: TokenRing, index: number): readonly Host[];
  /** The strategy as CREATE KEYSPACE takes it: `{'class': 'SimpleStrategy', 'replication_factor': '3'}`. */
  exportForSchema(): string;
}

const STANDARD_PACKAGE = 'org.apache.cassandra.locator.';

/** Reads the `replication` column of `system_schema.keyspaces`. */
export function parseReplication(replication: ReadonlyMap<string, string>): ReplicationStrategy {
  const className = replication.get('class') ?? '';
  const name = className.slice(className.lastIndexOf('.') + 1);
  const options = Object.fromEntries([...replication].filter(([key]) => key !== 'class').sort());
  const key = JSON.stringify([name, options]);
  const writtenClass = className === STANDARD_PACKAGE + name ? name : className;
  const exportForSchema = (): string => mapLiteral({ ...options, class: writtenClass });
  return { key, name, options, replicas: walkOf(name, options), exportForSchema };
}

type Walk = (ring: TokenRing, index: number) => readonly Host[];

function walkOf(name: string, options: Readonly<Record<string, string>>): Walk {
  switch (name) {
    case 'SimpleStrategy':
      return simpleWalk(fullReplicas(options['replication_factor']));
    case 'NetworkTopologyStrategy': {
      const factors = Object.entries(options).map(([dc, factor]) => [dc, fullReplicas(factor)] as const);
      return networkTopologyWalk(new Map(factors));
    }
    case 'EverywhereStrategy':
      return (ring) => [...new Set(ring.owners)];
    default:
      return () => [];
  }
}

/** Full replicas of a factor: `3` is 3, the transient `3/1` is 2. */
function fullReplicas(factor: string | undefined): number {
  const [all = 0, transient = 0] = (factor ?? '').split('/').map((part) => Number.parseInt(part, 10));
  return Number.isNaN(all) ? 0 : all - (Number.isNaN(transient) ? 0 : transient);
}

function simpleWalk(factor: number): Walk {
  return (ring, index) => {
    const replicas = new Set<Host>();
    for (let step = 0; step < ring.length && replicas.size < factor; step++) {
      const host = ring.owners[(index + step) % ring.length];
      if (host !== undefined) replicas.add(host);
    }
    return [...replicas];
  };
}

/**
 * In each data center by itself: a host whose rack is new is taken; one in a rack already used only while the factor
 * exceeds the number of racks (as Cassandra's own `NetworkTopologyStrategy.calculateNaturalReplicas` walks).
 */
function networkTopologyWalk(factors: ReadonlyMap<string, number>): Walk {
  return (ring, index) => {
    const replicas: Host[] = [];
    const centers = placementsOf(ring, factors);
    let missing = [...centers.values()].reduce((sum, center) => sum + center.missing, 0);
    for (let step = 0; step < ring.length && missing > 0; step++) {
      const host = ring.owners[(index + step) % ring.length];
      const center = host === undefined ? undefined : centers.get(host.datacenter ?? '');
      if (host === undefined || center === undefined || !center.take(host)) continue;
      replicas.push(host);
      missing--;
    }
    return replicas;
  };
}

/** How many replicas one data center still needs during a walk, and where they may go. */
class Placement {
  missing: number;
  #acceptableRepeats: number;
  readonly #hosts = new Set<Host>();
  readonly #racks = new Set<string | undefined>();

  constructor(factor: number, hosts: number, racks: number) {
    this.missing = Math.min(factor, hosts);
    this.#acceptableRepeats = factor - racks;
  }

  take(host: Host): boolean {
    if (this.missing === 0 || this.#hosts.has(host)) return false;
    if (this.#racks.has(host.rack)) {
      if (this.#acceptableRepeats <= 0) return false;
      this.#acceptableRepeats--;
    }
    this.#racks.add(host.rack);
    this.#hosts.add(host);
    this.missing--;
    return true;
  }
}

function placementsOf(ring: TokenRing, factors: ReadonlyMap<string, number>): Map<string, Placement> {
  const hosts = [...new Set(ring.owners)];
  const placements = new Map<string, Placement>();
  for (const [dc, factor] of factors) {
    const inside = hosts.filter((host) => host.datacenter === dc);
    const racks = new Set(inside.map((host) => host.rack));
    placements.set(dc, new Placement(factor, inside.length, racks.size));
  }
  return placements;
}
