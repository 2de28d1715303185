// What a policy sees of a request: plain data, never a session or a statement.
import type { ConsistencyName } from './consistency.ts';

/** A request in the eyes of load balancing, retry and speculative execution policies. */
export interface QueryInfo {
  /** Keyspace of the table that the request goes to, as far as it is known. */
  readonly keyspace: string | undefined;
  /** Table that the request goes to, as far as it is known. */
  readonly table: string | undefined;
  /** Token of the partition key: an integer, or the key itself with ByteOrdered; undefined where no routing key is known. */
  readonly token: bigint | Uint8Array | undefined;
  /** Consistency level of the request. */
  readonly consistency: ConsistencyName;
  /** Consistency level of its Paxos phase. */
  readonly serialConsistency: ConsistencyName | undefined;
  /** True for a conditional statement. */
  readonly isLwt: boolean;
  /** True if executing it twice has the effect of executing it once. */
  readonly isIdempotent: boolean;
}
