// Random values of random types, written, decoded by the core and read: the same comes back. The full count is a figure.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { canonical } from '../../values/canonical.ts';
import { CoreRoundTrip } from '../../values/core-round-trip.ts';
import { typedValues } from '../../values/random-values.ts';

test('values nested up to five deep come back from the core as they were bound', () => {
  const trip = new CoreRoundTrip();
  fc.assert(
    fc.property(typedValues(5, 5), (sample) => {
      assert.deepStrictEqual(trip.readBack(sample).map(canonical), sample.values.map(canonical));
    }),
    { numRuns: 1_000 },
  );
  trip.close();
});
