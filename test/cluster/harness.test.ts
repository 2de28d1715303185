// The harness's own promises, checked with a driver that is not ours.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import cassandra, { type ClientOptions } from 'cassandra-driver';
import { CASSANDRA_VERSION, CassandraCluster, SUPERUSER } from './harness/cassandra-cluster.ts';
import { isRunning, untilEnded } from './harness/process-state.ts';
import { SHARED_CLUSTER_FILE, sharedCluster } from './harness/shared-cluster.ts';
import { Simulacron } from './harness/simulacron.ts';

const FIXTURE = join(import.meta.dirname, 'harness', 'fixtures', 'guard-child.js');

/** Runs one query on a client of its own that connects to the first contact point alone. */
async function ask(contactPoint: string, query: string, options: Partial<ClientOptions> = {}): Promise<string[][]> {
  const client = new cassandra.Client({
    contactPoints: [contactPoint],
    localDataCenter: 'dc1',
    policies: {
      loadBalancing: new cassandra.policies.loadBalancing.AllowListPolicy(
        new cassandra.policies.loadBalancing.RoundRobinPolicy(),
        [contactPoint],
      ),
    },
    ...options,
  });
  try {
    const result = await client.execute(query);
    return Array.from(result, (row) => row.values().map(String));
  } finally {
    await client.shutdown();
  }
}

async function ringSeenBy(contactPoint: string): Promise<string[]> {
  const peers = await ask(contactPoint, 'SELECT peer, data_center, rack FROM system.peers_v2');
  return peers.map((row) => row.join(' ')).sort();
}

/** What the fixture printed: the guarded program's pid and the file with its output. */
function reported(line: string): { pid: number; logFile: string } {
  const [pid, logFile] = line.trim().split(' ');
  return { pid: Number(pid), logFile: logFile ?? '' };
}

function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', (chunk: Buffer) => {
      resolve(chunk.toString());
    });
    stream.once('end', () => {
      reject(new Error('the process ended without a word'));
    });
  });
}

describe('a guarded program', () => {
  for (const ending of ['return', 'exception']) {
    test(`ends with a parent that ends by ${ending}`, async () => {
      const parent = spawn(process.execPath, [FIXTURE, 'sleep', ending], { stdio: ['ignore', 'pipe', 'ignore'] });
      const { pid } = reported(await firstLine(parent.stdout));
      await untilEnded(pid);
    });
  }

  for (const signal of ['SIGINT', 'SIGTERM', 'SIGKILL'] as const) {
    test(`ends with a parent that gets ${signal}, and its files with it`, async () => {
      const parent = spawn(process.execPath, [FIXTURE, 'sleep', 'wait'], { stdio: ['pipe', 'pipe', 'inherit'] });
      const { pid, logFile } = reported(await firstLine(parent.stdout));
      assert.equal(isRunning(pid), true);
      parent.kill(signal);
      await untilEnded(pid);
      await untilRemoved(logFile);
    });
  }
});

async function untilRemoved(file: string): Promise<void> {
  for (let waited = 0; existsSync(file) && waited < 10_000; waited += 50) await delay(50);
  assert.equal(existsSync(file), false);
}

describe('one node', () => {
  test('starts, answers a client of its version, and leaves nothing when stopped', async () => {
    const cluster = await CassandraCluster.start();
    const [node] = cluster.nodes;
    assert.ok(node?.pid);
    const { pid } = node;
    assert.deepEqual(await ask(node.contactPoint, 'SELECT release_version FROM system.local'), [[CASSANDRA_VERSION]]);
    await cluster.stop();
    assert.equal(isRunning(pid), false);
    assert.equal(existsSync(dirname(dirname(node.logFile))), false);
    await assert.rejects(connectTo(node.address, node.port), { code: 'ECONNREFUSED' });
  });

  test('ends with a parent that is killed, and its files with it', async () => {
    const parent = spawn(process.execPath, [FIXTURE, 'cassandra', 'wait'], { stdio: ['pipe', 'pipe', 'inherit'] });
    const { pid, logFile } = reported(await firstLine(parent.stdout));
    assert.equal(isRunning(pid), true);
    parent.kill('SIGKILL');
    await untilEnded(pid);
    await untilRemoved(logFile);
  });
});

function connectTo(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port }, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

describe('a node with passwords and TLS', () => {
  let cluster: CassandraCluster;
  let contactPoint: string;
  before(async () => {
    cluster = await CassandraCluster.start({ authenticator: true, tls: { requireClientCertificate: true } });
    contactPoint = cluster.contactPoints[0] ?? '';
  });
  after(() => cluster.stop());

  const RELEASE = 'SELECT release_version FROM system.local';
  const trusting = () => ({ ca: [cluster.tls?.authority ?? ''], rejectUnauthorized: true });
  const showing = () => ({ ...trusting(), pfx: cluster.tls?.client.pfx, passphrase: cluster.tls?.client.passphrase });

  test('lets in who shows a certificate and the right password', async () => {
    assert.deepEqual(await ask(contactPoint, RELEASE, { credentials: SUPERUSER, sslOptions: showing() }), [
      [CASSANDRA_VERSION],
    ]);
  });

  test('refuses a wrong password', async () => {
    const credentials = { ...SUPERUSER, password: 'wrong' };
    await assert.rejects(ask(contactPoint, RELEASE, { credentials, sslOptions: showing() }), /password are incorrect/);
  });

  test('refuses who shows no certificate', async () => {
    await assert.rejects(
      ask(contactPoint, RELEASE, { credentials: SUPERUSER, sslOptions: trusting() }),
      /certificate required/,
    );
  });
});

