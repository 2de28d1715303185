import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { RequestThrottledError } from '../../../src/errors.ts';
import { WaitingLine } from '../../../src/pool/waiting-line.ts';

test('refuses who comes when it is full, and takes the next when one has left', () => {
  const line = new WaitingLine(2);
  line.enter();
  line.enter();
  assert.throws(
    () => line.enter(),
    (error) => error instanceof RequestThrottledError && !error.maybeApplied,
  );
  line.leave();
  line.enter();
  assert.equal(line.length, 2);
});
