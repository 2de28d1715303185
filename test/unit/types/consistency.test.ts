// Consistency levels by name and by number.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  consistencyFromWire,
  ConsistencyLevel,
  consistencyName,
  consistencyNumber,
  isSerial,
  serialConsistencyNumber,
} from '../../../src/types/consistency.ts';
import type { ConsistencyName } from '../../../src/types/consistency.ts';

test('every level leads from name to number and back', () => {
  for (const [name, number] of Object.entries(ConsistencyLevel)) {
    assert.equal(consistencyNumber(name as ConsistencyName), number);
    assert.equal(consistencyNumber(number), number);
    assert.equal(consistencyName(number), name);
    assert.equal(consistencyFromWire(number), name);
  }
  assert.equal(ConsistencyLevel.LOCAL_ONE, 10);
});

test('refuses what is no level, and names the field', () => {
  for (const wrong of ['local_one', 'toString', '', 11, -1, 0.5, Number.NaN, null, undefined, {}, Symbol('s')]) {
    const refusal = {
      name: 'InvalidArgumentError',
      field: 'cl',
      message: /^expected a consistency level such as LOCAL_QUORUM or its number as cl, got /,
    };
    assert.throws(() => consistencyNumber(wrong as never, 'cl'), refusal);
    assert.throws(() => consistencyName(wrong as never, 'cl'), refusal);
  }
  assert.equal(consistencyFromWire(11), undefined);
});

test('only SERIAL and LOCAL_SERIAL are levels of a Paxos phase', () => {
  assert.equal(serialConsistencyNumber('SERIAL'), 8);
  assert.equal(serialConsistencyNumber(9), 9);
  for (const wrong of ['QUORUM', 6, undefined]) {
    assert.equal(isSerial(wrong), false);
    assert.throws(() => serialConsistencyNumber(wrong as never), { field: 'serialConsistencyLevel' });
  }
});
