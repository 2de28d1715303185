// The text of a UUID straight from the bytes of a page.

const DASH = 0x2d;
const digits = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));

/**
 * Writes the 16 bytes from `start` on as 32 lower-case hexadecimal digits in groups of 8, 4, 4, 4 and 12. All characters in one call:
 * text put together from pieces stays a tree of them, which costs several times as much.
 */
export function uuidText(bytes: Uint8Array, start: number): string {
  const byte = (i: number): number => bytes[start + i] as number;
  return String.fromCharCode(
    high(byte(0)),
    low(byte(0)),
    high(byte(1)),
    low(byte(1)),
    high(byte(2)),
    low(byte(2)),
    high(byte(3)),
    low(byte(3)),
    DASH,
    high(byte(4)),
    low(byte(4)),
    high(byte(5)),
    low(byte(5)),
    DASH,
    high(byte(6)),
    low(byte(6)),
    high(byte(7)),
    low(byte(7)),
    DASH,
    high(byte(8)),
    low(byte(8)),
    high(byte(9)),
    low(byte(9)),
    DASH,
    high(byte(10)),
    low(byte(10)),
    high(byte(11)),
    low(byte(11)),
    high(byte(12)),
    low(byte(12)),
    high(byte(13)),
    low(byte(13)),
    high(byte(14)),
    low(byte(14)),
    high(byte(15)),
    low(byte(15)),
  );
}

function high(byte: number): number {
  return digits[byte >>> 4] as number;
}

function low(byte: number): number {
  return digits[byte & 0xf] as number;
}
