// The tables of hostile responses: every row makes bytes, and the runner tells a sound driver from one that is not.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Client, policies } from 'cassandra-driver';
import { concatenate } from './harness/byte-writer.ts';
import { queryBody } from './harness/client-messages.ts';
import { encodeFrame } from './harness/frame.ts';
import { OPCODES } from './harness/opcodes.ts';
import { RawClient } from './harness/raw-client.ts';
import { responseFrame, rows } from './harness/response.ts';
import { messageReader, readRows } from './harness/result-reader.ts';
import { type AdapterSettings, type DriverAdapter, overLimits, runScenario } from './scenario-runner.ts';
import { hostileV4, hostileV4OverV5, hostileV5 } from './scenarios.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** Nothing here should take long, but the machine may be busy: only what must time out has a short time to do so. */
const QUICK = { timeoutMs: 5000, connectTimeoutMs: 5000, patienceMs: 5000 };
const SHORT = { timeoutMs: 150, connectTimeoutMs: 150, patienceMs: 5000 };

interface SmallSession {
  readonly open: () => Promise<RawClient>;
  client: RawClient;
}

/** A driver of one connection on the harness's own strict codec; its rows are the raw text of their cells. */
const small: DriverAdapter<SmallSession> = {
  name: 'small',
  connect: async (port, { version, compression, connectTimeoutMs }) => {
    const open = (): Promise<RawClient> =>
      before(
        connectTimeoutMs,
        RawClient.connect({
          port,
          version,
          isStrict: true,
          ...(compression === undefined ? {} : { compression }),
        }),
      );
    return { open, client: await open() };
  },
  query: async (session, cql, timeoutMs) => {
    const { version } = session.client;
    if (session.client.failure !== undefined) {
      session.client = await session.open();
    }
    const frame = await before(timeoutMs, session.client.request('QUERY', queryBody(cql, { version })));
    if (frame.opcode !== OPCODES.RESULT) {
      throw new Error(`error ${messageReader(frame).int()}`);
    }
    const read = readRows(frame);
    const cells = read?.rows[0];
    return cells === undefined
      ? undefined
      : Object.fromEntries(
          cells.map((cell, index) => [
            read?.columns[index]?.name ?? '',
            new TextDecoder('utf-8', { fatal: true }).decode(cell ?? undefined),
          ]),
        );
  },
  close: async ({ client }) => client.close(),
};

async function before<T>(timeoutMs: number, call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error('timeout'));
    }, timeoutMs);
  });
  return Promise.race([call, late]).finally(() => clearTimeout(timer));
}

const foreign: DriverAdapter<Client> = {
  name: 'cassandra-driver',
  connect: async (port: number, { connectTimeoutMs }: AdapterSettings) => {
    const client = new Client({
      contactPoints: ['127.0.0.1'],
      localDataCenter: 'dc1',
      protocolOptions: { port },
      socketOptions: { connectTimeout: connectTimeoutMs },
      policies: { reconnection: new policies.reconnection.ConstantReconnectionPolicy(10) },
    });
    await client.connect();
    return client;
  },
  query: async (client, cql, readTimeout) => {
    const [row] = (await client.execute(cql, [], { readTimeout })).rows;
    return row === undefined ? undefined : Object.fromEntries(row.keys().map((name) => [name, row[name] as unknown]));
  },
  close: async (client) => client.shutdown(),
};

const tables = { hostileV4, hostileV5, hostileV4OverV5 };

function named(name: string): Scenario {
  const scenario = [...hostileV4, ...hostileV5].find((each) => each.name === name);
  assert.ok(scenario, name);
  return scenario;
}

