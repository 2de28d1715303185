// What users read of the counts of a cluster: properties, an object for a log or a status page, and Prometheus text.

import { InvalidArgumentError } from '../errors.ts';
import type { Host } from '../topology/host.ts';
import { describe } from '../types/describe.ts';
import type { Histogram } from '../types/histogram.ts';
import type { HostMetrics } from './host-metrics.ts';
import type { MetricsRecorder } from './metrics-recorder.ts';
import { prometheusText } from './prometheus-text.ts';

/** What metrics ask the cluster for at the time they are read. */
export interface MetricsSource {
  hosts(): readonly Host[];
  orphanedStreams(host: Host): number;
}

const STAT_PERCENTILES = { median: 50, p75: 75, p95: 95, p98: 98, p99: 99, p999: 99.9 } as const;
let clusters = 0;

/**
 * Counts since the cluster was made, over all its sessions. The properties are always current.
 *
 * @example setInterval(() => console.log(cluster.metrics?.requestTimer.percentile(99)), 10_000);
 */
export class Metrics {
  readonly #recorder: MetricsRecorder;
  readonly #source: MetricsSource;
  #statsName = `ferrocql-${++clusters}`;

  /** Made by the cluster. */
  constructor(recorder: MetricsRecorder, source: MetricsSource) {
    this.#recorder = recorder;
    this.#source = source;
  }

  /** Milliseconds of requests from `execute` to their end, with all their attempts, also of those that failed. */
  get requestTimer(): Histogram {
    return this.#recorder.requestTimer;
  }

  /** Attempts that failed with the connection, and requests that found no host to ask. */
  get connectionErrors(): number {
    return this.#recorder.connectionErrors;
  }

  /** Attempts that a coordinator answered with a write timeout. */
  get writeTimeouts(): number {
    return this.#recorder.writeTimeouts;
  }

  /** Attempts that a coordinator answered with a read timeout. */
  get readTimeouts(): number {
    return this.#recorder.readTimeouts;
  }

  /** Attempts for which too few replicas were alive. */
  get unavailables(): number {
    return this.#recorder.unavailables;
  }

  /** All other failures: other errors of the server, and deadlines of requests. */
  get otherErrors(): number {
    return this.#recorder.otherErrors;
  }

  /** Attempts that the retry policy asked for. */
  get retries(): number {
    return this.#recorder.retries;
  }

  /** Failures that the retry policy turned into empty results. */
  get ignores(): number {
    return this.#recorder.ignores;
  }

  /** Attempts that were started before an earlier one had its answer. */
  get speculativeExecutions(): number {
    return this.#recorder.speculativeExecutions;
  }

  /** Hosts of the cluster. */
  get knownHosts(): number {
    return this.#source.hosts().length;
  }

  /** Hosts with at least one open connection. */
  get connectedTo(): number {
    return this.#source.hosts().filter((host) => host.openConnections > 0).length;
  }

  /** Connections of all sessions; the control connection is not one of them. */
  get openConnections(): number {
    return this.#source.hosts().reduce((sum, host) => sum + host.openConnections, 0);
  }

  /** Requests that wait for an answer. */
  get inFlight(): number {
    return this.#source.hosts().reduce((sum, host) => sum + host.inFlight, 0);
  }

  /** The name of this cluster in `getStats` and `toPrometheus`. Default: `ferrocql-` and a number. */
  get statsName(): string {
    return this.#statsName;
  }

  /**
   * Names this cluster in `getStats` and `toPrometheus`.
   *
   * @throws {InvalidArgumentError} for anything but text, and for the empty text.
   */
  setStatsName(name: string): void {
    if (typeof name !== 'string' || name === '') {
      throw new InvalidArgumentError(`expected a name, got ${describe(name)}`, { field: 'name' });
    }
    this.#statsName = name;
  }

  /** The hosts of the cluster by `address:port`. The numbers are those of this moment, but for `latency`, which goes on. */
  perHost(): ReadonlyMap<string, HostMetrics> {
    return new Map(this.#source.hosts().map((host) => [host.toString(), this.#hostMetrics(host)]));
  }

  /** All numbers of this moment as a plain object that JSON can hold, latencies in milliseconds (`null` in JSON while there are none). */
  getStats(): Record<string, unknown> {
    const counts = Object.fromEntries(COUNTS.map((name) => [name, this[name]]));
    const hosts = [...this.perHost()].map(([name, { latency, ...rest }]) => [
      name,
      { latency: statsOf(latency), ...rest },
    ]);
    return {
      name: this.#statsName,
      requestTimer: statsOf(this.requestTimer),
      ...counts,
      hosts: Object.fromEntries(hosts) as Record<string, unknown>,
    };
  }

  /** All numbers of this moment in the text format of Prometheus (`text/plain; version=0.0.4`), durations in seconds. */
  toPrometheus(): string {
    return prometheusText(this);
  }

  #hostMetrics(host: Host): HostMetrics {
    const { latency, errors } = this.#recorder.host(host);
    const { inFlight, openConnections } = host;
    return { latency, inFlight, orphanedStreams: this.#source.orphanedStreams(host), openConnections, errors };
  }
}

const COUNTS = [
  'connectionErrors',
  'writeTimeouts',
  'readTimeouts',
  'unavailables',
  'otherErrors',
  'retries',
  'ignores',
  'speculativeExecutions',
  'knownHosts',
  'connectedTo',
  'openConnections',
  'inFlight',
] as const;

function statsOf(histogram: Histogram): Record<string, number> {
  const { count, min, max, mean, stddev } = histogram;
  const percentiles = Object.entries(STAT_PERCENTILES).map(([name, p]) => [name, histogram.percentile(p)] as const);
  return { count, min, max, mean, stddev, ...Object.fromEntries(percentiles) };
}
