// The metrics of a cluster while requests succeed, fail and are retried, against the fake server.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  OperationTimedOutError,
  RetryPolicy,
  RoundRobinPolicy,
  type ClusterOptions,
  type Metrics,
  type RetryDecision,
  type Session,
} from '../../src/index.ts';
import { detailedError, error } from './harness/error-response.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { startServer } from './harness/test-context.ts';

const SELECT = 'SELECT v FROM ks.t';

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  nodes = 1,
): Promise<{ server: FakeServer; cluster: Cluster; session: Session; metrics: Metrics }> {
  const server = await startServer(t, { nodes });
  server.statement(SELECT, { columns: [['v', 'text']], rows: [['one']] });
  const contactPoints = [`127.0.0.1:${server.port}`];
  const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
  t.after(() => cluster.shutdown());
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const { metrics } = cluster;
  assert(metrics !== null);
  return { server, cluster, session, metrics };
}

test('requests of every session are timed, as a whole and on the hosts that answered', async (t) => {
  const { cluster, session, metrics } = await connect(t, { loadBalancingPolicy: new RoundRobinPolicy() }, 3);
  const other = await cluster.connect(undefined, { waitForAllPools: true });
  for (let i = 0; i < 6; i++) {
    await session.execute(SELECT);
    await other.execute(SELECT);
  }
  assert.equal(metrics.requestTimer.count, 12);
  assert(metrics.requestTimer.percentile(50) > 0);
  const hosts = [...metrics.perHost().values()];
  assert.equal(
    hosts.reduce((sum, host) => sum + host.latency.count, 0),
    12,
  );
  assert(hosts.every((host) => host.latency.count > 0 && host.errors === 0));
  assert.deepEqual([metrics.knownHosts, metrics.connectedTo, metrics.openConnections, metrics.inFlight], [3, 3, 6, 0]);
});

test('a retry counts the failure of the first attempt, and the request as one', async (t) => {
  const { server, session, metrics } = await connect(t, { loadBalancingPolicy: new RoundRobinPolicy() }, 2);
  server
    .on({ opcode: 'QUERY', cql: SELECT, times: 1 })
    .reply(detailedError('READ_TIMEOUT', { consistency: 'ONE', received: 1, blockFor: 1, dataPresent: false }));
  await session.execute(SELECT, undefined, {
    retryPolicy: new (class extends RetryPolicy {
      override onReadTimeout(): RetryDecision {
        return { kind: 'retryNextHost' };
      }
    })(),
  });
  assert.deepEqual([metrics.readTimeouts, metrics.retries, metrics.requestTimer.count], [1, 1, 1]);
});

test('an ignored failure counts as ignored', async (t) => {
  const { server, session, metrics } = await connect(t);
  server.on({ opcode: 'QUERY', cql: SELECT, times: 1 }).reply(error('OVERLOADED', 'busy'));
  await session.execute(SELECT, undefined, {
    retryPolicy: new (class extends RetryPolicy {
      override onRequestError(): RetryDecision {
        return { kind: 'ignore' };
      }
    })(),
  });
  assert.deepEqual([metrics.ignores, metrics.otherErrors, metrics.retries], [1, 1, 0]);
});

test('a request that was given up leaves an orphaned stream on its host until the answer comes', async (t) => {
  const { server, session, metrics } = await connect(t);
  const silence = server.on({ opcode: 'QUERY', cql: SELECT }).drop();
  await assert.rejects(session.execute(SELECT, undefined, { timeout: 1 }), OperationTimedOutError);
  silence.remove();
  const [host] = metrics.perHost().values();
  assert.deepEqual([host?.orphanedStreams, host?.inFlight, metrics.otherErrors], [1, 0, 1]);
  assert.equal(metrics.requestTimer.count, 1);
});

test('without metrics there is nothing to read, and requests go on', async (t) => {
  const server = await startServer(t, {});
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    metricsEnabled: false,
  });
  t.after(() => cluster.shutdown());
  await (await cluster.connect()).execute('SELECT key FROM system.local');
  assert.equal(cluster.metrics, null);
});
