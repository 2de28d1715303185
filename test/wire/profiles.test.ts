// Execution profiles: which settings reach the server, which hosts get connections, and what a session's own defaults mean
// beside them.

import { strict as assert } from 'node:assert';
import { test, type TestContext } from 'node:test';
import {
  Cluster,
  EXEC_PROFILE_DEFAULT,
  ExecutionProfile,
  FallthroughRetryPolicy,
  InvalidArgumentError,
  OperationTimedOutError,
  RoundRobinPolicy,
  SimpleStatement,
  type ClusterOptions,
  type Host,
  type HostDistance,
  type QueryInfo,
  type Session,
  type TopologySnapshot,
} from '../../src/index.ts';
import { error } from './harness/error-response.ts';
import type { FakeServerOptions } from './harness/fake-server-options.ts';
import type { FakeServer } from './harness/fake-server.ts';
import type { DecodedRequest } from './harness/request.ts';
import { startServer } from './harness/test-context.ts';

const CQL = 'SELECT v FROM ks.t';

/** Wants hosts of one node number only. */
class OnlyNode extends RoundRobinPolicy {
  readonly #address: string;

  constructor(node: number) {
    super();
    this.#address = `127.0.0.${node}`;
  }

  override distance(host: Host): HostDistance {
    return host.address === this.#address ? 'LOCAL' : 'IGNORED';
  }

