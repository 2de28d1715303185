// What policies, results and errors see of hosts and attempts: plain data, never a pool, a connection or a session.
import type { ErrorAttempt, ErrorHost } from '../errors.ts';
import type { Uuid } from './uuid.ts';

/** A node of the cluster as the driver knows it now. */
export interface HostInfo extends ErrorHost {
  /** The id that the node keeps over restarts and changes of address. */
  readonly hostId: Uuid;
  /** Address that the node gives to other nodes. */
  readonly broadcastAddress?: string | undefined;
  /** Address that the node listens on for other nodes. */
  readonly listenAddress?: string | undefined;
  /** Version of the server, such as `5.0.5`. */
  readonly releaseVersion?: string | undefined;
  /** True if the node takes requests, false if it does not, undefined as long as nobody has tried. */
  readonly isUp: boolean | undefined;
  /** How many shards the node has; only on ScyllaDB. */
  readonly shards?: number | undefined;
  /** Requests that wait for an answer of this node. */
  readonly inFlight: number;
  /** Open connections to this node. */
  readonly openConnections: number;
}

/** One try of a request on one host. */
export interface Attempt extends ErrorAttempt {
  /** The host that was asked. */
  readonly host: HostInfo;
}

/** How far a host is, in the eyes of a load balancing policy; it decides the size of the pool. */
export type HostDistance = 'LOCAL_RACK' | 'LOCAL' | 'REMOTE' | 'IGNORED';
