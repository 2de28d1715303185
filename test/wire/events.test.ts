// What servers tell on the control connection, and what the cluster makes of it: nodes, states, schema; storms and nonsense.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  ConstantReconnectionPolicy,
  type ClusterOptions,
  type Host,
  type Logger,
  type SchemaChangeInfo,
  type Session,
} from '../../src/index.ts';
import type { Event } from './harness/event.ts';
import type { FakeConnection } from './harness/fake-connection.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { event, rawResponse, responseFrame } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';
import { concatenate } from './harness/byte-writer.ts';
import { encodeFrame } from './harness/frame.ts';
import { until } from './until.ts';

const AT_ONCE: ClusterOptions = {
  schemaEventRefreshWindow: 0,
  topologyEventRefreshWindow: 0,
  statusEventRefreshWindow: 0,
};
const EVENT_OPCODE = 0x0c;

interface Fixture {
  readonly server: FakeServer;
  readonly cluster: Cluster;
  readonly session: Session;
  readonly logged: string[];
  /** The connection that registered for events. */
  readonly control: () => FakeConnection;
}

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<Fixture> {
  const server = await startServer(t, { nodes: 3, ...serverOptions });
  const logged: string[] = [];
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: recorder(logged),
    ...AT_ONCE,
    ...options,
  });
  t.after(() => cluster.shutdown());
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const control = (): FakeConnection => {
    const registered = server.openConnections.find(({ state }) => state.events.size > 0);
    assert(registered !== undefined, 'expected a connection that registered for events');
    return registered;
  };
  return { server, cluster, session, logged, control };
}

function recorder(logged: string[]): Logger {
  const at =
    (level: string) =>
    (...args: unknown[]): void =>
      void logged.push(`${level} ${String(args[0])}`);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function nodeEvent(
  type: 'TOPOLOGY_CHANGE',
  change: 'NEW_NODE' | 'REMOVED_NODE',
  node: number,
  server: FakeServer,
): Event {
  return { type, change, address: `127.0.0.${node}`, port: server.port };
}

function status(change: 'UP' | 'DOWN', node: number, server: FakeServer): Event {
  return { type: 'STATUS_CHANGE', change, address: `127.0.0.${node}`, port: server.port };
}

function peersRead(server: FakeServer): number {
  return server.requests({ cql: /FROM system\.peers/ }).length;
}

function overrides(server: FakeServer, node: number, columns: Readonly<Record<string, unknown>>): void {
  const known = server.nodes[node - 1];
  assert(known !== undefined);
  known.overrides = columns;
}

test('only the control connection registers, for the three kinds of events', async (t) => {
  const { server } = await connect(t);
  const registrations = server.requests({ opcode: 'REGISTER' });
  assert.equal(registrations.length, 1);
  const [{ request } = assert.fail()] = registrations;
  assert(request.opcode === 'REGISTER');
  assert.deepEqual(new Set(request.events), new Set(['TOPOLOGY_CHANGE', 'STATUS_CHANGE', 'SCHEMA_CHANGE']));
});

test('windows that are off register for nothing', async (t) => {
  const { server } = await connect(t, {
    schemaEventRefreshWindow: -1,
    topologyEventRefreshWindow: -1,
    statusEventRefreshWindow: -1,
  });
  assert.equal(server.requests({ opcode: 'REGISTER' }).length, 0);
});

test('a server that refuses to tell of events is used without them, and that is told once', async (t) => {
  const server = await startServer(t);
  server.on({ opcode: 'REGISTER' }).reply({ kind: 'ERROR', code: 0x000a, message: 'no events' } as never);
  const logged: string[] = [];
  const cluster = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], logger: recorder(logged) });
  t.after(() => cluster.shutdown());
  await cluster.connect();
  assert.equal(logged.filter((line) => line.startsWith('warn') && line.includes('no events')).length, 1);
});

test('a node that joins is connected to, and one that left is let go, each told once', async (t) => {
  const server = await startServer(t, { nodes: 3 });
  overrides(server, 3, { host_id: null });
  const told: string[] = [];
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: 'off',
    ...AT_ONCE,
  });
  t.after(() => cluster.shutdown());
  cluster.registerListener({
    onAdd: ({ address }) => told.push(`add ${address}`),
    onRemove: ({ address }) => told.push(`remove ${address}`),
  });
  await cluster.connect(undefined, { waitForAllPools: true });
  assert.deepEqual(told, ['add 127.0.0.1', 'add 127.0.0.2']);

  overrides(server, 3, {});
  server.push(nodeEvent('TOPOLOGY_CHANGE', 'NEW_NODE', 3, server));
  await until(() => server.nodes[2]?.openConnections.length === 1);
  assert.equal(cluster.metadata.allHosts().length, 3);

  overrides(server, 3, { tokens: null });
  server.push(nodeEvent('TOPOLOGY_CHANGE', 'REMOVED_NODE', 3, server));
  await until(() => server.nodes[2]?.openConnections.length === 0);
  assert.deepEqual(told, ['add 127.0.0.1', 'add 127.0.0.2', 'add 127.0.0.3', 'remove 127.0.0.3']);
});

