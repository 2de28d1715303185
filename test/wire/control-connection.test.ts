// The control connection: what it reads of the nodes, however odd their rows are, and how it moves when it is lost.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  ConnectionShutdownError,
  DefaultEndPoint,
  EXEC_PROFILE_DEFAULT,
  OperationTimedOutError,
  RoundRobinPolicy,
  UnresolvableContactPointsError,
  type ClusterOptions,
  type EndPoint,
} from '../../src/index.ts';
import type { FakeConnection } from './harness/fake-connection.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { Random } from './harness/random.ts';
import { rows, schemaChange } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';
import { until } from './until.ts';

interface Fixture {
  readonly server: FakeServer;
  readonly cluster: Cluster;
  readonly warnings: string[];
}

async function start(
  t: TestContext,
  serverOptions: Partial<FakeServerOptions> = {},
  options: ClusterOptions = {},
): Promise<Fixture> {
  const server = await startServer(t, { nodes: 3, ...serverOptions });
  const warnings: string[] = [];
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (text) => void warnings.push(String(text)),
      error: (text) => void warnings.push(String(text)),
    },
    ...options,
  });
  t.after(() => cluster.shutdown());
  return { server, cluster, warnings };
}

function control(server: FakeServer): FakeConnection | undefined {
  return server.openConnections.find(({ state }) => state.events.size > 0);
}

function peers(server: FakeServer, list: readonly Readonly<Record<string, unknown>>[]): void {
  const columns = {
    peer: 'inet',
    native_address: 'inet',
    native_port: 'int',
    data_center: 'text',
    rack: 'text',
    host_id: 'uuid',
    release_version: 'text',
    schema_version: 'uuid',
    tokens: { set: 'text' },
  } as const;
  const names = Object.keys(columns) as (keyof typeof columns)[];
  server.on({ cql: /FROM system\.peers_v2/ }).reply(
    rows(
      names.map((name) => [name, columns[name]] as const),
      list.map((row) => names.map((name) => row[name] ?? null)),
    ),
  );
}

function peer(number: number, port: number): Readonly<Record<string, unknown>> {
  const address = `127.1.${number >> 8}.${number & 255}`;
  return {
    peer: address,
    native_address: address,
    native_port: port,
    data_center: 'dc1',
    rack: 'rack1',
    host_id: `00000000-0000-4000-9000-${String(number).padStart(12, '0')}`,
    release_version: '5.0.5',
    schema_version: '00000000-0000-4000-8000-0000000000ff',
    tokens: [String(number * 1_000_003)],
  };
}

test('rows that are no node are left out and told once, and the others are used', async (t) => {
  const { server, cluster, warnings } = await start(t, { nodes: 1 });
  const good = peer(1, server.port);
  peers(server, [
    good,
    { ...peer(2, server.port), host_id: null },
    { ...peer(3, server.port), tokens: null },
    { ...peer(4, server.port), data_center: null },
    { ...peer(5, server.port), rack: null },
    { ...peer(6, server.port), native_address: null, peer: null },
    { ...peer(7, server.port), host_id: good['host_id'] },
    { ...peer(8, server.port), native_port: -1 },
    { ...peer(9, server.port), native_port: 70_000 },
    { ...peer(10, server.port), native_address: '0.0.0.0' },
    { ...peer(11, server.port), native_port: null, release_version: null, schema_version: null },
    {},
  ]);
  await cluster.connect();
  await cluster.refreshNodes();
  await cluster.refreshNodes();
  const addresses = cluster.metadata.allHosts().map(({ address, port }) => `${address}:${port}`);
  const { port } = server;
  assert.deepEqual(addresses, [`127.0.0.1:${port}`, `127.1.0.1:${port}`, `127.1.0.10:${port}`, `127.1.0.11:${port}`]);
  const told = warnings.filter((line) => line.includes('left out'));
  assert.equal(told.length, 1);
  for (const reason of [
    'no host_id',
    'no tokens',
    'no data_center',
    'no rack',
    'no address',
    'of another row',
    'port -1',
  ]) {
    assert(told[0]?.includes(reason), `${reason} in ${told[0] ?? ''}`);
  }
});

