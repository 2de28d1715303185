// A latency histogram with fixed log-linear buckets: recording touches typed arrays only, so that every request can be
// recorded, and percentiles are read from the buckets whenever somebody asks.

import { InvalidArgumentError } from '../errors.ts';
import { describeNumber } from './check.ts';

/*
   bucket of a duration of n microseconds: exact below 64, then 32 buckets to each power of two

   n       0 … 63 | 64 … 127   | 128 … 255  | … | 2^30 … 2^31 − 1 |
   width   1      | 2          | 4          | … | 2^25            |
   buckets 0 … 63 | 64 … 95    | 96 … 127   | … | 832 … 863       |
*/
const SUB_BUCKET_BITS = 5;
const SUB_BUCKETS = 1 << SUB_BUCKET_BITS;
const OCTAVES = 31 - SUB_BUCKET_BITS;
const BUCKETS = (OCTAVES + 1) * SUB_BUCKETS;
const MAX_MICROS = 2 ** 31 - 1;

/** Durations in milliseconds, as they were recorded. */
export interface Histogram {
  /** How many were recorded. */
  readonly count: number;
  /** The shortest, exactly; NaN if there is none. */
  readonly min: number;
  /** The longest, exactly; NaN if there is none. */
  readonly max: number;
  /** The sum, exactly as far as a double is. */
  readonly sum: number;
  /** The mean; NaN if there is none. */
  readonly mean: number;
  /** The standard deviation of all that was recorded; NaN if there is none. */
  readonly stddev: number;
  /**
   * Returns the duration that `p` percent of the recorded ones do not exceed.
   *
   * `p`: 0 (the shortest) to 100 (the longest). The answer is within 1.6 % and half a microsecond of the recorded duration up to
   * 35 minutes; longer ones count as 35 minutes, but for the longest. NaN if nothing was recorded.
   *
   * @throws {InvalidArgumentError} where `p` is out of its range.
   */
  percentile(p: number): number;
}

/** Places in the array of sums. */
const COUNT = 0;
const MIN = 1;
const MAX = 2;
const SUM = 3;
const MEAN = 4;
/** Sum of squared differences from the mean. */
const SQUARES = 5;

export class LatencyHistogram implements Histogram {
  /** Doubles count exactly to 2^53, where 32 bits would be full after a day at 50,000 requests a second. */
  readonly #buckets = new Float64Array(BUCKETS);
  readonly #sums = new Float64Array(6);

  /** Records one duration in milliseconds; a negative one, from a clock that went back, counts as 0. Allocates nothing. */
  record(durationMs: number): void {
    const ms = durationMs > 0 ? durationMs : 0;
    const bucket = bucketOf(ms);
    this.#buckets[bucket] = at(this.#buckets, bucket) + 1;
    const sums = this.#sums;
    const count = at(sums, COUNT) + 1;
    const isFirst = count === 1;
    const mean = at(sums, MEAN);
    const difference = ms - mean;
    const newMean = mean + difference / count;
    sums[COUNT] = count;
    if (isFirst || ms < at(sums, MIN)) sums[MIN] = ms;
    if (isFirst || ms > at(sums, MAX)) sums[MAX] = ms;
    sums[SUM] = at(sums, SUM) + ms;
    sums[MEAN] = newMean;
    sums[SQUARES] = at(sums, SQUARES) + difference * (ms - newMean);
  }

  get count(): number {
    return at(this.#sums, COUNT);
  }

  get min(): number {
    return this.#orNaN(at(this.#sums, MIN));
  }

  get max(): number {
    return this.#orNaN(at(this.#sums, MAX));
  }

  get sum(): number {
    return at(this.#sums, SUM);
  }

  get mean(): number {
    return this.#orNaN(at(this.#sums, MEAN));
  }

  get stddev(): number {
    return this.#orNaN(Math.sqrt(at(this.#sums, SQUARES) / this.count));
  }

  percentile(p: number): number {
    checkPercentile(p);
    const { count, min, max } = this;
    if (count === 0) return NaN;
    // The nearest rank: the smallest that at least p percent do not exceed.
    const rank = Math.max(1, Math.ceil((p / 100) * count));
    if (rank >= count) return max;
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      seen += at(this.#buckets, bucket);
      if (seen >= rank) return Math.min(Math.max(middleOf(bucket), min), max);
    }
    return max;
  }

  /** Adds all that another histogram recorded. */
  merge(other: LatencyHistogram): void {
    if (other.count === 0) return;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      this.#buckets[bucket] = at(this.#buckets, bucket) + at(other.#buckets, bucket);
    }
    const sums = this.#sums;
    const wasEmpty = this.count === 0;
    const count = this.count + other.count;
    const difference = at(other.#sums, MEAN) - at(sums, MEAN);
    sums[SQUARES] =
      at(sums, SQUARES) + at(other.#sums, SQUARES) + (difference * difference * this.count * other.count) / count;
    sums[MEAN] = at(sums, MEAN) + (difference * other.count) / count;
    sums[MIN] = wasEmpty ? other.min : Math.min(this.min, other.min);
    sums[MAX] = wasEmpty ? other.max : Math.max(this.max, other.max);
    sums[SUM] = this.sum + other.sum;
    sums[COUNT] = count;
  }

  /** A copy that later records do not change. */
  snapshot(): LatencyHistogram {
    const copy = new LatencyHistogram();
    copy.#buckets.set(this.#buckets);
    copy.#sums.set(this.#sums);
    return copy;
  }

  /** Forgets all that was recorded. */
  reset(): void {
    this.#buckets.fill(0);
    this.#sums.fill(0);
  }

  #orNaN(value: number): number {
    return this.count === 0 ? NaN : value;
  }
}

function checkPercentile(p: unknown): void {
  if (typeof p === 'number' && p >= 0 && p <= 100) return;
  throw new InvalidArgumentError(`expected a percentile from 0 to 100, got ${describeNumber(p)}`, { field: 'p' });
}

function bucketOf(ms: number): number {
  const exact = ms * 1_000;
  const micros = exact < MAX_MICROS ? Math.round(exact) : MAX_MICROS;
  const shift = 31 - Math.clz32(micros | SUB_BUCKETS) - SUB_BUCKET_BITS;
  return (shift << SUB_BUCKET_BITS) + (micros >>> shift);
}

/** The middle of a bucket in milliseconds. */
function middleOf(bucket: number): number {
  if (bucket < 2 * SUB_BUCKETS) return bucket / 1_000;
  const shift = (bucket >>> SUB_BUCKET_BITS) - 1;
  const lowest = (bucket - shift * SUB_BUCKETS) * 2 ** shift;
  return (lowest + (2 ** shift - 1) / 2) / 1_000;
}

function at(numbers: Float64Array, index: number): number {
  return numbers[index] ?? 0;
}
