// Metrics: which failure is counted where, once each; what is read of a host; and the text for Prometheus.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  ConnectionError,
  InvalidArgumentError,
  NoHostAvailableError,
  OperationTimedOutError,
  type DriverError,
} from '../../../src/errors.ts';
import {
  OverloadedError,
  ReadTimeoutError,
  UnavailableError,
  UnpreparedError,
  WriteTimeoutError,
} from '../../../src/errors/server-errors.ts';
import { MetricsRecorder, type EndedAttempt } from '../../../src/execution/metrics-recorder.ts';
import { Metrics } from '../../../src/execution/metrics.ts';
import type { Host } from '../../../src/topology/host.ts';
import { fakeHost } from '../topology/fake-hosts.ts';

const sent = {};
const writeTimeout = new WriteTimeoutError('late', {
  consistency: 'ONE',
  requiredResponses: 1,
  receivedResponses: 0,
  writeType: 'SIMPLE',
});
const readTimeout = new ReadTimeoutError('late', {
  consistency: 'ONE',
  requiredResponses: 1,
  receivedResponses: 0,
  dataRetrieved: false,
});
const unavailable = new UnavailableError('too few', { consistency: 'ONE', requiredReplicas: 1, aliveReplicas: 0 });

function attempt(host: Host, durationMs: number, error?: DriverError, connection: object | null = sent): EndedAttempt {
  return { host, durationMs, error, connection };
}

function metricsOf(hosts: readonly Host[]): { recorder: MetricsRecorder; metrics: Metrics } {
  const recorder = new MetricsRecorder();
  const metrics = new Metrics(recorder, { hosts: () => hosts, orphanedStreams: (host) => (host === hosts[0] ? 3 : 0) });
  return { recorder, metrics };
}

function errorCounts(metrics: Metrics): Record<string, number> {
  const { connectionErrors, writeTimeouts, readTimeouts, unavailables, otherErrors } = metrics;
  return { connectionErrors, writeTimeouts, readTimeouts, unavailables, otherErrors };
}

const NO_ERRORS = { connectionErrors: 0, writeTimeouts: 0, readTimeouts: 0, unavailables: 0, otherErrors: 0 };

for (const [kind, error] of [
  ['connectionErrors', new ConnectionError('gone')],
  ['writeTimeouts', writeTimeout],
  ['readTimeouts', readTimeout],
  ['unavailables', unavailable],
  ['otherErrors', new OverloadedError('busy')],
] as const) {
  test(`a failed attempt that also ends its request is counted once, in ${kind}`, () => {
    const host = fakeHost(1, []);
    const { recorder, metrics } = metricsOf([host]);
    recorder.onAttempt(attempt(host, 4, error));
    recorder.onEnd(null, 5, error);
    assert.deepEqual(errorCounts(metrics), { ...NO_ERRORS, [kind]: 1 });
    assert.equal(metrics.perHost().get('127.0.0.1:9042')?.errors, 1);
    assert.equal(metrics.requestTimer.count, 1);
  });
}

test('a deadline is one of the other errors, though no attempt failed', () => {
  const host = fakeHost(1, []);
  const { recorder, metrics } = metricsOf([host]);
  recorder.onAttempt(attempt(host, 100));
  recorder.onEnd(null, 100, new OperationTimedOutError('late', {}));
  assert.deepEqual(errorCounts(metrics), { ...NO_ERRORS, otherErrors: 1 });
});

test('a request that found no host is a connection error; one whose attempts were counted is not counted again', () => {
  const host = fakeHost(1, []);
  const { recorder, metrics } = metricsOf([host]);
  recorder.onEnd(null, 1, new NoHostAvailableError('none', { errors: new Map() }));
  assert.deepEqual(errorCounts(metrics), { ...NO_ERRORS, connectionErrors: 1 });
  const overloaded = new OverloadedError('busy');
  recorder.onAttempt(attempt(host, 1, overloaded));
  recorder.onEnd(
    null,
    2,
    new NoHostAvailableError('none', {
      errors: new Map(),
      attempts: [{ host, startedAt: 0, speculative: false, retry: 0 }],
    }),
  );
  assert.deepEqual(errorCounts(metrics), { ...NO_ERRORS, connectionErrors: 1, otherErrors: 1 });
});

test('an abort, and a statement that is prepared again, are no failures', () => {
  const host = fakeHost(1, []);
  const { recorder, metrics } = metricsOf([host]);
  recorder.onAttempt(attempt(host, 1, new UnpreparedError('which?', { queryId: new Uint8Array() })));
  recorder.onEnd(null, 2, new Error('the user left'));
  assert.deepEqual(errorCounts(metrics), NO_ERRORS);
  assert.equal(metrics.perHost().get('127.0.0.1:9042')?.errors, 0);
});

