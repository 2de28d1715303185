// Writes text, ascii, blobs and custom values: contents that are bytes as they come.
import type { CqlType } from '../types/data-type.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import { isAlive } from './live-view.ts';
import { refuse, refuseBecause } from './refusal.ts';

const encoder = new TextEncoder();
// Up to this length a loop over ASCII beats the call of the encoder.
const SHORT_TEXT = 40;
// Room taken for long text beyond one byte a character, so that ASCII does not reserve three times its size.
const SPARE_BYTES = 16 * 1024;
const loneSurrogate = /\p{Surrogate}/u;

/** Writes text as UTF-8. Text with half a surrogate pair is refused: no UTF-8 means it. */
export function writeText(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  if (typeof value !== 'string') refuse('a string', value, type, path);
  if (value.length <= SHORT_TEXT && wroteAscii(value, out)) return;
  const start = out.position;
  encode(value, out);
  // One byte a character: all of it is ASCII.
  if (out.position - start !== value.length && loneSurrogate.test(value)) {
    refuseBecause('expected well-formed text, got a lone surrogate', type, path);
  }
}

/** Writes text all of whose characters are ASCII. */
export function writeAscii(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  if (typeof value !== 'string') refuse('a string', value, type, path);
  const start = out.position;
  encode(value, out);
  if (out.position - start !== value.length) refuseBecause('expected ASCII, got other characters', type, path);
}

/** Writes the bytes of a typed array, a DataView or a buffer, as they are now. */
export function writeBytes(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  const bytes = toBytes(value, type, path);
  out.ensure(bytes.length);
  out.buffer.set(bytes, out.position);
  out.position += bytes.length;
}

function toBytes(value: unknown, type: CqlType, path: BindPath): Uint8Array {
  if (ArrayBuffer.isView(value)) {
    if (!isAlive(value)) refuseBecause('expected bytes, got a view of a detached buffer', type, path);
    return value instanceof Uint8Array ? value : new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  if (value instanceof ArrayBuffer || isShared(value)) return new Uint8Array(value);
  return refuse('a Uint8Array, another view or a buffer', value, type, path);
}

function isShared(value: unknown): value is SharedArrayBuffer {
  return typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer;
}

/** Writes short ASCII; writes nothing and returns false at the first other character. */
function wroteAscii(text: string, out: ByteSink): boolean {
  const { length } = text;
  out.ensure(length);
  const { buffer, position } = out;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return false;
    buffer[position + i] = code;
  }
  out.position = position + length;
  return true;
}

function encode(text: string, out: ByteSink): void {
  let rest = text;
  while (rest.length > 0) {
    const room = Math.min(3 * rest.length, rest.length + SPARE_BYTES);
    out.ensure(room);
    const { read, written } = encoder.encodeInto(rest, out.buffer.subarray(out.position, out.position + room));
    out.position += written;
    rest = read === rest.length ? '' : rest.slice(read);
  }
}
