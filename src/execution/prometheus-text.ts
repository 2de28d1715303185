// Metrics in the text format that Prometheus reads: for each metric a line of help, one of its type, and its samples.

import type { Histogram } from '../types/histogram.ts';
import type { HostMetrics } from './host-metrics.ts';

/** What is written: the numbers of one cluster. */
export interface PrometheusSource {
  readonly statsName: string;
  readonly requestTimer: Histogram;
  readonly connectionErrors: number;
  readonly writeTimeouts: number;
  readonly readTimeouts: number;
  readonly unavailables: number;
  readonly otherErrors: number;
  readonly retries: number;
  readonly ignores: number;
  readonly speculativeExecutions: number;
  readonly knownHosts: number;
  readonly connectedTo: number;
  readonly openConnections: number;
  readonly inFlight: number;
  perHost(): ReadonlyMap<string, HostMetrics>;
}

type Labels = Readonly<Record<string, string>>;
type CountName = {
  [Name in keyof PrometheusSource]: PrometheusSource[Name] extends number ? Name : never;
}[keyof PrometheusSource];

const CLUSTER_METRICS: readonly (readonly [CountName, name: string, type: 'counter' | 'gauge', help: string])[] = [
  ['retries', 'ferrocql_retries_total', 'counter', 'Attempts that the retry policy asked for.'],
  ['ignores', 'ferrocql_ignores_total', 'counter', 'Failures that the retry policy turned into empty results.'],
  [
    'speculativeExecutions',
    'ferrocql_speculative_executions_total',
    'counter',
    'Attempts that were started before an earlier one had its answer.',
  ],
  ['knownHosts', 'ferrocql_known_hosts', 'gauge', 'Hosts of the cluster.'],
  ['connectedTo', 'ferrocql_connected_hosts', 'gauge', 'Hosts with at least one open connection.'],
  ['openConnections', 'ferrocql_open_connections', 'gauge', 'Open connections of all sessions.'],
  ['inFlight', 'ferrocql_in_flight_requests', 'gauge', 'Requests that wait for an answer.'],
];

const ERROR_KINDS: readonly (readonly [CountName, kind: string])[] = [
  ['connectionErrors', 'connection'],
  ['writeTimeouts', 'write_timeout'],
  ['readTimeouts', 'read_timeout'],
  ['unavailables', 'unavailable'],
  ['otherErrors', 'other'],
];

const HOST_GAUGES: readonly (readonly ['inFlight' | 'orphanedStreams' | 'openConnections', string, string])[] = [
  ['inFlight', 'ferrocql_host_in_flight_requests', 'Requests that wait for an answer of a host.'],
  [
    'orphanedStreams',
    'ferrocql_host_orphaned_streams',
    'Stream ids of requests that were given up and whose answers have not come.',
  ],
  ['openConnections', 'ferrocql_host_open_connections', 'Open connections to a host.'],
];

const QUANTILES = [0.5, 0.75, 0.95, 0.99, 0.999];

/** Writes all metrics of a cluster; the last line ends too. */
export function prometheusText(source: PrometheusSource): string {
  const cluster = { cluster: source.statsName };
  const hosts = [...source.perHost()].map(([host, metrics]) => ({ labels: { ...cluster, host }, metrics }));
  return [
    ...headOf('ferrocql_request_duration_seconds', 'summary', 'Requests with all their attempts, however they ended.'),
    ...summaryOf('ferrocql_request_duration_seconds', cluster, source.requestTimer),
    ...headOf('ferrocql_errors_total', 'counter', 'Failures of attempts and of requests, by kind.'),
    ...ERROR_KINDS.map(([name, kind]) => sample('ferrocql_errors_total', { ...cluster, kind }, source[name])),
    ...CLUSTER_METRICS.flatMap(([key, name, type, help]) => [
      ...headOf(name, type, help),
      sample(name, cluster, source[key]),
    ]),
    ...headOf('ferrocql_host_latency_seconds', 'summary', 'Attempts on a host, from sending to the answer.'),
    ...hosts.flatMap(({ labels, metrics }) => summaryOf('ferrocql_host_latency_seconds', labels, metrics.latency)),
    ...headOf('ferrocql_host_errors_total', 'counter', 'Attempts on a host that failed.'),
    ...hosts.map(({ labels, metrics }) => sample('ferrocql_host_errors_total', labels, metrics.errors)),
    ...HOST_GAUGES.flatMap(([key, name, help]) => [
      ...headOf(name, 'gauge', help),
      ...hosts.map(({ labels, metrics }) => sample(name, labels, metrics[key])),
    ]),
    '',
  ].join('\n');
}

function headOf(name: string, type: string, help: string): string[] {
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
}

function summaryOf(name: string, labels: Labels, histogram: Histogram): string[] {
  return [
    ...QUANTILES.map((quantile) =>
      sample(name, { ...labels, quantile: String(quantile) }, histogram.percentile(quantile * 100) / 1_000),
    ),
    sample(`${name}_sum`, labels, histogram.sum / 1_000),
    sample(`${name}_count`, labels, histogram.count),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}{${pairs.join(',')}} ${numberText(value)}`;
}

/** Inside the quotes of a label a backslash, a quote and a line feed are written with a backslash. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
}
