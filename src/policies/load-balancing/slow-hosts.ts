// Which of two hosts a request is better sent to.

import type { Host } from '../../topology/host.ts';

/** Latency decides only where it differs by more than this factor and this time: replicas are never equally fast. */
const FACTOR = 2;
const MARGIN_MS = 2;

/** Whether requests would be answered sooner by `host` than by `other`: by what waits there, and by how long answers take. */
export function isBetter(host: Host, other: Host, nowMs: number): boolean {
  const [a, b] = [host.latency.average, other.latency.average];
  if (a <= FACTOR * b + MARGIN_MS && b <= FACTOR * a + MARGIN_MS) return host.inFlight < other.inFlight;
  if (a === 0 || b === 0) return host.inFlight < other.inFlight;
  return isFaster(host, other, nowMs);
}

function isFaster(host: Host, other: Host, nowMs: number): boolean {
  const a = host.latency.expected(nowMs);
  const b = other.latency.expected(nowMs);
  if (a <= FACTOR * b + MARGIN_MS && b <= FACTOR * a + MARGIN_MS) return host.inFlight < other.inFlight;
  return (host.inFlight + 1) * a < (other.inFlight + 1) * b;
}
