// The text that is bound as a timestamp: with a time zone, or refused.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { parseTimestamp } from '../../../src/types/timestamp-text.ts';

for (const [text, iso] of [
  ['2026-02-28T13:30:00.5Z', '2026-02-28T13:30:00.500Z'],
  ['2026-02-28 13:30+01:00', '2026-02-28T12:30:00.000Z'],
  ['2026-02-28T13:30:59-0330', '2026-02-28T17:00:59.000Z'],
  ['0000-01-01T00:00Z', '0000-01-01T00:00:00.000Z'],
  ['-000001-12-31T23:59:59.999Z', '-000001-12-31T23:59:59.999Z'],
  ['+275760-09-13T00:00Z', '+275760-09-13T00:00:00.000Z'],
] as const) {
  test(`reads ${text}`, () => {
    assert.equal(new Date(parseTimestamp(text)).toISOString(), iso);
  });
}

for (const text of [
  '',
  '2026-02-28',
  '2026-02-28T13:30:00',
  '2026-02-30T13:30:00Z',
  '2026-13-01T13:30:00Z',
  '2026-02-28T24:00:00Z',
  '2026-02-28T13:60:00Z',
  '2026-02-28T13:30.5Z',
  '2026-02-28T13:30:00.1234Z',
  '2026-02-28T13:30:00+25:00',
  '+275760-09-13T00:00:01Z',
  'Sat Feb 28 2026 13:30:00 GMT+0100',
  '0',
]) {
  test(`refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseTimestamp(text), InvalidArgumentError);
  });
}
