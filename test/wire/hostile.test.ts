// Hostile answers against the driver: no process dies, every request settles, nothing wrong is taken for right, and the next
// request works.

import { strict as assert } from 'node:assert';
import { describe, test } from 'node:test';
import { Cluster, DriverError, type Session } from '../../src/index.ts';
import { runScenario, type DriverAdapter } from './scenario-runner.ts';
import { hostileV4, hostileV4OverV5, hostileV5 } from './scenarios.ts';

/** Where the timeout itself is what must come, it comes soon; elsewhere a busy machine must not bring it. */
const SOON = { timeoutMs: 300, connectTimeoutMs: 300, patienceMs: 5_000 };
const LATE = { timeoutMs: 5_000, connectTimeoutMs: 5_000, patienceMs: 5_000 };

const ferrocql: DriverAdapter<{ cluster: Cluster; session: Session }> = {
  name: 'ferrocql',
  connect: async (port, { version, compression, connectTimeoutMs }) => {
    const cluster = new Cluster({
      contactPoints: [`127.0.0.1:${port}`],
      port,
      protocolVersion: version as 3 | 4 | 5,
      connectTimeout: connectTimeoutMs,
      logger: 'off',
      ...(compression === undefined ? {} : { compression }),
    });
    try {
      return { cluster, session: await cluster.connect() };
    } catch (error) {
      await cluster.shutdown();
      throw error;
    }
  },
  query: async ({ session }, cql, timeout) => (await session.execute(cql, undefined, { timeout })).one() ?? undefined,
  close: ({ cluster }) => cluster.shutdown(),
};

for (const [name, table] of Object.entries({ hostileV4, hostileV4OverV5, hostileV5 })) {
  describe(`withstands ${name}`, () => {
    for (const scenario of table) {
      test(scenario.name, async (t) => {
        const outcome = await runScenario(scenario, ferrocql, scenario.expects === 'timeout' ? SOON : LATE);
        if (!outcome.wasAttacked) {
          t.skip('the driver never asks for what this scenario attacks');
          return;
        }
        assert.deepEqual(outcome.failures, []);
        if (outcome.result === 'error') assert(DriverError.isDriverError(outcome.error), String(outcome.error));
      });
    }
  });
}
