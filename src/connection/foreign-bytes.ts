// What listens on a port where no CQL is spoken: found out from the first bytes it sends, to be named in an error.

/** A frame of a response begins with a byte whose highest bit is set. Source: native_protocol_v5.spec 2.1. */
const RESPONSE_BIT = 0x80;
const SHOWN_BYTES = 48;

/** Names what sent a first chunk; undefined if it may be CQL. */
export function describeForeignBytes(chunk: Uint8Array): string | undefined {
  const first = chunk[0] ?? RESPONSE_BIT;
  if ((first & RESPONSE_BIT) !== 0) return undefined;
  // TLS records: type, then version 3.x. Source: RFC 8446, 5.1.
  if (first >= 0x14 && first <= 0x17 && (chunk[1] ?? 3) === 3) return 'a TLS server: set the tls option';
  const text = printable(chunk);
  if (text === undefined) return `a server of another protocol, whose first bytes are ${hex(chunk)}`;
  if (text.startsWith('HTTP/')) return `an HTTP server: ${JSON.stringify(text)}`;
  if (text.startsWith('SSH-')) return `an SSH server: ${JSON.stringify(text)}`;
  return `a server of another protocol, which said ${JSON.stringify(text)}`;
}

/** The first bytes as hex. */
export function hex(chunk: Uint8Array): string {
  return Array.from(chunk.subarray(0, SHOWN_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** The first line, if it is ASCII text; nothing else may reach a terminal. */
function printable(chunk: Uint8Array): string | undefined {
  const line = String.fromCharCode(...chunk.subarray(0, SHOWN_BYTES)).split(/[\r\n]/, 1)[0] ?? '';
  return /^[\x20-\x7e\t]+$/.test(line) ? line : undefined;
}