  override makeQueryPlan(_query: QueryInfo, topology: TopologySnapshot): Host[] {
    return topology.hosts.filter((host) => host.address === this.#address);
  }
}

async function connect(
  t: TestContext,
  options: ClusterOptions = {},
  serverOptions: Partial<FakeServerOptions> = {},
): Promise<{ server: FakeServer; session: Session; cluster: Cluster }> {
  const server = await startServer(t, serverOptions);
  server.statement(CQL, { columns: [['v', 'text']], rows: [['a'], ['b'], ['c']] });
  const cluster = new Cluster({
    contactPoints: [`127.0.0.1:${server.port}`],
    port: server.port,
    logger: 'off',
    ...options,
  });
  t.after(() => cluster.shutdown());
  return { server, cluster, session: await cluster.connect(undefined, { waitForAllPools: true }) };
}

function last(server: FakeServer): DecodedRequest & { readonly opcode: 'QUERY' } {
  const { request } = server.requests({ opcode: 'QUERY', cql: CQL }).at(-1) ?? {};
  assert.equal(request?.opcode, 'QUERY');
  return request;
}

const refused = (field: string) => (thrown: unknown) =>
  thrown instanceof InvalidArgumentError && thrown.field === field;

test('the call comes before the statement, the statement before the profile, the profile before the session', async (t) => {
  const { server, session } = await connect(t, {
    executionProfiles: { careful: { consistencyLevel: 'QUORUM', serialConsistencyLevel: 'SERIAL', fetchSize: 7 } },
  });
  session.defaultConsistencyLevel = 'ONE';
  session.defaultFetchSize = 100;
  const statement = new SimpleStatement(CQL, { consistencyLevel: 'TWO' });
  const executionProfile = 'careful';
  await session.execute(CQL);
  assert.deepEqual([last(server).consistency, last(server).pageSize], ['ONE', 100]);
  await session.execute(CQL, [], { executionProfile });
  assert.deepEqual([last(server).consistency, last(server).pageSize], ['QUORUM', 7]);
  assert.equal(last(server).serialConsistency, 'SERIAL');
  await session.execute(statement, undefined, { executionProfile });
  assert.deepEqual([last(server).consistency, last(server).pageSize], ['TWO', 7]);
  await session.execute(statement, undefined, { executionProfile, consistencyLevel: 'ALL', fetchSize: null });
  assert.deepEqual([last(server).consistency, last(server).pageSize], ['ALL', undefined]);
});

test('what a profile does not say follows the session, also when that changes later', async (t) => {
  const { server, session } = await connect(t, { executionProfiles: { small: { fetchSize: 2 } } });
  await session.execute(CQL, [], { executionProfile: 'small' });
  assert.equal(last(server).consistency, 'LOCAL_ONE');
  session.defaultConsistencyLevel = 'LOCAL_QUORUM';
  await session.execute(CQL, [], { executionProfile: 'small' });
  assert.equal(last(server).consistency, 'LOCAL_QUORUM');
});

test('the default profile holds for requests that name none, and its settings cannot be changed on the session', async (t) => {
  const base = new ExecutionProfile({ consistencyLevel: 'QUORUM', rowFactory: 'tuple' });
  const { server, session } = await connect(t, {
    consistencyLevel: 'ALL',
    executionProfiles: { [EXEC_PROFILE_DEFAULT]: base, other: {} },
  });
  assert.deepEqual((await session.execute(CQL)).one(), ['a']);
  assert.equal(last(server).consistency, 'QUORUM');
  await session.execute(CQL, [], { executionProfile: 'other' });
  assert.equal(last(server).consistency, 'QUORUM');
  assert.equal(session.defaultConsistencyLevel, 'QUORUM');
  assert.throws(() => (session.defaultConsistencyLevel = 'ONE'), refused('defaultConsistencyLevel'));
  assert.throws(() => (session.rowFactory = 'map'), refused('rowFactory'));
  session.defaultTimeout = 1_000;
  const effective = session.getExecutionProfile(EXEC_PROFILE_DEFAULT);
  assert.equal(effective.consistencyLevel, 'QUORUM');
  assert.equal(effective.requestTimeout, 1_000);
});

test('a profile makes rows, decides on failures and ends waiting', async (t) => {
  const { server, session } = await connect(
    t,
    {
      executionProfiles: {
        strict: new ExecutionProfile({ retryPolicy: new FallthroughRetryPolicy(), rowFactory: 'tuple' }),
        quick: { requestTimeout: 20 },
        traced: { tracing: true },
      },
    },
    { nodes: 2 },
  );
  assert.deepEqual((await session.execute(CQL, [], { executionProfile: 'strict' })).one(), ['a']);
  const failing = server.on({ cql: CQL, opcode: 'QUERY' }).reply(error('OVERLOADED', 'too much'));
  await assert.rejects(session.execute(CQL, [], { executionProfile: 'strict' }), { code: 'CQL_OVERLOADED' });
  assert.equal(failing.applied, 1);
  failing.remove();
  const traced = await session.execute(CQL, [], { executionProfile: 'traced' });
  assert.ok(traced.info.tracingId !== undefined);
  server.on({ cql: CQL }).drop();
  await assert.rejects(session.execute(CQL, [], { executionProfile: 'quick' }), OperationTimedOutError);
});

test('a profile with a policy of its own brings connections and takes its requests there', async (t) => {
  const { server, session } = await connect(
    t,
    {
      loadBalancingPolicy: new OnlyNode(1),
      executionProfiles: { second: { loadBalancingPolicy: new OnlyNode(2) } },
    },
    { nodes: 3 },
  );
  assert.deepEqual(
    server.nodes.map((node) => node.connections.length > 0),
    [true, true, false],
  );
  for (const [executionProfile, node] of [
    [undefined, 1],
    ['second', 2],
    [session.getExecutionProfile('second').with({ fetchSize: 1 }), 2],
  ] as const) {
    await session.execute(CQL, [], executionProfile === undefined ? {} : { executionProfile });
    assert.equal(server.requests({ opcode: 'QUERY', cql: CQL }).at(-1)?.node, node);
  }
});

test('a profile that is added connects to the hosts that it brings near before it resolves', async (t) => {
  const { server, session, cluster } = await connect(t, { loadBalancingPolicy: new OnlyNode(1) }, { nodes: 2 });
  await cluster.addExecutionProfile('second', { loadBalancingPolicy: new OnlyNode(2) });
  await session.execute(CQL, [], { executionProfile: 'second' });
  assert.equal(server.requests({ opcode: 'QUERY', cql: CQL }).at(-1)?.node, 2);
  await assert.rejects(cluster.addExecutionProfile('second', {}), refused('name'));
  await assert.rejects(cluster.addExecutionProfile('third', {}, { poolWaitTimeout: -1 }), refused('poolWaitTimeout'));
});

test('adding a profile fails when its hosts are not connected in time, and the profile is there', async (t) => {
  const { server, session, cluster } = await connect(t, { loadBalancingPolicy: new OnlyNode(1) }, { nodes: 2 });
  const silent = server.on({ node: 2 }).drop();
  const adding = cluster.addExecutionProfile(
    'second',
    { loadBalancingPolicy: new OnlyNode(2), consistencyLevel: 'TWO' },
    { poolWaitTimeout: 20 },
  );
  await assert.rejects(adding, OperationTimedOutError);
  silent.remove();
  assert.equal(session.getExecutionProfile('second').consistencyLevel, 'TWO');
});

test('a policy that comes with a single request is populated before it is asked', async (t) => {
  const { server, session } = await connect(t, {}, { nodes: 3 });
  const loadBalancingPolicy = new OnlyNode(3);
  const executionProfile = session.executionProfileCloneUpdate(EXEC_PROFILE_DEFAULT, { loadBalancingPolicy });
  let populated = 0;
  loadBalancingPolicy.populate = () => {
    populated++;
  };
  await session.execute(CQL, [], { executionProfile });
  await session.execute(CQL, [], { executionProfile });
  assert.equal(populated, 1);
  assert.equal(server.requests({ opcode: 'QUERY', cql: CQL }).at(-1)?.node, 3);
});

test('a profile that does not exist is refused, and so is one that is none', async (t) => {
  const { session } = await connect(t);
  await assert.rejects(session.execute(CQL, [], { executionProfile: 'none' }), refused('executionProfile'));
  const executionProfile = { consistencyLevel: 'ONE' } as unknown as ExecutionProfile;
  await assert.rejects(session.execute(CQL, [], { executionProfile }), refused('executionProfile'));
  assert.throws(() => session.getExecutionProfile('none'), refused('executionProfile'));
  assert.throws(() => new Cluster({ executionProfiles: { x: { fetchSize: 0 } } }), refused('fetchSize'));
});