describe('three nodes', () => {
  let cluster: CassandraCluster;
  before(async () => {
    cluster = await CassandraCluster.start({
      nodes: 3,
      datacenters: ['dc1', 'dc1', 'dc2'],
      racks: ['a', 'b', 'a'],
      // A write is on disk before it is acknowledged, so that a kill loses none.
      config: { commitlog_sync: 'batch', commitlog_sync_period: undefined },
    });
  });
  after(() => cluster.stop());

  test('form one ring with the data centers and racks that were asked for', async () => {
    const [first, second, third] = await Promise.all(cluster.contactPoints.map(ringSeenBy));
    assert.deepEqual(first, ['127.0.0.2 dc1 b', '127.0.0.3 dc2 a']);
    assert.deepEqual(second, ['127.0.0.1 dc1 a', '127.0.0.3 dc2 a']);
    assert.deepEqual(third, ['127.0.0.1 dc1 a', '127.0.0.2 dc1 b']);
  });

  test('a paused node takes connections and is silent until it is resumed', async () => {
    const [, node] = cluster.nodes;
    assert.ok(node);
    node.pause();
    await connectTo(node.address, node.port);
    const answer = ask(node.contactPoint, 'SELECT release_version FROM system.local', {
      socketOptions: { connectTimeout: 30_000, readTimeout: 30_000 },
    });
    assert.equal(await Promise.race([answer, delay(500, 'silence')]), 'silence');
    node.resume();
    assert.deepEqual(await answer, [[CASSANDRA_VERSION]]);
  });

  test('a killed node is gone for clients and comes back with its data', async () => {
    const [first, , node] = cluster.nodes;
    assert.ok(first && node);
    await ask(
      first.contactPoint,
      `CREATE KEYSPACE kept WITH replication = {'class': 'NetworkTopologyStrategy', 'dc2': 1}`,
    );
    await ask(first.contactPoint, 'CREATE TABLE kept.facts (id int PRIMARY KEY)');
    await ask(node.contactPoint, 'INSERT INTO kept.facts (id) VALUES (7)', { localDataCenter: 'dc2' });
    await node.kill();
    await assert.rejects(connectTo(node.address, node.port), { code: 'ECONNREFUSED' });
    await node.restart();
    assert.deepEqual(await ask(node.contactPoint, 'SELECT id FROM kept.facts', { localDataCenter: 'dc2' }), [['7']]);
  });
});

describe('the shared cluster', () => {
  test('is the one that the runner announced, or a node of this process where there is no runner', async () => {
    const { contactPoints } = await sharedCluster();
    assert.deepEqual(await ask(contactPoints[0] ?? '', 'SELECT release_version FROM system.local'), [
      [CASSANDRA_VERSION],
    ]);
    assert.deepEqual((await sharedCluster()).contactPoints, contactPoints);
  });

  test('gives the reason when the runner could not start it', async () => {
    const announced = process.env[SHARED_CLUSTER_FILE];
    const directory = await mkdtemp(join(tmpdir(), 'ferrocql-shared-'));
    const file = join(directory, 'cluster.json');
    await writeFile(file, JSON.stringify({ failure: 'no java' }));
    process.env[SHARED_CLUSTER_FILE] = file;
    try {
      await assert.rejects(sharedCluster(), /the shared cluster did not start: no java/);
    } finally {
      if (announced === undefined) Reflect.deleteProperty(process.env, SHARED_CLUSTER_FILE);
      else process.env[SHARED_CLUSTER_FILE] = announced;
      await rm(directory, { recursive: true });
    }
  });
});

describe('Simulacron', () => {
  let simulacron: Simulacron;
  before(async () => {
    simulacron = await Simulacron.start();
  });
  after(() => simulacron.stop());

  test('gives primed rows and remembers who asked', async () => {
    const cluster = await simulacron.cluster();
    const [contactPoint = ''] = cluster.contactPoints;
    await cluster.prime(
      { query: 'SELECT name FROM people' },
      { result: 'success', rows: [{ name: 'Ada' }], column_types: { name: 'varchar' } },
    );
    assert.deepEqual(await ask(contactPoint, 'SELECT name FROM people'), [['Ada']]);
    const log = await cluster.log();
    assert.equal(log.filter(({ query }) => query === 'SELECT name FROM people').length, 1);
    await cluster.remove();
  });

  test('refuses connections of a node that was told to, and takes them again', async () => {
    const cluster = await simulacron.cluster({ dataCenters: [2, 1] });
    const [, second] = cluster.nodes;
    const [host = '', port] = cluster.contactPoints[1]?.split(':') ?? [];
    await second?.rejectConnections('stop');
    await assert.rejects(connectTo(host, Number(port)), { code: 'ECONNREFUSED' });
    await second?.acceptConnections();
    await connectTo(host, Number(port));
    assert.deepEqual((await ask(cluster.contactPoints[0] ?? '', 'SELECT peer FROM system.peers')).length, 2);
    await cluster.remove();
  });
});