test('retries, ignored failures and speculative attempts are counted', () => {
  const host = fakeHost(1, []);
  const { recorder, metrics } = metricsOf([host]);
  recorder.onRetry(readTimeout);
  recorder.onRetry(readTimeout);
  recorder.onIgnore(writeTimeout);
  recorder.onSpeculation(host);
  assert.deepEqual([metrics.retries, metrics.ignores, metrics.speculativeExecutions], [2, 1, 1]);
});

test('latencies belong to the host that was asked, but for attempts that never got a connection', () => {
  const [first, second] = [fakeHost(1, []), fakeHost(2, [])];
  const { recorder, metrics } = metricsOf([first, second]);
  recorder.onAttempt(attempt(first, 10));
  recorder.onAttempt(attempt(first, 20));
  recorder.onAttempt(attempt(second, 500, new ConnectionError('gone'), null));
  const perHost = metrics.perHost();
  assert.deepEqual([...perHost.keys()], ['127.0.0.1:9042', '127.0.0.2:9042']);
  assert.equal(perHost.get('127.0.0.1:9042')?.latency.max, 20);
  assert.equal(perHost.get('127.0.0.2:9042')?.latency.count, 0);
  assert.equal(perHost.get('127.0.0.1:9042')?.orphanedStreams, 3);
});

test('hosts, connections and requests in flight are those of the moment', () => {
  const [first, second] = [fakeHost(1, []), fakeHost(2, [])];
  const { metrics } = metricsOf([first, second]);
  first.openConnections = 2;
  first.inFlight = 7;
  second.inFlight = 1;
  const { knownHosts, connectedTo, openConnections, inFlight } = metrics;
  assert.deepEqual([knownHosts, connectedTo, openConnections, inFlight], [2, 1, 2, 8]);
});

test('the statistics are a plain object with the name of the cluster', () => {
  const host = fakeHost(1, []);
  const { recorder, metrics } = metricsOf([host]);
  metrics.setStatsName('orders');
  recorder.onAttempt(attempt(host, 2));
  recorder.onEnd(null, 2, null);
  const stats = JSON.parse(JSON.stringify(metrics.getStats())) as Record<string, Record<string, unknown>>;
  assert.equal(stats['name'], 'orders');
  assert.equal(stats['requestTimer']?.['count'], 1);
  assert.equal(stats['requestTimer']['p999'], 2);
  assert.equal(stats['retries'], 0);
  assert.deepEqual(Object.keys(stats['hosts'] ?? {}), ['127.0.0.1:9042']);
});

test('clusters have names of their own, and refuse an empty one', () => {
  assert.notEqual(metricsOf([]).metrics.statsName, metricsOf([]).metrics.statsName);
  const { metrics } = metricsOf([]);
  for (const name of ['', 5 as unknown as string]) {
    assert.throws(() => metrics.setStatsName(name), InvalidArgumentError);
  }
});

// https://prometheus.io/docs/instrumenting/exposition_formats/: name, labels in braces with escapes, one number.
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)*)\} (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$/;

test('the text for Prometheus is well formed, and every sample belongs to the metric announced before it', () => {
  const [first, second] = [fakeHost(1, []), fakeHost(2, [])];
  const { recorder, metrics } = metricsOf([first, second]);
  metrics.setStatsName('a "quoted" \\ name\nof two lines');
  recorder.onAttempt(attempt(first, 1.5));
  recorder.onEnd(null, 1.5, null);
  const text = metrics.toPrometheus();
  assert(text.endsWith('\n'));
  const lines = text.slice(0, -1).split('\n');
  const announced = new Set<string>();
  let current = '';
  let helpFor = '';
  for (const line of lines) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      helpFor = name;
      continue;
    }
    if (kind === 'TYPE') {
      assert.equal(name, helpFor);
      assert.match(rest, /^(counter|gauge|summary)$/);
      assert(!announced.has(name), `${name} is announced twice`);
      announced.add(name);
      current = name;
      continue;
    }
    const [, sampleName = ''] = SAMPLE.exec(line) ?? [];
    assert.equal(sampleName.replace(/_(sum|count)$/, ''), current.replace(/_(sum|count)$/, ''), `of ${line}`);
  }
  assert.equal(announced.size, 14);
  assert(lines.some((line) => line.includes('cluster="a \\"quoted\\" \\\\ name\\nof two lines"')));
  assert(lines.some((line) => /^ferrocql_request_duration_seconds\{.*quantile="0.99"\} 0\.0015$/.test(line)));
  assert(lines.some((line) => /^ferrocql_host_latency_seconds_count\{.*host="127.0.0.2:9042"\} 0$/.test(line)));
  assert(lines.some((line) => /^ferrocql_host_orphaned_streams\{.*host="127.0.0.1:9042"\} 3$/.test(line)));
});