test('a translator that throws for one address costs that node alone', async (t) => {
  const { cluster, warnings } = await start(
    t,
    {},
    {
      addressTranslator: {
        translate: (address) => {
          if (address === '127.0.0.2') throw new Error('not on the map');
          return address;
        },
      },
    },
  );
  await cluster.connect();
  assert.equal(cluster.metadata.allHosts().length, 2);
  assert(warnings.some((line) => line.includes('not on the map')));
});

test('a thousand peers are known when connecting resolves', async (t) => {
  const { server, cluster } = await start(t, { nodes: 1 }, { logger: 'off' });
  peers(
    server,
    Array.from({ length: 1_000 }, (_, i) => peer(i + 1, server.port)),
  );
  await cluster.connect();
  assert.equal(cluster.metadata.allHosts().length, 1_001);
  const [read, ...more] = server.requests({ cql: /peers/ });
  assert.equal(more.length, 0);
  // In pages that are decoded one in a turn of the event loop.
  assert(read?.request.opcode === 'QUERY' && read.request.pageSize === 100);
});

test('a host whose address changed keeps its identity, and its pool moves', async (t) => {
  const { server, cluster } = await start(t);
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const host = cluster.metadata.getHost('127.0.0.2');
  const [, node, other] = server.nodes;
  assert(node !== undefined && other !== undefined && host !== undefined);
  // The process behind the id is from now on reached where the third one listens, and that one is gone.
  node.overrides = { native_address: other.address };
  other.overrides = { tokens: null };
  await cluster.refreshNodes();
  assert.equal(cluster.metadata.getHostByHostId(node.hostId), host);
  assert.equal(host.address, '127.0.0.3');
  assert.equal(cluster.metadata.allHosts().length, 2);
  await until(() => node.openConnections.length === 0 && other.openConnections.length === 1);
  await session.execute('SELECT key FROM system.local', undefined, { host });
});

test('without tokens none are read, and nodes without tokens are nodes', async (t) => {
  const { server, cluster } = await start(t, {}, { tokenMetadataEnabled: false });
  for (const node of server.nodes) node.overrides = { tokens: null };
  await cluster.connect();
  assert.equal(cluster.metadata.allHosts().length, 3);
  const read = server.received.map(({ cql }) => cql ?? '');
  assert(!read.some((cql) => /SELECT \* FROM system\.(local|peers)|tokens/.test(cql)), read.join('\n'));
});

test('the control connection has a host, and moves to another one when it is lost', async (t) => {
  const { server, cluster } = await start(t);
  assert.equal(cluster.getControlConnectionHost(), undefined);
  await cluster.connect(undefined, { waitForAllPools: true });
  assert.equal(cluster.getControlConnectionHost()?.address, '127.0.0.1');
  control(server)?.destroy();
  await until(() => control(server)?.state.node.number === 2);
  await until(() => cluster.getControlConnectionHost()?.address === '127.0.0.2');
  assert.equal(cluster.metadata.allHosts().length, 3);
});

test('a control connection that does not answer in time is left for another one', async (t) => {
  const { server, cluster } = await start(t, {}, { controlConnectionTimeout: 50 });
  await cluster.connect(undefined, { waitForAllPools: true });
  const silent = control(server)?.number ?? 0;
  server.on({ connection: silent }).drop();
  await cluster.refreshNodes();
  assert.notEqual(control(server)?.number, silent);
  assert.equal(cluster.metadata.allHosts().length, 3);
});

test('names that no longer lead to a node lead to the nodes that they stand for now', async (t) => {
  const server = await startServer(t, { nodes: 4 });
  const [first, , , moved] = server.nodes;
  assert(first !== undefined && moved !== undefined);
  let address = first.address;
  const name: EndPoint = {
    address: 'nodes.example',
    port: server.port,
    resolve: () => Promise.resolve({ address, port: server.port }),
  };
  for (const node of server.nodes.slice(1)) node.overrides = { tokens: null };
  const cluster = new Cluster({ contactPoints: [name], port: server.port, logger: 'off' });
  t.after(() => cluster.shutdown());
  const session = await cluster.connect();
  const [host] = cluster.metadata.allHosts();
  // The same node, at another address.
  address = moved.address;
  first.overrides = { tokens: null };
  moved.overrides = { host_id: first.hostId };
  await first.stop();
  await until(() => control(server)?.state.node.number === 4);
  await until(() => cluster.metadata.allHosts()[0]?.isUp === true);
  assert.deepEqual(cluster.metadata.allHosts(), [host]);
  assert.equal((await session.execute('SELECT key FROM system.local')).length, 1);
});

