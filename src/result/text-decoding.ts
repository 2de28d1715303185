// Turns bytes of a delivery into strings with the fastest decoder of the runtime, found out once.

type Slice = (this: Uint8Array, start: number, end: number) => string;
/** Decodes `bytes[start..end)`. */
export type TextDecode = (bytes: Uint8Array, start: number, end: number) => string;

interface BufferPrototype {
  readonly latin1Slice?: Slice;
  readonly ucs2Slice?: Slice;
}

const buffers = (globalThis as { readonly Buffer?: { readonly prototype: BufferPrototype } }).Buffer?.prototype;
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });

/** Decodes ASCII. Any byte over 127 becomes some other character, as nothing shows it. */
export const decodeAscii: TextDecode = sliceOrDecode(buffers?.latin1Slice, 'latin1', [0x41, 0x7e], 'A~');

/** Decodes UTF-16 little-endian; `start` and `end` are byte offsets. */
export const decodeUtf16: TextDecode = sliceOrDecode(buffers?.ucs2Slice, 'utf-16le', [0x41, 0, 0xac, 0x20], 'A\u20ac');

/** Decodes UTF-8 that is known to be valid. */
export function decodeUtf8(bytes: Uint8Array, start: number, end: number): string {
  return utf8.decode(bytes.subarray(start, end));
}

/** Takes the slice method if the runtime has one that works on a plain Uint8Array, else a TextDecoder. */
function sliceOrDecode(slice: Slice | undefined, label: string, sample: number[], expected: string): TextDecode {
  if (slice !== undefined && slicesTo(slice, sample, expected))
    return (bytes, start, end) => slice.call(bytes, start, end);
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes, start, end) => decoder.decode(bytes.subarray(start, end));
}

function slicesTo(slice: Slice, sample: number[], expected: string): boolean {
  try {
    return slice.call(new Uint8Array(sample), 0, sample.length) === expected;
  } catch {
    return false;
  }
}
