// How the replicas of a keyspace are chosen: the settings that Cassandra's replication strategies have. The walk around
// the ring that they mean is in placement.ts.

import { mapLiteral } from './schema/describable.ts';

/** How many replicas there are: `3`, or `3/1`, of which one is transient: it keeps data only until it is repaired. */
export class ReplicationFactor {
  /** All replicas. */
  readonly all: number;
  /** Those that do not keep the data for good, and cannot be read from alone. */
  readonly transient: number;

  constructor(all: number, transient = 0) {
    this.all = all;
    this.transient = transient;
  }

  /** Reads `3` and `3/1`; anything else is no replicas. */
  static parse(text: string | undefined): ReplicationFactor {
    const match = /^(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text ?? '');
    return match === null ? new ReplicationFactor(0) : new ReplicationFactor(Number(match[1]), Number(match[2] ?? 0));
  }

  /** Those that keep the data for good. */
  get full(): number {
    return Math.max(0, this.all - this.transient);
  }

  toString(): string {
    return this.transient === 0 ? String(this.all) : `${this.all}/${this.transient}`;
  }
}

const STANDARD_PACKAGE = 'org.apache.cassandra.locator.';

/** The replication settings of a keyspace. This class itself stands for strategies of which the driver knows no replicas. */
export class ReplicationStrategy {
  /** Name of the class, without its package. */
  readonly name: string;
  readonly options: Readonly<Record<string, string>>;
  /** Equal for keyspaces whose replicas are equal, so that they share what is computed. */
  readonly key: string;
  readonly #className: string;

  constructor(className: string, options: Readonly<Record<string, string>>) {
    this.name = className.slice(className.lastIndexOf('.') + 1);
    this.options = Object.freeze({ ...options });
    this.key = JSON.stringify([this.name, Object.entries(options).sort()]);
    this.#className = className;
  }

  /** The strategy as CREATE KEYSPACE takes it: `{'class': 'SimpleStrategy', 'replication_factor': '3'}`. */
  exportForSchema(): string {
    const isStandard = this.#className === STANDARD_PACKAGE + this.name;
    return mapLiteral({ ...this.options, class: isStandard ? this.name : this.#className });
  }
}

/** The first hosts around the ring, wherever they are. */
export class SimpleStrategy extends ReplicationStrategy {
  readonly replicationFactor: ReplicationFactor;

  constructor(className: string, options: Readonly<Record<string, string>>) {
    super(className, options);
    this.replicationFactor = ReplicationFactor.parse(options['replication_factor']);
  }
}

/** So many hosts in each data center, in as many racks as there are. */
export class NetworkTopologyStrategy extends ReplicationStrategy {
  readonly dcReplicationFactors: ReadonlyMap<string, ReplicationFactor>;

  constructor(className: string, options: Readonly<Record<string, string>>) {
    super(className, options);
    this.dcReplicationFactors = new Map(
      Object.entries(options).map(([dc, factor]) => [dc, ReplicationFactor.parse(factor)]),
    );
  }
}

/** Every host. */
export class EverywhereStrategy extends ReplicationStrategy {}

/** Each host for itself: nothing is replicated, and any host answers for what it has. */
export class LocalStrategy extends ReplicationStrategy {}

const STRATEGIES: ReadonlyMap<
  string,
  new (className: string, options: Readonly<Record<string, string>>) => ReplicationStrategy
> = new Map([
  ['SimpleStrategy', SimpleStrategy],
  ['NetworkTopologyStrategy', NetworkTopologyStrategy],
  ['EverywhereStrategy', EverywhereStrategy],
  ['LocalStrategy', LocalStrategy],
]);

/** Reads the `replication` column of `system_schema.keyspaces`. */
export function parseReplication(replication: ReadonlyMap<string, string>): ReplicationStrategy {
  const className = replication.get('class') ?? '';
  const options = Object.fromEntries([...replication].filter(([key]) => key !== 'class').sort());
  const Strategy = STRATEGIES.get(className.slice(className.lastIndexOf('.') + 1)) ?? ReplicationStrategy;
  return new Strategy(className, options);
}
