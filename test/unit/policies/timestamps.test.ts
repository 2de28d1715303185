import { strict as assert } from 'node:assert';
import { test } from 'node:test';
import { InvalidArgumentError } from '../../../src/errors.ts';
import { MonotonicTimestampGenerator } from '../../../src/policies/timestamps.ts';

test('timestamps increase even when the clock stands still or goes back', () => {
  let now = 1_000;
  const generator = new MonotonicTimestampGenerator({ now: () => now, warnOnDrift: false });
  assert.equal(generator.next(), 1_000_000n);
  assert.equal(generator.next(), 1_000_001n);
  now = 500;
  assert.equal(generator.next(), 1_000_002n);
  now = 2_000;
  assert.equal(generator.next(), 2_000_000n);
});

test('timestamps that run ahead of the clock are warned of, at most once in an interval', () => {
  let now = 10_000;
  const warnings: string[] = [];
  const generator = new MonotonicTimestampGenerator({
    now: () => now,
    warn: (message) => warnings.push(message),
    warningThreshold: 500,
    warningInterval: 1_000,
  });
  generator.next();
  now = 9_600;
  generator.next();
  assert.equal(warnings.length, 0, '400 ms ahead');
  now = 9_000;
  generator.next();
  generator.next();
  assert.deepEqual(warnings.length, 1);
  assert.match(warnings[0] ?? '', /1000 ms ahead/);
  now = 7_900;
  generator.next();
  assert.equal(warnings.length, 2);
});

test('options of a wrong type are refused by name', () => {
  const wrong = (options: object, field: string): void => {
    assert.throws(
      () => new MonotonicTimestampGenerator(options),
      (error) => error instanceof InvalidArgumentError && error.field === field,
    );
  };
  wrong({ warnOnDrift: 'no' }, 'warnOnDrift');
  wrong({ warningThreshold: -1 }, 'warningThreshold');
  wrong({ warningInterval: NaN }, 'warningInterval');
  wrong({ now: 5 }, 'now');
  wrong({ warn: 'x' }, 'warn');
});
