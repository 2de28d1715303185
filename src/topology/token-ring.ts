// The ring: every token and the host that owns it, in ascending order. Partitioners with 64-bit tokens alone have one;
// others are routed without tokens.

import type { Host } from './host.ts';

/** Numbers of the partitioners as they cross into the core. */
export const PARTITIONER_NUMBER = { none: 0, murmur3: 1, random: 2, byteOrdered: 3, cdc: 4 } as const;

/** The partitioner number of a class name, `none` where its tokens are not 64-bit integers. */
export function partitionerNumber(className: string): number {
  return className.endsWith('Murmur3Partitioner') ? PARTITIONER_NUMBER.murmur3 : PARTITIONER_NUMBER.none;
}

/** Tokens in ascending order and the owner of each. */
export class TokenRing {
  readonly tokens: readonly bigint[];
  readonly owners: readonly Host[];

  private constructor(tokens: readonly bigint[], owners: readonly Host[]) {
    this.tokens = tokens;
    this.owners = owners;
  }

  static readonly empty = new TokenRing([], []);

  static of(hosts: readonly Host[]): TokenRing {
    const entries = hosts.flatMap((host) => host.tokens.map((token) => ({ token: BigInt(token), host })));
    entries.sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : 0));
    return new TokenRing(
      entries.map((entry) => entry.token),
      entries.map((entry) => entry.host),
    );
  }

  get length(): number {
    return this.tokens.length;
  }

  /** Index of the first entry whose token is not below this one, wrapping; -1 for an empty ring. */
  indexOf(token: bigint): number {
    let low = 0;
    let high = this.tokens.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.tokens[middle] ?? 0n) < token) low = middle + 1;
      else high = middle;
    }
    if (low < this.tokens.length) return low;
    return this.tokens.length === 0 ? -1 : 0;
  }
}
