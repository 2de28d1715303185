// Latency histograms: percentiles against sorted arrays, exact sums, and merging.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';

import { InvalidArgumentError } from '../../../src/errors.ts';
import { LatencyHistogram } from '../../../src/types/histogram.ts';

const MAX_RELATIVE_ERROR = 1 / 64;
const HALF_MICROSECOND_MS = 0.000_5;
/** From under a microsecond to some minutes, each order of magnitude as likely. */
const anyDuration = fc
  .tuple(fc.integer({ min: -4, max: 5 }), fc.double({ min: 1, max: 10, noNaN: true }))
  .map(([exponent, mantissa]) => mantissa * 10 ** exponent);
const anyDurations = fc.array(anyDuration, { minLength: 1, maxLength: 400 });

function recorded(durations: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const duration of durations) histogram.record(duration);
  return histogram;
}

function near(actual: number, expected: number, allowed: number): boolean {
  return Math.abs(actual - expected) <= allowed;
}

test('a percentile is within 1.6 % and half a microsecond of the nearest rank of the sorted durations', () => {
  fc.assert(
    fc.property(anyDurations, fc.double({ min: 0, max: 100, noNaN: true }), (durations, p) => {
      const sorted = durations.toSorted((a, b) => a - b);
      const expected = sorted[Math.max(1, Math.ceil((p / 100) * sorted.length)) - 1] ?? NaN;
      const actual = recorded(durations).percentile(p);
      assert(
        near(actual, expected, expected * MAX_RELATIVE_ERROR + HALF_MICROSECOND_MS),
        `p${p}: expected ${expected}, got ${actual}`,
      );
    }),
    { numRuns: 2_000 },
  );
});

test('every bucket answers within the bound at its lower and upper end', () => {
  for (let micros = 1; micros < 2 ** 31; micros = Math.max(micros + 1, Math.floor(micros * 1.003))) {
    const histogram = recorded([micros / 1_000, 3_000_000, 3_000_000]);
    const actual = histogram.percentile(33) * 1_000;
    assert(near(actual, micros, micros * MAX_RELATIVE_ERROR + 0.5), `${micros} µs came back as ${actual}`);
  }
});

test('count, shortest, longest, sum, mean and standard deviation are exact', () => {
  fc.assert(
    fc.property(anyDurations, (durations) => {
      const histogram = recorded(durations);
      const count = durations.length;
      const sum = durations.reduce((total, duration) => total + duration, 0);
      const mean = sum / count;
      const stddev = Math.sqrt(durations.reduce((total, duration) => total + (duration - mean) ** 2, 0) / count);
      assert.equal(histogram.count, count);
      assert.equal(histogram.min, Math.min(...durations));
      assert.equal(histogram.max, Math.max(...durations));
      assert(near(histogram.sum, sum, sum * 1e-9));
      assert(near(histogram.mean, mean, mean * 1e-9));
      assert(near(histogram.stddev, stddev, mean * 1e-6));
    }),
  );
});

test('two histograms merged tell the same as one that recorded everything', () => {
  fc.assert(
    fc.property(anyDurations, fc.array(anyDuration), (first, second) => {
      const merged = recorded(first);
      merged.merge(recorded(second));
      const whole = recorded([...first, ...second]);
      for (const p of [0, 1, 25, 50, 75, 95, 99, 99.9, 100]) assert.equal(merged.percentile(p), whole.percentile(p));
      assert.equal(merged.count, whole.count);
      assert.equal(merged.min, whole.min);
      assert.equal(merged.max, whole.max);
      assert(near(merged.mean, whole.mean, whole.mean * 1e-9));
      assert(near(merged.stddev, whole.stddev, whole.mean * 1e-6));
    }),
  );
});

test('merging into an empty histogram copies', () => {
  const empty = new LatencyHistogram();
  empty.merge(recorded([2, 4]));
  assert.deepEqual([empty.count, empty.min, empty.max, empty.mean, empty.stddev], [2, 2, 4, 3, 1]);
});

test('a snapshot stays as it was', () => {
  const histogram = recorded([1]);
  const snapshot = histogram.snapshot();
  histogram.record(100);
  assert.deepEqual([snapshot.count, snapshot.max, snapshot.percentile(100)], [1, 1, 1]);
  assert.equal(histogram.count, 2);
});

test('an empty histogram tells NaN, and so does one that was reset', () => {
  const histogram = recorded([5]);
  histogram.reset();
  for (const empty of [new LatencyHistogram(), histogram]) {
    assert.equal(empty.count, 0);
    assert.equal(empty.sum, 0);
    for (const value of [empty.min, empty.max, empty.mean, empty.stddev, empty.percentile(50)])
      assert.equal(value, NaN);
  }
});

test('a clock that went back counts as no time', () => {
  const histogram = recorded([-5, NaN, 1]);
  assert.deepEqual([histogram.count, histogram.min, histogram.percentile(50)], [3, 0, 0]);
});

test('a duration longer than the buckets is the longest, exactly', () => {
  const histogram = recorded([1, 2 ** 40]);
  assert.equal(histogram.max, 2 ** 40);
  assert.equal(histogram.percentile(100), 2 ** 40);
});

test('refuses a percentile out of its range', () => {
  for (const p of [-1, 100.1, NaN, '50' as unknown as number]) {
    assert.throws(() => new LatencyHistogram().percentile(p), InvalidArgumentError);
  }
});
