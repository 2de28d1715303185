// Round trips at full size: a million random values through the core, a hundred thousand through a real server, a million
// hostile texts as values, and a hundred thousand random names. Prints what was asked for and what was counted.

import { strict as assert } from 'node:assert';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';

import { Cluster, executeConcurrentWithArgs, quoteIdentifier, type Session } from '../../src/index.ts';
import { CassandraCluster } from '../../test/cluster/harness/cassandra-cluster.ts';
import { canonical } from '../../test/values/canonical.ts';
import { CoreRoundTrip } from '../../test/values/core-round-trip.ts';
import { hostileTexts } from '../../test/values/hostile-texts.ts';
import { randomName } from '../../test/values/random-names.ts';
import { typedValues } from '../../test/values/random-values.ts';
import { ServerRoundTrip } from '../../test/values/server-round-trip.ts';
import { FakeServer } from '../../test/wire/harness/fake-server.ts';
import { nextSeed, Random } from '../../test/wire/harness/random.ts';

const CORE_VALUES = 1_000_000;
const SERVER_VALUES = 100_000;
const TEXTS = 1_000_000;
const NAMES = 100_000;
const VALUES_PER_TYPE = 50;
const TEXTS_PER_SERVER = 20_000;
const NAMES_PER_TABLE = 1_000;
const INSERT = 'INSERT INTO ks.t (k, v) VALUES (?, ?)';

await report('values through the core alone, in Rust', CORE_VALUES, inRust);
await report('values through the core', CORE_VALUES, throughCore);
await report('hostile texts as values, text of statements compared', TEXTS, hostileTextsAsValues);
const servers = await CassandraCluster.start({ jvmOptions: ['-Dcassandra.unsafesystem=true'] });
const cluster = new Cluster({ contactPoints: servers.contactPoints });
try {
  const session = await cluster.connect();
  await session.execute(
    "CREATE KEYSPACE figures WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
  );
  await session.setKeyspace('figures');
  await report('values through a real server', SERVER_VALUES, () => throughServer(session));
  await report('names through CREATE, the schema tables and DROP', NAMES, () => namesThroughServer(session));
} finally {
  await cluster.shutdown();
  await servers.stop();
}

async function report(what: string, asked: number, work: () => number | Promise<number>): Promise<void> {
  const start = Date.now();
  const counted = await work();
  const seconds = ((Date.now() - start) / 1_000).toFixed(0);
  console.log(`${what}: ${counted} of ${asked} came back equal (${seconds} s)`);
  assert.equal(counted, asked);
}

/** The property tests of the core, with their own random types and values. */
function inRust(): number {
  const test = 'a_value_is_decoded_as_it_was_encoded';
  const args = ['test', '--release', '--quiet', '-p', 'ferrocql-core', '--test', 'properties_values', test];
  const env = { ...process.env, PROPTEST_CASES: String(CORE_VALUES) };
  const output = execFileSync('cargo', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  assert.match(output, /test result: ok\. 1 passed/);
  return CORE_VALUES;
}

function throughCore(): number {
  const trip = new CoreRoundTrip();
  let count = 0;
  fc.assert(
    fc.property(typedValues(5, VALUES_PER_TYPE), (sample) => {
      assert.deepStrictEqual(trip.readBack(sample).map(canonical), sample.values.map(canonical));
      count += sample.values.length;
    }),
    { numRuns: CORE_VALUES / VALUES_PER_TYPE },
  );
  trip.close();
  return count;
}

async function throughServer(session: Session): Promise<number> {
  const trip = new ServerRoundTrip(session);
  const seed = nextSeed();
  let count = 0;
  for (const sample of fc.sample(typedValues(5, VALUES_PER_TYPE * 10), {
    numRuns: SERVER_VALUES / VALUES_PER_TYPE / 10,
    seed,
  })) {
    count += await trip.check(sample).catch((cause: unknown) => {
      throw new Error(`seed ${seed}, type ${JSON.stringify(sample.type)}`, { cause });
    });
  }
  return count;
}

/** Many servers, as each remembers what it was sent. */
async function hostileTextsAsValues(): Promise<number> {
  let count = 0;
  for (let round = 0; round < TEXTS / TEXTS_PER_SERVER; round++) {
    const server = await FakeServer.start({});
    server.statement(INSERT, {
      parameters: [
        ['k', 'int'],
        ['v', 'text'],
      ],
      partitionKey: [0],
    });
    const fake = new Cluster({ contactPoints: [`127.0.0.1:${server.port}`], port: server.port });
    const texts = [...hostileTexts(TEXTS_PER_SERVER, nextSeed())];
    await executeConcurrentWithArgs(
      await fake.connect(),
      INSERT,
      texts.map((text, k) => [k, text]),
      { concurrency: 256 },
    );
    const prepared = server
      .requests({ opcode: ['PREPARE', 'QUERY'] })
      .filter(({ cql }) => cql?.includes('system') !== true);
    assert.deepEqual(new Set(prepared.map(({ cql }) => cql)), new Set([INSERT]));
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    for (const { request } of server.requests({ opcode: 'EXECUTE' })) {
      assert(request.opcode === 'EXECUTE');
      const [key, value] = request.values;
      assert(key instanceof Uint8Array && value instanceof Uint8Array);
      assert.equal(decoder.decode(value), texts[Buffer.from(key).readInt32BE()]);
      count++;
    }
    await fake.shutdown();
    await server.stop();
  }
  return count;
}

async function namesThroughServer(session: Session): Promise<number> {
  const random = new Random(nextSeed());
  let count = 0;
  for (let table = 0; table < NAMES / NAMES_PER_TABLE; table++) {
    const names = new Set<string>();
    while (names.size < NAMES_PER_TABLE) names.add(randomName(random));
    const columns = [...names].map((name) => `${quoteIdentifier(name)} int`);
    await session.execute(`CREATE TABLE names (id int PRIMARY KEY, ${columns.join(', ')})`);
    const found = await session.execute<{ column_name: string }>(
      "SELECT column_name FROM system_schema.columns WHERE keyspace_name = 'figures' AND table_name = 'names'",
    );
    assert.deepEqual(new Set((await found.all()).map((row) => row.column_name)), new Set(['id', ...names]));
    await session.execute('DROP TABLE names');
    count += names.size;
  }
  return count;
}