for (const [name, table] of Object.entries(tables)) {
  describe(name, () => {
    it('has no two rows of one name', () => {
      assert.equal(new Set(table.map((row) => row.name)).size, table.length);
    });

    it('makes the bytes of every row, and no row takes long', () => {
      for (const { name: row, version, compression, attack } of table) {
        if (attack.at === 'options') {
          continue;
        }
        const honest = encodeFrame(responseFrame(rows([['v', 'text']], [['honest']]), version, 5));
        const bytes =
          attack.at === 'answer'
            ? responseFrame(attack.response(), version, 5).body
            : concatenate(attack.forge({ version, compression, stream: 5, honest }));
        const isSilent = /silence|^a FIN after|^an RST after/.test(row);
        assert.ok(bytes.length > 0 || isSilent, row);
      }
    });
  });
}

it('has at least 42 rows for v4 and 38 for v5', () => {
  assert.ok(hostileV4.length >= 42);
  assert.ok(hostileV5.length >= 38);
});

describe('a small strict driver', () => {
  const framing = [...hostileV4, ...hostileV5].filter(
    ({ name, attack }) =>
      /segment|slice|READY|stream|length of|opcode|version|direction|lz4|snappy|byte by byte|FIN|RST/.test(name) &&
      attack.at !== 'answer' &&
      attack.at !== 'options' &&
      attack.at !== 'event',
  );
  for (const scenario of framing) {
    it(`withstands in v${scenario.version}: ${scenario.name}`, async () => {
      const outcome = await runScenario(scenario, small, scenario.expects === 'timeout' ? SHORT : QUICK);
      assert.deepEqual(outcome.failures, []);
      assert.equal(outcome.wasAttacked, scenario.attack.at !== 'connect' || scenario.attack.opcode === 'STARTUP');
    });
  }
});

describe('the runner', () => {
  it('takes a whole driver of another origin, and finds what it lets pass', async () => {
    for (const name of ['the answer byte by byte', 'bytes behind the end of the body', 'an ERROR of a negative code']) {
      const outcome = await runScenario(named(name), foreign, QUICK);
      assert.deepEqual([name, outcome.failures], [name, []]);
    }
    const outcome = await runScenario(named('a version that nobody knows'), foreign, QUICK);
    assert.match(outcome.failures.join(), /^expected error, got value/);
  });

  it('tells a call that never settles, and a driver that never recovers', async () => {
    const deaf: DriverAdapter<SmallSession> = {
      ...small,
      query: async (session, cql, timeoutMs) => {
        await small.query(session, cql, timeoutMs).catch(() => undefined);
        return new Promise(() => undefined);
      },
    };
    const outcome = await runScenario(named('an ERROR of half a code'), deaf, {
      timeoutMs: 300,
      connectTimeoutMs: 5000,
      patienceMs: 300,
    });
    assert.deepEqual(outcome.failures, ['the attacked call never settled', 'no honest answer came afterwards']);
  });

  it('tells a wrong end, a wrong cell and a wrong fate of the connection', async () => {
    const sound = named('the answer byte by byte');
    const twisted: Scenario = { ...sound, expects: 'error', connection: 'replaced', cells: { v: 'false', w: 'x' } };
    const outcome = await runScenario(twisted, small, QUICK);
    assert.deepEqual(
      outcome.failures.map((failure) => failure.replace(/\d+ ms/, 'n ms')),
      [
        'expected error, got value after n ms',
        'expected the connection to be replaced, it was kept',
        'expected v = false, got honest',
        'expected w = x, got no such column',
      ],
    );
  });

  it('does not count a scenario that the driver never came to', async () => {
    const scenario = named('SUPPORTED with 65535 keys and none of them');
    const outcome = await runScenario(scenario, small, QUICK);
    assert.equal(outcome.wasAttacked, false);
    assert.deepEqual(outcome.failures, []);
  });

  it('measures, and compares with limits only where it is asked to', () => {
    const figures = { settledMs: 10, blockedMs: 3, recoveredMs: 100 };
    assert.deepEqual(overLimits(figures, figures), []);
    assert.equal(overLimits(figures, { settledMs: 9, blockedMs: 2, recoveredMs: 99 }).length, 3);
    assert.equal(overLimits({ ...figures, recoveredMs: undefined }, figures).length, 1);
  });
});
