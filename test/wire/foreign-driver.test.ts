// The fake server before a whole driver of another origin, over v3 and v4: what that one understands is no mistake of ours.
import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { auth, Client, errors, policies, types } from 'cassandra-driver';
import { hex, toHex } from './harness/byte-writer.ts';
import type { FakeServer } from './harness/fake-server.ts';
import { rows } from './harness/response.ts';
import { startServer } from './harness/test-context.ts';

describe('a driver of another origin', () => {
  for (const version of [3, 4]) {
    it(`connects over v${version}, queries, prepares and executes`, async (context) => {
      const server = await startServer(context, { nodes: 3, versions: [version] });
      server.statement('SELECT k, v FROM ks.t WHERE k = ?', {
        parameters: [['k', 'int']],
        partitionKey: [0],
        columns: [
          ['k', 'int'],
          ['v', { list: 'text' }],
        ],
        rows: [[7, ['a', 'b']]],
      });
      server.on({ cql: 'FROM ks.u' }).reply(rows([['n', 'bigint']], [[2n ** 60n], [null]]));
      const client = makeClient(context, server);
      await client.connect();
      const simple = await client.execute('SELECT n FROM ks.u');
      const prepared = await client.execute('SELECT k, v FROM ks.t WHERE k = ?', [7], { prepare: true });
      assert.equal(client.hosts.length, 3);
      assert.equal(String(simple.first()['n']), String(2n ** 60n));
      assert.deepEqual(prepared.first()['v'], ['a', 'b']);
      const executed = server.requests({ opcode: 'EXECUTE' })[0];
      assert.ok(executed?.request.opcode === 'EXECUTE');
      assert.equal(executed.cql, 'SELECT k, v FROM ks.t WHERE k = ?');
      assert.deepEqual(
        executed.request.values.map((value) => value instanceof Uint8Array && toHex(value)),
        ['00000007'],
      );
      assert.equal(executed.version, version);
    });

    it(`shows its password over v${version}`, async (context) => {
      const server = await startServer(context, { versions: [version], auth: { username: 'ann', password: 'secret' } });
      const client = makeClient(context, server, { authProvider: new auth.PlainTextAuthProvider('ann', 'secret') });
      await client.connect();
      await client.execute('INSERT INTO ks.t (k) VALUES (1)');
      assert.equal(server.requests({ cql: 'INSERT' }).length, 1);
    });
  }

  it('is refused with a wrong password', async (context) => {
    const server = await startServer(context, { versions: [4], auth: { username: 'ann', password: 'secret' } });
    const client = makeClient(context, server, { authProvider: new auth.PlainTextAuthProvider('ann', 'wrong') });
    await assert.rejects(client.connect(), (problem) => {
      assert.ok(problem instanceof errors.NoHostAvailableError);
      return Object.values(problem.innerErrors as object).some((inner) => inner instanceof errors.AuthenticationError);
    });
  });

  it('goes down from v4 to v3 where the server knows no more', async (context) => {
    const server = await startServer(context, { versions: [3] });
    const client = makeClient(context, server);
    await client.connect();
    assert.ok(server.requests().every(({ version }) => version === 3));
  });

  it('reads every simple type and every nesting that the server writes', async (context) => {
    const server = await startServer(context, { versions: [4] });
    const uuid = '00112233-4455-6677-8899-aabbccddeeff';
    const point = {
      udt: {
        keyspace: 'ks',
        name: 'point',
        fields: [
          ['x', 'int'],
          ['y', 'int'],
        ] as const,
      },
    };
    server.on({ cql: 'everything' }).reply(
      rows(
        [
          ['ascii', 'ascii'],
          ['tinyint', 'tinyint'],
          ['smallint', 'smallint'],
          ['int', 'int'],
          ['boolean', 'boolean'],
          ['double', 'double'],
          ['uuid', 'uuid'],
          ['inet', 'inet'],
          ['blob', 'blob'],
          ['varint', 'varint'],
          ['decimal', 'decimal'],
          ['timestamp', 'timestamp'],
          ['date', 'date'],
          ['time', 'time'],
          ['duration', 'duration'],
          ['map', { map: ['text', { set: 'int' }] }],
          ['tuple', { tuple: ['int', 'text'] }],
          ['udt', point],
          ['vector', { vector: ['float', 2] }],
        ],
        [
          [
            'a',
            -1,
            -2,
            -3,
            true,
            0.5,
            uuid,
            '127.0.0.1',
            hex('0102'),
            -129n,
            { unscaled: 15n, scale: 1 },
            86_400_000,
            1,
            1_000_000_000n,
            { months: 1, days: 2, nanoseconds: 3n },
            [['k', [1, 2]]],
            [5, null],
            [1, 2],
            [1, 2],
          ],
        ],
      ),
    );
    const client = makeClient(context, server);
    const row = (await client.execute('SELECT everything')).first();
    const seen = Object.fromEntries(row.keys().map((name) => [name, JSON.stringify(row[name] as unknown)]));
    assert.deepEqual(seen, {
      ascii: '"a"',
      tinyint: '-1',
      smallint: '-2',
      int: '-3',
      boolean: 'true',
      double: '0.5',
      uuid: `"${uuid}"`,
      inet: '"127.0.0.1"',
      blob: '{"type":"Buffer","data":[1,2]}',
      varint: '"-129"',
      decimal: '"1.5"',
      timestamp: '"1970-01-02T00:00:00.000Z"',
      date: '"1970-01-02"',
      time: '"00:00:01"',
      duration: JSON.stringify(new types.Duration(1, 2, 3)),
      map: '{"k":[1,2]}',
      tuple: '[5,null]',
      udt: '{"x":1,"y":2}',
      vector: JSON.stringify(row['vector'] as unknown),
    });
    assert.deepEqual(Array.from(row['vector'] as Iterable<number>), [1, 2]);
  });

  it('hears of a schema change and of a node that is down', async (context) => {
    const server = await startServer(context, { nodes: 2, versions: [4] });
    const client = makeClient(context, server);
    await client.connect();
    const down = new Promise((resolve) => client.once('hostDown', resolve));
    const second = server.nodes[1];
    assert.ok(second);
    await second.stop();
    server.push({ type: 'STATUS_CHANGE', change: 'DOWN', address: second.address, port: second.port });
    await down;
  });
});

function makeClient(context: TestContext, server: FakeServer, more: object = {}): Client {
  const client = new Client({
    contactPoints: ['127.0.0.1'],
    localDataCenter: 'dc1',
    protocolOptions: { port: server.port },
    policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(10) },
    ...more,
  });
  context.after(() => client.shutdown());
  return client;
}
