// Writes integers of all widths: tinyint to bigint, varint, and the vints of durations and vectors. Numbers, bigints and decimal
// text are accepted where they are exact.
import type { CqlType } from '../types/data-type.ts';
import type { BindPath } from './bind-path.ts';
import type { ByteSink } from './byte-sink.ts';
import { refuse } from './refusal.ts';

const decimalDigits = /^[+-]?[0-9]+$/;
const MIN_LONG = -(2n ** 63n);
const MAX_LONG = 2n ** 63n - 1n;

/** Reads an integer between two bounds, both within ±2^31. */
export function toSmallInteger(value: unknown, min: number, max: number, type: CqlType, path: BindPath): number {
  const number = typeof value === 'number' ? value : looseNumber(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  return refuse(`an integer from ${min} to ${max}`, value, type, path);
}

function looseNumber(value: unknown): number {
  return typeof value === 'bigint' || (typeof value === 'string' && decimalDigits.test(value)) ? Number(value) : NaN;
}

/** Reads an integer of any size: a bigint, an integer number up to ±(2^53 - 1), or decimal digits. */
export function toBigInteger(value: unknown, type: CqlType, path: BindPath): bigint {
  if (typeof value === 'bigint') return value;
  if (Number.isSafeInteger(value)) return BigInt(value as number);
  if (typeof value === 'string' && decimalDigits.test(value)) return BigInt(value);
  return refuse('a bigint, an integer number up to ±(2^53 - 1) or decimal digits', value, type, path);
}

/** Writes 64 bits, big-endian. */
export function writeLong(value: unknown, out: ByteSink, type: CqlType, path: BindPath): void {
  if (Number.isSafeInteger(value)) {
    writeSafeInteger(value as number, out);
    return;
  }
  const integer = toBigInteger(value, type, path);
  if (integer < MIN_LONG || integer > MAX_LONG) refuse('an integer of at most 64 bits', value, type, path);
  out.ensure(8);
  out.view.setBigInt64(out.position, integer);
  out.position += 8;
}

/** Writes an integer number as 64 bits, big-endian. */
export function writeSafeInteger(value: number, out: ByteSink): void {
  out.ensure(8);
  out.view.setInt32(out.position, Math.floor(value / 0x1_0000_0000));
  out.view.setUint32(out.position + 4, value >>> 0);
  out.position += 8;
}

// Two's complement, big-endian, no byte more than the sign needs: 0 is 00, 128 is 0080, -129 is ff7f.
/** Writes the bytes of a varint. */
export function writeVarint(value: bigint, out: ByteSink): void {
  const flip = value < 0n ? 0xff : 0;
  let hex = (value < 0n ? ~value : value).toString(16);
  if (hex.length % 2 !== 0) hex = `0${hex}`;
  if (hex.charCodeAt(0) >= 0x38) hex = `00${hex}`; // '8' and beyond: the sign bit is taken
  const length = hex.length / 2;
  out.ensure(length);
  const { buffer, position } = out;
  for (let i = 0; i < length; i++) buffer[position + i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16) ^ flip;
  out.position = position + length;
}

// The number of leading one bits in the first byte is the number of bytes that follow; big-endian.
// native_protocol_v5.spec 3, [unsigned vint]
/** Writes an unsigned vint of at most 64 bits. */
export function writeUnsignedVint(value: bigint, out: ByteSink): void {
  let extra = 0;
  while (extra < 8 && value >> BigInt(7 * (extra + 1)) !== 0n) extra++;
  out.ensure(9);
  const { buffer, position } = out;
  for (let i = extra, rest = value; i >= 0; i--, rest >>= 8n) buffer[position + i] = Number(rest & 0xffn);
  buffer[position] = (buffer[position] as number) | ~(0xff >> extra);
  out.position = position + extra + 1;
}

/** Writes a signed vint of at most 64 bits: sign folded into the lowest bit. */
export function writeVint(value: bigint, out: ByteSink): void {
  writeUnsignedVint(BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)), out);
}
