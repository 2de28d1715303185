// Sorts the 64-bit tokens of a ring, together with whatever belongs to each: comparing bigints takes ten times as long as
// moving their bytes.

/**
 * The order of tokens: the indexes of the least, the next and so on; equal tokens stay in the order in which they came.
 *
 * A radix sort, from the lowest byte to the highest, over the two 32-bit words of each token.
 */
export function orderOf(tokens: BigInt64Array): Uint32Array {
  const words = new Uint32Array(tokens.buffer, tokens.byteOffset, tokens.length * 2);
  let order = Uint32Array.from({ length: tokens.length }, (_, i) => i);
  let next = new Uint32Array(tokens.length);
  const starts = new Uint32Array(256);
  for (let byte = 0; byte < 8; byte++) {
    const word = byte >> 2;
    const shift = (byte & 3) * 8;
    // The highest bit is the sign: turned over, negative tokens come first.
    const flip = byte === 7 ? 0x80 : 0;
    starts.fill(0);
    for (let i = word; i < words.length; i += 2) {
      const digit = (((words[i] ?? 0) >>> shift) & 0xff) ^ flip;
      starts[digit] = (starts[digit] ?? 0) + 1;
    }
    for (let digit = 0, start = 0; digit < 256; digit++) {
      const count = starts[digit] ?? 0;
      starts[digit] = start;
      start += count;
    }
    for (const index of order) {
      const digit = (((words[2 * index + word] ?? 0) >>> shift) & 0xff) ^ flip;
      const position = starts[digit] ?? 0;
      starts[digit] = position + 1;
      next[position] = index;
    }
    [order, next] = [next, order];
  }
  return order;
}
