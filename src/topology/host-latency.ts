// How fast a host answers, and whether it answers at all: what policies that avoid slow hosts go by. Three numbers and
// three times for a host, written on the way of every request, so that nothing is computed before somebody asks.

/** Time over which the average follows what a host does. */
const WINDOW_MS = 1_000;
/** The least weight of an answer, for hosts that give many within the window. */
const LEAST_WEIGHT = 1 / 32;
/** Time in which an average that no answer confirms loses half of its worth. */
const HALF_LIFE_MS = 500;
/** How long the first unanswered request is out before its host counts as silent: a multiple of the average, within limits. */
const SILENCE_FACTOR = 4;
const SHORTEST_SILENCE_MS = 250;
const LONGEST_SILENCE_MS = 1_000;
/** A silent host is given another request when it has had none for so long. */
const RETEST_MS = 2_000;

/** Latencies of one host, over all sessions. Times are those of a monotonic clock. */
export class HostLatency {
  #average = 0;
  #answeredMs = Number.NEGATIVE_INFINITY;
  #sentMs = Number.NEGATIVE_INFINITY;
  /** When the first request was sent that nothing has been heard since; -1 where something was. */
  #unansweredMs = -1;

  /** The moving average of the answers' durations in milliseconds; 0 as long as there is none. */
  get average(): number {
    return this.#average;
  }

  /** A request was sent. */
  onSent(nowMs: number): void {
    this.#sentMs = nowMs;
    if (this.#unansweredMs < 0) this.#unansweredMs = nowMs;
  }

  /** A request was answered, `durationMs` after it was sent. */
  record(durationMs: number, nowMs: number): void {
    this.#unansweredMs = -1;
    if (this.#average === 0) {
      this.#average = durationMs;
    } else {
      const age = nowMs - this.#answeredMs;
      this.#average += (durationMs - this.#average) * Math.max(LEAST_WEIGHT, age / (age + WINDOW_MS));
    }
    this.#answeredMs = nowMs;
  }

  /** The host has shown that it lives, by a late answer or a new connection; how fast it is, that does not tell. */
  onHeard(): void {
    this.#unansweredMs = -1;
  }

  /** What the average is still worth: it halves with every half second without an answer, so that a host is tried again. */
  expected(nowMs: number): number {
    return this.#average * 2 ** (-Math.max(0, nowMs - this.#answeredMs) / HALF_LIFE_MS);
  }

  /** Whether the host leaves requests unanswered for suspiciously long; not while it is due for another try. */
  isSilent(nowMs: number): boolean {
    if (this.#unansweredMs < 0) return false;
    const limit = Math.min(LONGEST_SILENCE_MS, Math.max(SHORTEST_SILENCE_MS, SILENCE_FACTOR * this.#average));
    return nowMs - this.#unansweredMs > limit && nowMs - this.#sentMs < RETEST_MS;
  }
}
