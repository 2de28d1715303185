// The line before the connections of a session: it has ends.

import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RequestThrottledError } from '../../../src/errors.ts';
import { WaitingLine } from '../../../src/pool/waiting-line.ts';

test('a line takes as many as it may, and refuses the next until one leaves', () => {
  const line = new WaitingLine(2);
  line.enter(1);
  line.enter(1);
  assert.equal(line.length, 2);
  assert.throws(() => line.enter(1), RequestThrottledError);
  line.leave(1);
  line.enter(1);
  assert.throws(() => line.enter(1), { code: 'CQL_REQUEST_THROTTLED', maybeApplied: false });
});

test('a line refuses what would hold more bytes than it may, but takes one request of any size', () => {
  const line = new WaitingLine(10, 1_000);
  line.enter(5_000);
  assert.throws(() => line.enter(1), RequestThrottledError);
  line.leave(5_000);
  line.enter(999);
  line.enter(1);
  assert.throws(() => line.enter(1), RequestThrottledError);
  assert.equal(line.bytes, 1_000);
});
