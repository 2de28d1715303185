// Options of the connections that a session keeps to each host.

import type { HostDistance } from '../types/host-info.ts';
import { fields, flag, integer, type Check } from './checks.ts';

type PoolDistance = Exclude<HostDistance, 'IGNORED'>;

/** The `pooling` of {@link ClusterOptions}. */
export interface PoolingOptions {
  /**
   * Connections of a session to one host: one number for near hosts, or a number for each distance. One connection carries
   * thousands of requests; more help where a single server thread or TCP stream is the limit. Default: 1.
   */
  connectionsPerHost?: number | { LOCAL?: number; LOCAL_RACK?: number; REMOTE?: number };
  /** Requests in flight on one connection; further ones wait. Default: 2,048, at most 32,766. */
  maxRequestsPerConnection?: number;
  /** Whether `connect` waits for all connections to near hosts, within `poolWaitTimeout`. Default: `false`. */
  warmup?: boolean;
}

/** Pooling options with every default in its place. */
export interface ResolvedPooling {
  readonly connectionsPerHost: Readonly<Record<PoolDistance, number>>;
  readonly maxRequestsPerConnection: number;
  readonly warmup: boolean;
}

export const DEFAULT_POOLING: ResolvedPooling = Object.freeze({
  connectionsPerHost: Object.freeze({ LOCAL: 1, LOCAL_RACK: 1, REMOTE: 1 }),
  maxRequestsPerConnection: 2_048,
  warmup: false,
});

const size = integer(1, 1_024);
const sizes = fields({ LOCAL: size, LOCAL_RACK: size, REMOTE: size });

export const checkPooling: Check = fields({
  connectionsPerHost: (value, field) => (typeof value === 'object' ? sizes : size)(value, field),
  maxRequestsPerConnection: integer(1, 32_766),
  warmup: flag,
});

/** Fills in the defaults of options that were checked. */
export function resolvePooling(given: PoolingOptions = {}): ResolvedPooling {
  const { maxRequestsPerConnection, warmup } = DEFAULT_POOLING;
  return {
    connectionsPerHost: connectionsOf(given.connectionsPerHost),
    maxRequestsPerConnection: given.maxRequestsPerConnection ?? maxRequestsPerConnection,
    warmup: given.warmup ?? warmup,
  };
}

function connectionsOf(given: PoolingOptions['connectionsPerHost']): ResolvedPooling['connectionsPerHost'] {
  const defaults = DEFAULT_POOLING.connectionsPerHost;
  const near = typeof given === 'number' ? given : (given?.LOCAL ?? defaults.LOCAL);
  if (typeof given !== 'object') return { ...defaults, LOCAL: near, LOCAL_RACK: near };
  return { LOCAL: near, LOCAL_RACK: given.LOCAL_RACK ?? near, REMOTE: given.REMOTE ?? defaults.REMOTE };
}
