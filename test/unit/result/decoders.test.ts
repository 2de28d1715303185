// Row decoders: one for each program and factory, for as long as both are used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { DecoderCache } from '../../../src/result/decoders.ts';
import type { RowFactory } from '../../../src/result/rows.ts';
import { DEFAULT_TYPE_MAPPING } from '../../../src/result/type-mapping.ts';
import { CqlType } from '../../../src/types/data-type.ts';
import { columnsOf } from './tape-builder.ts';

const program = { id: 1, columns: columnsOf([['id', CqlType.native('int')]]), metadata: new Uint8Array() };

test('a decoder is made once for a program and a factory', () => {
  const decoders = new DecoderCache(DEFAULT_TYPE_MAPPING);
  let calls = 0;
  const factory: RowFactory<number> = () => {
    calls++;
    return (values) => values.length;
  };
  assert.equal(decoders.get(program, factory), decoders.get(program, factory));
  assert.equal(calls, 1);
  assert.equal(decoders.get(program, 'object'), decoders.get(program, 'object'));
  assert.notEqual(decoders.get(program, 'object'), decoders.get(program, 'tuple'));
  assert.notEqual(decoders.get({ ...program, id: 2 }, factory), decoders.get(program, factory));
  assert.equal(calls, 2);
});

test('a function that nobody holds is not kept, though its program is', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const decoders = new DecoderCache(DEFAULT_TYPE_MAPPING);
  const references = Array.from({ length: 100 }, () => {
    const factory: RowFactory<number> = () => (values) => values.length;
    decoders.get(program, factory);
    return new WeakRef(factory);
  });
  for (let turn = 0; turn < 20 && references.some((reference) => reference.deref() !== undefined); turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  assert.equal(references.filter((reference) => reference.deref() !== undefined).length, 0);
  assert.ok(decoders.get(program, 'object'));
});