test('a node that is said to be removed stays as long as the tables have it', async (t) => {
  const { server, cluster } = await connect(t);
  const before = peersRead(server);
  server.push(nodeEvent('TOPOLOGY_CHANGE', 'REMOVED_NODE', 2, server));
  await until(() => peersRead(server) > before);
  await cluster.refreshNodes();
  assert.equal(cluster.metadata.allHosts().length, 3);
  assert.equal(server.nodes[1]?.openConnections.length, 1);
});

test('a node that is said to be up is tried at once, however long the next try is away', async (t) => {
  const { server, cluster } = await connect(t, { reconnectionPolicy: new ConstantReconnectionPolicy(600_000) });
  const downs: string[] = [];
  cluster.on('hostDown', ({ address }) => downs.push(address));
  const node = server.nodes[1];
  await node?.stop();
  await until(() => downs.length === 1);
  await node?.start();
  const up = new Promise((resolve) => cluster.once('hostUp', resolve));
  server.push(status('UP', 2, server));
  await up;
  assert.deepEqual(downs, ['127.0.0.2']);
  assert.equal(cluster.metadata.getHost('127.0.0.2')?.isUp, true);
});

test('of states that come in one moment the last one of each node counts', async (t) => {
  const { server, session, control } = await connect(t, { statusEventRefreshWindow: 50 });
  const hinted: string[] = [];
  t.mock.method(session, 'onStatusHint', (host: Host, change: string) => hinted.push(`${host.address} ${change}`));
  control().push(status('UP', 2, server));
  control().push(status('DOWN', 3, server));
  control().push(status('DOWN', 2, server));
  control().push(status('UP', 9, server));
  await until(() => hinted.length > 0);
  assert.deepEqual(hinted, ['127.0.0.2 DOWN', '127.0.0.3 DOWN']);
});

test('a node that is up and said to be up, or down, keeps its connections', async (t) => {
  const { server, session, control } = await connect(t);
  const before = server.connections.length;
  for (let i = 0; i < 100; i++) server.push(status(i % 2 === 0 ? 'UP' : 'DOWN', 2, server));
  control().push({ type: 'STATUS_CHANGE', change: 'UP', address: '0.0.0.0', port: server.port });
  for (let i = 0; i < 20; i++) await session.execute('SELECT key FROM system.local');
  assert.equal(server.connections.length, before);
  assert.equal(server.openConnections.length, before);
});

test('a node that is up and not known makes the nodes be read', async (t) => {
  const { server } = await connect(t);
  const before = peersRead(server);
  server.push(status('UP', 77, server));
  await until(() => peersRead(server) > before);
  server.push(status('DOWN', 78, server));
});

test('a storm of twenty thousand events in one write costs a few reads of the nodes, and no connection', async (t) => {
  const { server, cluster, session, control, logged } = await connect(t, {}, { versions: [4] });
  const connection = control();
  const version = 4;
  const frames = ['UP', 'DOWN', 'NEW_NODE'].map((change) => {
    const content = { address: '127.0.0.9', port: server.port, change };
    const type = change === 'NEW_NODE' ? 'TOPOLOGY_CHANGE' : 'STATUS_CHANGE';
    return encodeFrame(responseFrame(event({ type, ...content } as Event), version, -1));
  });
  const before = { reads: peersRead(server), connections: server.connections.length, logged: logged.length };
  const storm = concatenate(Array.from({ length: 20_001 }, (_, i) => frames[i % 3] ?? assert.fail()));
  const decode = t.mock.method(TextDecoder.prototype, 'decode');
  connection.write(storm);
  const schemaVersions = await session.execute('SELECT key FROM system.local');
  assert.equal(schemaVersions.length, 1);
  await cluster.refreshNodes();
  await cluster.refreshNodes();
  // Beside those two: one for the first event, and one for those that came while it ran, for each chunk of the socket at worst.
  assert(peersRead(server) - before.reads <= 24, String(peersRead(server) - before.reads));
  assert.equal(server.connections.length, before.connections);
  assert(logged.length - before.logged <= 120);
  // Of the events hardly one: what they say is known, or to be read anyway.
  assert(decode.mock.callCount() < 2_000, String(decode.mock.callCount()));
  assert.equal(connection.isOpen, true);
});

