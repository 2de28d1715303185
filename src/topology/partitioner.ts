// How a cluster hashes partition keys, and what its tokens look like: 64-bit integers of Murmur3, 128-bit integers of
// Random, the key itself with ByteOrdered.

/** Numbers of the partitioners as they cross into the core. */
export const PARTITIONER_NUMBER = { none: 0, murmur3: 1, random: 2, byteOrdered: 3, cdc: 4 } as const;

/** A partitioner that rings are made with. */
export type PartitionerName = 'murmur3' | 'random' | 'byteOrdered';

/** What a token is worth: an integer, or the bytes of the key with ByteOrdered. */
export type TokenValue = bigint | Uint8Array;

/** The partitioner of a class name; undefined where its tokens are unknown. */
export function partitionerOf(className: string): PartitionerName | undefined {
  switch (className.slice(className.lastIndexOf('.') + 1)) {
    case 'Murmur3Partitioner':
      return 'murmur3';
    case 'RandomPartitioner':
      return 'random';
    case 'ByteOrderedPartitioner':
      return 'byteOrdered';
    default:
      return undefined;
  }
}

/** The number of a class name's partitioner, `none` where its tokens are unknown. */
export function partitionerNumber(className: string): 0 | 1 | 2 | 3 {
  return PARTITIONER_NUMBER[partitionerOf(className) ?? 'none'];
}

/** Reads a token as servers print it: decimal, or hexadecimal with ByteOrdered; undefined for what is none. */
export function parseToken(partitioner: PartitionerName, text: string): TokenValue | undefined {
  if (partitioner === 'byteOrdered') return parseHex(text);
  if (!/^-?\d{1,40}$/.test(text)) return undefined;
  const value = BigInt(text);
  if (partitioner === 'murmur3') return BigInt.asIntN(64, value) === value ? value : undefined;
  return value >= -1n && value <= 1n << 127n ? value : undefined;
}

/** Orders tokens of one partitioner: negative if `a` comes first. */
export function compareTokens(a: TokenValue, b: TokenValue): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0;
  return compareBytes(a as Uint8Array, b as Uint8Array);
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

function parseHex(text: string): Uint8Array | undefined {
  const digits = text.startsWith('0x') ? text.slice(2) : text;
  if (!/^(?:[0-9a-f]{2})*$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
