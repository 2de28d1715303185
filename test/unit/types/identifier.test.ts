// Names and values in CQL text.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import {
  escapeName,
  isValidName,
  protectName,
  protectNames,
  protectValue,
  quoteTypeName,
} from '../../../src/types/identifier.ts';

describe('names', () => {
  for (const name of ['a', 'a_1', 'text', 'ttl', 'key']) {
    test(`${name} needs no quotes`, () => {
      assert.equal(isValidName(name), true);
      assert.equal(protectName(name), name);
    });
  }

  for (const name of ['', 'A', '1a', '_a', 'a b', 'é', 'select', 'a"b', 'a\n', '__proto__']) {
    test(`${JSON.stringify(name)} needs quotes`, () => {
      assert.equal(isValidName(name), false);
      assert.equal(protectName(name), escapeName(name));
    });
  }

  test('have quotes within them doubled', () => {
    assert.equal(escapeName('a"b'), '"a""b"');
    assert.deepEqual(protectNames(['a', 'B']), ['a', '"B"']);
  });

  test('of types are quoted if they mean anything', () => {
    assert.deepEqual(['point', 'text', 'ttl', 'byte', 'empty', 'set'].map(quoteTypeName), [
      ...['point', '"text"', '"ttl"', '"byte"', '"empty"', '"set"'],
    ]);
  });
});

test('values of options are literals', () => {
  assert.deepEqual(
    [protectValue("it's"), protectValue(1.5), protectValue(true), protectValue(null), protectValue(undefined)],
    ["'it''s'", '1.5', 'true', 'NULL', 'NULL'],
  );
});