test('in the default window a storm asks for no read at all until a part of it has passed', async (t) => {
  const { server, session, control } = await connect(t, { topologyEventRefreshWindow: 600_000 });
  const before = peersRead(server);
  for (let i = 0; i < 1_000; i++) control().push(nodeEvent('TOPOLOGY_CHANGE', 'NEW_NODE', 2, server));
  await session.execute('SELECT key FROM system.local');
  assert.equal(peersRead(server), before);
});

test('events that are cut short, or say nonsense, are told once and change nothing', async (t) => {
  const { server, cluster, control, logged } = await connect(t);
  const connection = control();
  const text = (value: string): number[] => [0, value.length, ...new TextEncoder().encode(value)];
  const bodies = [
    [],
    [0],
    [...text('STATUS_CHANGE')],
    [...text('STATUS_CHANGE'), ...text('UP')],
    [...text('STATUS_CHANGE'), ...text('UP'), 4, 127, 0],
    [...text('SCHEMA_CHANGE'), ...text('CREATED'), ...text('TABLE'), ...text('ks')],
    [...text('WEATHER_CHANGE'), ...text('RAIN')],
    [...text('STATUS_CHANGE'), ...text('SIDEWAYS'), 4, 127, 0, 0, 2, 0, 0, 0, 1],
  ];
  for (let i = 0; i < 3; i++) {
    for (const body of bodies) connection.send(rawResponse(EVENT_OPCODE, Uint8Array.from(body)), -1);
  }
  await cluster.refreshNodes();
  assert.equal(connection.isOpen, true);
  const warnings = logged.filter((line) => line.startsWith('warn'));
  assert(warnings.length >= 1 && warnings.length <= 4, warnings.join('\n'));
  assert.equal(new Set(warnings).size, warnings.length);
  assert.equal(cluster.metadata.allHosts().length, 3);
  assert.deepEqual(server.violations, []);
});

test('a change of a table reads that table alone, then tells of it', async (t) => {
  const { server, cluster } = await connect(
    t,
    {},
    {
      schema: {
        keyspaces: [{ name: 'ks', replication: { class: 'SimpleStrategy', replication_factor: '1' } }],
        tables: [
          { keyspace: 'ks', name: 't', columns: [{ name: 'k', type: 'int', kind: 'partition_key', position: 0 }] },
        ],
      },
    },
  );
  const before = server.received.length;
  const change = new Promise<SchemaChangeInfo>((resolve) => cluster.once('schemaChange', resolve));
  server.push({ type: 'SCHEMA_CHANGE', change: 'UPDATED', target: 'TABLE', keyspace: 'ks', name: 't' });
  assert.deepEqual(await change, { change: 'UPDATED', target: 'TABLE', keyspace: 'ks', name: 't' });
  const read = server.received.slice(before).map(({ cql }) => cql ?? '');
  assert(read.length > 0);
  for (const cql of read) assert.match(cql, /WHERE keyspace_name = 'ks' AND (table|view)_name = 't'/);
});

test('changes of many keyspaces read everything, once', async (t) => {
  const { server, cluster } = await connect(t, {}, { versions: [4] });
  const before = server.requests({ cql: /FROM system_schema\.tables/ }).length;
  const changes: SchemaChangeInfo[] = [];
  cluster.on('schemaChange', (change) => changes.push(change));
  const connection = server.openConnections.find(({ state }) => state.events.size > 0);
  const version = 4;
  const frames = Array.from({ length: 40 }, (_, i) =>
    encodeFrame(
      responseFrame(
        event({ type: 'SCHEMA_CHANGE', change: 'CREATED', target: 'TABLE', keyspace: `ks${i}`, name: 't' }),
        version,
        -1,
      ),
    ),
  );
  connection?.write(concatenate(frames));
  await until(() => changes.length === 40);
  // The first is read by itself, at once; the others together.
  assert(server.requests({ cql: /FROM system_schema\.tables/ }).length - before <= 3);
});

test('switched off, refreshing follows no event; it is done when it is asked for', async (t) => {
  const { server, cluster } = await connect(t);
  cluster.setMetaRefreshEnabled(false);
  const before = server.received.length;
  server.push(nodeEvent('TOPOLOGY_CHANGE', 'NEW_NODE', 2, server));
  server.push({ type: 'SCHEMA_CHANGE', change: 'CREATED', target: 'KEYSPACE', keyspace: 'ks' });
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(server.received.length, before);
  await cluster.refreshNodes();
  assert(server.received.length > before);
});