test('a name without address is a typed error', async (t) => {
  const cluster = new Cluster({ contactPoints: ['nodes.invalid'], logger: 'off' });
  t.after(() => cluster.shutdown());
  await assert.rejects(cluster.connect(), UnresolvableContactPointsError);
});

test('contact points in several data centers are warned of, once; a local one that is named is not', async (t) => {
  const server = await startServer(t, { nodes: 2, dataCenters: ['east', 'west'] });
  const contactPoints = server.nodes.map(({ address, port }) => new DefaultEndPoint(address, port));
  for (const [options, expected] of [
    [{}, 1],
    [{ localDc: 'west' }, 0],
    [{ loadBalancingPolicy: new RoundRobinPolicy() }, 0],
    [{ executionProfiles: { [EXEC_PROFILE_DEFAULT]: { loadBalancingPolicy: new RoundRobinPolicy() } } }, 0],
  ] as const) {
    const warnings: Error[] = [];
    const cluster = new Cluster({ contactPoints, port: server.port, logger: 'off', ...options });
    cluster.on('warning', (warning) => warnings.push(warning));
    t.after(() => cluster.shutdown());
    await cluster.connect();
    await cluster.refreshNodes();
    assert.equal(warnings.filter(({ message }) => /east, west/.test(message)).length, expected);
  }
});

test('a schema change is in the metadata when its statement resolves, read by its name', async (t) => {
  const { server, cluster } = await start(t, {
    nodes: 1,
    schema: {
      keyspaces: [{ name: 'ks', replication: { class: 'SimpleStrategy', replication_factor: '1' } }],
      tables: [
        { keyspace: 'ks', name: 't', columns: [{ name: 'k', type: 'int', kind: 'partition_key', position: 0 }] },
      ],
    },
  });
  const session = await cluster.connect();
  server.on({ cql: /^ALTER/ }).reply(schemaChange({ change: 'UPDATED', target: 'TABLE', keyspace: 'ks', name: 't' }));
  const before = cluster.metadata.keyspaces.get('ks')?.tables.get('t');
  const reads = server.received.length;
  const result = await session.execute('ALTER TABLE ks.t ADD v int');
  assert.equal(result.info.isSchemaAgreed, true);
  assert.notEqual(cluster.metadata.keyspaces.get('ks')?.tables.get('t'), before);
  const read = server.received.slice(reads).map(({ cql }) => cql ?? '');
  assert(read.some((cql) => /system_schema\.tables WHERE keyspace_name = 'ks' AND table_name = 't'/.test(cql)));
  assert(!read.some((cql) => /system_schema\.tables$/.test(cql)));
});

