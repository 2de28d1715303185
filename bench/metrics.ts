// What do metrics cost a request? Records attempts and requests as executions do, against the same loop with an observer that
// does nothing, in turn, and prints time and allocated bytes per request.

import type { EndedAttempt } from '../src/execution/metrics-recorder.ts';
import { MetricsRecorder } from '../src/execution/metrics-recorder.ts';
import { fakeHost } from '../test/unit/topology/fake-hosts.ts';

const REQUESTS = 2_000_000;
const ROUNDS = 9;
const HOSTS = 8;

interface Watcher {
  onAttempt(attempt: EndedAttempt): void;
  onEnd(request: null, durationMs: number, error: null): void;
}

class Idle implements Watcher {
  seen = 0;

  onAttempt(attempt: EndedAttempt): void {
    if (attempt.error !== undefined) this.seen++;
  }

  onEnd(_request: null, durationMs: number): void {
    if (durationMs < 0) this.seen++;
  }
}

const hosts = Array.from({ length: HOSTS }, (_, i) => fakeHost(i + 1, []));
const attempts: readonly EndedAttempt[] = Array.from({ length: 1024 }, (_, i) => ({
  host: hostOf(i),
  durationMs: 0.2 + (i % 97) / 10,
  error: undefined,
  connection: {},
}));
const figures = new Map<string, { nanoseconds: number[]; bytes: number[] }>();
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, watcher] of [
    ['an observer that does nothing', new Idle()],
    ['metrics', new MetricsRecorder()],
  ] as const) {
    const figure = measure(watcher);
    if (round === 0) continue;
    const all = figures.get(name) ?? { nanoseconds: [], bytes: [] };
    all.nanoseconds.push(figure.nanoseconds);
    all.bytes.push(figure.bytes);
    figures.set(name, all);
  }
}
for (const [name, { nanoseconds, bytes }] of figures) {
  console.log(
    `${name.padEnd(30)} per request: median ${median(nanoseconds).toFixed(1)} ns ` +
      `(min ${Math.min(...nanoseconds).toFixed(1)}, max ${Math.max(...nanoseconds).toFixed(1)}), ` +
      `${median(bytes).toFixed(2)} bytes allocated`,
  );
}

function measure(watcher: Watcher): { nanoseconds: number; bytes: number } {
  globalThis.gc?.();
  const heap = process.memoryUsage().heapUsed;
  const start = process.hrtime.bigint();
  for (let i = 0; i < REQUESTS; i++) {
    const attempt = attempts[i & 1023];
    if (attempt === undefined) continue;
    watcher.onAttempt(attempt);
    watcher.onEnd(null, attempt.durationMs ?? 0, null);
  }
  const nanoseconds = Number(process.hrtime.bigint() - start) / REQUESTS;
  return { nanoseconds, bytes: (process.memoryUsage().heapUsed - heap) / REQUESTS };
}

function hostOf(i: number): EndedAttempt['host'] {
  const known = hosts[i % HOSTS];
  if (known === undefined) throw new Error('no such host');
  return known;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
