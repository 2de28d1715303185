// What the pools of a session look like at one moment, as plain data for logs, health checks and metrics.

/** The pool of one host. */
export interface HostPoolState {
  /** `address:port`. */
  readonly host: string;
  readonly hostId: string;
  readonly datacenter: string | undefined;
  readonly isUp: boolean | undefined;
  /** Open connections, and how many the pool is to have. */
  readonly connections: number;
  /** How many of them owe answers and have been silent for so long that requests go elsewhere where they can. */
  readonly suspect: number;
  readonly size: number;
  /** Requests that wait for an answer. */
  readonly inFlight: number;
  /** Answers still to come that nobody waits for any more; each holds a stream id. */
  readonly orphaned: number;
  /** Requests that wait for a stream id. */
  readonly queued: number;
  /** Requests that could be sent now without waiting. */
  readonly available: number;
}

/** All pools of a session, and their sums. */
export interface PoolState {
  readonly hosts: readonly HostPoolState[];
  readonly connections: number;
  readonly inFlight: number;
  readonly orphaned: number;
  readonly queued: number;
  readonly available: number;
}

export function poolStateOf(hosts: readonly HostPoolState[]): PoolState {
  const sum = (field: 'connections' | 'inFlight' | 'orphaned' | 'queued' | 'available'): number =>
    hosts.reduce((total, host) => total + host[field], 0);
  return {
    hosts,
    connections: sum('connections'),
    inFlight: sum('inFlight'),
    orphaned: sum('orphaned'),
    queued: sum('queued'),
    available: sum('available'),
  };
}
