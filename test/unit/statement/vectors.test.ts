// The golden values that the core is held by, written by the writers.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { CodecError } from '../../../src/errors.ts';
import type { CqlType } from '../../../src/types/data-type.ts';
import { Decimal } from '../../../src/types/decimal.ts';
import { Duration } from '../../../src/types/duration.ts';
import { LocalDate } from '../../../src/types/local-date.ts';
import { readVectors, typeOf } from '../../vectors/vectors.ts';
import { encodeContent } from './encoding.ts';

for (const { name, type: json, hex, value } of readVectors<unknown>('values.json')) {
  assert.ok(json);
  const type = typeOf(json);
  const input = valueOf(type, value);
  if (hasNullElement(type, input)) {
    test(`refuses ${name}, which servers refuse too`, () => {
      assert.throws(() => encodeContent(type, input), CodecError);
    });
  } else {
    test(`writes ${name}`, () => {
      assert.equal(encodeContent(type, input), hex.replaceAll(' ', ''));
    });
  }
}

function valueOf(type: CqlType, json: unknown): unknown {
  if (json === null) return null;
  const parts = Array.isArray(json) ? (json as unknown[]) : [];
  const [first, second] = type.args as [CqlType, CqlType];
  switch (type.kind) {
    case 'blob':
    case 'custom':
      return Buffer.from(json as string, 'hex');
    case 'float':
    case 'double':
      return Number(json);
    case 'decimal': {
      const { unscaled, scale } = json as { unscaled: string; scale: number };
      return new Decimal(BigInt(unscaled), scale);
    }
    case 'duration': {
      const { months, days, nanoseconds } = json as { months: number; days: number; nanoseconds: string };
      return new Duration(months, days, BigInt(nanoseconds));
    }
    case 'date':
      return LocalDate.fromDaysSinceEpoch(json as number);
    case 'time':
    case 'timestamp':
      return BigInt(json as string);
    case 'list':
    case 'set':
    case 'vector':
      return parts.map((part) => valueOf(first, part));
    case 'map':
      return new Map((parts as [unknown, unknown][]).map(([k, v]) => [valueOf(first, k), valueOf(second, v)]));
    case 'tuple':
      return parts.map((part, i) => valueOf(type.args[i] as CqlType, part));
    case 'udt':
      return Object.fromEntries(parts.map((part, i) => [type.fieldNames?.[i], valueOf(type.args[i] as CqlType, part)]));
    default:
      return json;
  }
}

function hasNullElement(type: CqlType, value: unknown): boolean {
  return type.kind === 'list' && Array.isArray(value) && value.includes(null);
}
