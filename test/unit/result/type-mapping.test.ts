// The choice of JavaScript types.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError, UnsupportedOperationError } from '../../../src/errors.ts';
import { DEFAULT_TYPE_MAPPING, resolveTypeMapping, type TypeMappingOptions } from '../../../src/result/type-mapping.ts';

test('what is not chosen has its default', () => {
  assert.deepEqual(resolveTypeMapping(), DEFAULT_TYPE_MAPPING);
  assert.deepEqual(resolveTypeMapping({ uuid: 'string' }), { ...DEFAULT_TYPE_MAPPING, uuid: 'string' });
  assert.deepEqual(resolveTypeMapping({ uuid: undefined } as unknown as TypeMappingOptions), DEFAULT_TYPE_MAPPING);
});

test('a choice that does not exist is refused with those that do', () => {
  assert.throws(
    () => resolveTypeMapping({ bigint: 'Long' } as unknown as TypeMappingOptions),
    (error) =>
      error instanceof InvalidArgumentError &&
      error.field === 'types.bigint' &&
      error.message.includes('bigint or number or string'),
  );
});

test('a type that does not exist is refused by name', () => {
  for (const name of ['long', 'toString']) {
    assert.throws(
      () => resolveTypeMapping({ [name]: 'bigint' }),
      (error) => error instanceof InvalidArgumentError && error.field === 'types' && error.message.includes(name),
    );
  }
});

test('types that are no object are refused', () => {
  for (const types of [null, 5, 'Temporal']) {
    assert.throws(
      () => resolveTypeMapping(types as never),
      (error) => error instanceof InvalidArgumentError && error.field === 'types',
    );
  }
});

test('Temporal is refused where the runtime has none', () => {
  for (const name of ['timestamp', 'date', 'time']) {
    assert.throws(() => resolveTypeMapping({ [name]: 'Temporal' }), UnsupportedOperationError);
  }
});