test('nodes agree on a schema change only when they have what its coordinator has', async (t) => {
  const { server, cluster } = await start(t);
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const coordinator = cluster.metadata.getHost('127.0.0.2');
  assert(coordinator !== undefined);
  server.on({ cql: /^CREATE/ }).reply(schemaChange({ change: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' }));
  // At the first look the node of the control connection has not heard of the change, neither of its own nor of its peers'.
  const before = '00000000-0000-4000-8000-0000000000ee';
  server
    .on({ node: 1, cql: /SELECT schema_version FROM system\.local/, times: 1 })
    .reply(rows([['schema_version', 'uuid']], [[before]]));
  server.on({ node: 1, cql: /schema_version FROM system\.peers_v2/, times: 1 }).reply(
    rows(
      [
        ['host_id', 'uuid'],
        ['schema_version', 'uuid'],
      ],
      server.nodes.slice(1).map(({ hostId }) => [hostId, before]),
    ),
  );
  const { info } = await session.execute('CREATE TABLE ks.t (k int PRIMARY KEY)', undefined, { host: coordinator });
  assert.equal(info.isSchemaAgreed, true);
  assert.equal(server.requests({ node: 1, cql: /SELECT schema_version FROM system\.local/ }).length, 2);
  assert.equal(server.requests({ node: 2, cql: /SELECT schema_version FROM system\.local/ }).length, 2);
});

test('an abort is honoured while the nodes do not agree, and while a keyspace is set everywhere', async (t) => {
  const { server, cluster } = await start(t);
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  const [, node] = server.nodes;
  assert(node !== undefined);
  node.overrides = { schema_version: '00000000-0000-4000-8000-0000000000ee' };
  server.on({ cql: /^CREATE/ }).reply(schemaChange({ change: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' }));
  const controller = new AbortController();
  const creating = session.execute('CREATE TABLE ks.t (k int PRIMARY KEY)', undefined, { signal: controller.signal });
  await server.next({ cql: /SELECT schema_version/ });
  controller.abort(new Error('enough'));
  await assert.rejects(creating, /enough/);

  server.on({ cql: /^USE/, node: 2 }).drop();
  const second = new AbortController();
  const using = session.execute('USE ks', undefined, { signal: second.signal });
  await server.next({ cql: /^USE/, node: 2 });
  second.abort(new Error('enough of that'));
  await assert.rejects(using, /enough of that/);
});

test('a refresh of the schema says when the nodes do not agree, and is done without waiting where that is asked', async (t) => {
  const { server, cluster } = await start(t);
  await cluster.connect();
  const [, node] = server.nodes;
  assert(node !== undefined);
  node.overrides = { schema_version: '00000000-0000-4000-8000-0000000000ee' };
  await assert.rejects(cluster.refreshSchemaMetadata({ maxSchemaAgreementWait: 1 }), OperationTimedOutError);
  const before = server.requests({ cql: /FROM system_schema\.tables/ }).length;
  await cluster.refreshSchemaMetadata({ maxSchemaAgreementWait: 0 });
  assert.equal(server.requests({ cql: /FROM system_schema\.tables/ }).length, before + 1);
  await assert.rejects(cluster.refreshTableMetadata('ks', '', {}), { name: 'InvalidArgumentError' });
  await assert.rejects(cluster.refreshNodes({ signal: AbortSignal.abort(new Error('no')) }), /no/);
});

test('refreshing a cluster that is shut down is refused', async (t) => {
  const { cluster } = await start(t);
  await cluster.connect();
  await cluster.shutdown();
  await assert.rejects(cluster.refreshNodes(), ConnectionShutdownError);
  await assert.rejects(cluster.refreshSchemaMetadata(), ConnectionShutdownError);
});

test('lost at any moment, the control connection moves, and what was asked on it is answered', async (t) => {
  const seed = Number(process.env['FERROCQL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  t.diagnostic(`seed ${seed}`);
  const random = new Random(seed);
  const { server, cluster } = await start(t, {}, { logger: 'off' });
  const session = await cluster.connect(undefined, { waitForAllPools: true });
  server.on({ cql: /^CREATE/ }).reply(schemaChange({ change: 'CREATED', target: 'TABLE', keyspace: 'ks', name: 't' }));
  for (let run = 0; run < 40; run++) {
    const connection = control(server);
    assert(connection !== undefined);
    // After so many of its answers it is cut.
    const rule = server.on({ connection: connection.number, nth: 1 + random.integer(4), times: 1 }).reset();
    const works = [
      () => cluster.refreshNodes(),
      () => cluster.refreshSchemaMetadata(),
      async () => {
        const { info } = await session.execute('CREATE TABLE ks.t (k int PRIMARY KEY)');
        assert.equal(info.isSchemaAgreed, true);
      },
    ];
    await works[random.integer(works.length)]?.();
    rule.remove();
    connection.destroy();
    await until(() => control(server) !== undefined && cluster.getControlConnectionHost() !== undefined);
    assert.equal(cluster.metadata.allHosts().length, 3);
  }
  assert.deepEqual(server.violations, []);
});
