// What policies see of a request that has been encoded. Its token is made a bigint only if a policy asks for it: the core
// has already found its place in the ring.

import type { EncodedFrame } from '../core.ts';
import type { RoutedQuery } from '../topology/topology.ts';
import type { TokenRing } from '../topology/token-ring.ts';
import type { ConsistencyName } from '../types/consistency.ts';

/** What is known of a request beside its bytes. */
export interface QueryFacts {
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: ConsistencyName | undefined;
  readonly isLwt: boolean;
  readonly isIdempotent: boolean;
}

export class EncodedQuery implements RoutedQuery {
  readonly keyspace: string | undefined;
  readonly table: string | undefined;
  readonly consistency: ConsistencyName;
  readonly serialConsistency: ConsistencyName | undefined;
  readonly isLwt: boolean;
  readonly isIdempotent: boolean;
  readonly ringIndex: number;
  readonly ring: TokenRing;
  readonly #frame: EncodedFrame;

  constructor(facts: QueryFacts, frame: EncodedFrame, ring: TokenRing) {
    this.keyspace = facts.keyspace;
    this.table = facts.table;
    this.consistency = facts.consistency;
    this.serialConsistency = facts.serialConsistency;
    this.isLwt = facts.isLwt;
    this.isIdempotent = facts.isIdempotent;
    this.ringIndex = frame.ringIndex;
    this.ring = ring;
    this.#frame = frame;
  }

  get token(): bigint | Uint8Array | undefined {
    const { hasToken, tokenLow, tokenHigh, wideToken } = this.#frame;
    return hasToken ? (BigInt(tokenHigh) << 32n) | BigInt(tokenLow >>> 0) : wideToken;
  }
}
