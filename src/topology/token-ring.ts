// The ring: every token in ascending order, and the host that owns it. A ring never changes; a refresh that reads the same
// tokens, data centers and racks keeps the one there is, and with it everything computed from it.

import type { Host } from './host.ts';
import { compareTokens, parseToken, type PartitionerName, type TokenValue } from './partitioner.ts';
import { orderOf } from './token-sort.ts';

/** Where a host stood when the ring was made. */
interface Member {
  readonly host: Host;
  readonly datacenter: string | undefined;
  readonly rack: string | undefined;
  readonly tokens: readonly string[];
}

/** What the hosts of one data center are in a ring. */
export interface Center {
  /** Indexes of the ring's entries that its hosts own, ascending. */
  readonly entries: Uint32Array;
  readonly hostCount: number;
  readonly rackCount: number;
}

export class TokenRing {
  readonly partitioner: PartitionerName;
  /** The hosts that own tokens. */
  readonly hosts: readonly Host[];
  /** 64-bit tokens of Murmur3 in their own array, as the core takes them; others as they are. */
  readonly tokens: BigInt64Array | readonly TokenValue[];
  /** The owner of each token, as an index into `hosts`. */
  readonly owners: Uint16Array;
  /** A number for the rack of each host, its own in each data center. */
  readonly rackOf: Uint16Array;
  readonly #members: readonly Member[];
  readonly #centers = new Map<string, Center>();

  private constructor(partitioner: PartitionerName, members: readonly Member[]) {
    this.partitioner = partitioner;
    this.#members = members;
    this.hosts = members.map(({ host }) => host);
    const { tokens, owners } = partitioner === 'murmur3' ? murmur3Entries(members) : wideEntries(partitioner, members);
    this.tokens = tokens;
    this.owners = owners;
    const racks = new Map<string, number>();
    this.rackOf = Uint16Array.from(members, ({ datacenter, rack }) => {
      const key = JSON.stringify([datacenter, rack]);
      const number = racks.get(key) ?? racks.size;
      racks.set(key, number);
      return number;
    });
  }

  static readonly empty = new TokenRing('murmur3', []);

  /** The ring of these hosts; `previous` itself if nothing in it has changed. Texts that are no tokens are left out. */
  static of(
    hosts: readonly Host[],
    partitioner: PartitionerName = 'murmur3',
    previous: TokenRing = TokenRing.empty,
  ): TokenRing {
    const members = hosts
      .map((host): Member => ({ host, datacenter: host.datacenter, rack: host.rack, tokens: host.tokens }))
      .filter(({ tokens }) => tokens.length > 0);
    return previous.#isOf(members, partitioner) ? previous : new TokenRing(partitioner, members);
  }

  get length(): number {
    return this.owners.length;
  }

  /** The owner of the entry at an index. */
  ownerAt(index: number): Host | undefined {
    return this.hosts[this.owners[index] ?? -1];
  }

  /** Index of the first entry whose token is not below this one, wrapping; -1 for an empty ring. */
  indexOf(token: TokenValue): number {
    const { tokens } = this;
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareTokens(tokens[middle] as TokenValue, token) < 0) low = middle + 1;
      else high = middle;
    }
    if (low < tokens.length) return low;
    return tokens.length === 0 ? -1 : 0;
  }

  /** The hosts of a data center; undefined if none of them owns a token. */
  center(name: string): Center | undefined {
    const known = this.#centers.get(name);
    if (known !== undefined) return known;
    const isInside = this.#members.map(({ datacenter }) => datacenter === name);
    const hostCount = isInside.filter(Boolean).length;
    if (hostCount === 0) return undefined;
    const entries: number[] = [];
    for (let i = 0; i < this.owners.length; i++) if (isInside[this.owners[i] ?? -1] === true) entries.push(i);
    const rackCount = new Set(this.rackOf.filter((_, i) => isInside[i])).size;
    const center = { entries: Uint32Array.from(entries), hostCount, rackCount };
    this.#centers.set(name, center);
    return center;
  }

  #isOf(members: readonly Member[], partitioner: PartitionerName): boolean {
    if (partitioner !== this.partitioner || members.length !== this.#members.length) return false;
    return members.every((member, i) => {
      const own = this.#members[i];
      return (
        own?.host === member.host &&
        own.datacenter === member.datacenter &&
        own.rack === member.rack &&
        areEqual(own.tokens, member.tokens)
      );
    });
  }
}

function areEqual(one: readonly string[], other: readonly string[]): boolean {
  return one === other || (one.length === other.length && one.every((token, i) => token === other[i]));
}

function murmur3Entries(members: readonly Member[]): { tokens: BigInt64Array; owners: Uint16Array } {
  const most = members.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const unsorted = new BigInt64Array(most);
  const unsortedOwners = new Uint16Array(most);
  let count = 0;
  for (const [host, { tokens }] of members.entries()) {
    for (const text of tokens) {
      const token = parseToken('murmur3', text);
      if (token === undefined) continue;
      unsorted[count] = token as bigint;
      unsortedOwners[count++] = host;
    }
  }
  const order = orderOf(unsorted.subarray(0, count));
  const tokens = new BigInt64Array(count);
  const owners = new Uint16Array(count);
  order.forEach((from, to) => {
    tokens[to] = unsorted[from] ?? 0n;
    owners[to] = unsortedOwners[from] ?? 0;
  });
  return { tokens, owners };
}

function wideEntries(
  partitioner: PartitionerName,
  members: readonly Member[],
): { tokens: readonly TokenValue[]; owners: Uint16Array } {
  const entries = members.flatMap(({ tokens }, host) =>
    tokens.flatMap((text) => {
      const token = parseToken(partitioner, text);
      return token === undefined ? [] : [{ token, host }];
    }),
  );
  entries.sort((a, b) => compareTokens(a.token, b.token));
  return { tokens: entries.map(({ token }) => token), owners: Uint16Array.from(entries, ({ host }) => host) };
}
