// The token map as users see it: the ring, its ranges, and who has the replicas of a token.

import { InvalidArgumentError } from '../errors.ts';
import { describe } from '../types/describe.ts';
import type { Host } from './host.ts';
import type { TokenValue } from './partitioner.ts';
import { leastToken, Token, tokenOf } from './token.ts';
import { TokenRange } from './token-range.ts';
import type { Topology } from './topology.ts';

/** The ring at one moment: it does not follow changes of the cluster. */
export class TokenMap {
  readonly #topology: Topology;
  #tokens: readonly Token[] | null = null;

  /** Made by `cluster.metadata`. */
  constructor(topology: Topology) {
    this.#topology = topology;
  }

  /** Every token that a host owns, in ascending order. */
  get ring(): readonly Token[] {
    const { tokens, partitioner } = this.#topology.ring;
    this.#tokens ??= Object.freeze(Array.from(tokens as Iterable<TokenValue>, (value) => tokenOf(partitioner, value)));
    return this.#tokens;
  }

  /**
   * The hosts that have the full replicas of a token, in ring order; none for a keyspace that is not known or not replicated
   * around the ring.
   */
  getReplicas(keyspace: string, token: Token): Host[] {
    if (!(token instanceof Token) || token.partitioner !== this.#topology.ring.partitioner) {
      throw new InvalidArgumentError(`expected a token of the cluster's partitioner, got ${describe(token)}`, {
        field: 'token',
      });
    }
    return this.#topology.replicasOf(keyspace, token.value).map(({ host }) => host);
  }

  /** The ranges between the tokens of the ring: each token is in exactly one. */
  tokenRanges(): TokenRange[] {
    return this.ring.map((end, i) => this.#rangeTo(end, i));
  }

  /** The ranges that a host owns, as the first of their replicas; or all that it has replicas of in a keyspace. */
  tokenRangesOf(host: Host, keyspace?: string): TokenRange[] {
    const { ring } = this.#topology;
    return this.ring.flatMap((end, i) => {
      const has = keyspace === undefined ? ring.ownerAt(i) === host : this.getReplicas(keyspace, end).includes(host);
      return has ? [this.#rangeTo(end, i)] : [];
    });
  }

  #rangeTo(end: Token, index: number): TokenRange {
    const { ring } = this;
    const least = leastToken(this.#topology.ring.partitioner);
    if (ring.length === 1) return new TokenRange(least, least);
    return new TokenRange(ring[(index + ring.length - 1) % ring.length] ?? least, end);
  }
}
